"""AutoML: what FLAML finds, and how that predicts.

FLAML and the XGBoost that it imports are no part of this project's environment. They
are installed into a folder of their own, which `measure` in `peers.py` puts behind it.
"""

import importlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

PACKAGES = Path("build/bench-packages")
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
IDS = ["customer_id", "cutoff"]
LABEL = "left"
N_JOBS = 1  # level 2's models have no more
# What FLAML tries by itself where neither CatBoost nor Spark is installed; named here,
# so that it tries the same everywhere.
ESTIMATORS = ["lgbm", "rf", "xgboost", "extra_tree", "xgb_limitdepth", "sgd", "lrl1"]


class Found(NamedTuple):
    """The best that FLAML found."""

    estimator: str  # one of `ESTIMATORS`
    settings: dict[str, Any]


def install(folder: Path = PACKAGES) -> None:
    """Install FLAML and XGBoost into a folder, if they are not there."""
    stamp = folder / REQUIREMENTS.name  # written last
    if stamp.exists() and stamp.read_bytes() == REQUIREMENTS.read_bytes():
        return
    shutil.rmtree(folder, ignore_errors=True)
    options = (
        f"--quiet --no-deps --require-hashes --only-binary :all: -r {REQUIREMENTS}"
    )
    pip = [sys.executable, "-m", "pip", "install"]
    uv_pip = ["uv", "pip", "install", "--python", sys.executable]
    command = [*(uv_pip if shutil.which("uv") else pip), *options.split()]
    subprocess.run([*command, "--target", str(folder)], check=True)
    shutil.copy(REQUIREMENTS, stamp)


def search(
    train: pd.DataFrame, test: pd.DataFrame, budget_seconds: float, seed: int
) -> Found:
    """Let FLAML fit `train` and judge by `test`, again and again for so long.

    What it finds depends on the clock.

    Raises:
        ValueError: it found nothing.
    """
    settings = {
        "estimator_list": ESTIMATORS,
        "time_budget": budget_seconds,
        "X_val": features_of(test),
        "y_val": test[LABEL].to_numpy(int),
    }
    best = fitted(train, seed, settings)
    if best.best_estimator is None:
        raise ValueError(
            f"wanted a model from FLAML within {budget_seconds:g} seconds, found none "
            f"with {test[LABEL].sum()} leavers to judge by: give it more customers"
        )
    return Found(best.best_estimator, best.best_config)


def p_churn(
    found: Found, train: pd.DataFrame, test: pd.DataFrame, seed: int
) -> NDArray[np.floating[Any]]:
    """Fit what was found to `train`; predict `test`.  # (n_test,)"""
    settings = {
        "estimator_list": [found.estimator],
        "starting_points": {found.estimator: found.settings},
        "max_iter": 1,  # so FLAML fits where it starts, and does not search
        "eval_method": "cv",  # so it fits all rows, and holds none back
        "split_type": "time",  # so it leaves them in order
    }
    model = fitted(train, seed, settings)
    return np.asarray(model.predict_proba(features_of(test)))[:, 1]


def features_of(snapshots: pd.DataFrame) -> pd.DataFrame:
    return snapshots.drop(columns=[*IDS, LABEL])


def fitted(rows: pd.DataFrame, seed: int, settings: dict[str, Any]) -> Any:
    """Fit FLAML's AutoML, which is found in `PACKAGES` alone."""
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
