"""Pictures: draw what the READMEs show from a report, and from nothing else."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from data.report.draw_claims import draw_claims
from data.report.style import (
    GREY,
    PALE,
    STYLE,
    apart,
    band,
    footnote,
    look,
    save,
    says,
    signed,
)

Report = dict[str, Any]

LEAST = 0.001  # below it, the axes of calibration are linear and reach 0


def draw(report: Report, folder: Path) -> None:
    """Write every picture as SVG and PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(STYLE):
        for name, figure in pictures(report).items():
            save(figure, folder / name)


def pictures(report: Report) -> dict[str, Figure]:
    levels = report["levels"]
    alone = {f"calibration_{name}": draw_calibration(report, [name]) for name in levels}
    return {
        "claims": draw_claims(report),
        "profit_by_month": draw_profit(report),
        "calibration": draw_calibration(report, levels),
        **alone,
    }


# --- profit by month -----------------------------------------------------------------


def draw_profit(report: Report) -> Figure:
    """Draw the profit of all offers made so far, month by month."""
    figure = Figure((10, 4.6), layout="constrained")
    axes = figure.add_subplot(title="What the offers are worth, added up")
    lines = money(report)
    for name, intervals in lines.items():
        _line(axes, name, [{"mean": 0.0, "low": 0.0, "high": 0.0}, *intervals])
    ends = [intervals[-1]["mean"] for intervals in lines.values()]
    low, high = axes.get_ylim()
    heights = apart(ends, (high - low) / 18)
    for name, end, height in zip(lines, ends, heights, strict=True):
        _end(axes, name, end, height)
    new = {month: event for event, month in report["sealed_year"].items()}
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


def money(report: Report) -> dict[str, list[Any]]:
    """Give the running total of profit of each line, twelve intervals each."""
    pooled, kept = report["pooled"], report["ceilings"]["cumulative_profit"]
    names = ["nobody", *report["levels"], "best_policy"]
    lines = {name: pooled[name]["cumulative_profit"] for name in names}
    return lines | {name: kept[name] for name in ("observable", "full_information")}


def _line(axes: Axes, name: str, intervals: list[Any]) -> None:
    style, months = look(name), [float(month) for month in range(13)]
    band(axes, months, intervals, name)
    axes.plot(
        months, [point["mean"] for point in intervals], style.line, color=style.color,
        marker=style.marker, markevery=slice(1, None), ms=5, lw=style.width, gid=name,
        clip_on=False, zorder=3 if name == "nobody" else 2,
    )  # fmt: skip


def _end(axes: Axes, name: str, end: float, height: float) -> None:
    """Write a line's name and its last value at its right end."""
    usd = "" if name == "nobody" else signed(end)
    axes.annotate(
        f"{says(name)}  {usd}", (12, end), (12.45, height), va="center",
        color=look(name).color, annotation_clip=False,
        arrowprops={"arrowstyle": "-", "color": PALE, "lw": 0.8, "shrinkA": 1},
    )  # fmt: skip


# --- calibration ---------------------------------------------------------------------


def draw_calibration(report: Report, levels: list[str]) -> Figure:
    """Draw the true chance in ten equal groups by prediction, a panel per level."""
    side = min(3.2, 9.3 / len(levels))  # inches
    figure = Figure((0.7 + side * len(levels), 1 + side), layout="constrained")
    figure.suptitle("Do they leave as predicted?", x=0.01, ha="left")
    panels = figure.subplots(1, len(levels), sharex=True, sharey=True, squeeze=False)[0]
    for axes, name in zip(panels, levels, strict=True):
        _calibration(axes, report["pooled"][name]["calibration_curve"], name)
        axes.set(title=says(name), xlabel="mean predicted chance of leaving")
    panels[0].set_ylabel("mean true chance of leaving")
    footnote(figure, "Ten equal groups of customers by prediction.\n"
             "Bands: 95 % intervals over worlds.")  # fmt: skip
    return figure


def percent(share: float) -> str:
    return f"{100 * share:g} %" if share else "0"


def _calibration(axes: Axes, groups: list[dict[str, Any]], name: str) -> None:
    style = look(name)
    predicted = [group["predicted"]["mean"] for group in groups]
    true = [group["true"] for group in groups]
    axes.plot([0, 1], [0, 1], "--", color=GREY, lw=1)
    band(axes, predicted, true, name)
    axes.plot(predicted, [point["mean"] for point in true], style.line, ms=5, gid=name,
              marker=style.marker, color=style.color, clip_on=False)  # fmt: skip
    for x, y, text in ((0.04, 0.93, "more leave than predicted"),
                       (0.96, 0.05, "fewer leave")):  # fmt: skip
        axes.text(x, y, text, transform=axes.transAxes, color=GREY, fontsize=8,
                  ha="left" if x < 0.5 else "right")  # fmt: skip
    axes.set_box_aspect(1)
    axes.set_xscale("symlog", linthresh=LEAST, linscale=0.5)
    axes.set_yscale("symlog", linthresh=LEAST, linscale=0.5)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda share, _: percent(share)))
    axes.set(xlim=(0, 1), ylim=(0, 1))
