"""Subscriptions: starts, returns, changes and cancellations."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.calendar import days_in, first_day
from data.sources.rows import Times, minutes_later, moment, row_id
from data.world.beliefs import PLANS, World
from data.world.company import Company
from data.world.hazard import since_price_rise
from data.world.state import Bools, Ints, State
from data.world.step import INVOLUNTARY, STAYS, VOLUNTARY, Events
from data.world.streams import Streams

REASONS = ("price", "missing_feature", "not_using", "other_product", "no_reason")


def subscriptions(company: Company, events: Events) -> pd.DataFrame:
    """One row per start, return, change of plan or seats, and cancellation."""
    world, streams = company.world, company.streams
    state, month = events.state, events.month
    parts = []
    if month == 0:
        at = first_start(streams, state)
        parts.append(_terms(world, state, "start", at, np.arange(len(state))))
    parts += [
        _joins(company, events),
        _returns(company, events),
        _changes(company, events),
        _cancellations(company, events),
    ]
    return pd.concat(parts, ignore_index=True)


def joined_at(streams: Streams, joined: State) -> Times:
    """Give when newcomers start: on their billing day."""
    return moment(streams, "join", joined.month, joined.traits.billing_day)


def first_start(streams: Streams, state: State) -> Times:
    """Give when those at start had joined, before the first record."""
    months = first_day(0).astype("M8[M]") + state.traits.joined
    seconds = 3600 * (7 + 14 * streams("start.second").random(len(state)))
    whole_days = (state.traits.billing_day - 1).astype("m8[D]")
    return months.astype("M8[s]") + whole_days + seconds.astype("m8[s]")


def _terms(world: World, state: State, kind: str, at: Times, who: Ints) -> pd.DataFrame:
    """Lay out the contract of the customers at positions `who`."""
    customer_id = state.customer_id[who]
    return pd.DataFrame(
        {
            "event_id": row_id(state.month, customer_id, kind),
            "customer_id": customer_id,
            "event": kind,
            "event_at": at,
            "arrived_at": minutes_later(at, 5),
            "plan": np.asarray(PLANS, object)[state.plan[who]],
            "contract": np.where(state.annual[who], "annual", "monthly"),
            "seats": state.seats[who],
            "monthly_fee_usd": state.fee(world, who),
            "ends_on": np.full(len(who), np.datetime64("NaT"), "M8[s]"),
            "reason": pd.Series([None] * len(who), dtype="str"),
        }
    )


def _joins(company: Company, events: Events) -> pd.DataFrame:
    world, streams = company.world, company.streams
    joined = events.joined
    at = joined_at(streams, joined)
    return _terms(world, joined, "start", at, np.arange(len(joined)))


def _returns(company: Company, events: Events) -> pd.DataFrame:
    world, streams = company.world, company.streams
    who = np.flatnonzero(events.return_day)
    at = moment(streams, "return", events.month, events.return_day, who)
    return _terms(world, after_return(events), "return", at, who)


def after_return(events: Events) -> State:
    """Give the month's state with those who come back on their monthly contract."""
    annual = events.state.annual & (events.return_day == 0)
    return replace(events.state, annual=annual)


def _changes(company: Company, events: Events) -> pd.DataFrame:
    world, streams = company.world, company.streams
    changed, state = events.drift, events.state
    stays = (events.left == STAYS) | (changed.change_day <= events.left_day)
    who = np.flatnonzero((changed.change_day > 0) & state.active & stays)
    at = moment(streams, "change", events.month, changed.change_day, who)
    after = replace(state, plan=changed.plan, seats=changed.seats)
    return _terms(world, after, "change", at, who)


def _cancellations(company: Company, events: Events) -> pd.DataFrame:
    """The cancellation is dated by the decision; access may run on to `ends_on`."""
    world, streams = company.world, company.streams
    state, month = events.state, events.month
    who = np.flatnonzero(events.left)
    at = moment(streams, "leave", month, events.left_day, who)
    rows = _terms(world, state, "cancel", at, who)
    late = booked_late(company, events)[who]
    arrived = np.where(late > 0, at + late.astype("m8[D]"), minutes_later(at, 5))
    return rows.assign(
        arrived_at=arrived,
        ends_on=_ends_on(events, at, who),
        reason=_reasons(company, events, who),
    )


def booked_late(company: Company, events: Events) -> Ints:
    """Give by how many days the news of an ending is late: 0, or 5 to 28."""
    world, streams = company.world, company.streams
    is_late = streams("late", events.month).random(len(events.left)) < world.late_news
    days = 5 + (24 * streams("late.days", events.month).random(len(is_late))).astype(
        int
    )
    return np.where(is_late, days, 0)


def _ends_on(events: Events, at: Times, who: Ints) -> Times:
    """Give when access ends: the next renewal for annual contracts, else the notice."""
    state = events.state
    runs_on = state.annual[who] & (events.left[who] == VOLUNTARY)
    to_renewal = np.where(runs_on, 11 - state.term_month[who], 0)
    renewal = (first_day(events.month).astype("M8[M]") + to_renewal).astype("M8[D]")
    renewal = (renewal + (state.traits.billing_day[who] - 1)).astype("M8[s]")
    return np.where(to_renewal > 0, renewal, at.astype("M8[D]").astype("M8[s]"))


def _reasons(company: Company, events: Events, who: Ints) -> npt.NDArray[np.object_]:
    """Give what leavers answered: price and disuse when true, else anything."""
    world, streams = company.world, company.streams
    state = events.state
    answer = streams("leave.reason", events.month).random(len(state))[who]
    rise = since_price_rise(world, state.month) < 3
    about_price = (state.traits.sensitivity[who] + rise > 1) & (answer < 0.5)
    not_using = state.in_decay[who] & (answer < 0.6)
    anything = (answer * len(REASONS)).astype(int)
    code = np.select([about_price, not_using], [0, 2], anything)
    voluntary = np.asarray(REASONS, object)[code]
    return np.where(events.left[who] == INVOLUNTARY, "payment_failed", voluntary)


def roster(company: Company, state: State, last: Events) -> Bools:
    """Mark who counts as a customer at the cutoff, as far as news has arrived.

    Args:
        state: the company at the cutoff.
        last: the events of the month before.
    """
    booked_on = last.left_day + booked_late(company, last)
    unheard = (last.left > 0) & (booked_on > days_in(last.month))
    return state.active | np.concatenate([unheard, np.zeros(len(last.joined), bool)])
