"""Draw calibration: true over predicted probability, in ten equal groups."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from data.report.pool import PooledGroup, Report
from data.report.style import (
    GREY,
    band,
    footnote,
    look,
)
from data.report.table import plain

LEAST = 0.001  # below it, the axes of calibration are linear and reach 0


def draw_calibration(report: Report, levels: list[str]) -> Figure:
    """Draw true over predicted probability in ten equal groups, a panel per level."""
    side = min(3.2, 9.3 / len(levels))  # inches
    figure = Figure((0.7 + side * len(levels), 1 + side), layout="constrained")
    figure.suptitle("Do they leave as predicted?", x=0.01, ha="left")
    panels = figure.subplots(1, len(levels), sharex=True, sharey=True, squeeze=False)[0]
    for axes, name in zip(panels, levels, strict=True):
        _calibration(axes, report.pooled[name].calibration_curve, name)
        axes.set(title=plain(name), xlabel="mean predicted probability")
    panels[0].set_ylabel("mean true probability of leaving")
    footnote(figure, "Ten equal groups of customers by prediction.\n"
             "Bands: 95 % intervals over worlds.")  # fmt: skip
    return figure


def percent(share: float) -> str:
    return f"{100 * share:g} %" if share else "0"


def _calibration(axes: Axes, groups: list[PooledGroup], name: str) -> None:
    style = look(name)
    predicted = [group.predicted.mean for group in groups]
    true = [group.true for group in groups]
    axes.plot([0, 1], [0, 1], "--", color=GREY, lw=1)
    band(axes, predicted, true, name)
    axes.plot(predicted, [point.mean for point in true], style.line, ms=5, gid=name,
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
