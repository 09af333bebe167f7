"""Evaluate: how good the probabilities are at each tested cutoff, and how sure that is.

Every figure is computed cutoff by cutoff; what is reported is the mean over cutoffs
with a 95 % t interval. Cutoffs are few and share customers, so that is the least error.
"""

from typing import Any, NamedTuple

import pandas as pd

from level2_project.config import Economics
from level2_project.decide import decide
from level2_project.measures import curves, gain
from level2_project.measures.interval import interval, prediction_error
from level2_project.measures.metrics import METRICS, UNITS
from level2_project.point_in_time.keys import KEYS, LABEL
from level2_project.split import Split
from level2_project.train import Recipe, p_churn, train

WALKED = [*KEYS, LABEL, "monthly_fee_usd", "is_unpaid"]


class Evaluation(NamedTuple):
    metrics: pd.DataFrame  # one row per metric: metric, mean, low, high, unit
    by_cutoff: pd.DataFrame  # one row per tested cutoff: its size and each metric
    curves: dict[str, pd.DataFrame]  # by name, one row per point: x, mean, low, high


def walk(
    folds: list[Split], columns: list[str], recipe: Recipe, seed: int
) -> pd.DataFrame:
    """Predict the customers of each tested cutoff from its own past, one row each."""
    wanted = [*KEYS, LABEL, *columns]
    models = ((train(recipe, past[wanted], seed), test) for past, test in folds)
    parts = [
        test[WALKED].assign(p_churn=p_churn(model, test)) for model, test in models
    ]
    return pd.concat(parts, ignore_index=True)


def evaluate(predictions: pd.DataFrame, economics: Economics) -> Evaluation:
    """Hold predictions, as from `walk`, against who really left."""
    offered = predictions.assign(offer=decided(predictions, economics))
    folds = [fold for _, fold in offered.groupby("cutoff", sort=True)]
    by_cutoff = pd.DataFrame([_figures(fold, economics) for fold in folds])
    return Evaluation(summary(by_cutoff), by_cutoff, curves.curves(folds, economics))


def claim(evaluation: Evaluation, months: int) -> dict[str, float]:
    """Return what is believed of the coming `months`, by the judge's names.

    A figure is the mean over all past periods, `..._error` the standard error of its
    prediction: how far means of one period lie apart, and how sure the mean of them all
    is. Profit is not claimed: it hangs on a save rate that is assumed.
    """
    figures = evaluation.by_cutoff[[metric.__name__ for metric in METRICS]]
    errors = prediction_error(figures.to_numpy(float), months)
    means = figures.mean().to_dict()
    named = {f"{name}_error": float(e) for name, e in zip(means, errors, strict=True)}
    return {"months": months, **means, **named}


def summary(by_cutoff: pd.DataFrame) -> pd.DataFrame:
    """Compute each metric's mean over cutoffs with its interval, one row per metric."""
    found = interval(by_cutoff[list(UNITS)].to_numpy(float))._asdict()
    return pd.DataFrame({"metric": list(UNITS), **found, "unit": list(UNITS.values())})


def decided(predictions: pd.DataFrame, economics: Economics) -> gain.Array:
    """Mark offers, decided cutoff by cutoff so that customers rest between them."""
    offered = pd.Series(False, index=predictions.index)
    last: dict[int, pd.Timestamp] = {}  # offer, by customer
    rest = pd.DateOffset(months=economics.rest_months)
    for cutoff, fold in predictions.groupby("cutoff", sort=True):
        rests = pd.to_datetime(fold["customer_id"].map(last)) > cutoff - rest
        p_churn, fee_usd = (fold[c].to_numpy() for c in ("p_churn", "monthly_fee_usd"))
        offer = decide(p_churn, fee_usd, gain.reachable(fold) & ~rests, economics)
        offered[fold.index] = offer
        last |= dict.fromkeys(fold.loc[offer, "customer_id"], cutoff)
    return offered.to_numpy()


def _figures(fold: pd.DataFrame, economics: Economics) -> dict[str, Any]:
    left, offer = fold[LABEL].to_numpy(bool), fold["offer"].to_numpy(bool)
    p_churn, fee_usd = (fold[c].to_numpy() for c in ("p_churn", "monthly_fee_usd"))
    return {
        "cutoff": fold["cutoff"].iloc[0],
        "n_customers": len(fold),
        "n_left": int(left.sum()),
        "n_offers": int(offer.sum()),
        **{metric.__name__: metric(left, p_churn) for metric in METRICS},
        "profit": gain.profit_per_1000_usd(offer, left, fee_usd, economics),
    }
