"""Scores: what came of a policy's year, in money and in metrics."""

import numpy as np

from data.judge.ledger import Ledger
from data.judge.metrics import (
    all_metrics,
    calibration_curve,
    expected_auc,
    realised_auc,
)
from data.judge.result import Group, Metrics
from data.judge.year import Month, Setting
from data.world.state import Floats


def profit(months: list[Month]) -> Ledger:
    """Add up the ledgers of a policy's months."""
    return sum((month.ledger for month in months), Ledger())


def monthly_profit(setting: Setting, months: list[Month]) -> list[float]:
    """Return what each month's offers will bring, USD per 1,000 customers."""
    return [1000 * month.ledger.profit / setting.customers for month in months]


def predictive(months: list[Month]) -> Metrics:
    """Return the metrics of a policy's predictions, averaged over the cutoffs."""
    rows = [all_metrics(*_scored(month)) for month in months]
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


def calibration_groups(months: list[Month]) -> list[Group]:
    """Return the calibration curve: grouped at each cutoff, then averaged over them."""
    curves = [calibration_curve(*_scored(month)) for month in months]
    groups = np.mean(curves, axis=0).round(6).tolist()  # a millionth is far below luck
    return [Group(predicted, true) for predicted, true in groups]


def _scored(month: Month) -> tuple[Floats, Floats]:
    """Return true and predicted probabilities of the customers that are scored."""
    cutoff, predicted = month.cutoff, month.decision.p_churn
    assert predicted is not None
    return cutoff.p_churn[cutoff.scored], predicted[cutoff.scored]


def leak(months: list[Month]) -> list[float]:
    """Return, by cutoff, the realised AUC less the one expected of the truth.

    Nobody can know more than the true probabilities. A contender that is above them
    by more than luck has seen the outcome.
    """
    excess = []
    for month in months:
        who, predicted = month.cutoff.scored, month.decision.p_churn
        assert predicted is not None
        left = month.events.left[who] > 0
        p = month.events.risk.leaving[who]  # this month's offers are in it
        excess.append(realised_auc(left, predicted[who]) - expected_auc(p, p))
    return excess
