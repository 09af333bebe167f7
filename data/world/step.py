"""Step: one month of the company, given the offers that somebody decided."""

from dataclasses import dataclass, replace

import numpy as np

from data.calendar import days_in
from data.world.beliefs import World
from data.world.company import Company
from data.world.drift import Drift, drift, month_season
from data.world.hazard import (
    DUNNING_DAYS,
    LOST,
    Risk,
    in_dunning,
    monthly_risk,
    offer_cut,
)
from data.world.state import (
    NEVER,
    Bools,
    Ints,
    State,
    append,
    keep_customers,
    newcomers,
)
from data.world.streams import Streams

STAYS, VOLUNTARY, INVOLUNTARY = 0, 1, 2


@dataclass(frozen=True)
class Events:
    """What happened in one month; arrays hold one position per customer of `state`."""

    state: State  # at the cutoff, this month's offers in it
    offers: Bools
    had_discount: Bools  # before this month's offers
    risk: Risk  # of leaving, with the offers
    drift: Drift
    left: Ints  # STAYS, VOLUNTARY or INVOLUNTARY
    left_day: Ints  # 1 to days in the month, 0 if he stays
    return_day: Ints  # 0 if he does not return
    joined: State  # the month's new customers

    @property
    def month(self) -> int:
        return self.state.month


def step(company: Company, state: State, offers: Bools) -> tuple[State, Events]:
    """Live through `state.month`.

    Args:
        offers: who gets an offer at the cutoff.  # (n_customers,)

    Returns:
        The state at the next cutoff, and what happened until then.

    Raises:
        ValueError: `offers` does not have one value per customer.
    """
    world, streams = company.world, company.streams
    if len(offers) != len(state):
        raise ValueError(
            f"wanted one offer decision for each of {len(state)} customers, "
            f"found {len(offers)}"
        )
    had_discount = state.discount_left > 0
    state = make_offers(world, state, offers)
    risk = monthly_risk(world, month_season(company, state.month), state)
    moved, happened = drift(company, state)
    left, left_day = _leave(streams, state, risk, happened)
    return_day = _return(company, state)
    n_joins = joins(world, state.month)
    joined = newcomers(company, state.month, n_joins, len(state))
    events = Events(
        state, offers, had_discount, risk, happened, left, left_day, return_day, joined
    )
    settled = _settle(state, moved, left, return_day > 0)
    return append(settled, joined), events


def make_offers(world: World, state: State, offers: Bools) -> State:
    """Record the offers; one made while another is in force only adds its discount."""
    offers = offers & state.active
    takes = offers & (state.since_offer >= world.offer_months)
    return replace(
        state,
        discount_left=np.where(offers, world.discount_months, state.discount_left),
        since_offer=np.where(takes, 0, state.since_offer),
        cut=np.where(takes, offer_cut(world, state), state.cut),
    )


def start(company: Company) -> State:
    """Give the state at the first cutoff, after the burn-in."""
    first = -company.world.burn_in_months
    state = replace(_first_crowd(company, first), month=first)
    for _ in range(company.world.burn_in_months):
        state, _ = step(company, state, np.zeros(len(state), bool))
    return _first_customers(company, keep_customers(state, state.active))


def _first_crowd(company: Company, first: int) -> State:
    """Draw more customers than will survive, their starts spread over four years."""
    world, streams = company.world, company.streams
    crowd = newcomers(company, first - 1, int(1.5 * world.customers) + 10)
    years_ago = 4 * streams("start.joined").random(len(crowd))
    joined = crowd.traits.joined - (12 * years_ago).astype(np.int64)
    return replace(crowd, traits=replace(crowd.traits, joined=joined))


def _first_customers(company: Company, active: State) -> State:
    """Keep `world.customers` of the survivors, whichever they are."""
    world, streams = company.world, company.streams
    rank = np.argsort(np.argsort(streams("start").random(len(active))))
    return keep_customers(active, rank < world.customers)


def joins(world: World, month: int) -> int:
    """Count the newcomers of a month; nothing that anybody decides changes it."""
    crowd = world.campaign_joins if world.in_campaign(month) else 1.0
    return round(world.joins * crowd * world.customers)


def _leave(
    streams: Streams, state: State, risk: Risk, happened: Drift
) -> tuple[Ints, Ints]:
    """Draw who leaves, why, and on which day."""
    n_days = days_in(state.month)
    unwilling, unwilling_day = _payment_lost(state, happened, n_days)
    willing = streams("leave", state.month).random(len(state)) < risk.voluntary
    day = 1 + (streams("leave.day", state.month).random(len(state)) * n_days).astype(
        int
    )
    left = np.select(
        [state.active & unwilling, state.active & willing],
        [INVOLUNTARY, VOLUNTARY],
        STAYS,
    )
    return left, np.select(
        [left == INVOLUNTARY, left == VOLUNTARY], [unwilling_day, day]
    )


def _payment_lost(state: State, happened: Drift, n_days: int) -> tuple[Bools, Ints]:
    """Mark whose dunning ends without payment this month, and the day on which."""
    settled_on = state.traits.billing_day + DUNNING_DAYS[-1]
    carried = in_dunning(state) & (state.dunning_stage == LOST)
    fresh = state.is_billed & (happened.dunning_stage == LOST) & (settled_on <= n_days)
    day = np.where(carried, settled_on - days_in(state.month - 1), settled_on)
    return carried | fresh, day


def _return(company: Company, state: State) -> Ints:
    """Give the day on which those who are away come back: their billing day."""
    world, streams = company.world, company.streams
    uniform = streams("return", state.month).random(len(state))
    back = (state.away < world.return_months) & (uniform < world.return_chance)
    return np.where(back, state.traits.billing_day, 0)


def _settle(state: State, moved: State, left: Ints, returned: Bools) -> State:
    """Carry who is active, still has access, or is away over to the next cutoff."""
    access = np.where((left == VOLUNTARY) & state.annual, 11 - state.term_month, 0)
    access_ends = np.where(left, access == 0, state.access_left == 1)
    away = np.where(state.away < NEVER, np.minimum(state.away + 1, NEVER - 1), NEVER)
    return replace(
        moved,
        annual=state.annual & ~returned,
        was_billed=moved.was_billed | returned,
        active=(state.active & (left == STAYS)) | returned,
        access_left=np.where(left, access, np.maximum(state.access_left - 1, 0)),
        away=np.select([access_ends, returned], [0, NEVER], away),
        since_offer=np.where(left, NEVER, moved.since_offer),
        discount_left=np.where(left, 0, moved.discount_left),
    )
