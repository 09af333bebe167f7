"""Rungs: the practices between level 1 and level 2, and the code that each one costs.

No line of code is booked twice: a module stands under one rung, or its functions do.
"""

from collections.abc import Callable
from typing import NamedTuple

from comparison.ladder import climb
from comparison.ladder.code_lines import NOTEBOOK, Code
from comparison.ladder.level1 import level1
from comparison.outcome import Outcome
from comparison.study import Study
from level2_project import (
    evaluate,
    features,
    label,
    load,
    select,
    snapshots,
    split,
    train,
    tune,
)
from level2_project.decide import decide
from level2_project.measures import curves, interval, metrics
from level2_project.measures.gain import reachable
from level2_project.models import encode
from level2_project.point_in_time import billing, contract, grid, tickets, usage
from level2_project.sources import (
    completeness,
    drops,
    interim,
    repairs,
    schema,
)
from level2_project.text import reader


class Rung(NamedTuple):
    """One practice.

    Attributes:
        label: its name in the picture, after the rung's bar.
        noun: its name within a sentence.
        measure: carries out all practices up to this one.
        code: what the practice costs: whole files, modules, or functions.
        modules: the modules that its outcome is computed by.
    """

    label: str
    noun: str
    measure: Callable[[Study], Outcome]
    code: tuple[Code, ...]
    modules: tuple[str, ...] = (climb.__name__,)


LEVEL1 = "level1"
RUNGS = {
    LEVEL1: Rung(
        "level 1 as it is",
        "level 1",
        lambda study: level1(study.world, study.seed, study.folder / "exam"),
        (NOTEBOOK,),
        ("comparison.ladder.level1", "level1_notebook.exam"),
    ),
    "snapshots": Rung(
        "point-in-time snapshots",
        "point-in-time snapshots",
        climb.snapshots,
        (snapshots, label, grid, features, contract),
    ),
    "sources": Rung(
        "six sources, repaired",
        "the six sources",
        climb.sources,
        (
            *(schema, drops, interim, load, repairs),
            *(reader, billing, usage, tickets),
        ),
    ),
    "walk_forward": Rung(
        "walk-forward with a gap",
        "walk-forward splits",
        climb.walk_forward,
        (split, evaluate, interval, metrics, curves),
    ),
    "lightgbm": Rung("LightGBM", "LightGBM", climb.lightgbm, (train, encode)),
    "selection": Rung("selected columns", "selection", climb.selection, (select,)),
    "tuning": Rung("tuned by Optuna", "tuning", climb.tuning, (tune,)),
    "expected_profit": Rung(
        "offers by expected profit",
        "offers by expected profit",
        climb.expected_profit,
        (decide,),
    ),
    "reachable": Rung(
        "unpaid invoices: no offer",
        "leaving out customers with an unpaid invoice",
        climb.leave_out_unpaid,
        (reachable,),
    ),
    "completeness": Rung(
        "short drops refused",
        "refusing short drops",
        climb.completeness,
        (completeness,),
    ),
}
