"""Draw claims: what each level claimed, what happened, and what can be reached."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from data.report.style import GREY, INK, PALE, footnote, look, says, signed, whisker

CLAIMED = {
    "roc_auc": ("ROC AUC", "chance that a leaver ranks above a stayer"),
    "average_precision": ("average precision", "mean precision at the leavers' ranks"),
    "profit": ("profit beyond no offers", "USD per 1,000 customers"),
}
FLAG = 0.27  # height of a line of text, in rows
PAPER: Any = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}


def draw_claims(report: dict[str, Any]) -> Figure:
    """Draw for each level, from hollow to full, what it claimed and what happened."""
    levels = report["levels"]
    figure = Figure((10, 1.75 + 0.8 * len(levels)), layout="constrained")
    figure.suptitle("What each level claimed ○ and what happened ●", x=0.01, ha="left")
    panels = figure.subplots(1, len(CLAIMED), sharey=True)
    for axes, metric in zip(panels, CLAIMED, strict=True):
        _claims(axes, report, metric)
    panels[0].set_yticks(range(len(levels)), [says(name) for name in reversed(levels)])
    worlds = f"{len(report['seeds'])} worlds of {report['customers']:,} customers"
    footnote(figure, f"Means over {worlds}; whiskers: 95 % intervals.")
    return figure


def _claims(axes: Axes, report: dict[str, Any], metric: str) -> None:
    levels, (title, unit) = report["levels"], CLAIMED[metric]
    for height, name in enumerate(reversed(levels)):
        _claim(axes, report["pooled"][name], metric, height, name)
    axes.margins(x=0.2)
    _flags(axes, ceilings(report, metric), len(levels) - 0.4)  # above all rows
    axes.set(title=title, xlabel=unit, ylim=(-0.6, len(levels) + 0.5))
    n_steps = 4 if metric == "profit" else 7
    axes.xaxis.set_major_locator(MaxNLocator(n_steps, steps=[1, 2, 5, 10]))
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", left=False)
    if metric == "profit":
        axes.plot([0, 0], [-0.6, len(levels) - 0.4], color=PALE, lw=0.8, zorder=0)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda usd, _: signed(usd)))


def _claim(
    axes: Axes, figures: dict[str, Any], metric: str, height: int, name: str
) -> None:
    happened = {**figures["happened"], "profit": figures["profit"]}[metric]
    claimed = figures["claimed"].get(metric)
    if claimed:
        ends = [claimed["mean"], happened["mean"]]
        axes.plot(ends, [height] * 2, color=PALE, lw=3, solid_capstyle="butt")
        whisker(axes, claimed, height)
        axes.plot(claimed["mean"], height, "o", mfc="white", mec=INK, ms=12, mew=1.4)
    whisker(axes, happened, height)
    axes.plot(happened["mean"], height, "o", color=INK, ms=7, gid=f"{name}.{metric}")
    above = f"claimed {_written(claimed, metric)}" if claimed else "no claim"
    _note(axes, (claimed or happened)["mean"], height, above, 9)
    _note(axes, happened["mean"], height, f"happened {_written(happened, metric)}", -9)


def _written(figure: dict[str, Any], metric: str) -> str:
    return signed(figure["mean"]) if metric == "profit" else f"{figure['mean']:.2f}"


def _note(axes: Axes, x: float, height: float, text: str, points: int) -> None:
    axes.annotate(
        text, (x, height), (0, points), textcoords="offset points", ha="center",
        va="bottom" if points > 0 else "top", bbox=PAPER,
    )  # fmt: skip


def _flags(axes: Axes, values: dict[str, float], height: float) -> None:
    """Draw ceilings as lines, each up to its name; no name crosses a line."""
    left, right = axes.get_xlim()
    to_left = min(values.values()) > (left + right) / 2
    lowest_first = sorted(values, key=lambda name: values[name], reverse=not to_left)
    for row, name in enumerate(lowest_first):
        top, style = height + FLAG * (row + 1), look(name)
        axes.plot([values[name]] * 2, [-0.6, top], style.line, color=style.color,
                  lw=style.width, zorder=0)  # fmt: skip
        axes.annotate(
            says(name), (values[name], top), (-3 if to_left else 3, 0), va="top",
            textcoords="offset points", ha="right" if to_left else "left", fontsize=8,
            color=GREY,
        )  # fmt: skip


def ceilings(report: dict[str, Any], metric: str) -> dict[str, float]:
    """Give what can be reached of a metric, by ceiling."""
    kept, pooled = report["ceilings"]["observable"], report["pooled"]
    if metric == "profit":
        return {
            "observable": kept["profit"],
            "full_information": kept["full_information_profit"],
            "best_policy": pooled["best_policy"]["profit"]["mean"],
        }
    informed = pooled["full_information"]["happened"][metric]["mean"]
    return {"observable": kept[metric], "full_information": informed}
