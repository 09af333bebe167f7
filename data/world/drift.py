"""Drift: what happens to every customer in a month whether or not he stays."""

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
from data.world.streams import Streams

NO_TICKET = -1


@dataclass(frozen=True)
class Drift:
    """One month's happenings, one position per customer."""

    dunning_stage: Ints  # of this month's invoice, if one is issued
    ticket_topic: Ints  # position in TOPICS, NO_TICKET if none
    ticket_day: Ints  # 1 to days in the month
    resolved_after: Floats  # days
    decay_day: Ints  # day on which a decay starts or ends, 0 if none
    plan: Ints  # from the change day on
    seats: Ints
    change_day: Ints  # 0 if nothing changes


def month_season(company: Company, month: int) -> float:
    world, streams = company.world, company.streams
    return season(world, float(streams("season", month).standard_normal()), month)


def drift(company: Company, state: State) -> tuple[State, Drift]:
    """Move every hidden state one month on; nobody leaves, joins or gets an offer."""
    world, streams = company.world, company.streams
    topic = _ticket_topic(company, state)
    resolved_after = _resolved_after(company, state)
    turns = _decay_turns(company, state)
    plan, seats, changes = _plan_change(company, state)
    happened = Drift(
        dunning_stage=_dunning_stage(company, state),
        ticket_topic=topic,
        ticket_day=_some_day(streams, "ticket.day", state),
        resolved_after=resolved_after,
        decay_day=np.where(turns, _some_day(streams, "decay.day", state), 0),
        plan=plan,
        seats=seats,
        change_day=np.where(changes, _some_day(streams, "change.day", state), 0),
    )
    price_ticket = topic == TOPICS.index("price")
    moved = replace(
        state,
        month=state.month + 1,
        plan=plan,
        seats=seats,
        engagement=_engagement(company, state),
        in_decay=state.in_decay ^ turns,
        irritation=_irritation(world, state, topic, resolved_after),
        since_price_ticket=_since(state.since_price_ticket, price_ticket),
        since_ticket=_since(state.since_ticket, topic != NO_TICKET),
        dunning_stage=happened.dunning_stage,
        was_billed=state.is_billed,
        discount_left=np.maximum(state.discount_left - 1, 0),
        since_offer=_since(state.since_offer, np.zeros(len(state), bool)),
    )
    return moved, happened


def _since(months: Ints, now: Bools) -> Ints:
    return np.where(now, 1, np.minimum(months + 1, NEVER))


def _some_day(streams: Streams, purpose: str, state: State) -> Ints:
    uniform = streams(purpose, state.month).random(len(state))
    return 1 + (uniform * days_in(state.month)).astype(np.int64)


def _engagement(company: Company, state: State) -> Floats:
    world, streams = company.world, company.streams
    shock = streams("engagement", state.month).standard_normal(len(state))
    memory = world.engagement_memory
    return memory * state.engagement + (
        np.sqrt(1 - memory**2) * world.engagement_sd * shock
    )


def _decay_turns(company: Company, state: State) -> Bools:
    world, streams = company.world, company.streams
    uniform = streams("decay", state.month).random(len(state))
    chance = np.where(state.in_decay, world.decay_recovery, world.decay_start)
    return uniform < chance


def _ticket_topic(company: Company, state: State) -> Ints:
    """Draw who writes and about what; the weights are relative to `ticket_chance`."""
    world, streams = company.world, company.streams
    rise = since_price_rise(world, state.month) < 3
    how_to, bug, price, cancel = world.ticket_weights
    per_sd, after_rise = world.price_ticket_odds
    weights: tuple[Floats | float, ...] = (
        how_to,
        bug,
        price * np.exp(per_sd * state.traits.sensitivity + after_rise * rise),
        cancel * sigmoid(voluntary_logit(world, 0.0, state)),
    )
    uniform = streams("ticket", state.month).random(len(state))
    topic = np.zeros(len(state), np.int64)
    for edge in accumulate(weights):
        topic += uniform > world.ticket_chance * edge
    return np.where(topic == len(TOPICS), NO_TICKET, topic)


def _resolved_after(company: Company, state: State) -> Floats:
    world, streams = company.world, company.streams
    normal = streams("ticket.resolution", state.month).standard_normal(len(state))
    mean, sd = world.answer_days
    return np.exp(mean + sd * normal)


def _irritation(
    world: World, state: State, topic: Ints, resolved_after: Floats
) -> Floats:
    speed = np.select(
        [resolved_after > 7, resolved_after <= 1],
        [world.unresolved_effect, world.fast_effect],
        0.0,
    )
    wrote = topic != NO_TICKET
    return world.irritation_memory * state.irritation + wrote * (
        world.ticket_effect + speed
    )


def _dunning_stage(company: Company, state: State) -> Ints:
    world, streams = company.world, company.streams
    fails = streams("invoice", state.month).random(len(state)) < invoice_failure(
        world, state
    )
    uniform = streams("invoice.recovery", state.month).random(len(state))
    stage = np.full(len(state), PAID)
    recovered = np.cumsum(world.recovery)
    stage[fails] = 1 + np.searchsorted(recovered, uniform[fails], side="right")
    return stage


def _plan_change(company: Company, state: State) -> tuple[Ints, Ints, Bools]:
    """Let teams grow and shrink (likelier in a decay) and a few solos become teams."""
    world, streams = company.world, company.streams
    uniform = streams("change", state.month).random(len(state))
    grow, shrink, more_in_decay = world.seats_change
    grown, shrunk = world.seats_factor
    grows = uniform < grow
    stays_below = 1 - shrink - more_in_decay * state.in_decay
    shrinks = (uniform > stays_below) & (state.seats > 2)
    upgrades = (uniform < world.upgrade) & (state.plan == 0)
    factor = np.where(grows, grown, np.where(shrinks, shrunk, 1.0))
    seats = np.where(state.plan > 0, np.rint(state.seats * factor), state.seats)
    seats = np.where(upgrades, 2, np.maximum(seats, 1)).astype(np.int64)
    plan = np.where(upgrades, 1, state.plan)
    return plan, seats, (seats != state.seats) | (plan != state.plan)
