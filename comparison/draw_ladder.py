"""Draw ladder: what each practice adds on the way from level 1 to level 2."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from comparison.code_lines import code_lines
from comparison.ladder import RUNGS
from data.report.style import GREY, INK, PALE, footnote, signed

PANELS = {
    "average_precision": ("average precision", "happened, mean of 12 months"),
    "calibration": ("calibration", "predicted per expected leaver"),
    "profit": ("profit", "USD per 1,000 customers"),
}
UP, DOWN = {"color": INK}, {"facecolor": "white", "edgecolor": INK, "hatch": "////"}


def draw_ladder(found: dict[str, Any]) -> Figure:
    """Draw a waterfall: each bar runs from the rung before to this one."""
    figure = Figure((11, 0.42 * len(RUNGS) + 1.5), layout="constrained")
    title = "From level 1 to level 2, one practice after the other"
    figure.suptitle(title, x=0.01, ha="left")
    *panels, last = figure.subplots(
        1, len(PANELS) + 1, sharey=True, width_ratios=[1.2, 1, 1.2, 0.8]
    )
    for axes, metric in zip(panels, PANELS, strict=True):
        waterfall(axes, found["ladder"], metric)
    lines(last)
    panels[0].set_yticks(range(len(RUNGS)), [rung.says for rung in RUNGS.values()])
    panels[0].invert_yaxis()
    footnote(
        figure,
        f"Means over {len(found['seeds'])} worlds of {found['customers']:,} customers; "
        "full bars up, hatched bars down, whiskers: 95 % intervals of the difference.",
    )
    return figure


def waterfall(axes: Axes, ladder: dict[str, Any], metric: str) -> None:
    for height, name in enumerate(RUNGS):
        now = ladder[name]["with"]["happened"][metric]["mean"]
        step = ladder[name]["difference"]["happened"][metric]
        if height == 0:
            axes.plot(now, height, "o", color=INK, ms=5)
        else:
            bar(axes, height, now, step)
        right = max(now, now - step["mean"]) if height else now
        axes.annotate(
            written(now, metric), (right, height), (5, 0), textcoords="offset points",
            va="center", fontsize=8, color=GREY,
        )  # fmt: skip
    title, unit = PANELS[metric]
    axes.set(title=title, xlabel=unit)
    axes.use_sticky_edges = False  # else a bar's start is the picture's edge
    axes.margins(x=0.2)
    if metric == "calibration":
        axes.axvline(1, color=PALE, lw=0.8, zorder=0)
    if metric == "profit":
        axes.axvline(0, color=PALE, lw=0.8, zorder=0)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda usd, _: signed(usd)))
        axes.xaxis.set_major_locator(MaxNLocator(4))


def bar(axes: Axes, height: int, now: float, step: dict[str, Any]) -> None:
    start = now - step["mean"]
    style: Any = UP if step["mean"] >= 0 else DOWN
    axes.barh(height, step["mean"], 0.5, left=start, lw=0.8, **style)
    axes.plot([start] * 2, [height - 1, height + 0.25], color=PALE, lw=0.8, zorder=0)
    if step["low"] is not None:
        ends = [start + step["low"], start + step["high"]]
        axes.plot(ends, [height + 0.34] * 2, color=GREY, lw=1.2)


def written(value: float, metric: str) -> str:
    if metric == "profit":
        return signed(value)
    return f"{value:.3f}" if metric == "average_precision" else f"{value:.2f}"


def lines(axes: Axes) -> None:
    """Draw how many lines of code each practice brought."""
    for height, rung in enumerate(RUNGS.values()):
        n = sum(map(code_lines, rung.code))
        axes.barh(height, n, 0.5, color=PALE)
        axes.annotate(
            f"{n:,}", (n, height), (4, 0), textcoords="offset points", va="center",
            fontsize=8, color=GREY,
        )  # fmt: skip
    axes.set(title="what it costs", xlabel="lines of code added")
    axes.margins(x=0.2)
