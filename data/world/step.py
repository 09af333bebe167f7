"""Step: one month of the company, given the offers made at its cutoff."""

from dataclasses import dataclass, replace

import numpy as np

from data.calendar import days_in
from data.world.beliefs import World
from data.world.company import Company
from data.world.days import leaving_day
from data.world.drift import Drift, drift, month_season
from data.world.hazard import LOST, Risk, in_dunning, monthly_risk, offer_cut
from data.world.newcomers import joins, newcomers
from data.world.state import NEVER, Bools, Ints, State, append, keep_customers

STAYS, VOLUNTARY, INVOLUNTARY = 0, 1, 2


@dataclass(frozen=True)
class Events:
    """What happened in one month; arrays hold one position per customer of `state`."""

    state: State  # at the cutoff, after this month's offers
    offers: Bools
    had_discount: Bools  # before this month's offers
    risk: Risk  # with the offers
    drift: Drift
    left: Ints  # STAYS, VOLUNTARY or INVOLUNTARY
    left_day: Ints  # 1 to days in the month, 0 for those who stay
    return_day: Ints  # 0 for those who do not return
    joined: State  # the month's new customers

    @property
    def month(self) -> int:
        return self.state.month

    @property
    def terms(self) -> State:
        """Return the state, with the terms on which former customers come back.

        Their contract is monthly. Plan and seats are those of the day of their return.
        """
        state, change = self.state, self.drift
        back = self.return_day > 0
        changed = (change.change_day > 0) & (change.change_day <= self.return_day)
        return replace(
            state,
            annual=state.annual & ~back,
            plan=np.where(changed, change.plan, state.plan),
            seats=np.where(changed, change.seats, state.seats),
        )

    @property
    def access_runs_on(self) -> Bools:
        """Mark leavers who have access up to the next month's billing day.

        They gave notice, and this month's invoice was due by then.
        """
        state = self.state
        was_due = state.is_billed & (self.left_day >= state.traits.billing_day)
        return (self.left == VOLUNTARY) & was_due


def step(company: Company, state: State, offers: Bools) -> tuple[State, Events]:
    """Live through `state.month`.

    Args:
        offers: which customers get an offer at the cutoff.  # (n_customers,)

    Returns:
        The state at the next cutoff, and what happened until then.

    Raises:
        ValueError: `offers` does not have one value per customer.
    """
    if len(offers) != len(state):
        raise ValueError(
            f"wanted one offer decision for each of {len(state)} customers, "
            f"found {len(offers)}"
        )
    world, month = company.world, state.month
    had_discount = state.discount_left > 0
    state = make_offers(world, state, offers)
    risk = monthly_risk(world, month_season(company, month), state)
    moved, happened = drift(company, state)
    left, left_day = _leave(company, state, risk, happened)
    return_day = _return(company, state)
    joined = newcomers(company, month, joins(company, month), len(state))
    events = Events(
        state, offers, had_discount, risk, happened, left, left_day, return_day, joined
    )
    settled = _settle(state, moved, left, return_day > 0)
    settled = replace(
        settled,
        access_ends=events.access_runs_on,
        billed_usd=events.terms.invoice_usd(world),
    )
    return append(settled, joined), events


def make_offers(world: World, state: State, offers: Bools) -> State:
    """Record the offers; one made while another is in force only adds its discount."""
    offers = offers & state.active
    works = offers & (state.since_offer >= world.offer_months)
    return replace(
        state,
        discount_left=np.where(offers, world.discount_months, state.discount_left),
        since_offer=np.where(works, 0, state.since_offer),
        cut=np.where(works, offer_cut(world, state), state.cut),
    )


def start(company: Company) -> State:
    """Draw the state at the first cutoff, after the burn-in."""
    burn_in = company.world.burn_in_months
    state = replace(_first_draw(company, -burn_in), month=-burn_in)
    for _ in range(burn_in):
        state, _ = step(company, state, np.zeros(len(state), bool))
    return _first_customers(company, keep_customers(state, state.active))


def _first_draw(company: Company, first: int) -> State:
    """Draw more customers than will survive, with their starts spread over years."""
    world = company.world
    n = int(world.first_draw * world.customers) + 10  # enough in a tiny world too
    crowd = newcomers(company, first - 1, n)
    months_ago = world.first_tenure_months * company.uniform("start.joined", 0, n)
    joined = crowd.traits.joined - months_ago.astype(np.int64)
    return replace(crowd, traits=replace(crowd.traits, joined=joined))


def _first_customers(company: Company, active: State) -> State:
    """Draw `world.customers` of the survivors."""
    rank = np.argsort(np.argsort(company.uniform("start", 0, len(active))))
    return keep_customers(active, rank < company.world.customers)


def _leave(
    company: Company, state: State, risk: Risk, happened: Drift
) -> tuple[Ints, Ints]:
    """Draw which customers leave, why, and on which day."""
    month, n = state.month, len(state)
    lost, lost_day = _payment_lost(company.world, state, happened)
    willing = company.uniform("leave", month, n) < risk.voluntary
    reasons = [state.active & lost, state.active & willing]
    left = np.select(reasons, [INVOLUNTARY, VOLUNTARY], STAYS)
    left_day = np.where(left == INVOLUNTARY, lost_day, 0)
    who = np.flatnonzero(left == VOLUNTARY)
    uniform = company.uniform("leave.day", month, n)[who]
    billing_day, is_billed = state.traits.billing_day[who], state.is_billed[who]
    left_day[who] = leaving_day(company.world, month, uniform, billing_day, is_billed)
    return left, left_day


def _payment_lost(world: World, state: State, happened: Drift) -> tuple[Bools, Ints]:
    """Mark customers whose last retry fails this month, and return its day."""
    settled_on = state.traits.billing_day + world.dunning_days[-1]
    in_month = settled_on <= days_in(state.month)
    carried = in_dunning(world, state) & (state.dunning_stage == LOST)
    fresh = state.is_billed & (happened.dunning_stage == LOST) & in_month
    day = np.where(carried, settled_on - days_in(state.month - 1), settled_on)
    return carried | fresh, day


def _return(company: Company, state: State) -> Ints:
    """Draw which former customers come back, and return the day: their billing day."""
    world = company.world
    uniform = company.uniform("return", state.month, len(state))
    may_return = state.away < world.return_months
    back = may_return & (uniform < world.return_probability)
    return np.where(back, state.traits.billing_day, 0)


def _settle(state: State, moved: State, left: Ints, returned: Bools) -> State:
    """Carry leaving and returning over to the next cutoff."""
    access = np.where(left == VOLUNTARY, state.months_paid_ahead, 0)
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
