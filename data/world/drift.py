"""Drift: what happens to every customer in a month, whether or not they stay."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from data.world.beliefs import TOPICS, World
from data.world.company import Company
from data.world.days import any_day, work_day
from data.world.hazard import (
    PAID,
    invoice_failure,
    season,
    sigmoid,
    since_price_rise,
    voluntary_logit,
)
from data.world.state import NEVER, Bools, Floats, Ints, State


class Tickets(NamedTuple):
    """What customers wrote in one month; arrays of shape (n_tickets,)."""

    who: Ints  # position of the customer
    part: Ints  # 0 for the customer's first ticket of the month, 1 for the second
    topic: Ints  # position in TOPICS
    day: Ints  # 1 to days in the month; parts are in no order
    resolved_after: Floats  # days

    def wrote(self, n: int, topic: str | None = None) -> Bools:
        """Mark the customers who wrote, about `topic` if one is given.  # (n,)"""
        about = slice(None) if topic is None else self.topic == TOPICS.index(topic)
        return np.bincount(self.who[about], minlength=n) > 0


@dataclass(frozen=True)
class Drift:
    """What happened in one month, one position per customer."""

    dunning_stage: Ints  # of this month's invoice, if one is issued
    tickets: Tickets
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
    month, n = state.month, len(state)
    tickets = _tickets(company, state)
    turns = _decay_turns(company, state)
    plan, seats, changes = _plan_change(company, state)
    happened = Drift(
        dunning_stage=_dunning_stage(company, state),
        tickets=tickets,
        decay_day=np.where(turns, any_day(company, "decay.day", month, n), 0),
        plan=plan,
        seats=seats,
        change_day=np.where(changes, work_day(company, "change.day", month, n), 0),
    )
    moved = replace(
        state,
        month=month + 1,
        plan=plan,
        seats=seats,
        engagement=_engagement(company, state),
        in_decay=state.in_decay ^ turns,
        irritation=_irritation(company.world, state, tickets),
        since_price_ticket=_since(state.since_price_ticket, tickets.wrote(n, "price")),
        since_ticket=_since(state.since_ticket, tickets.wrote(n)),
        dunning_stage=happened.dunning_stage,
        was_billed=state.is_billed,
        discount_left=np.maximum(state.discount_left - 1, 0),
        since_offer=_since(state.since_offer, np.zeros(n, bool)),
        since_pilot=_since(state.since_pilot, np.zeros(n, bool)),
    )
    return moved, happened


def _since(months: Ints, now: Bools) -> Ints:
    """Count one month more since something, or start anew where it happened `now`."""
    return np.where(now, 1, np.minimum(months + 1, NEVER))


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


def _tickets(company: Company, state: State) -> Tickets:
    """Draw what customers write to support; large accounts write more often."""
    world, weights = company.world, _ticket_weights(company.world, state)
    seats = state.seats**world.ticket_by_seats
    rate = world.ticket_rate * seats * weights.sum(axis=0)
    uniform = company.uniform("ticket", state.month, len(state))
    number = _count(uniform, rate, world.most_tickets)
    shares = np.cumsum(weights, axis=0) / weights.sum(axis=0)  # (n_topics, n)
    parts = [
        _part(company, state.month, np.flatnonzero(number > part), part, shares)
        for part in range(world.most_tickets)
    ]
    return Tickets(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _ticket_weights(world: World, state: State) -> Floats:
    """Compute how often customers write about each topic.  # (n_topics, n)"""
    since_rise = since_price_rise(world, state.month)
    recent_rise = since_rise < world.price_complaint_months
    how_to, bug, price, cancel = world.ticket_weights
    per_sd, after_rise = world.price_ticket_odds
    log_price_odds = per_sd * state.traits.sensitivity + after_rise * recent_rise
    n = len(state)
    return np.stack(
        [
            np.full(n, how_to),
            np.full(n, bug),
            price * np.exp(log_price_odds),
            cancel * sigmoid(voluntary_logit(world, 0.0, state)),
        ]
    )


def _count(uniform: Floats, rate: Floats, most: int) -> Ints:
    """Return a Poisson count of each rate, at most `most`, from one draw each."""
    probability = np.exp(-rate)
    reached, number = probability.copy(), np.zeros(len(rate), np.int8)
    for k in range(1, most + 1):
        number += uniform >= reached
        probability *= rate / k
        reached += probability
    return number


def _part(
    company: Company, month: int, who: Ints, part: int, shares: Floats
) -> Tickets:
    """Draw topic, day and answer of each customer's ticket number `part`."""
    n = shares.shape[1]
    topic = company.uniform(f"ticket.topic.{part}", month, n)[who]
    normal = company.normal(f"ticket.resolution.{part}", month, n)[who]
    mean, sd = company.world.answer_days
    return Tickets(
        who=who.astype(np.int32),
        part=np.full(len(who), part, np.int8),
        topic=(topic >= shares[:-1, who]).sum(axis=0).astype(np.int8),
        day=work_day(company, f"ticket.day.{part}", month, n)[who].astype(np.int8),
        resolved_after=np.exp(mean + sd * normal),
    )


def _irritation(world: World, state: State, tickets: Tickets) -> Floats:
    """Compute the next irritation: some of the old one, more after a slow answer.

    A month's tickets count once, by the slowest answer, whatever their number.
    """
    slowest = np.zeros(len(state))
    np.maximum.at(slowest, tickets.who, tickets.resolved_after)
    fast, slow = world.fast_and_slow_days
    speed = np.select(
        [slowest > slow, slowest <= fast],
        [world.unresolved_effect, world.fast_effect],
        0.0,
    )
    fresh = (slowest > 0) * (world.ticket_effect + speed)
    return world.irritation_memory * state.irritation + fresh


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

    Teams grow up to the number of employees, and shrink, more often so in a decay. A
    few solos become teams.
    """
    world = company.world
    uniform = company.uniform("change", state.month, len(state))
    grow, shrink, more_in_decay = world.seats_change
    grown, shrunk = world.seats_factor
    fewest = np.asarray(world.fewest_seats)
    grows = uniform < grow
    stays_below = 1 - shrink - more_in_decay * state.in_decay
    shrinks = (uniform > stays_below) & (state.seats > fewest[state.plan])
    employees = state.traits.company_size
    upgrades = (uniform < world.upgrade) & (state.plan == 0) & (employees >= fewest[1])
    factor = np.where(grows, grown, np.where(shrinks, shrunk, 1.0))
    seats = np.where(state.plan > 0, np.rint(state.seats * factor), state.seats)
    seats = np.where(upgrades, fewest[1], np.clip(seats, 1, employees)).astype(np.int64)
    plan = np.where(upgrades, 1, state.plan)
    return plan, seats, (seats != state.seats) | (plan != state.plan)
