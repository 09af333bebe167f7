"""Future: each customer's probabilities of leaving, month by month, without new offers.

Hidden states run on whether or not a customer stays, so one pass through the sealed
year and the run-off after it gives every customer's probabilities month by month: once
under the present contract, once under the monthly one of a customer who comes back.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from data.world.beliefs import SEALED_MONTHS, World
from data.world.company import Company
from data.world.drift import drift, month_season
from data.world.hazard import monthly_risk, offer_cut
from data.world.newcomers import joins, newcomers
from data.world.state import NEVER, Bools, Floats, Ints, State, append

RUN_OFF_MONTHS = 24
MONTHS = SEALED_MONTHS + RUN_OFF_MONTHS

Numbers = TypeVar("Numbers", Floats, Ints)


@dataclass(frozen=True)
class Life:
    """Probabilities of leaving under one contract; arrays (MONTHS, n_customers)."""

    voluntary: Floats  # old offers included, new ones not
    involuntary: Floats
    fee: Floats  # USD a month
    cut: Floats  # what an offer would remove; 0 while an old one is in force


@dataclass(frozen=True)
class Future:
    """What awaits all customers; arrays of shape (MONTHS, n), the sealed year first."""

    first: Life  # under the contract at the first cutoff, or at the start if later
    again: Life  # after having left and come back: monthly, past offers forgotten
    runs_on: Ints  # months of paid access after a notice
    annual: Bools  # (n_customers,)


def foresee(company: Company, state: State) -> Future:
    """Look from the state at the first sealed cutoff to the end of the run-off."""
    states = list(_undisturbed(company, state))
    seasons = [month_season(company, s.month) for s in states]
    again = [_come_back(s) for s in states]
    runs_on = [np.where(s.annual, 11 - s.term_month, 0) for s in states]
    return Future(
        first=_life(company.world, seasons, states),
        again=_life(company.world, seasons, again),
        runs_on=_table(runs_on),
        annual=states[-1].annual,
    )


def leaving_within(
    life: Life, t: int, months: int, cut: Floats | float = 0.0
) -> Floats:
    """Return the probabilities of leaving within `months` months from month `t` on.

    Args:
        cut: share of the voluntary probability that an offer removes.  # (n,)
    """
    within = slice(t, t + months)
    notice = np.minimum(life.voluntary[within] * (1 - cut), 1.0)
    stays = (1 - life.involuntary[within]) * (1 - notice)  # (months, n)
    return 1 - stays.prod(axis=0)


def _undisturbed(company: Company, state: State) -> Iterator[State]:
    """Let states drift while nobody leaves, with the newcomers of the sealed year."""
    for _ in range(MONTHS):
        yield state
        moved = drift(company, state)[0]
        if state.month < company.world.months:  # whoever joins later meets no decision
            n = joins(company, state.month)
            joined = newcomers(company, state.month, n, len(state))
            moved = append(moved, joined)
        state = moved


def _come_back(state: State) -> State:
    """Return the same customers as if each had left and returned before."""
    n = len(state)
    return replace(
        state,
        annual=np.zeros(n, bool),
        was_billed=np.ones(n, bool),
        since_offer=np.full(n, NEVER),
    )


def _life(world: World, seasons: list[float], states: list[State]) -> Life:
    months = zip(seasons, states, strict=True)
    risks = [monthly_risk(world, season, state) for season, state in months]
    return Life(
        voluntary=_table([risk.voluntary for risk in risks]),
        involuntary=_table([risk.involuntary for risk in risks]),
        fee=_table([state.fee(world) for state in states]),
        cut=_table([_new_cut(world, state) for state in states]),
    )


def _new_cut(world: World, state: State) -> Floats:
    in_force = state.since_offer < world.offer_months
    return np.where(in_force, 0.0, offer_cut(world, state))


def _table(months: list[Numbers]) -> Numbers:
    """Stack months; a customer who has not joined yet has zeros.  # (MONTHS, n)"""
    n = len(months[-1])
    return np.stack([np.pad(month, (0, n - len(month))) for month in months])
