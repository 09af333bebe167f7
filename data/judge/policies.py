"""Policies: the baselines of every table, and the best that could be done."""

import numpy as np

from data.judge.year import Cutoff, Decision, Policy, Setting
from data.world.company_offers import no_offers
from data.world.streams import Streams


def nobody_policy(cutoff: Cutoff) -> Decision:
    return Decision(no_offers(cutoff.state))


def everybody_policy(cutoff: Cutoff) -> Decision:
    """Offer to whoever has no offer in force: twice a year to each customer."""
    return Decision(cutoff.free)


def full_information(cutoff: Cutoff) -> Decision:
    """Predict the true chances; decide nothing."""
    return Decision(no_offers(cutoff.state), cutoff.p_churn)


def random_policy(streams: Streams, share: float = 0.10) -> Policy:
    """Offer to a random tenth every month."""

    def decide(cutoff: Cutoff) -> Decision:
        uniform = streams("policy.random", cutoff.month).random(len(cutoff.state))
        guess = 2 * uniform * cutoff.p_churn[cutoff.scored].mean()
        return Decision(cutoff.free & (uniform < share), guess)

    return decide


def risk_ranked_policy(cutoff: Cutoff, share: float = 0.10) -> Decision:
    """Offer to the tenth whose true risk is highest, whatever an offer does to them."""
    n = round(share * cutoff.roster.sum())
    risk = np.where(cutoff.roster, cutoff.p_churn, -1.0)
    highest = np.zeros(len(risk), bool)
    highest[np.argsort(-risk, kind="stable")[:n]] = True
    return Decision(highest & cutoff.free)


def best_policy(setting: Setting) -> Policy:
    """Offer exactly when that is worth more than waiting, the future being known."""

    def decide(cutoff: Cutoff) -> Decision:
        t, n = cutoff.month - setting.world.open_months, len(cutoff.state)
        first, again = setting.schedule.first[t, :n], setting.schedule.again[t, :n]
        return Decision(np.where(cutoff.came_back, again, first) & cutoff.free)

    return decide
