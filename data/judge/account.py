"""Account: the one place where money is counted, in USD.

A policy's profit is what it earns beyond making no offer: margins it keeps, in the
sealed year and in the run-off after it, less discounts and contacts. It is counted
twice: in expectation over who leaves (`expected`), which is what is compared, and as it
came out on the same luck (`realised`), which checks it.

Each month of access that a customer has paid for counts with its full gross margin, the
month in which the customer leaves too. An offer's discount is booked when it is given.

Source: the sum over a policy's decisions of their advantage over making no offer is
its expected profit (Kakade & Langford 2002, the performance difference lemma).
"""

from dataclasses import astuple, dataclass

import numpy as np

from data.judge.future import Future
from data.judge.result import Money
from data.judge.value import Gain
from data.world.beliefs import World
from data.world.state import Bools, Floats
from data.world.step import Events


@dataclass(frozen=True)
class Account:
    """Differences from making no offer, USD; costs are negative."""

    margin_sealed_year: float = 0.0
    margin_run_off: float = 0.0
    discounts: float = 0.0
    contacts: float = 0.0

    @property
    def profit(self) -> float:
        return sum(astuple(self))

    def __add__(self, other: "Account") -> "Account":
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Account(*(mine + theirs for mine, theirs in pairs))

    def per(self, customers: int) -> Money:
        """Return every part and the profit per 1,000 customers."""
        parts = (*astuple(self), self.profit)
        return Money(*(1000 * usd / customers for usd in parts))


def expected(  # noqa: PLR0913 - six facts of different kinds
    world: World,
    future: Future,
    gain: Gain,
    events: Events,
    came_back: Bools,
    wanted: Bools,
) -> Account:
    """Count one month's offers by what they will bring on average.

    Args:
        events: the month; its probabilities already hold the offers.
        came_back: customers who left and returned this year.  # (n_customers,)
        wanted: offers as decided, those to customers already gone included.
    """
    state, t = events.state, events.month - world.open_months
    n = len(state)
    offered = wanted & state.active
    takes = offered & (state.since_offer == 0)
    gained = np.where(came_back, gain.again[t, :, :n], gain.first[t, :, :n])
    in_year, after = np.where(takes, gained, 0.0).sum(axis=1)
    return Account(
        margin_sealed_year=float(in_year),
        margin_run_off=float(after),
        discounts=-float(_discount(world, future, events, came_back)[offered].sum()),
        contacts=-world.contact_usd * int(wanted.sum()),
    )


def _discount(world: World, future: Future, events: Events, came_back: Bools) -> Floats:
    """Return the expected discount that an offer this month adds, USD."""
    state, t, n = events.state, events.month - world.open_months, len(events.state)
    first, again = future.first.fee[:, :n], future.again.fee[:, :n]
    fee, next_fee = (np.where(came_back, again[k], first[k]) for k in (t, t + 1))
    stays = 1 - events.risk.leaving
    monthly = fee * ~events.had_discount + next_fee * stays
    base = np.where(state.annual, world.discount_months * fee, monthly)
    return world.discount * base


def realised(world: World, with_offers: list[Events], without: list[Events]) -> Account:
    """Count what came of a policy on the same luck: customer by customer, both ways."""
    total = Account()
    for mine, theirs in zip(with_offers, without, strict=True):
        total += _month(world, mine, theirs)
    return total


def _month(world: World, mine: Events, theirs: Events) -> Account:
    margin = world.gross_margin * float(
        np.sum(_paid(world, mine) - _paid(world, theirs))
    )
    in_year = mine.month < world.months
    return Account(
        margin_sealed_year=margin * in_year,
        margin_run_off=margin * (not in_year),
        discounts=_discounts(world, theirs) - _discounts(world, mine),
        contacts=-world.contact_usd * int(mine.offers.sum()),
    )


def _paid(world: World, events: Events) -> Floats:
    """Return each customer's fee for the month, 0 without access.  # (n_customers,)"""
    state = events.state
    return state.fee(world) * state.has_access


def _discounts(world: World, events: Events) -> float:
    """Return the month's discounts, those of offers before the sealed year included."""
    state, fee = events.state, events.state.fee(world)
    reduced = state.active & ~state.annual & (state.discount_left > 0)
    refunded = events.offers & state.active & state.annual
    discount = fee * reduced + world.discount_months * fee * refunded
    return world.discount * float(discount.sum())
