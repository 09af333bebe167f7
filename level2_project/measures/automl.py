"""AutoML: what FLAML finds on the rows of our search, in the time that it took.

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


def search(fold: Split, budget_seconds: float, seed: int) -> Found:
    """Let FLAML fit the past and judge by the test side, again and again for so long.

    To judge by all folds would be nearer to our search, but four times as slow, and it
    keeps FLAML from beginning with a part of the rows, which makes it quick.

    Raises:
        ValueError: it found nothing.
    """
    settings = {
        "estimator_list": ESTIMATORS,
        "time_budget": budget_seconds,
        "X_val": features_of(fold.test),
        "y_val": fold.test[LABEL].to_numpy(int),
    }
    with quiet():
        best = fitted(fold.train, seed, settings)
    if best.best_estimator is None:
        raise ValueError(
            f"wanted a model from FLAML within {budget_seconds:g} seconds, found none; "
            f"it had {fold.test[LABEL].sum()} leavers to judge by: give it more time, "
            f"or more customers (tune.customers)"
        )
    return Found(best.best_estimator, best.best_config)


def p_churn(found: Found, fold: Split, seed: int) -> Array:
    """Fit what was found to the fold's past; predict its test side.  # (n_test,)"""
    settings = {
        "estimator_list": [found.estimator],
        "starting_points": {found.estimator: found.settings},
        "max_iter": 1,  # so FLAML fits where it starts, and does not search
        "eval_method": "cv",  # so it fits all rows, and holds none back
        "split_type": "time",  # so it leaves them in order
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
        n_jobs=N_JOBS,
        seed=seed,
        verbose=0,
        **settings,
    )
    return automl


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
