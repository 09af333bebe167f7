"""Subscriptions: starts, returns, changes and cancellations."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.calendar import days_in, first_day
from data.sources.rows import (
    Times,
    arrives,
    billing_moment,
    minutes_later,
    moment,
    row_id,
    working_time,
)
from data.world.beliefs import PLANS, World
from data.world.company import Company
from data.world.days import day_of, work
from data.world.hazard import since_price_rise
from data.world.state import Bools, Ints, State
from data.world.step import INVOLUNTARY, STAYS, VOLUNTARY, Events

REASONS = ("price", "missing_feature", "not_using", "other_product", "no_reason")


def subscriptions(company: Company, events: Events) -> pd.DataFrame:
    """Return one row per start, return, change of plan or seats, and cancellation."""
    parts = [
        _joins(company, events),
        _returns(company, events),
        _changes(company, events),
        _cancellations(company, events),
    ]
    if events.month == 0:
        state, at = events.state, first_start(company, events.state)
        first = _terms(company.world, state, "start", at, np.arange(len(state)))
        parts.insert(0, first)
    return pd.concat(parts, ignore_index=True)


def joined_at(company: Company, joined: State) -> Times:
    """Return when newcomers start: on their billing day."""
    return moment(company, "join", joined.month, joined.traits.billing_day)


def first_start(company: Company, state: State) -> Times:
    """Return when the customers at the start had joined, before the first record."""
    months = first_day(0).astype("M8[M]") + state.traits.joined
    midnight = months.astype("M8[s]") + (state.traits.billing_day - 1).astype("m8[D]")
    return midnight + working_time(company, "start", 0, len(state))


def _terms(world: World, state: State, kind: str, at: Times, who: Ints) -> pd.DataFrame:
    """Return one row with the contract of each customer at positions `who`."""
    customer_id = state.customer_id[who]
    return pd.DataFrame(
        {
            "event_id": row_id(state.month, customer_id, kind),
            "customer_id": customer_id,
            "event": kind,
            "event_at": at,
            "arrived_at": arrives("subscriptions", at),
            "plan": np.asarray(PLANS, object)[state.plan[who]],
            "contract": np.where(state.annual[who], "annual", "monthly"),
            "seats": state.seats[who],
            "monthly_fee_usd": state.fee(world, who),
            "ends_on": np.full(len(who), np.datetime64("NaT"), "M8[s]"),
            "reason": pd.Series([None] * len(who), dtype="str"),
        }
    )


def _joins(company: Company, events: Events) -> pd.DataFrame:
    joined = events.joined
    at = joined_at(company, joined)
    return _terms(company.world, joined, "start", at, np.arange(len(joined)))


def _returns(company: Company, events: Events) -> pd.DataFrame:
    who = np.flatnonzero(events.return_day)
    at = moment(company, "return", events.month, events.return_day, who)
    return _terms(company.world, events.terms, "return", at, who)


def changed_here(events: Events) -> Ints:
    """Return the positions of customers who change plan or seats, being here."""
    day, back = events.drift.change_day, events.return_day
    stays = (events.left == STAYS) | (day < events.left_day)
    here = np.where(back > 0, day > back, events.state.active & stays)
    return np.flatnonzero((day > 0) & here)


def _changes(company: Company, events: Events) -> pd.DataFrame:
    changed, who = events.drift, changed_here(events)
    at = moment(company, "change", events.month, changed.change_day, who)
    after = replace(events.terms, plan=changed.plan, seats=changed.seats)
    return _terms(company.world, after, "change", at, who)


def _cancellations(company: Company, events: Events) -> pd.DataFrame:
    """Return cancellations, dated by the decision. Access may run on to `ends_on`."""
    who = np.flatnonzero(events.left)
    at = _left_at(company, events)[who]
    rows = _terms(company.world, _at_the_end(events), "cancel", at, who)
    late = booked_late(company, events)
    booked_at = moment(company, "late", events.month, events.left_day + late, who)
    return rows.assign(
        arrived_at=np.where(late[who] > 0, booked_at, rows["arrived_at"]),
        ends_on=_ends_on(events)[who],
        reason=_reasons(company, events, who),
    )


def _left_at(company: Company, events: Events) -> Times:
    """Return when customers leave; a lost payment ends it a minute after its retry."""
    month, day = events.month, events.left_day
    decided = moment(company, "leave", month, day)
    last_retry = billing_moment(company, len(company.world.dunning_days), month, day)
    is_lost = events.left == INVOLUNTARY
    return np.where(is_lost, minutes_later(last_retry, 1), decided)


def _at_the_end(events: Events) -> State:
    """Return the month's state, with the plan and seats of those who leave."""
    state, changed = events.state, events.drift
    earlier = (changed.change_day > 0) & (changed.change_day < events.left_day)
    return replace(
        state,
        plan=np.where(earlier, changed.plan, state.plan),
        seats=np.where(earlier, changed.seats, state.seats),
    )


def booked_late(company: Company, events: Events) -> Ints:
    """Draw how many days late a cancellation is booked, 0 if in time.

    The system books a failed payment at once. People book late, mostly on weekdays.
    """
    world, month, n = company.world, events.month, len(events.left)
    is_late = company.uniform("late", month, n) < world.late_news
    who = np.flatnonzero(is_late & (events.left == VOLUNTARY))
    least, most = world.late_news_days
    ahead = np.concatenate([work(world, month), work(world, month + 1)])
    choices = events.left_day[who, None] - 1 + np.arange(least, most + 1)
    uniform = company.uniform("late.days", month, n)[who]
    days = np.zeros(n, np.int64)
    days[who] = least - 1 + day_of(uniform, ahead[choices])
    return days


def _ends_on(events: Events) -> Times:
    """Return the midnight at which access ends: with the paid period, for leavers.

    That is the next billing day, and for annual contracts the next renewal. A failed
    payment ends access with its day.
    """
    state, month = events.state, first_day(events.month).astype("M8[M]")
    ahead = np.where(events.access_runs_on, 1, state.months_paid_ahead)
    renewal = (month + ahead).astype("M8[D]") + (state.traits.billing_day - 1)
    day_after = first_day(events.month) + events.left_day
    return np.where(events.left == VOLUNTARY, renewal, day_after).astype("M8[s]")


def _reasons(company: Company, events: Events, who: Ints) -> npt.NDArray[np.object_]:
    """Draw what leavers answer: price or disuse where true, else any reason."""
    world, state = company.world, events.state
    answer = company.uniform("leave.reason", events.month, len(state))[who]
    since_rise = since_price_rise(world, state.month)
    recent_rise = since_rise < world.price_complaint_months
    sensitive, say_so = world.reason_price
    minds_price = state.traits.sensitivity[who] + recent_rise > sensitive
    about_price = minds_price & (answer < say_so)
    not_using = state.in_decay[who] & (answer < world.reason_unused)
    anything = (answer * len(REASONS)).astype(int)
    known = [REASONS.index("price"), REASONS.index("not_using")]
    code = np.select([about_price, not_using], known, anything)
    voluntary = np.asarray(REASONS, object)[code]
    return np.where(events.left[who] == INVOLUNTARY, "payment_failed", voluntary)


def roster(company: Company, state: State, last: Events) -> Bools:
    """Mark the customers at the cutoff, as far as news of leaving has arrived.

    Args:
        state: the company at the cutoff.
        last: the events of the month before.
    """
    booked_on = last.left_day + booked_late(company, last)
    unheard = (last.left > 0) & (booked_on > days_in(last.month))
    return state.active | np.concatenate([unheard, np.zeros(len(last.joined), bool)])
