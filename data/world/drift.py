"""Drift: what happens to every customer in a month, whether or not they stay."""

from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from data.calendar import days_in
from data.world.beliefs import TOPICS, World
from data.world.company import Company
from data.world.hazard import (
    PAID,
    invoice_failure,
    season,
    sigmoid,
    since_price_rise,
    voluntary_logit,
)
from data.world.state import NEVER, Bools, Floats, Ints, State

NO_TICKET = -1


@dataclass(frozen=True)
class Drift:
    """What happened in one month, one position per customer."""

    dunning_stage: Ints  # of this month's invoice, if one is issued
    ticket_topic: Ints  # position in TOPICS, NO_TICKET if none
    ticket_day: Ints  # 1 to days in the month
    resolved_after: Floats  # days
    decay_day: Ints  # day on which a decay starts or ends, 0 if none
    plan: Ints  # from the change day on
    seats: Ints
    change_day: Ints  # 0 if nothing changes


def month_season(company: Company, month: int) -> float:
    """Draw the log-odds of the season, the same for all customers."""
    noise = company.streams("season", month).standard_normal()
    return season(company.world, float(noise), month)


def drift(company: Company, state: State) -> tuple[State, Drift]:
    """Move every hidden state one month on. No customer leaves, joins or gets an offer.

    Returns:
        The state at the next cutoff, and what happened until then.
    """
    topic = _ticket_topic(company, state)
    resolved_after = _resolved_after(company, state)
    turns = _decay_turns(company, state)
    plan, seats, changes = _plan_change(company, state)
    happened = Drift(
        dunning_stage=_dunning_stage(company, state),
        ticket_topic=topic,
        ticket_day=_some_day(company, "ticket.day", state),
        resolved_after=resolved_after,
        decay_day=np.where(turns, _some_day(company, "decay.day", state), 0),
        plan=plan,
        seats=seats,
        change_day=np.where(changes, _some_day(company, "change.day", state), 0),
    )
    price_ticket = topic == TOPICS.index("price")
    moved = replace(
        state,
        month=state.month + 1,
        plan=plan,
        seats=seats,
        engagement=_engagement(company, state),
        in_decay=state.in_decay ^ turns,
        irritation=_irritation(company.world, state, topic, resolved_after),
        since_price_ticket=_since(state.since_price_ticket, price_ticket),
        since_ticket=_since(state.since_ticket, topic != NO_TICKET),
        dunning_stage=happened.dunning_stage,
        was_billed=state.is_billed,
        discount_left=np.maximum(state.discount_left - 1, 0),
        since_offer=_since(state.since_offer, np.zeros(len(state), bool)),
    )
    return moved, happened


def _since(months: Ints, now: Bools) -> Ints:
    """Count one month more since something, or start anew where it happened `now`."""
    return np.where(now, 1, np.minimum(months + 1, NEVER))


def _some_day(company: Company, purpose: str, state: State) -> Ints:
    """Draw a day of the month for each customer, from 1."""
    uniform = company.uniform(purpose, state.month, len(state))
    return 1 + (uniform * days_in(state.month)).astype(np.int64)


def _engagement(company: Company, state: State) -> Floats:
    """Draw the next engagement: an AR(1) process around 0 whose spread stays."""
    shock = company.normal("engagement", state.month, len(state))
    memory, spread = company.world.engagement_memory, company.world.engagement_sd
    return memory * state.engagement + np.sqrt(1 - memory**2) * spread * shock


def _decay_turns(company: Company, state: State) -> Bools:
    """Draw the customers whose decay of usage starts or ends this month."""
    world = company.world
    uniform = company.uniform("decay", state.month, len(state))
    return uniform < np.where(state.in_decay, world.decay_recovery, world.decay_start)


def _ticket_topic(company: Company, state: State) -> Ints:
    """Draw the topic of each customer's ticket, or NO_TICKET."""
    world = company.world
    since_rise = since_price_rise(world, state.month)
    recent_rise = since_rise < world.price_complaint_months
    how_to, bug, price, cancel = world.ticket_weights
    per_sd, after_rise = world.price_ticket_odds
    log_price_odds = per_sd * state.traits.sensitivity + after_rise * recent_rise
    weights: tuple[Floats | float, ...] = (
        how_to,
        bug,
        price * np.exp(log_price_odds),
        cancel * sigmoid(voluntary_logit(world, 0.0, state)),
    )
    uniform = company.uniform("ticket", state.month, len(state))
    topic = np.zeros(len(state), np.int64)
    for edge in accumulate(weights):
        topic += uniform > world.ticket_probability * edge
    return np.where(topic == len(TOPICS), NO_TICKET, topic)


def _resolved_after(company: Company, state: State) -> Floats:
    """Draw the days until a ticket would be answered."""
    normal = company.normal("ticket.resolution", state.month, len(state))
    mean, sd = company.world.answer_days
    return np.exp(mean + sd * normal)


def _irritation(
    world: World, state: State, topic: Ints, resolved_after: Floats
) -> Floats:
    """Compute the next irritation: some of the old one, more after a slow answer."""
    fast, slow = world.fast_and_slow_days
    speed = np.select(
        [resolved_after > slow, resolved_after <= fast],
        [world.unresolved_effect, world.fast_effect],
        0.0,
    )
    wrote = topic != NO_TICKET
    return world.irritation_memory * state.irritation + wrote * (
        world.ticket_effect + speed
    )


def _dunning_stage(company: Company, state: State) -> Ints:
    """Draw what would become of this month's invoice."""
    world, month, n = company.world, state.month, len(state)
    fails = company.uniform("invoice", month, n) < invoice_failure(world, state)
    uniform = company.uniform("invoice.recovery", month, n)
    recovered = np.cumsum(world.recovery)
    stage = np.full(n, PAID)
    stage[fails] = 1 + np.searchsorted(recovered, uniform[fails], side="right")
    return stage


def _plan_change(company: Company, state: State) -> tuple[Ints, Ints, Bools]:
    """Draw the next plan and seats.

    Teams grow and shrink, and shrink more often in a decay. A few solos become teams.
    """
    world = company.world
    uniform = company.uniform("change", state.month, len(state))
    grow, shrink, more_in_decay = world.seats_change
    grown, shrunk = world.seats_factor
    fewest = np.asarray(world.fewest_seats)
    grows = uniform < grow
    stays_below = 1 - shrink - more_in_decay * state.in_decay
    shrinks = (uniform > stays_below) & (state.seats > fewest[state.plan])
    upgrades = (uniform < world.upgrade) & (state.plan == 0)
    factor = np.where(grows, grown, np.where(shrinks, shrunk, 1.0))
    seats = np.where(state.plan > 0, np.rint(state.seats * factor), state.seats)
    seats = np.where(upgrades, fewest[1], np.maximum(seats, 1)).astype(np.int64)
    plan = np.where(upgrades, 1, state.plan)
    return plan, seats, (seats != state.seats) | (plan != state.plan)
