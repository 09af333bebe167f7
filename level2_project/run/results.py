"""State: what the earlier steps of a run left, read by those that follow."""

from typing import Any

import joblib
import pandas as pd

from level2_project.run.folder import Run
from level2_project.split import KEYS, LABEL, Split, for_claim, walk_forward
from level2_project.train import Recipe, Trained


def frame(run: Run, name: str) -> pd.DataFrame:
    return pd.read_parquet(run.folder / f"{name}.parquet")


def past(run: Run) -> pd.DataFrame:
    """Read one row per customer per cutoff whose label is known."""
    return frame(run, "snapshots")


def folds(run: Run) -> list[Split]:
    return walk_forward(past(run), run.config.split, run.config.time.gap)


def untouched(run: Run) -> list[Split]:
    """Give the last folds, which no choice has seen."""
    return folds(run)[-run.config.split.untouched :]


def claimed(run: Run) -> list[Split]:
    """Give the coming months, a year ago."""
    return for_claim(past(run), run.config.split, run.config.time)


def columns(run: Run) -> list[str]:
    """List the selected columns."""
    stability = frame(run, "stability")
    return stability.loc[stability["is_selected"], "column"].tolist()


def trained_on(run: Run) -> list[str]:
    return [*KEYS, LABEL, *columns(run)]


def tuned(run: Run) -> dict[str, Any]:
    """Read the best settings, and how many seconds the search took."""
    return run.keep_figures("tuned", dict)


def recipe(run: Run, params: dict[str, Any]) -> Recipe:
    """Give the configured recipe with these settings."""
    how, horizon_months = run.config.train, run.config.time.horizon_months
    return Recipe(how.model, how.imbalance, how.recalibrate, params, horizon_months)


def tuned_recipe(run: Run) -> Recipe:
    return recipe(run, tuned(run)["params"])


def model(run: Run) -> Trained:
    """Read the trained model.

    Never open such a file from a stranger: it may run any code.
    """
    return joblib.load(run.folder / "model.joblib")
