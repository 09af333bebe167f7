"""Draw claims: what each level claimed, what happened, and the best possible.

A ring is the claim, a full dot what happened in the months that it is about, and a bar
what happened over the whole year.
"""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from data.report.pool import Report
from data.report.style import GREY, INK, PALE
from data.report.table import plain

METRIC = "roc_auc"
GUESSING = 0.5
PAPER: Any = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}


def draw_claims(report: Report) -> Figure:
    """Draw a row per level: a ring, a dot and a bar for its ROC AUC."""
    figure = Figure((8, 1.3 + 0.75 * len(report.levels)), layout="constrained")
    axes = figure.add_subplot()
    figure.suptitle(
        "ROC AUC: claimed \N{WHITE CIRCLE}, actual in the same months "
        "\N{BLACK CIRCLE}, actual over the year |",
        x=0.01, ha="left",
    )  # fmt: skip
    rows = list(reversed(report.levels))  # the first level stands on top
    for height, name in enumerate(rows):
        _claim(axes, report, name, height)
    _best(axes, report, len(rows))
    axes.set(xlim=(GUESSING - 0.02, 1.02), ylim=(-0.6, len(rows) + 0.1))
    axes.set_yticks(range(len(rows)), [plain(name) for name in rows])
    ticks = [GUESSING, 0.6, 0.7, 0.8, 0.9, 1.0]
    names = {GUESSING: "0.5\nguessing", 1.0: "1.0\nperfect"}
    axes.set_xticks(ticks, [names.get(tick, f"{tick}") for tick in ticks])
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", left=False)
    return figure


def _claim(axes: Axes, report: Report, name: str, height: int) -> None:
    figures = report.pooled[name]
    year, claimed = figures.happened[METRIC].mean, figures.claimed.get(METRIC)
    same = figures.happened_claimed[METRIC].mean if claimed else year
    if claimed:
        ends = [claimed.mean, same]
        axes.plot(ends, [height] * 2, color=PALE, lw=3, solid_capstyle="butt", zorder=1)
        axes.plot(claimed.mean, height, "o", mfc="white", mec=INK, ms=13, mew=1.4)
        _note(axes, claimed.mean, height, f"{claimed.mean:.3f}", above=True)
        axes.plot(same, height, "o", color=INK, ms=8, gid=f"{name}.{METRIC}.claimed")
    axes.plot(year, height, "|", color=INK, ms=18, mew=1.6, gid=f"{name}.{METRIC}")
    text = f"{same:.3f}, year {year:.3f}" if claimed else f"{year:.3f}"
    _note(axes, same, height, text, above=False)


def _note(axes: Axes, x: float, height: float, text: str, above: bool) -> None:
    axes.annotate(
        text, (x, height), (0, 10 if above else -10), textcoords="offset points",
        ha="center", va="bottom" if above else "top", bbox=PAPER,
    )  # fmt: skip


def _best(axes: Axes, report: Report, top: int) -> None:
    """Draw the best that can be reached from the data as a line with its name."""
    best = best_possible(report)
    axes.plot([best] * 2, [-0.6, top - 0.35], "--", color=GREY, lw=1.2, zorder=0)
    axes.annotate(
        f"best possible from the data  {best:.3f}", (best, top - 0.3), ha="center",
        va="bottom", color=GREY,
    )  # fmt: skip


def best_possible(report: Report) -> float:
    """Return the ROC AUC of the observable ceiling in the same worlds.

    Without one it is that of all levels' best.
    """
    names = ["observable"] if "observable" in report.pooled else report.levels
    return max(report.pooled[name].happened[METRIC].mean for name in names)
