"""The policy ceiling: no way of deciding is expected to earn more."""

from typing import NamedTuple

import numpy as np
import pytest

from data.judge.policies import (
    best_policy,
    offers_at_random,
    offers_to_everybody,
    offers_to_none,
    offers_to_riskiest,
)
from data.judge.scores import profit
from data.judge.value import offer_cost
from data.judge.year import Cutoff, Decision, Policy, Setting, live
from data.world.beliefs import World
from data.world.streams import Streams
from tests.data.world.cuts import believed_cut
from tests.worlds import judge_of


def ranked(share: float) -> Policy:
    return lambda cutoff: offers_to_riskiest(cutoff, share)


def saves_at_least(chance: float) -> Policy:
    """Offer where the chance that the offer keeps him this month is high enough."""

    def decide(cutoff: Cutoff) -> Decision:
        saved = cutoff.p_churn * believed_cut(cutoff.state)
        return Decision(cutoff.free & (saved > chance))

    return decide


def saves_money(months_of_fees: float) -> Policy:
    """Offer where this month's saved chance is worth `months_of_fees` to its cost."""

    def decide(cutoff: Cutoff) -> Decision:
        fee = cutoff.state.fee(World())
        saved = cutoff.p_churn * believed_cut(cutoff.state) * 0.8 * fee
        return Decision(cutoff.free & (saved * months_of_fees > 0.3 * fee + 0.5))

    return decide


def greedy(judge: Setting) -> Policy:
    """Offer whenever one more offer is expected to earn more than it costs."""

    def decide(cutoff: Cutoff) -> Decision:
        t, n = cutoff.month - judge.world.open_months, len(cutoff.state)
        pays = [
            gained[t].sum(axis=0)[:n]
            > offer_cost(judge.world, judge.future, t, again=again)[:n]
            for gained, again in ((judge.gain.first, False), (judge.gain.again, True))
        ]
        return Decision(np.where(cutoff.came_back, pays[1], pays[0]) & cutoff.free)

    return decide


RIVALS = {
    "nobody": offers_to_none,
    "everybody": offers_to_everybody,
    **{f"random {s}": offers_at_random(Streams(7), s) for s in (0.01, 0.3)},
    **{f"riskiest {s}": ranked(s) for s in (0.01, 0.03, 0.1)},
    **{f"saves {s}": saves_at_least(s) for s in (0.005, 0.02, 0.1)},
    **{f"worth {m} months": saves_money(m) for m in (6, 24)},
}


class Earned(NamedTuple):
    usd: float  # expected profit
    offers: int

    @classmethod
    def by(cls, policy: Policy, judge: Setting) -> "Earned":
        months = live(judge, policy)
        offers = sum(int(month.decision.offers.sum()) for month in months)
        return cls(profit(months).profit, offers)


@pytest.fixture(scope="module")
def best(judge) -> Earned:
    return Earned.by(best_policy(judge), judge)


@pytest.fixture(scope="module")
def earned(judge) -> dict[str, Earned]:
    rivals = {**RIVALS, "greedy": greedy(judge)}
    return {name: Earned.by(policy, judge) for name, policy in rivals.items()}


@pytest.mark.parametrize("rival", [*RIVALS, "greedy"])
def test_no_rival_is_expected_to_earn_more_than_the_best_policy(earned, best, rival):
    assert earned[rival].usd < best.usd
    assert earned[rival].offers > 300 or rival == "nobody"


def test_the_best_rival_keeps_a_good_part_and_the_worst_loses_half_of_it(earned, best):
    """Else the bound would be either loose or no challenge."""
    shares = {name: rival.usd / best.usd for name, rival in earned.items()}

    assert 0.4 < max(shares.values()) < 0.95
    assert min(shares.values()) < -0.5


def test_the_best_policy_makes_no_offer_to_who_has_one_or_has_left(judge):
    for month in live(judge, best_policy(judge)):
        cutoff, offers = month.cutoff, month.decision.offers

        assert not (offers & ~cutoff.roster).any()
        assert (cutoff.state.since_offer[offers] >= 6).all()


@pytest.mark.long
def test_the_best_policy_is_best_in_every_one_of_many_worlds():
    for seed in range(300, 320):
        judge = judge_of(World(customers=4_000), seed)
        best = profit(live(judge, best_policy(judge))).profit

        rivals = [*RIVALS.values(), greedy(judge)]

        assert max(profit(live(judge, rival)).profit for rival in rivals) < best
