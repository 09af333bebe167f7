"""Scores: what came of a policy's year, in money and in metrics."""

from typing import NamedTuple

import numpy as np

from data.judge.account import Account
from data.judge.future import leaving_within
from data.judge.metrics import (
    all_metrics,
    auc_error,
    calibration_curve,
    expected_auc,
    realised_auc,
)
from data.judge.result import Effect, Group, Metrics
from data.judge.year import Month, Setting
from data.world.state import Floats


def profit(months: list[Month]) -> Account:
    """Add up the accounts of a policy's months."""
    return sum((month.account for month in months), Account())


def monthly_profit(setting: Setting, months: list[Month]) -> list[float]:
    """Return what each month's offers will bring, USD per 1,000 customers."""
    return [1000 * month.account.profit / setting.customers for month in months]


def offer_share(months: list[Month]) -> float:
    """Return the offers made per customer and month."""
    offers = sum(int(month.decision.offers.sum()) for month in months)
    return offers / sum(int(month.cutoff.roster.sum()) for month in months)


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


class Excess(NamedTuple):
    """A realised AUC less the expected one, and the standard error of that."""

    auc: float
    error: float


def leak(months: list[Month]) -> list[Excess]:
    """Return, by cutoff, what a contender's AUC came out above its own expectation.

    Expected is the AUC of the very same predictions under the true probabilities, this
    month's offers included. Luck makes the difference, so its mean is 0 for everybody
    who decided before the outcome, however good or bad the predictions are. Who has
    seen outcomes stays above it.
    """
    found = []
    for month in months:
        who, predicted = month.cutoff.scored, month.decision.p_churn
        assert predicted is not None
        left = month.events.left[who] > 0
        p, guess = month.events.risk.leaving[who], predicted[who]
        auc = realised_auc(left, guess) - expected_auc(p, guess)
        found.append(Excess(auc, auc_error(p, guess)))
    return found


def leak_z(found: list[Excess]) -> float:
    """Return the mean excess in its standard errors: standard normal without a leak.

    Cutoffs do not share luck: given all that came before, each has mean 0.
    """
    variance = sum(excess.error**2 for excess in found)
    return float(sum(excess.auc for excess in found) / variance**0.5)


def effect(setting: Setting, months: list[Month]) -> Effect | None:
    """Return what the offers made in these months truly did; None if none was made."""
    made = sum(int(month.events.offers.sum()) for month in months)
    if not made:
        return None
    account, kept = profit(months), np.hstack([_kept(setting, m) for m in months])
    return Effect(
        offers=kept.shape[1],
        reduction_in_month=float(kept[0].sum() / max(kept.shape[1], 1)),
        reduction_in_force=float(kept[1].sum() / max(kept.shape[1], 1)),
        gain_usd=(account.margin_sealed_year + account.margin_run_off) / made,
        net_gain_usd=account.profit / made,
    )


def _kept(setting: Setting, month: Month) -> Floats:
    """Return by how much each offer cuts the probability of leaving.  # (2, n_offers)

    First within the month, from the states themselves. Then within the months that an
    offer lasts, from what was foreseen; no other offer comes between.
    """
    state, future, world = month.events.state, setting.future, setting.world
    n, t = len(state), state.month - world.open_months
    at_once = month.cutoff.p_churn - month.events.risk.leaving
    lasting = np.zeros(n)
    takes = month.events.offers & (state.since_offer == 0)
    for life, who in (
        (future.first, takes & ~month.cutoff.came_back),
        (future.again, takes & month.cutoff.came_back),
    ):
        alone = leaving_within(life, t, world.offer_months)
        offered = leaving_within(life, t, world.offer_months, life.cut[t])
        lasting[who] = (alone - offered)[:n][who]
    reached = month.events.offers & state.active
    return np.stack([at_once, lasting])[:, reached]
