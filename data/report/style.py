"""Style: names, lines and paper, the same in every picture; made to survive grey."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.isotonic import isotonic_regression

from data.judge.interval import Interval
from data.report.table import LEVEL

INK, GREY, PALE = "#1b1b1b", "#6b6b6b", "#b5b5b5"
STYLE: Any = {
    "font.family": "sans-serif",
    # The first comes with matplotlib; a reader without it has one equally wide.
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "svg.fonttype": "none",  # text stays text: a third of the size
    "figure.facecolor": "white",  # a card of its own on a dark page
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "svg.hashsalt": "churn",  # the same picture is the same bytes
}


class Look(NamedTuple):
    color: str
    marker: str
    line: str
    width: float


CEILINGS = {
    "observable": Look(GREY, "", ":", 1.2),
    "full_information": Look(GREY, "", "--", 1.2),
    "best_policy": Look(GREY, "", "-.", 1.2),
}
NO_OFFERS = Look(INK, "", "-", 0.8)
ONE_TRACE = Look(INK, "x", ":", 1.2)
LEVELS = (  # by number; told apart by marker and by how dark they are
    Look("#c2571a", "o", "-", 1.8),
    Look("#12508f", "s", "-", 1.8),
    Look("#1f7f5f", "^", "-", 1.8),
    Look("#7a2f6f", "D", "-", 1.8),
)


def look(name: str) -> Look:
    """Return how a contender is drawn; a level by the number in its name."""
    if name == "no_offers":
        return NO_OFFERS
    if name == "one_trace":
        return ONE_TRACE
    if name in CEILINGS:
        return CEILINGS[name]
    found = LEVEL.fullmatch(name)
    return LEVELS[(int(found[1]) - 1) % len(LEVELS) if found else -1]


def signed(usd: float) -> str:
    return f"{usd:+,.0f}".replace("-", "\N{MINUS SIGN}") if round(usd) else "0"


def apart(heights: list[float], gap: float) -> list[float]:
    """Move heights as little as possible so that all are `gap` apart.

    Source: least squares under an order is isotonic regression (Barlow et al. 1972).
    """
    order = np.argsort(heights, kind="stable")
    steps = gap * np.arange(len(heights))
    placed = np.empty(len(heights))
    placed[order] = isotonic_regression(np.array(heights)[order] - steps) + steps
    return placed.tolist()


def band(axes: Axes, across: list[float], intervals: list[Interval], name: str) -> None:
    """Shade between the ends of each interval; a single world has none."""
    ends = [(point.low, point.high) for point in intervals if point.low is not None]
    if len(ends) == len(intervals):
        low, high = np.array(ends, dtype=float).T
        color = look(name).color
        axes.fill_between(across, low, high, color=color, alpha=0.18, lw=0, zorder=1)


def footnote(figure: Figure, text: str) -> None:
    figure.supxlabel(text, x=0.01, ha="left", fontsize=8, color=GREY)


def save(figure: Figure, path: Path) -> None:
    """Write a picture as SVG, without the date."""
    figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
