"""Draw: what each practice on the way from level 1 to level 2 adds, and its cost."""

import json
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from comparison.ladder.books import REST, lines_by_rung
from comparison.ladder.message import message
from comparison.ladder.rungs import LEVEL1, RUNGS, before
from comparison.pooled import Effect, Pooled
from data.judge.interval import Interval
from data.report.freshness import ROOT
from data.report.style import GREY, INK, PALE, footnote, signed

EXAM = ROOT / "results" / "levels.json"
PANELS = {
    "average_precision": ("average precision", "mean of 12 sealed months"),
    "calibration": ("calibration", "predicted / expected leavers"),
    "profit": ("profit", "USD per 1,000 customers"),
}
UP: Any = {"color": INK}
DOWN: Any = {"facecolor": "white", "edgecolor": INK, "hatch": "////"}
WITHOUT = "command line, flow, pages"  # code that belongs to no practice
SEARCHED = "  (searched, not kept)"  # after a practice that level 2 does without


def exam_figures() -> dict[str, float]:
    """Read what the exam found of level 2, by the metrics of the panels."""
    report = json.loads(EXAM.read_text(encoding="utf-8"))
    level2 = report["pooled"]["level2_project"]
    figures = {**level2["happened"], "profit": level2["profit"]}
    return {metric: figures[metric]["mean"] for metric in PANELS}


def draw_ladder(found: Pooled, exam: dict[str, float]) -> Figure:
    """Draw a waterfall: each bar runs from the rung before to this one.

    A practice that level 2 does without is a step to the side: it is drawn pale, and
    the next bar starts where it started.

    Args:
        found: the ladder's intervals.
        exam: level 2's figures in the exam, which the footnote holds the last rung
            against.
    """
    figure = Figure((11, 0.42 * len(RUNGS) + 2.5), layout="constrained")
    title = message(found.ladder) + "\n"  # an empty line, for the key
    figure.suptitle(title, x=0.01, ha="left")
    *panels, last = figure.subplots(
        1, len(PANELS) + 1, sharey=True, width_ratios=[1.2, 1, 1.2, 0.8]
    )
    for axes, metric in zip(panels, PANELS, strict=True):
        _waterfall(axes, found.ladder, metric)
    _lines_of_code(last)
    labels = [r.label + ("" if r.is_kept else SEARCHED) for r in RUNGS.values()]
    panels[0].set_yticks(range(len(labels) + 1), [*labels, WITHOUT])
    panels[0].invert_yaxis()
    _key(figure)
    footnote(figure, f"{_worlds(found)} {_remainder(found, exam)}")
    return figure


def _waterfall(axes: Axes, ladder: dict[str, Effect], metric: str) -> None:
    for height, name in enumerate(RUNGS):
        now = ladder[name].done.happened[metric].mean
        step = ladder[name].difference.happened[metric]
        if height == 0:
            axes.plot(now, height, "o", color=INK, ms=5)
        else:
            _bar(axes, height, step, now - step.mean, name)
        right = max(now, now - step.mean) if height else now
        _write(axes, _number(now, metric), right, height)
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


def _bar(axes: Axes, height: int, step: Interval, start: float, name: str) -> None:
    """Draw a bar from the rung before to this one, its interval below it."""
    below = list(RUNGS).index(before(name))
    alpha = 1 if RUNGS[name].is_kept else 0.4
    kind = UP if step.mean >= 0 else DOWN
    axes.barh(height, step.mean, 0.5, left=start, lw=0.8, alpha=alpha, **kind)
    axes.plot([start] * 2, [below, height + 0.25], color=PALE, lw=0.8, zorder=0)
    if step.low is not None and step.high is not None:
        ends = [start + step.low, start + step.high]
        axes.plot(ends, [height + 0.34] * 2, color=GREY, lw=1.2)


def _lines_of_code(axes: Axes) -> None:
    """Draw how many lines of code each practice brought."""
    lines = lines_by_rung()
    for height, name in enumerate([*RUNGS, REST]):
        axes.barh(height, lines[name], 0.5, color=PALE)
        _write(axes, f"{lines[name]:,}", lines[name], height)
    axes.set(title="what it costs", xlabel="lines of code added")
    axes.margins(x=0.2)


def _write(axes: Axes, text: str, right: float, height: int) -> None:
    axes.annotate(
        text, (right, height), (5, 0), textcoords="offset points", va="center",
        fontsize=8, color=GREY,
    )  # fmt: skip


def _key(figure: Figure) -> None:
    """Explain the marks below the title."""
    marks = {
        "level 1": Line2D([], [], color=INK, marker="o", ms=5, ls=""),
        "raised by this practice": Patch(**UP),
        "lowered": Patch(lw=0.8, **DOWN),
        "searched, not kept": Patch(alpha=0.4, **UP),
        "95 % interval of the change": Line2D([], [], color=GREY, lw=1.2),
    }
    figure.legend(
        list(marks.values()), list(marks), loc="upper left", ncols=len(marks),
        bbox_to_anchor=(0, 0.97), frameon=False, fontsize=8,
    )  # fmt: skip


def _worlds(found: Pooled) -> str:
    lines = lines_by_rung()
    all_lines = sum(lines.values()) - lines[LEVEL1]
    return (
        f"Means over {len(found.seeds)} worlds of {found.customers:,} customers; "
        "numbers are the values reached. "
        f"Level 2 has {all_lines:,} lines of code, each counted once."
    )


def _remainder(found: Pooled, exam: dict[str, float]) -> str:
    """Hold the last rung against the exam's table, and say why they may differ."""
    last = list(found.ladder.values())[-1].done.happened
    rungs = [_number(last[metric].mean, metric) for metric in PANELS]
    table = [_number(exam[metric], metric) for metric in PANELS]
    if rungs == table:
        return "\nThe last rung is level 2 as in the README."
    return (
        f"\nThe last rung is level 2, which has {', '.join(table)} in the README: "
        "there it is asked month by month, and knows its own offers."
    )


def _number(value: float, metric: str) -> str:
    if metric == "profit":
        return signed(value)
    return f"{value:.3f}" if metric == "average_precision" else f"{value:.2f}"
