"""Scores: what came of a policy's year, in money and in metrics."""

import numpy as np

from data.judge.ledger import Ledger
from data.judge.metrics import (
    all_metrics,
    calibration_curve,
    expected_auc,
    realised_auc,
)
from data.judge.year import Month, Setting
from data.world.state import Floats


def profit(months: list[Month]) -> Ledger:
    return sum((month.ledger for month in months), Ledger())


def monthly_profit(setting: Setting, months: list[Month]) -> list[float]:
    """Give what each month's offers will bring, USD per 1,000 customers."""
    return [1000 * month.ledger.profit / setting.customers for month in months]


def predictive(months: list[Month]) -> dict[str, float]:
    """Give the metrics of a policy's predictions, averaged over the cutoffs."""
    rows = [all_metrics(*_scored(month)) for month in months]
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


def predicted_groups(months: list[Month]) -> Floats:
    """Give the calibration curve: at each cutoff by itself, then averaged over them."""
    return np.mean([calibration_curve(*_scored(month)) for month in months], axis=0)


def _scored(month: Month) -> tuple[Floats, Floats]:
    """Give the true and the predicted chances of who is scored."""
    cutoff, predicted = month.cutoff, month.decision.p_churn
    assert predicted is not None
    return cutoff.p_churn[cutoff.scored], predicted[cutoff.scored]


def leak(months: list[Month]) -> list[float]:
    """Give, by cutoff, the realised AUC less what the true chances would expect.

    Nobody can know more than the true chances; what is above them by more than luck
    has seen the outcome.
    """
    excess = []
    for month in months:
        who, predicted = month.cutoff.scored, month.decision.p_churn
        assert predicted is not None
        left = month.events.left[who] > 0
        p = month.events.risk.leaving[who]  # this month's offers are in it
        excess.append(realised_auc(left, predicted[who]) - expected_auc(p, p))
    return excess
