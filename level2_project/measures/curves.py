"""Curves: what an evaluation draws, each with a band from the tested cutoffs.

Every curve is read off at points that all cutoffs share; its band is their t interval.
"""

import numpy as np
import pandas as pd
from sklearn.metrics import precision_recall_curve, roc_curve

from level2_project.config import Economics
from level2_project.measures.gain import Array, gain_usd, reachable
from level2_project.measures.interval import interval
from level2_project.point_in_time.keys import LABEL

SHARES = np.linspace(0, 1, 101)


def curves(folds: list[pd.DataFrame], economics: Economics) -> dict[str, pd.DataFrame]:
    """Compute five curves by name from the predictions of one tested cutoff each."""
    sides = [(fold[LABEL].to_numpy(bool), fold["p_churn"].to_numpy()) for fold in folds]
    n_bins = min(10, *map(len, folds))  # of equally many customers each
    bins = np.array([binned(*side, n_bins) for side in sides])  # (folds, 2, bins)
    return {
        "precision_recall": curve(SHARES, [precision(*side) for side in sides]),
        "roc": curve(SHARES, [recall(*side) for side in sides]),
        "calibration": curve(bins[:, 0].mean(axis=0), bins[:, 1]),
        "lift": curve(SHARES[1:], [lift(*side) for side in sides]),
        "profit": curve(SHARES, [profit(fold, economics) for fold in folds]),
    }


def curve(x: Array, heights: list[Array] | Array) -> pd.DataFrame:
    """Put one curve's heights at the points `x` together.  # (n_folds, n_points)"""
    return pd.DataFrame({"x": x, **interval(np.asarray(heights))._asdict()})


def precision(left: Array, p_churn: Array) -> Array:
    """Return the best precision that reaches each recall in `SHARES`."""
    found, reached, _ = precision_recall_curve(left, p_churn)
    best = np.maximum.accumulate(found[:-1])  # from all customers to the riskiest
    return best[np.searchsorted(-reached[:-1], -SHARES, side="right") - 1]


def recall(left: Array, p_churn: Array) -> Array:
    """Return the recall by the share of stayers that are taken for leavers."""
    alarmed, reached, _ = roc_curve(left, p_churn)
    return np.interp(SHARES, alarmed, reached)


def binned(left: Array, p_churn: Array, n_bins: int) -> list[list[float]]:
    """Return mean p_churn and the share that left, in bins from safest to riskiest.

    scikit-learn's `calibration_curve` merges bins where predictions tie.
    """
    bins = np.array_split(np.argsort(p_churn, kind="stable"), n_bins)
    return [[values[rows].mean() for rows in bins] for values in (p_churn, left)]


def lift(left: Array, p_churn: Array) -> Array:
    """Return the leaving rate among the riskiest over the mean rate, by share taken."""
    taken = counts(len(left))[1:]
    found = np.cumsum(left[np.argsort(-p_churn, kind="stable")])
    return found[taken - 1] / taken / left.mean()


def profit(fold: pd.DataFrame, economics: Economics) -> Array:
    """Return USD per 1,000 customers, by the share of customers who get an offer."""
    fee_usd = fold["monthly_fee_usd"].to_numpy(float)
    expected = gain_usd(fold["p_churn"].to_numpy(), fee_usd, economics)
    came = gain_usd(fold[LABEL].to_numpy(float), fee_usd, economics)
    # The highest expected gain comes first, customers who cannot be reached last.
    first = np.lexsort([-expected, ~reachable(fold)])
    total = np.cumsum(came[first])
    return 1000 * np.append(0.0, total)[counts(len(fold))] / len(fold)


def counts(n: int) -> Array:
    """Return the number of customers in each of `SHARES`; one at the least."""
    return np.round(SHARES * n).astype(int).clip(min=SHARES > 0)
