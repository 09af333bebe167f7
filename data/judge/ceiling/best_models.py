"""Best models: fitted to the truth, on what was recorded or on all that is true.

An offer made now stands in the way of one that may be better later. So its worth is
what it brings less what waiting brings, given that offers go on by the same policy: a
few steps of policy iteration find it, starting with a policy that looks no further.

Source: Howard (1960), policy iteration; the values are regressed on what was seen.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.judge.policies import offers_to_none
from data.judge.value import offer_cost
from data.judge.year import Cutoff, Decision, Policy, Setting, Watcher, live
from data.world.beliefs import SEALED_MONTHS, World
from data.world.hazard import offer_cut
from data.world.state import Bools, Floats, Ints

if TYPE_CHECKING:
    from lightgbm import Booster

See = Callable[[Cutoff], Floats]  # what a policy looks at.  # (n_customers, n_columns)

ROUNDS = 250
STEPS = 2  # of policy iteration
LOOKS_NO_FURTHER = 0.2  # monthly fees that an offer must promise in the first policy
SETTINGS = {
    "learning_rate": 0.1, "num_leaves": 31, "min_data_in_leaf": 200,
    "feature_fraction": 0.4, "bagging_fraction": 0.4, "bagging_freq": 1,
    "seed": 1, "deterministic": True, "num_threads": 2, "verbosity": -1,
    "max_bin": 63,
}  # fmt: skip


class Cutoffs(NamedTuple):
    """One year of customers left alone; a row per customer still there and cutoff."""

    world: Ints  # number of the world
    t: Ints  # month of the sealed year
    who: Ints  # position of the customer
    seen: Floats  # (n, n_columns)
    p_churn: Floats
    brings: Floats  # an offer, less its cost, in monthly fees
    fee: Floats  # USD a month
    free: Bools


@dataclass(frozen=True)
class Models:
    """Risk, and what an offer brings now and stands in the way of later."""

    risk: "Booster | None"  # None where the true risk is seen
    brings: "Booster"  # monthly fees
    later: "Booster"  # monthly fees; sees the number of cutoffs that are left, too

    def worth(self, seen: Floats, t: int) -> Floats:
        """Return what an offer now is worth beyond waiting, in monthly fees."""
        return predict(self.brings, seen) - predict(self.later, _with_time(seen, t))


def predict(model: "Booster", columns: Floats) -> Floats:
    return np.asarray(model.predict(columns))


def _with_time(seen: Floats, t: int | Ints) -> Floats:
    left = np.broadcast_to(SEALED_MONTHS - 1 - np.asarray(t), len(seen))
    return np.column_stack([seen, left]).astype(np.float32)


# --- what the models learn from ------------------------------------------------------


def untouched_year(
    judge: Setting, number: int, see: See, watch: Watcher = lambda events, after: None
) -> Cutoffs:
    """Live through the sealed year without offers; return what a policy would see."""
    rows: list[Cutoffs] = []

    def look(cutoff: Cutoff) -> Decision:
        here, t = cutoff.scored, cutoff.month - judge.world.open_months
        fee = np.maximum(cutoff.state.fee(judge.world)[here], 0.01)
        rows.append(
            Cutoffs(
                world=np.full(len(fee), number),
                t=np.full(len(fee), t),
                who=np.flatnonzero(here),
                seen=see(cutoff)[here],
                p_churn=cutoff.p_churn[here],
                brings=brings(judge, cutoff)[here] / fee,
                fee=fee,
                free=cutoff.free[here],
            )
        )
        return offers_to_none(cutoff)

    live(judge, look, watch)
    return together(rows)


def together(rows: Iterable[Cutoffs]) -> Cutoffs:
    return Cutoffs(*(np.concatenate(part) for part in zip(*rows, strict=True)))


def brings(judge: Setting, cutoff: Cutoff) -> Floats:
    """Return what an offer adds in expectation less its cost, USD, no other following.

    # (n_customers,)
    """
    t, n = cutoff.month - judge.world.open_months, len(cutoff.state)
    first, again = (
        gained[t].sum(axis=0) - offer_cost(judge.world, judge.future, t, is_again)
        for gained, is_again in ((judge.gain.first, False), (judge.gain.again, True))
    )
    return np.where(cutoff.came_back, again[:n], first[:n])


def hidden(world: World, cutoff: Cutoff) -> Floats:
    """Return all that is true of each customer at the cutoff.  # (n, n_hidden)"""
    state, traits = cutoff.state, cutoff.state.traits
    cut = offer_cut(world, state)
    return np.column_stack(
        [
            np.full(len(state), cutoff.month),
            np.where(state.annual, state.term_month, -1),
            *(state.plan, state.tenure, state.seats, state.fee(world)),
            *(traits.fit, traits.sensitivity, traits.reliability, traits.habit),
            *(traits.unexplained, traits.channel, state.engagement, state.in_decay),
            *(state.irritation, state.since_price_ticket, state.since_ticket),
            *(state.since_offer, cutoff.p_churn, cut, cutoff.p_churn * cut),
        ]
    ).astype(np.float32)


# --- fitting -------------------------------------------------------------------------


def fit(
    year: Cutoffs, offer_months: int, rounds: int = ROUNDS, sees_risk: bool = False
) -> Models:
    """Fit risk and value; improve the policy of offers step by step."""
    import lightgbm  # here: it takes seconds, and who simulates needs none

    def model(objective: str, columns: Floats, target: Floats) -> "Booster":
        rows = lightgbm.Dataset(columns, target, params=SETTINGS)
        return lightgbm.train({**SETTINGS, "objective": objective}, rows, rounds)

    free, timed = year.free, _with_time(year.seen, year.t)
    now = model("regression", year.seen[free], year.brings[free])
    promised = predict(now, year.seen)
    offers = free & (promised > LOOKS_NO_FURTHER)
    for _ in range(STEPS):
        target = waiting(year, offers, offer_months)
        later = model("regression", timed[free], target[free])
        offers = free & (promised > predict(later, timed))
    risk = None if sees_risk else model("cross_entropy", year.seen, year.p_churn)
    return Models(risk, now, later)


def waiting(year: Cutoffs, offers: Bools, offer_months: int) -> Floats:
    """Return what waiting a month brings beyond an offer now, the latter left out.

    Both go on by the same policy: after the month, and after the offer has run out.
    Customers are followed as they lived without offers; who has left brings no more.

    Args:
        year: one row per customer and cutoff.
        offers: where the policy would offer.  # (n,)

    Returns:
        Monthly fees.  # (n,)
    """
    n_worlds, n = year.world.max() + 1, year.who.max() + 1
    usd = np.zeros((SEALED_MONTHS + offer_months, n_worlds, n))  # of going on from t
    beyond = np.zeros(len(offers))
    for t in reversed(range(SEALED_MONTHS)):
        rows = np.flatnonzero(year.t == t)
        at = year.world[rows], year.who[rows]
        wait, after = usd[t + 1][at], usd[t + offer_months][at]
        act = year.brings[rows] * year.fee[rows] + after
        usd[t][at] = np.where(offers[rows], act, wait)
        beyond[rows] = (wait - after) / year.fee[rows]
    return beyond


def earned(year: Cutoffs, wanted: Bools, offer_months: int) -> float:
    """Return what a rule's offers would bring in expectation, USD.

    Customers are followed as they lived without offers, so no rule needs a life of its
    own. The few whom an offer keeps, and who get another one later, are left out.

    Args:
        wanted: where the rule wants an offer; one in force stands in its way.  # (n,)
    """
    n_worlds, n = year.world.max() + 1, year.who.max() + 1
    free_from, usd = np.zeros((n_worlds, n)), 0.0
    for t in range(SEALED_MONTHS):
        rows = np.flatnonzero((year.t == t) & wanted & year.free)
        rows = rows[free_from[year.world[rows], year.who[rows]] <= t]
        usd += float(np.sum(year.brings[rows] * year.fee[rows]))
        free_from[year.world[rows], year.who[rows]] = t + offer_months
    return usd


def best_offers(judge: Setting, models: Models, see: See) -> Policy:
    """Offer where the models promise more than waiting does."""

    def decide(cutoff: Cutoff) -> Decision:
        seen = see(cutoff)
        worth = models.worth(seen, cutoff.month - judge.world.open_months)
        offers = cutoff.free & (worth > 0)
        return Decision(offers, risk_of(models, seen, cutoff))

    return decide


def risk_of(models: Models, seen: Floats, cutoff: Cutoff) -> Floats:
    """Predict the probability of leaving, or return the true one where it is seen."""
    return cutoff.p_churn if models.risk is None else predict(models.risk, seen)
