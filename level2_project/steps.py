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
    from level2_project.run.display import Display, Progress
    from level2_project.run.folder import Run

ROWS_SHOWN = 40  # of a table, on a terminal


class Step(NamedTuple):
    """One step; its work is the function `<name>_step` in `work.py`.

    Attributes:
        name: as everywhere: of the file, the command, the row in the README.
        does: what it does, in a few words.
        needs: results of earlier steps that it reads.
        makes: results that it leaves; in the run's folder these are files.
        shows: those of them that are printed when the step is asked for.
        seconds: about what it takes with 20,000 customers on two cores.
    """

    name: str
    does: str
    needs: tuple[str, ...]
    makes: tuple[str, ...]
    shows: tuple[str, ...]
    seconds: float


STEPS = [
    Step(
        "load",
        "read and repair the sources, count the repairs",
        needs=(),
        makes=("repairs.parquet",),
        shows=("repairs.parquet",),
        seconds=30,
    ),
    Step(
        "label",
        "find the customers who left within the horizon after each cutoff",
        needs=(),
        makes=("leavers.parquet",),
        shows=("leavers.parquet",),
        seconds=1,
    ),
    Step(
        "features",
        "describe each customer at each cutoff by what had arrived",
        needs=(),
        makes=("snapshots.parquet", "candidates.parquet"),
        shows=(),
        seconds=30,
    ),
    Step(
        "split",
        "cut past from future at each tested cutoff",
        needs=("snapshots.parquet",),
        makes=("folds.parquet",),
        shows=("folds.parquet",),
        seconds=2,
    ),
    Step(
        "compare",
        "measure models, and ways to handle imbalance",
        needs=("snapshots.parquet",),
        makes=("comparison.parquet", "recipes.parquet"),
        shows=("recipes.parquet",),
        seconds=60,
    ),
    Step(
        "select",
        "choose the columns that earn their place",
        needs=("snapshots.parquet",),
        makes=("stability.parquet",),
        shows=("stability.parquet",),
        seconds=10,
    ),
    Step(
        "tune",
        "search the model's settings",
        needs=("snapshots.parquet", "stability.parquet"),
        makes=("params.json", "trials.parquet", "settings.parquet"),
        shows=("params.json",),
        seconds=60,
    ),
    Step(
        "train",
        "train on all labels that are known",
        needs=("snapshots.parquet", "stability.parquet", "params.json"),
        makes=("model.joblib",),
        shows=(),
        seconds=3,
    ),
    Step(
        "evaluate",
        "measure the probabilities on later months, and write the claim",
        needs=("snapshots.parquet", "stability.parquet", "params.json"),
        makes=(
            "metrics.parquet",
            "claim.json",
            "walk_forward.parquet",
            "year_ago.parquet",
            "importance.parquet",
        ),
        shows=("metrics.parquet", "claim.json"),
        seconds=20,
    ),
    Step(
        "decide",
        "list the customers to whom an offer is worth more than it costs",
        needs=("candidates.parquet", "model.joblib"),
        makes=("offers.parquet",),
        shows=("offers.parquet",),
        seconds=1,
    ),
    Step(
        "predict",
        "write predictions.parquet, one row per customer",
        needs=("candidates.parquet", "model.joblib"),
        makes=("predictions.parquet",),
        shows=(),
        seconds=1,
    ),
    Step(
        "report",
        "write report.html, the run on one page",
        needs=(
            *("repairs.parquet", "leavers.parquet", "folds.parquet"),
            *("comparison.parquet", "recipes.parquet", "stability.parquet"),
            *("params.json", "trials.parquet", "settings.parquet"),
            *("walk_forward.parquet", "year_ago.parquet", "importance.parquet"),
            *("candidates.parquet", "predictions.parquet"),
        ),
        makes=("report.html",),
        shows=(),
        seconds=10,
    ),
]


def up_to(last: str) -> list[Step]:
    """List the steps up to `last`, in order."""
    names = [step.name for step in STEPS]
    return STEPS[: names.index(last) + 1]


def in_order(run: Run, display: Display, last: str = STEPS[-1].name) -> None:
    """Take the steps one after the other, up to `last`."""
    for step in up_to(last):
        take(step, run, display)


def take(step: Step, run: Run, display: Display) -> None:
    """Take one step, unless its results are there."""
    progress: Progress = display.begin(step.name)
    if run.has(*step.makes):
        return
    work = getattr(import_module("level2_project.work"), f"{step.name}_step")
    for name, result in zip(step.makes, work(run, progress), strict=False):
        run.write(name, result)


def tell(step: Step, run: Run) -> str:
    """Say what a step left in the run's folder, as text for a terminal."""
    shown = [_as_text(run.read(name)) + "\n" for name in step.shows]
    return "\n".join([*shown, *(str(run.folder / name) for name in step.makes)])


def _as_text(result: Any) -> str:
    """Print a table without its intervals, row by row, or figures, one a line."""
    if isinstance(result, dict):
        return "\n".join(f"{name} = {value}" for name, value in result.items())
    means = result.loc[:, ~result.columns.str.contains("_(?:difference|low|high)$")]
    text: str = means.to_string(
        index=False, max_rows=ROWS_SHOWN, float_format=lambda number: f"{number:,.4f}"
    )
    return text
