"""Rungs: the practices between level 1 and level 2.

Level 2 adopts what a search found only where that is confirmed. Where it is not, the
rung is measured against the last one that is kept, and so is the rung after it.
"""

from collections.abc import Callable
from typing import NamedTuple

from comparison.ladder import climb
from comparison.ladder.level1 import level1
from comparison.method import searched
from comparison.outcome import Outcome
from comparison.study import Study
from level2_project.run.found import read_found


class Rung(NamedTuple):
    """One practice.

    Attributes:
        label: its name in the picture, after the rung's bar.
        noun: its name within a sentence.
        measure: carries out all practices up to this one.
        is_kept: level 2 works so; else a search came up with it, and it was dropped.
        modules: the modules that its outcome is computed by.
    """

    label: str
    noun: str
    measure: Callable[[Study], Outcome]
    is_kept: bool = True
    modules: tuple[str, ...] = (climb.__name__,)


def is_adopted(choice: str) -> bool:
    """Tell whether level 2 uses what its search for columns or settings found."""
    return bool(getattr(searched(), choice) == getattr(read_found(), choice))


LEVEL1 = "level1"
RUNGS = {
    LEVEL1: Rung(
        "level 1 as it is",
        "level 1",
        lambda study: level1(study.world, study.seed),
        modules=("comparison.ladder.level1", "level1_notebook.exam"),
    ),
    "snapshots": Rung(
        "point-in-time snapshots", "point-in-time snapshots", climb.snapshots
    ),
    "sources": Rung("all six sources", "the six sources", climb.sources),
    "repaired": Rung("rows repaired", "repairs", climb.repaired),
    "walk_forward": Rung(
        "walk-forward with a gap", "walk-forward splits", climb.walk_forward
    ),
    "lightgbm": Rung("LightGBM", "LightGBM", climb.lightgbm),
    "text": Rung("tickets read", "the texts of tickets", climb.text),
    "selection": Rung(
        "columns selected",
        "the selection of columns",
        climb.selection,
        is_adopted("columns"),
    ),
    "tuning": Rung("settings tuned", "tuning", climb.tuning, is_adopted("params")),
    "expected_profit": Rung(
        "offers by expected profit", "offers by expected profit", climb.expected_profit
    ),
    "reachable": Rung(
        "unpaid invoices: no offer",
        "leaving out customers with an unpaid invoice",
        climb.leave_out_unpaid,
    ),
    "completeness": Rung(
        "short drops refused", "refusing short drops", climb.completeness
    ),
}


def before(name: str) -> str:
    """Name the rung that another one is compared with; of the first, itself."""
    names = list(RUNGS)
    lower = [one for one in names[: names.index(name)] if RUNGS[one].is_kept]
    return lower[-1] if lower else name
