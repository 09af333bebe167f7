"""Pictures: draw what the README shows from a report, and from nothing else."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

NAMES = {
    "nobody": "nobody",
    "everybody": "everybody",
    "random": "a random tenth",
    "risk_ranked": "the riskiest tenth",
    "level1_notebook": "level 1",
    "level2_project": "level 2",
    "level3_service": "level 3",
}
PAPER: Any = {"facecolor": "white", "edgecolor": "none", "pad": 1}
INK, PALE = "#1b1b1b", "#9a9a9a"
CLAIMS = (("roc_auc", "ROC AUC"), ("average_precision", "average precision"))
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "churn",  # the same picture is the same bytes
}


def draw(report: dict[str, Any], folder: Path) -> None:
    """Write `levels.svg` and `levels.png`: claims on the left, money on the right."""
    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(STYLE):
        figure, panels = plt.subplots(
            1, 3, figsize=(11, 3.4), width_ratios=(1, 1, 1.25), layout="constrained"
        )
        for panel, (metric, title) in zip(panels, CLAIMS, strict=False):
            draw_claims(panel, report, metric, title)
        draw_profit(panels[2], report)
        figure.savefig(folder / "levels.svg", metadata={"Date": None})
        figure.savefig(folder / "levels.png", dpi=110, metadata={"Software": None})
        plt.close(figure)


def draw_claims(axes: Axes, report: dict[str, Any], metric: str, title: str) -> None:
    """Draw each level's claim, what happened, and the two ceilings as lines."""
    levels = report["levels"]
    for height, name in enumerate(reversed(levels)):
        figures = report["pooled"][name]
        claimed = figures["claimed"][metric]["mean"]
        happened = figures["happened"][metric]["mean"]
        axes.plot([claimed, happened], [height, height], color=PALE, lw=2, zorder=1)
        axes.plot(claimed, height, "o", mfc="white", mec=INK, ms=9)
        axes.plot(happened, height, "o", color=INK, ms=9)
        for value, says in labels(claimed, happened):
            axes.annotate(
                says, (value, height), (0, 10), ha="center",
                textcoords="offset points", fontsize=9, bbox=PAPER,
            )  # fmt: skip
    observable = report["ceilings"]["observable"][metric]
    full = report["pooled"]["full_information"]["happened"][metric]["mean"]
    for value, style, word in (
        (observable, ":", "observable"),
        (full, "--", "full info"),
    ):
        axes.axvline(value, color=PALE, ls=style, lw=1.2, zorder=0)
        axes.text(value, -0.62, word, rotation=90, fontsize=8, ha="right", va="bottom")
    axes.set_yticks(range(len(levels)), [NAMES[name] for name in reversed(levels)])
    axes.spines["left"].set_visible(False)
    axes.tick_params(left=False)
    axes.set(title=title, xlim=(-0.12, 1.15), ylim=(-0.65, len(levels) - 0.35))


def labels(claimed: float, happened: float) -> list[tuple[float, str]]:
    """Give what is written where; one label where two would cover each other."""
    if abs(claimed - happened) < 0.15:
        both = f"claimed {claimed:.2f}\nhappened {happened:.2f}"
        return [((claimed + happened) / 2, both)]
    return [
        (claimed, f"claimed\n{claimed:.2f}"),
        (happened, f"happened\n{happened:.2f}"),
    ]


def draw_profit(axes: Axes, report: dict[str, Any]) -> None:
    """Draw each contender's profit with its interval, and what can be reached."""
    pooled = report["pooled"]
    names = ["everybody", "random", "risk_ranked", *report["levels"]]
    bars = [(NAMES[name], pooled[name]["profit"]) for name in names]
    kept = report["ceilings"]["observable"]
    for label, key in (
        ("observable", "profit"),
        ("full info", "full_information_profit"),
    ):
        bars.append((f"ceiling: {label}", {"mean": kept[key], "low": None}))
    bars.append(("ceiling: policy", pooled["best_policy"]["profit"]))
    bars.reverse()
    for height, (label, figure) in enumerate(bars):
        mean = figure["mean"] / 1000
        is_level = label.startswith("level")
        axes.barh(height, mean, color=INK if is_level else "#cfcfcf", height=0.6)
        if figure["low"] is not None:
            reach = (figure["high"] - figure["mean"]) / 1000
            axes.errorbar(mean, height, xerr=reach, color="#5a5a5a", capsize=3, lw=1)
        axes.annotate(
            f"{mean:+.1f}", (max(mean, 0), height), (8, 0), va="center",
            textcoords="offset points", fontsize=9,
        )  # fmt: skip
    axes.axvline(0, color=INK, lw=0.8)
    axes.set_yticks(range(len(bars)), [label for label, _ in bars])
    axes.set_title("profit beyond no offers,\nthousand USD per 1,000 customers")
    axes.margins(x=0.15)
