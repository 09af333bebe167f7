"""Steps: the whole project in order; each step leaves its result in the run's folder.

A step that finds its result there does nothing, so a second run is quick, and one that
was interrupted goes on. `flow.py` wraps the same functions in Prefect.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import pandas as pd

from level2_project import compare, predict, select, train, tune
from level2_project.evaluate import claim
from level2_project.label import roster
from level2_project.load import Loaded, load
from level2_project.measures import peers
from level2_project.models import importance
from level2_project.evaluate import walk
from level2_project.report import report
from level2_project.run.findings import evaluation, results
from level2_project.run.folder import Run
from level2_project.run.results import (
    claimed,
    columns,
    folds,
    frame,
    model,
    past,
    recipe,
    trained_on,
    tuned,
    tuned_recipe,
    untouched,
)
from level2_project.snapshots import candidates, snapshots
from level2_project.split import Split, for_choice

Progress = Callable[[int, int], None]  # done, in all
Watch = Callable[[str], Progress]
SHUFFLES = 3  # of each column, for its importance


def load_step(run: Run) -> Loaded | None:
    """Read and repair the sources; None if what needs them is there already."""
    if (run.folder / "candidates.parquet").exists():
        return None
    loaded = load(Path(run.config.raw), pd.Timestamp(run.config.time.predict_at))
    run.keep("repairs", lambda: loaded.repairs)
    return loaded


def features_step(run: Run, loaded: Loaded | None) -> None:
    """Label and describe customers at the past cutoffs and at the one to predict.

    Args:
        run: where the snapshots go.
        loaded: None if they are there already.
    """
    if loaded is None:
        return
    config, sources = run.config, loaded.sources
    run.keep("snapshots", lambda: snapshots(sources, config))
    predict_at = pd.DatetimeIndex([config.time.predict_at])
    customers = roster(sources.subscriptions, predict_at, config.label)
    run.keep("candidates", lambda: candidates(sources, customers, config))


def compare_step(run: Run, progress: Progress | None = None) -> None:
    """Measure models and what handles imbalance, on the folds open to choice."""
    run.keep("comparison", lambda: compare.compare(past(run), run.config, progress))


def select_step(run: Run) -> None:
    """Select columns, on the training sides of the folds open to choice."""
    config = run.config
    run.keep(
        "stability",
        lambda: (
            select.select(
                for_choice(folds(run), config.split),
                recipe(run, {}),
                config.select,
                config.seed_for("select"),
            ).stability
        ),
    )


def tune_step(run: Run, progress: Progress | None = None) -> None:
    """Search the model's settings, on the folds open to choice."""
    run.keep_figures("tuned", lambda: _search(run, progress))


def _search(run: Run, progress: Progress | None) -> dict[str, Any]:
    start = time.perf_counter()
    study = run.folder / "study.journal"
    tuned = tune.tune(folds(run), columns(run), run.config, study, progress)
    run.keep("trials", lambda: tuned.trials)
    run.keep("settings", lambda: tuned.importance)
    return {"params": tuned.params, "seconds": time.perf_counter() - start}


def evaluate_step(run: Run) -> None:
    """Predict the last months from their own past; claim by the season to come."""
    run.keep("walk_forward", lambda: _walk(run, untouched(run)))
    run.keep("year_ago", lambda: _walk(run, claimed(run)))
    run.keep("importance", lambda: _importance(run))
    run.keep_figures("claim", lambda: claim(evaluation(run, "year_ago")))


def _walk(run: Run, folds: list[Split]) -> pd.DataFrame:
    seed = run.config.seed_for("walk")
    return walk(folds, columns(run), tuned_recipe(run), seed)


def _importance(run: Run) -> pd.DataFrame:
    last, seed_for = untouched(run)[-1], run.config.seed_for
    rows = last.train[trained_on(run)]
    model = train.train(tuned_recipe(run), rows, seed_for("importance.model"))
    return importance.importance(model, last.test, SHUFFLES, seed_for("shuffles"))


def peers_step(run: Run, progress: Progress | None = None) -> None:
    """Hold the tuned model against FLAML and a default LightGBM."""
    seconds = tuned(run)["seconds"]
    run.keep(
        "peers",
        lambda: peers.peers(
            _narrow(run), tuned_recipe(run), run.config, seconds, progress
        ),
    )


def _narrow(run: Run) -> list[Split]:
    """Give the folds with the selected columns, and the past of the searched alone.

    Twelve models are fitted; on all customers that would take longer than the rest.
    """
    wanted, every = trained_on(run), folds(run)
    few = tune.sample(every, run.config)
    return [
        Split(searched.train[wanted], fold.test[wanted])
        for searched, fold in zip(few, every, strict=True)
    ]


def train_step(run: Run) -> None:
    """Train on all snapshots whose labels are known."""
    path = run.folder / "model.joblib"
    if not path.exists():
        rows, seed = past(run)[trained_on(run)], run.config.seed_for("train")
        joblib.dump(train.train(tuned_recipe(run), rows, seed), path)


def predict_step(run: Run) -> Path:
    """Write `predictions.parquet`, one row per customer at `predict_at`."""
    here = frame(run, "candidates")
    economics = run.config.economics
    run.keep("predictions", lambda: predict.predict(model(run), here, economics))
    return run.folder / "predictions.parquet"


def report_step(run: Run) -> Path:
    """Write `report.html`, one page that needs nothing beside it."""
    return report(results(run), run.folder)


STEPS: dict[str, Callable[[Run, Progress], object]] = {
    "features": lambda run, _: features_step(run, load_step(run)),
    "compare": compare_step,
    "select": lambda run, _: select_step(run),
    "tune": tune_step,
    "train": lambda run, _: train_step(run),
    "evaluate": lambda run, _: evaluate_step(run),
    "peers": peers_step,
    "predict": lambda run, _: predict_step(run),
    "report": lambda run, _: report_step(run),
}


def take(name: str, run: Run, watch: Watch) -> None:
    """Take one step, and show that it is under way."""
    progress = watch(name)
    STEPS[name](run, progress)
    progress(1, 1)


def in_order(run: Run, watch: Watch, last: str = "report") -> None:
    """Take the steps one after the other, up to `last`.

    Args:
        run: where results go, and are found if they are there.
        watch: gives each step's progress display, by the step's name.
        last: one of `STEPS`.
    """
    for name in STEPS:
        take(name, run, watch)
        if name == last:
            break
