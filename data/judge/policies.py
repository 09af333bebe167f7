"""Policies: the baselines of every table, and the best that could be done."""

import numpy as np

from data.judge.shadow import offers_to_highest
from data.judge.year import Cutoff, Decision, Policy, Setting
from data.world.company_offers import no_offers
from data.world.streams import Streams


def baselines(judge: Setting) -> dict[str, Policy]:
    """Return the policies that need no level, by the name of the contender.

    The first three need nothing but the roster. The last two need the truth.
    """
    return {
        "no_offers": offers_to_none,
        "everybody": offers_to_everybody,
        "random_tenth": offers_at_random(judge.streams),
        "true_riskiest_tenth": offers_to_riskiest,
        "best_policy": best_policy(judge),
    }


def offers_to_none(cutoff: Cutoff) -> Decision:
    """Make no offer."""
    return Decision(no_offers(cutoff.state))


def offers_to_everybody(cutoff: Cutoff) -> Decision:
    """Offer to every customer without an offer in force: twice a year."""
    return Decision(cutoff.free)


def full_information(cutoff: Cutoff) -> Decision:
    """Predict the true probabilities; make no offer."""
    return Decision(no_offers(cutoff.state), cutoff.p_churn)


def offers_at_random(streams: Streams, share: float = 0.10) -> Policy:
    """Offer to a random tenth every month."""

    def decide(cutoff: Cutoff) -> Decision:
        uniform = streams("policy.random", cutoff.month).random(len(cutoff.state))
        guess = 2 * uniform * cutoff.p_churn[cutoff.scored].mean()
        return Decision(cutoff.free & (uniform < share), guess)

    return decide


def offers_to_riskiest(cutoff: Cutoff, share: float = 0.10) -> Decision:
    """Offer to the tenth with the highest true risk, whatever an offer does to them."""
    return offers_to_highest(cutoff, cutoff.p_churn, share)


def best_policy(setting: Setting) -> Policy:
    """Offer exactly when that is worth more than waiting, the future being known."""

    def decide(cutoff: Cutoff) -> Decision:
        t, n = cutoff.month - setting.world.open_months, len(cutoff.state)
        first, again = setting.schedule.first[t, :n], setting.schedule.again[t, :n]
        return Decision(np.where(cutoff.came_back, again, first) & cutoff.free)

    return decide
