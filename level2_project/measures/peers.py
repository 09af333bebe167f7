"""Peers: the tuned model beside FLAML's AutoML and a LightGBM as it comes.

All see the same columns, and are fitted anew to the past of each untouched cutoff.
FLAML first searches as ours was searched: by log loss on the open cutoffs, on the same
customers, with one thread, and for as many seconds as our search took.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from numpy.typing import NDArray

from level2_project.config import Config
from level2_project.evaluate import average_precision, log_loss, roc_auc
from level2_project.measures import automl
from level2_project.measures.automl import N_JOBS, Found, features_of
from level2_project.measures.interval import interval
from level2_project.split import LABEL, Split, for_choice
from level2_project.train import Recipe, p_churn, train
from level2_project.tune import search_of

Array = NDArray[Any]
Progress = Callable[[int, int], None]  # steps done, steps wanted

OURS, FLAML, DEFAULT = "ours", "FLAML", "default LightGBM"
METRICS = {
    "average_precision": average_precision,
    "log_loss": log_loss,
    "roc_auc": roc_auc,
}
IN_WORDS = {"average_precision": "average precision", "roc_auc": "ROC AUC"}
LESS_IS_BETTER = ["log_loss"]


class Contender(NamedTuple):
    name: str
    model: str
    predict: Callable[[Split], Array]  # fits the past; p_churn of the test side


def peers(
    folds: list[Split],
    chosen: Recipe,
    config: Config,
    budget_seconds: float,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Give one row per contender and untouched cutoff.

    What FLAML finds depends on the clock: keep the table, do not make it twice.

    Args:
        folds: the whole walk-forward, with the columns that all contenders see.
        chosen: our recipe, tuned.
        config: seed, untouched folds, and how many customers a search sees.
        budget_seconds: wall time for FLAML's search; what ours took.
        progress: told how much is done: first one search, then each fit.

    Returns:
        `contender`, `model`, `cutoff`, `average_precision`, `log_loss`, `roc_auc`,
        and `seconds` of wall time to fit and predict.

    Raises:
        ValueError: FLAML found nothing within the budget.
    """
    open_folds = for_choice(folds, config.split)
    tested = folds[len(open_folds) :]
    tell, steps = progress or (lambda done, wanted: None), 1 + 3 * len(tested)
    tell(0, steps)
    latest = latest_searched(open_folds, config)
    seed = config.seed_for("peers")
    found = automl.search(latest, budget_seconds, seed)
    tell(1, steps)
    rows: list[dict[str, Any]] = []
    for fold in tested:
        for contender in contenders(chosen, found, seed):
            rows.append(measured(contender, fold))
            tell(1 + len(rows), steps)
    return pd.DataFrame(rows)


def latest_searched(open_folds: list[Split], config: Config) -> Split:
    """Give the latest fold that our search looked at, of the same customers."""
    columns = list(features_of(open_folds[0].train))
    return search_of(open_folds, columns, config).folds[-1]


def contenders(chosen: Recipe, found: Found, seed: int) -> list[Contender]:
    return [
        Contender(OURS, chosen.model, lambda fold: ours(chosen, fold, seed)),
        Contender(
            FLAML, found.estimator, lambda fold: automl.p_churn(found, fold, seed)
        ),
        Contender(DEFAULT, "lightgbm", lambda fold: default(fold, seed)),
    ]


def ours(chosen: Recipe, fold: Split, seed: int) -> Array:
    return p_churn(train(chosen, fold.train, seed), fold.test)


def default(fold: Split, seed: int) -> Array:
    """Predict with LightGBM as it comes: nothing is set that could make it better."""
    model = LGBMClassifier(random_state=seed, n_jobs=N_JOBS, verbose=-1)
    model.fit(features_of(fold.train), fold.train[LABEL].to_numpy(bool))
    return np.asarray(model.predict_proba(features_of(fold.test)))[:, 1]


def measured(contender: Contender, fold: Split) -> dict[str, Any]:
    start = time.perf_counter()
    p = contender.predict(fold)
    seconds = time.perf_counter() - start
    left = fold.test[LABEL].to_numpy(bool)
    return {
        "contender": contender.name,
        "model": contender.model,
        "cutoff": fold.test["cutoff"].iloc[0],
        **{name: metric(left, p) for name, metric in METRICS.items()},
        "seconds": seconds,
    }


def versus(table: pd.DataFrame) -> pd.DataFrame:
    """Give one row per peer and metric: ours minus the peer, cutoff by cutoff.

    Args:
        table: as `peers` gives it.

    Returns:
        `peer`, `metric`, `mean` difference, its 95 % t interval `low` to `high`, and
        ours' `standing`: ahead, within the interval, behind, or unproven.
    """
    rows = []
    for peer in (FLAML, DEFAULT):
        for metric in METRICS:
            wide = table.pivot(index="cutoff", columns="contender", values=metric)
            mean, low, high = interval((wide[OURS] - wide[peer]).to_numpy(float))
            rows.append((peer, metric, mean, low, high, standing(metric, low, high)))
    columns = ["peer", "metric", "mean", "low", "high", "standing"]
    return pd.DataFrame(rows, columns=columns)


def standing(metric: str, low: float, high: float) -> str:
    """Say where ours is, by the interval of its difference from a peer.

    >>> standing("average_precision", 0.01, 0.03), standing("log_loss", 0.01, 0.03)
    ('ahead', 'behind')
    """
    if np.isnan(low):
        return "unproven"  # one cutoff has no interval
    if low <= 0 <= high:
        return "within the interval"
    return "ahead" if (low > 0) != (metric in LESS_IS_BETTER) else "behind"


def verdict(differences: pd.DataFrame) -> str:
    """Say in one sentence how ours stands.

    Args:
        differences: as `versus` gives them.
    """
    clauses = [
        f"against {peer}, {', '.join(map(in_words, rows.itertuples()))}"
        for peer, rows in differences.groupby("peer", sort=False)
    ]
    return (
        f"The tuned model is, {'; '.join(clauses)}: mean differences over the "
        f"untouched cutoffs, with 95 % intervals."
    )


def in_words(row: Any) -> str:
    name = IN_WORDS.get(row.metric, row.metric.replace("_", " "))
    figures = f"{row.mean:+.4f}, {row.low:+.4f} to {row.high:+.4f}"
    return f"{row.standing} in {name} ({figures})"
