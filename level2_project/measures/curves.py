"""Curves: what an evaluation draws, each with a band from the tested cutoffs.

Every curve is computed cutoff by cutoff and read off at points that all cutoffs share;
its band is the 95 % t interval of their mean, point by point.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve, roc_curve

from level2_project.config import Economics
from level2_project.decide import discount_usd, reachable, value_usd
from level2_project.measures.interval import interval
from level2_project.split import LABEL

Array = NDArray[Any]

SHARES = np.linspace(0, 1, 101)
BINS = 10  # of equally many customers each


def curves(folds: list[pd.DataFrame], economics: Economics) -> dict[str, pd.DataFrame]:
    """Give five curves by name, one row per point: `x`, `mean`, `low`, `high`.

    `precision_recall` is precision by recall, `roc` recall by the share of stayers
    alarmed, `calibration` the share who left by mean p_churn, `lift` and `profit` (USD
    per 1,000 customers) go by the share of customers taken.

    Args:
        folds: the predictions of one tested cutoff each.
        economics: what an offer costs and is assumed to bring.
    """
    sides = [(fold[LABEL].to_numpy(bool), fold["p_churn"].to_numpy()) for fold in folds]
    n_bins = min(BINS, *map(len, folds))
    bins = np.array([calibration(*side, n_bins) for side in sides])  # (folds, 2, bins)
    values = [profit(fold, economics) for fold in folds]
    return {
        "precision_recall": curve(SHARES, [precision(*side) for side in sides]),
        "roc": curve(SHARES, [recall(*side) for side in sides]),
        "calibration": curve(bins[:, 0].mean(axis=0), bins[:, 1]),
        "lift": curve(SHARES[1:], [lift(*side) for side in sides]),
        "profit": curve(SHARES, values),
    }


def curve(x: Array, heights: Any) -> pd.DataFrame:
    """Put one curve's heights at the points `x` together.  # (n_folds, n_points)"""
    return pd.DataFrame({"x": x, **interval(np.asarray(heights))._asdict()})


def precision(left: Array, p_churn: Array) -> Array:
    """Give the best precision that reaches each recall in `SHARES`."""
    found, reached, _ = precision_recall_curve(left, p_churn)
    best = np.maximum.accumulate(found[:-1])  # from all customers to the riskiest
    return best[np.searchsorted(-reached[:-1], -SHARES, side="right") - 1]


def recall(left: Array, p_churn: Array) -> Array:
    """Give the recall by the share of stayers who are taken for leavers."""
    alarmed, reached, _ = roc_curve(left, p_churn)
    return np.interp(SHARES, alarmed, reached)


def calibration(left: Array, p_churn: Array, n_bins: int) -> tuple[Array, Array]:
    """Give mean p_churn and the share who left in bins from safest to riskiest."""
    bins = np.array_split(np.argsort(p_churn, kind="stable"), n_bins)
    return (
        np.array([p_churn[rows].mean() for rows in bins]),
        np.array([left[rows].mean() for rows in bins]),
    )


def lift(left: Array, p_churn: Array) -> Array:
    """Give the leaving rate among the riskiest over the mean rate, by share taken."""
    taken = counts(len(left))[1:]
    found = np.cumsum(left[np.argsort(-p_churn, kind="stable")])
    return found[taken - 1] / taken / left.mean()


def profit(fold: pd.DataFrame, economics: Economics) -> Array:
    """Give what offers would have brought, by share of customers who get one.

    They go to the highest expected gain first, to whom they cannot reach last; nobody
    rests. USD per 1,000 customers.
    """
    fee_usd = np.nan_to_num(fold["monthly_fee_usd"].to_numpy(float))
    expected = gain_usd(fold["p_churn"].to_numpy(), fee_usd, economics)
    came = gain_usd(fold[LABEL].to_numpy(float), fee_usd, economics)
    first = np.lexsort([-expected, ~reachable(fold)])
    total = np.cumsum(came[first])
    return 1000 * np.append(0.0, total)[counts(len(fold))] / len(fold)


def gain_usd(chance: Array, monthly_fee_usd: Array, economics: Economics) -> Array:
    """Give what an offer brings to each customer less what it costs.

    Args:
        chance: of leaving without an offer; 0 or 1 where it is known.  # (n,)
        monthly_fee_usd: USD for one month.  # (n,)
        economics: the assumed save rate, and the money.
    """
    saved = chance * economics.save_rate
    taken = (1 - chance + saved) * discount_usd(monthly_fee_usd, economics)
    return saved * value_usd(monthly_fee_usd, economics) - taken - economics.contact_usd


def counts(n: int) -> Array:
    """Give the number of customers that each of `SHARES` makes; one at the least."""
    return np.round(SHARES * n).astype(int).clip(min=SHARES > 0)
