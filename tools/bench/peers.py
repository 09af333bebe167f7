"""Peers: level 2's model beside FLAML's AutoML and a LightGBM with default settings.

All three see the same columns and the same customers. Each is fitted anew to the past
of each of the last cutoffs, which no choice has seen. Before that, FLAML searches on
earlier cutoffs, for as long as all trials of level 2's own search take in a row.
Run as `python -m tools.bench.peers REPORT WORLD`.
"""

import json
import logging
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from numpy.typing import NDArray
from scipy.stats import ttest_1samp
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from level2_project.config import Config, read_config
from level2_project.load import load
from level2_project.run.found import read_found
from level2_project.snapshots import snapshots
from level2_project.split import Split, walk_forward
from level2_project.train import Recipe, adopt, recipe_of, train
from level2_project.train import p_churn as p_churn_of
from tools.bench import automl
from tools.bench.automl import IDS, LABEL, N_JOBS, features_of

Floats = NDArray[np.floating[Any]]

OURS, FLAML, DEFAULT = "level 2", "FLAML", "default LightGBM"
METRICS: dict[str, Callable[[Any, Any], float]] = {
    "average_precision": average_precision_score,
    "log_loss": log_loss,
    "roc_auc": roc_auc_score,
}
LESS_IS_BETTER = ["log_loss"]


def measure(report: Path, world: Path) -> None:
    """Compare the three on a world's open months."""
    sys.path.append(str(automl.PACKAGES.resolve()))  # behind the project's own packages
    logging.disable()
    warnings.simplefilter("ignore")  # FLAML's, of packages newer than it knows
    report.write_text(json.dumps(compare(world, read_config())))


def compare(world: Path, config: Config) -> dict[str, Any]:
    """Return what was compared, and by how much level 2 is ahead of each peer."""
    found = read_found()
    folds, n_customers = folds_of(world, found.columns, config)
    choice, tested = folds[: -config.split.untouched], folds[-config.split.untouched :]
    seed = config.seed_for("peers")
    recipe = recipe_of(adopt(config, found.recipe), found.params)
    budget = config.tune.trials * seconds_of_a_trial(recipe, choice, seed)
    best = automl.search(choice[-1].train, choice[-1].test, budget, seed)
    contenders = {
        OURS: lambda fold: ours(recipe, fold, seed),
        FLAML: lambda fold: automl.p_churn(best, fold.train, fold.test, seed),
        DEFAULT: lambda fold: default(fold, seed),
    }
    table = pd.DataFrame(
        [measured(c, contenders[c], fold) for fold in tested for c in contenders]
    )
    return {
        "customers": n_customers,
        "columns": len(found.columns),
        "tested_cutoffs": len(tested),
        "flaml_search_seconds": round(budget, 1),
        "flaml_found": best.estimator,
        "means": means(table),
        "level2_minus": versus(table),
    }


def folds_of(
    world: Path, columns: list[str], config: Config
) -> tuple[list[Split], int]:
    """Return the walk-forward over a sample of customers, and how many they are."""
    sources = load(world, pd.Timestamp(config.time.predict_at)).sources
    rows = snapshots(sources, config)[[*IDS, LABEL, *columns]]
    customers = rows["customer_id"].unique()
    size = min(config.tune.customers, len(customers))
    stream = np.random.default_rng(config.seed_for("peers.customers"))
    sample = stream.choice(customers, size, replace=False)
    rows = rows[rows["customer_id"].isin(sample)]
    return walk_forward(rows, config.split, config.time.gap), size


def seconds_of_a_trial(recipe: Recipe, choice: list[Split], seed: int) -> float:
    start = time.perf_counter()
    for fold in choice:
        ours(recipe, fold, seed)
    return time.perf_counter() - start


def ours(recipe: Recipe, fold: Split, seed: int) -> Floats:
    return p_churn_of(train(recipe, fold.train, seed), fold.test)


def default(fold: Split, seed: int) -> Floats:
    """Predict with LightGBM as it comes: nothing is set that could make it better."""
    model = LGBMClassifier(random_state=seed, n_jobs=N_JOBS, verbose=-1)
    model.fit(features_of(fold.train), fold.train[LABEL].to_numpy(bool))
    return np.asarray(model.predict_proba(features_of(fold.test)))[:, 1]


def measured(
    contender: str, predict: Callable[[Split], Floats], fold: Split
) -> dict[str, Any]:
    """Return one row: a contender at a cutoff, its metrics, and its seconds."""
    start = time.perf_counter()
    p = predict(fold)
    seconds = time.perf_counter() - start
    left, cutoff = fold.test[LABEL].to_numpy(bool), fold.test["cutoff"].iloc[0]
    figures = {name: float(metric(left, p)) for name, metric in METRICS.items()}
    return {"contender": contender, "cutoff": cutoff, **figures, "seconds": seconds}


def means(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return each contender's figures, their mean over the tested cutoffs."""
    figures = table.groupby("contender")[[*METRICS, "seconds"]].mean().round(4)
    return figures.to_dict("index")


def versus(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return, per peer and metric, level 2's figure minus the peer's.

    `low` to `high` is the 95 % t interval of the mean over cutoffs.
    """
    rows = []
    for peer in (FLAML, DEFAULT):
        for metric in METRICS:
            wide = table.pivot(index="cutoff", columns="contender", values=metric)
            differences = (wide[OURS] - wide[peer]).to_numpy(float)
            low, high = ttest_1samp(differences, 0).confidence_interval()
            rows.append(
                {
                    "peer": peer,
                    "metric": metric,
                    "mean": round(float(differences.mean()), 4),
                    "low": round(float(low), 4),
                    "high": round(float(high), 4),
                    "standing": standing(metric, low, high),
                }
            )
    return rows


def standing(metric: str, low: float, high: float) -> str:
    """Return where level 2 stands, by the interval of its difference from a peer.

    >>> standing("average_precision", 0.01, 0.03), standing("log_loss", 0.01, 0.03)
    ('ahead', 'behind')
    """
    if not (low > 0 or high < 0):  # nor if one cutoff gives no interval
        return "not told apart"
    return "ahead" if (low > 0) != (metric in LESS_IS_BETTER) else "behind"


if __name__ == "__main__":
    measure(Path(sys.argv[1]), Path(sys.argv[2]))
