"""AutoML: what FLAML finds on the rows and folds, and in the time, of our search.

A search that ends by the clock may end elsewhere the next time: its result is for
keeping. What was found is fitted the same every time.
"""

import importlib
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import check_cv

from level2_project.split import KEYS, LABEL, Split
from level2_project.train import LIGHTGBM

Array = NDArray[Any]

N_JOBS = int(LIGHTGBM["n_jobs"])  # ours has no more
# What FLAML tries by itself where neither CatBoost nor Spark is installed; named here,
# so that it tries the same everywhere.
ESTIMATORS = ["lgbm", "rf", "xgboost", "extra_tree", "xgb_limitdepth", "sgd", "lrl1"]


class Found(NamedTuple):
    """The best that FLAML found."""

    estimator: str  # one of `ESTIMATORS`
    settings: dict[str, Any]


def search(folds: list[Split], budget_seconds: float, seed: int) -> Found:
    """Let FLAML search for so long; it looks at the given folds and no others.

    Raises:
        ValueError: it found nothing.
    """
    rows, sides = on_one_frame(folds)
    settings = {
        "estimator_list": ESTIMATORS,
        "time_budget": budget_seconds,
        "split_type": check_cv(sides),
    }
    with quiet():
        best = fitted(rows, seed, settings)
    if best.best_estimator is None:
        raise ValueError(
            f"wanted a model from FLAML within {budget_seconds:g} seconds, found none: "
            f"give it more time, or fewer customers (tune.customers)"
        )
    return Found(best.best_estimator, best.best_config)


def p_churn(found: Found, fold: Split, seed: int) -> Array:
    """Fit what was found to the fold's past; predict its test side.  # (n_test,)"""
    settings = {
        "estimator_list": [found.estimator],
        "starting_points": {found.estimator: found.settings},
        "max_iter": 1,  # so FLAML fits where it starts, and does not search
        "split_type": "time",  # so it leaves the rows in order
    }
    with quiet():
        model = fitted(fold.train, seed, settings)
        return np.asarray(model.predict_proba(features_of(fold.test)))[:, 1]


def features_of(snapshots: pd.DataFrame) -> pd.DataFrame:
    return snapshots.drop(columns=[*KEYS, LABEL])


def fitted(rows: pd.DataFrame, seed: int, settings: dict[str, Any]) -> Any:
    """Fit FLAML's AutoML. It is loaded here, as that takes seconds."""
    automl = importlib.import_module("flaml").AutoML()
    automl.fit(
        features_of(rows).reset_index(drop=True),
        rows[LABEL].to_numpy(int),
        task="classification",
        metric="log_loss",
        eval_method="cv",
        n_jobs=N_JOBS,
        seed=seed,
        verbose=0,
        **settings,
    )
    return automl


def on_one_frame(
    folds: list[Split],
) -> tuple[pd.DataFrame, list[tuple[Array, Array]]]:
    """Put the rows of all folds together, each once, and say where the sides are.

    Returns:
        The rows, and per fold the positions of its train and of its test side.
    """
    sides = [side for fold in folds for side in fold]
    rows = pd.concat(sides).drop_duplicates(KEYS, ignore_index=True)
    keys = pd.MultiIndex.from_frame(rows[KEYS])
    places = [keys.get_indexer(pd.MultiIndex.from_frame(side[KEYS])) for side in sides]
    return rows, list(zip(places[::2], places[1::2], strict=True))


@contextmanager
def quiet() -> Iterator[None]:
    """Keep FLAML's log and warnings off the screen, and its filters out of ours."""
    everything, nothing = logging.getLogger("flaml"), logging.NullHandler()
    printed = logging.getLogger("flaml.automl.logger")
    before = everything.level
    everything.setLevel(logging.CRITICAL)
    printed.addHandler(nothing)  # if it has no handler, FLAML adds one that prints
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        printed.removeHandler(nothing)
        everything.setLevel(before)
