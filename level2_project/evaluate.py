"""Evaluate: how good the probabilities are at each tested cutoff, and how sure that is.

Every figure is computed cutoff by cutoff; what is reported is the mean over cutoffs
with a 95 % t interval. Cutoffs are few and share customers: take an interval as the
least that has to be allowed for.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.metrics import log_loss as mean_log_loss

from level2_project.config import Economics
from level2_project.decide import decide, reachable, realised_value
from level2_project.measures.curves import curves
from level2_project.measures.interval import interval
from level2_project.split import LABEL

Array = NDArray[Any]

NEEDED = ["customer_id", "cutoff", LABEL, "p_churn", "monthly_fee_usd", "is_unpaid"]
UNITS = {
    "roc_auc": "chance that a leaver ranks above a stayer",
    "average_precision": "mean precision at the leavers' ranks",
    "log_loss": "nats per customer and month",
    "calibration": "predicted leavers per leaver",
    "lift_at_10_percent": "leaving rate of the riskiest tenth over the mean rate",
    "profit": "USD per 1,000 customers and month, at the assumed save rate",
}
MONTHS_A_YEAR = 12


class Evaluation(NamedTuple):
    metrics: pd.DataFrame  # one row per metric: metric, mean, low, high, unit
    by_cutoff: pd.DataFrame  # one row per tested cutoff: its size and each metric
    curves: dict[str, pd.DataFrame]  # by name, one row per point: x, mean, low, high


def evaluate(predictions: pd.DataFrame, economics: Economics) -> Evaluation:
    """Hold walk-forward predictions against who really left.

    Args:
        predictions: one row per customer per tested cutoff: `customer_id`, `cutoff`,
            `left`, `p_churn`, `monthly_fee_usd`, `is_unpaid`.
        economics: what an offer costs and is assumed to bring.

    Raises:
        ValueError: a column is missing, a probability is out of [0, 1], or a cutoff
            has no leavers or nobody else.
    """
    _check(predictions)
    offered = predictions.assign(offer=offers(predictions, economics))
    folds = [fold for _, fold in offered.groupby("cutoff", sort=True)]
    by_cutoff = pd.DataFrame([_figures(fold, economics) for fold in folds])
    return Evaluation(summary(by_cutoff), by_cutoff, curves(folds, economics))


def claim(evaluation: Evaluation) -> dict[str, float]:
    """Give what the project believes it will reach, by the judge's names.

    `..._error` is the standard error of a mean over cutoffs. Profit is claimed for a
    year of twelve mean months, USD per 1,000 customers.
    """
    figures = evaluation.by_cutoff[list(UNITS)]
    figures = figures.assign(profit=MONTHS_A_YEAR * figures["profit"])
    means, errors = figures.mean(), figures.sem().add_suffix("_error").dropna()
    return {**means.to_dict(), **errors.to_dict()}


def summary(by_cutoff: pd.DataFrame) -> pd.DataFrame:
    """Give each metric's mean over cutoffs with its interval, one row per metric."""
    rows = [
        (metric, *interval(by_cutoff[metric].to_numpy(float)), unit)
        for metric, unit in UNITS.items()
    ]
    return pd.DataFrame(rows, columns=["metric", "mean", "low", "high", "unit"])


def offers(predictions: pd.DataFrame, economics: Economics) -> Array:
    """Decide cutoff by cutoff, so that nobody gets a second offer while he rests."""
    offered = pd.Series(False, index=predictions.index)
    last = pd.Series(dtype=predictions["cutoff"].dtype)
    rest = pd.DateOffset(months=economics.rest_months)
    for cutoff, fold in predictions.groupby("cutoff", sort=True):
        rests = (last.reindex(fold["customer_id"]) > cutoff - rest).to_numpy(bool)
        free = reachable(fold) & ~rests
        p_churn, fee_usd = (fold[c].to_numpy() for c in ("p_churn", "monthly_fee_usd"))
        offer = decide(p_churn, fee_usd, free, economics)
        offered[fold.index] = offer
        made = pd.Series(cutoff, index=fold.loc[offer, "customer_id"], dtype=last.dtype)
        last = pd.concat([last[~last.index.isin(made.index)], made])
    return offered.to_numpy()


def roc_auc(left: Array, p_churn: Array) -> float:
    """Give the chance that a leaver is ranked above a stayer; ties count half."""
    return float(roc_auc_score(left, p_churn))


def average_precision(left: Array, p_churn: Array) -> float:
    """Give the mean precision at each leaver's rank, ties broken by position."""
    order = np.argsort(-p_churn, kind="stable")
    return float(average_precision_score(left[order], -np.arange(len(order))))


def log_loss(left: Array, p_churn: Array) -> float:
    """Give the mean log loss in nats; certain and wrong costs at most 34.5."""
    p_churn = np.clip(p_churn, 1e-15, 1 - 1e-15)
    return float(mean_log_loss(left, p_churn, labels=[False, True]))


def calibration(left: Array, p_churn: Array) -> float:
    """Give predicted leavers per leaver; 1 is right on average."""
    return float(p_churn.sum() / left.sum())


def lift_at_10_percent(left: Array, p_churn: Array) -> float:
    """Give the leaving rate of the tenth ranked riskiest, over the mean rate."""
    riskiest = np.argsort(-p_churn, kind="stable")[: max(1, round(len(left) / 10))]
    return float(left[riskiest].mean() / left.mean())


METRICS: list[Callable[[Array, Array], float]] = [
    roc_auc,
    average_precision,
    log_loss,
    calibration,
    lift_at_10_percent,
]


def _figures(fold: pd.DataFrame, economics: Economics) -> dict[str, Any]:
    left, offer = fold[LABEL].to_numpy(bool), fold["offer"].to_numpy(bool)
    p_churn, fee_usd = (fold[c].to_numpy() for c in ("p_churn", "monthly_fee_usd"))
    value = realised_value(offer, left, fee_usd, economics)
    return {
        "cutoff": fold["cutoff"].iloc[0],
        "n_customers": len(fold),
        "n_left": int(left.sum()),
        "n_offers": int(offer.sum()),
        **{metric.__name__: metric(left, p_churn) for metric in METRICS},
        "profit": 1000 * value.total_usd / len(fold),
    }


def _check(predictions: pd.DataFrame) -> None:
    if missing := [name for name in NEEDED if name not in predictions]:
        raise ValueError(
            f"cannot evaluate: wanted the columns {', '.join(NEEDED)}, "
            f"found no {', '.join(missing)}: add them to the predictions"
        )
    p_churn = predictions["p_churn"]
    if not p_churn.between(0, 1).all():
        raise ValueError(
            f"cannot evaluate: wanted each p_churn in [0, 1], found {p_churn.min()} to "
            f"{p_churn.max()} and {p_churn.isna().sum()} blanks: look at the model"
        )
    rates = predictions.groupby("cutoff")[LABEL].mean()
    if one_sided := [
        f"{cutoff:%Y-%m-%d}" for cutoff in rates[rates.isin([0, 1])].index
    ]:
        raise ValueError(
            f"cannot evaluate: wanted leavers and others at each cutoff, found only "
            f"one of the two at {', '.join(one_sided)}: take more customers"
        )
