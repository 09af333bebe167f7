"""Steps: the whole project in order, one row of `STEPS` per step.

Command line, plain run, Prefect flow, progress display and README read this one table.
A step takes what it needs from the run's folder and leaves there what it makes. What is
there already is not made again, so a run that was stopped goes on.

Nothing heavy is imported before a step runs, so that `--help` answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from level2_project.run.display import Display
    from level2_project.run.folder import Run


class Step(NamedTuple):
    """One step; its work is the function `<name>_step` in `work.py`."""

    name: str  # as everywhere: of the file, the command, the row in the README
    does: str
    seconds: float  # about what it takes with 20,000 customers on two cores
    makes: tuple[str, ...]  # results that it leaves in the run's folder
    needs: tuple[str, ...] = ()  # results of earlier steps that it reads
    shows: int = 0  # how many of what it makes, from the first on, are printed


# fmt: off
STEPS = [
    Step("load", "read and repair the sources, count the repairs", 30,
         makes=("repairs",), shows=1),
    Step("label", "find the customers who left within the horizon after each cutoff", 1,
         makes=("leavers",), shows=1),
    Step("features", "describe each customer at each cutoff by what had arrived", 30,
         makes=("snapshots", "candidates")),
    Step("split", "cut past from future at each tested cutoff", 2,
         makes=("folds",), needs=("snapshots",), shows=1),
    Step("compare", "measure models, and ways to handle imbalance", 120,
         makes=("recipes", "recipe.json", "comparison"), needs=("snapshots",), shows=2),
    Step("select", "search for the columns that earn their place", 40, shows=1,
         makes=("stability", "columns.json"), needs=("snapshots", "recipe.json")),
    Step("tune", "search the model's settings", 120, shows=1,
         makes=("params.json", "trials"),
         needs=("snapshots", "recipe.json", "columns.json")),
    Step("train", "train on all labels that are known", 10, makes=("model.joblib",),
         needs=("snapshots", "recipe.json", "columns.json", "params.json")),
    Step("evaluate", "predict past quarters as the coming one, and write the claim",
         60, makes=("metrics", "claim.json", "walk_forward"), shows=2,
         needs=("snapshots", "recipe.json", "columns.json", "params.json")),
    Step("decide", "list the customers to whom an offer is worth more than it costs", 1,
         makes=("offers",), needs=("candidates", "model.joblib"), shows=1),
    Step("predict", "write predictions.parquet, one row per customer", 1,
         makes=("predictions",), needs=("candidates", "model.joblib")),
    Step("report", "write report.html, the run on one page", 10, makes=("report.html",),
         needs=("repairs", "leavers", "folds", "recipes", "recipe.json", "stability",
                "columns.json", "params.json", "trials", "claim.json",
                "walk_forward", "candidates", "predictions")),
]
# fmt: on


def up_to(command: str) -> list[Step]:
    """List the steps up to the one that a command names, in order; or all."""
    names = [step.name for step in STEPS]
    return STEPS[: names.index(command) + 1] if command in names else STEPS


def in_order(run: Run, display: Display, to_take: list[Step]) -> None:
    """Take steps one after the other."""
    for step in to_take:
        take(step, run, display)


def take(step: Step, run: Run, display: Display) -> None:
    """Take one step, unless its results are there."""
    progress = display.begin(step.name)
    if run.has(*step.makes):
        return
    work = getattr(import_module("level2_project.work"), f"{step.name}_step")
    for name, result in zip(step.makes, work(run, progress), strict=True):
        run.write(name, result)


def tell(step: Step, run: Run) -> str:
    """Return what a step left in the run's folder, as text for a terminal."""
    shown = [_as_text(run.read(name)) + "\n" for name in step.makes[: step.shows]]
    return "\n".join([*shown, *(str(run.path(name)) for name in step.makes)])


def _as_text(result: Any) -> str:
    """Write a table row by row, without its intervals, or figures, one a line."""
    if isinstance(result, dict):
        return "\n".join(f"{name} = {value}" for name, value in result.items())
    means = result.filter(regex="^(?!.*_(difference|low|high)$)")
    return str(means.to_string(index=False, max_rows=40))
