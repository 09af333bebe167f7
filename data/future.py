"""Future: the chances that await each customer, whatever is decided and whoever leaves.

Hidden states run on whether or not a customer stays, so one pass through the sealed
year and the run-off after it gives every customer's chances month by month, once under
the contract he has and once under the monthly one he would come back to.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from data.drift import drift, month_season
from data.hazard import Chances, chances, offer_cut
from data.state import NEVER, Bools, Floats, Ints, State, append, newcomers
from data.step import joins
from data.streams import Streams
from data.world import SEALED_MONTHS, World

RUN_OFF_MONTHS = 24
MONTHS = SEALED_MONTHS + RUN_OFF_MONTHS

Numbers = TypeVar("Numbers", Floats, Ints)


@dataclass(frozen=True)
class Life:
    """Chances under one contract; arrays of shape (MONTHS, n_customers)."""

    voluntary: Floats  # old offers included, new ones not
    involuntary: Floats


@dataclass(frozen=True)
class Future:
    """What awaits everyone; arrays of shape (MONTHS, n), the sealed year first."""

    first: Life  # under the contract at the first cutoff, or at the start if later
    again: Life  # after having left and come back: monthly, past offers forgotten
    fee: Floats  # USD a month
    cut: Floats  # what an offer would remove; 0 while an old one is in force
    cut_again: Floats
    runs_on: Ints  # months of paid access after a notice
    annual: Bools  # (n_customers,)


def foresee(world: World, streams: Streams, state: State) -> Future:
    """Look from the state at the first sealed cutoff to the end of the run-off."""
    months = list(_undisturbed(world, streams, state))
    n = len(months[-1][0])

    def table(values: list[Numbers]) -> Numbers:
        return np.stack([np.pad(v, (0, n - len(v))) for v in values])  # (MONTHS, n)

    return Future(
        first=Life(*(table([getattr(m[1], k) for m in months]) for k in _CHANCES)),
        again=Life(*(table([getattr(m[2], k) for m in months]) for k in _CHANCES)),
        fee=table([s.fee(world) for s, _, _ in months]),
        cut=table([_new_cut(world, s) for s, _, _ in months]),
        cut_again=table([offer_cut(world, s) for s, _, _ in months]),
        runs_on=table([_runs_on(s) for s, _, _ in months]),
        annual=months[-1][0].annual,
    )


_CHANCES = ("voluntary", "involuntary")


def _runs_on(state: State) -> Ints:
    return np.where(state.annual, 11 - state.term_month, 0)


def _new_cut(world: World, state: State) -> Floats:
    in_force = state.since_offer < world.offer_months
    return np.where(in_force, 0.0, offer_cut(world, state))


def _undisturbed(
    world: World, streams: Streams, state: State
) -> Iterator[tuple[State, Chances, Chances]]:
    """Let states drift while nobody leaves, with the newcomers of the sealed year."""
    for _ in range(MONTHS):
        season = month_season(world, streams, state.month)
        returned = replace(
            state,
            annual=np.zeros(len(state), bool),
            was_billed=np.ones(len(state), bool),
            since_offer=np.full(len(state), NEVER),
        )
        yield state, chances(world, season, state), chances(world, season, returned)
        moved = drift(world, streams, state)[0]
        if state.month < world.months:  # whoever joins later meets no decision
            n = joins(world, state.month)
            moved = append(moved, newcomers(world, streams, state.month, n, len(state)))
        state = moved
