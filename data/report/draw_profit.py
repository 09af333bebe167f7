"""Draw profit: what each contender's offers are worth, month by month."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from data.judge.interval import Interval
from data.report.kept import MODELLED
from data.report.pool import Report
from data.report.style import (
    PALE,
    apart,
    band,
    footnote,
    look,
    signed,
)
from data.report.table import plain


def draw_profit(report: Report) -> Figure:
    """Draw the profit of all offers made so far, month by month."""
    figure = Figure((10, 4.6), layout="constrained")
    axes = figure.add_subplot(title="What the offers are worth, added up")
    lines = money(report)
    for name, intervals in lines.items():
        _line(axes, name, [Interval(0.0, 0.0, 0.0), *intervals])
    ends = [intervals[-1].mean for intervals in lines.values()]
    low, high = axes.get_ylim()
    heights = apart(ends, (high - low) / 18)
    for name, end, height in zip(lines, ends, heights, strict=True):
        _end(axes, name, end, height)
    new = {month: event for event, month in report.sealed_year.items()}
    months = [f"{month}\n{new.get(month, '')}" for month in range(1, 13)]
    axes.set(xlim=(0, 12), ylabel="profit beyond no offers, USD per 1,000 customers")
    axes.set_xlabel("offers made up to this month of the sealed year")
    axes.set_xticks(range(1, 13), months)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda usd, _: signed(usd)))
    footnote(
        figure,
        "An offer is booked in the month in which it is made, with all that it will "
        "bring until 24 months after the year. Bands: 95 % intervals over worlds.",
    )
    return figure


def money(report: Report) -> dict[str, list[Interval]]:
    """Return the running total of profit of each line, twelve intervals each."""
    names = ("no_offers", "one_trace", *report.levels, *MODELLED, "best_policy")
    known = [name for name in names if name in report.pooled]
    return {name: report.pooled[name].cumulative_profit for name in known}


def _line(axes: Axes, name: str, intervals: list[Interval]) -> None:
    style, months = look(name), [float(month) for month in range(13)]
    band(axes, months, intervals, name)
    axes.plot(
        months, [point.mean for point in intervals], style.line, color=style.color,
        marker=style.marker, markevery=slice(1, None), ms=5, lw=style.width, gid=name,
        clip_on=False, zorder=3 if name == "no_offers" else 2,
    )  # fmt: skip


def _end(axes: Axes, name: str, end: float, height: float) -> None:
    """Write a line's name and its last value at its right end."""
    usd = "" if name == "no_offers" else signed(end)
    axes.annotate(
        f"{plain(name)}  {usd}", (12, end), (12.45, height), va="center",
        color=look(name).color, annotation_clip=False,
        arrowprops={"arrowstyle": "-", "color": PALE, "lw": 0.8, "shrinkA": 1},
    )  # fmt: skip
