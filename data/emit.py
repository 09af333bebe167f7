"""Emit: turn a month's events into the clean rows that its sources record.

Each function gives one source; every row has the time it happened (`event_at`) and the
time it arrived (`arrived_at`), UTC. Rows may arrive up to one month later.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.calendar import days_in, first_day
from data.hazard import DUNNING_DAYS, LOST, PAID, in_dunning, since_price_rise
from data.past_offers import past_offers
from data.state import Bools, Floats, Ints, State
from data.step import INVOLUNTARY, STAYS, VOLUNTARY, Events
from data.streams import Streams
from data.tickets import tickets
from data.usage import usage, usage_table
from data.world import CHANNELS, PLANS, REGIONS, World

Frames = dict[str, pd.DataFrame]
Times = npt.NDArray[np.datetime64]

KINDS = ("start", "return", "change", "cancel", "paid", "failed", "refund", "ticket")
REASONS = ("price", "missing_feature", "not_using", "other_product", "no_reason")


def emit(world: World, streams: Streams, events: Events) -> Frames:
    """Give the six clean sources of one month, in the columns of the data card."""
    customer_id = np.concatenate(
        [events.state.customer_id, events.joined.customer_id + len(events.state)]
    )
    return {
        "customers": customers(streams, events),
        "subscriptions": subscriptions(world, streams, events),
        "transactions": transactions(world, streams, events),
        "tickets": tickets(world, streams, events),
        "usage": usage_table(usage(world, streams, events), customer_id),
        "offers": offers(world, streams, events),
    }


def row_id(month: int, customer_id: Ints, kind: str, part: int = 0) -> Ints:
    """Number a row by what it is, so that nobody else's fate can renumber it."""
    return (customer_id * 1000 + month) * 100 + KINDS.index(kind) * 10 + part


def moment(streams: Streams, purpose: str, month: int, day: Ints) -> Times:
    """Give a second of the working day (7 to 21 h) on `day` (1 is the month's first).

    Position i of the stream is customer i's, so `day` covers all customers.
    """
    seconds = 3600 * (7 + 14 * streams(f"{purpose}.second", month).random(len(day)))
    return first_day(month).astype("M8[s]") + (
        86400 * (day - 1) + seconds.astype(np.int64)
    ).astype("m8[s]")


def minutes_later(times: Times, minutes: Floats | int) -> Times:
    return times + np.asarray(60 * minutes).astype("m8[s]")


def customers(streams: Streams, events: Events) -> pd.DataFrame:
    """One row per customer created or changed; the first month lists those at start."""
    state, joined = events.state, events.joined
    created = _customer_rows(
        joined, len(state), _on_billing_day(streams, events.month, joined), "created"
    )
    changed = np.flatnonzero((events.drift.change_day > 0) & state.active)
    at = moment(streams, "change", events.month, events.drift.change_day)[changed]
    updated = _customer_rows(state, 0, at, "updated", changed)
    parts = [created, updated]
    if events.month == 0:
        parts.insert(0, _customer_rows(state, 0, _first_start(streams, state), "created"))
    return pd.concat(parts, ignore_index=True)


def _customer_rows(
    state: State, offset: int, at: Times, event: str, who: Ints | None = None
) -> pd.DataFrame:
    who = np.arange(len(state)) if who is None else who
    customer_id = state.customer_id[who] + offset
    return pd.DataFrame(
        {
            "customer_id": customer_id,
            "event": event,
            "event_at": at,
            "arrived_at": minutes_later(at, 20),
            "email": [f"user{i}@example.com" for i in customer_id.tolist()],
            "region": np.asarray(REGIONS, object)[state.traits.region[who]],
            "channel": np.asarray(CHANNELS, object)[state.traits.channel[who]],
            "company_size": state.traits.company_size[who],
        }
    )


def _on_billing_day(streams: Streams, month: int, joined: State) -> Times:
    return moment(streams, "join", month, joined.traits.billing_day)


def _first_start(streams: Streams, state: State) -> Times:
    """Give when those at start had joined, before the first record."""
    months = state.traits.joined + (first_day(0).astype("M8[M]").astype(np.int64))
    seconds = 3600 * (7 + 14 * streams("start.second").random(len(state)))
    days = 86400 * (state.traits.billing_day - 1)
    return months.astype("M8[M]").astype("M8[s]") + (
        days + seconds.astype(np.int64)
    ).astype("m8[s]")


def subscriptions(world: World, streams: Streams, events: Events) -> pd.DataFrame:
    """One row per start, return, change of plan or seats, and cancellation."""
    state, month = events.state, events.month
    parts = []
    if month == 0:
        at = _first_start(streams, state)
        parts.append(_terms(world, state, "start", month, at, np.arange(len(state))))
    parts += [
        _joins(world, streams, events),
        _returns(world, streams, events),
        _changes(world, streams, events),
        _cancellations(world, streams, events),
    ]
    return pd.concat(parts, ignore_index=True)


def _terms(
    world: World, state: State, kind: str, month: int, at: Times, who: Ints, offset: int = 0
) -> pd.DataFrame:
    """Lay out the contract of the customers at positions `who`."""
    customer_id = state.customer_id[who] + offset
    return pd.DataFrame(
        {
            "event_id": row_id(month, customer_id, kind),
            "customer_id": customer_id,
            "event": kind,
            "event_at": at,
            "arrived_at": minutes_later(at, 5),
            "plan": np.asarray(PLANS, object)[state.plan[who]],
            "contract": np.where(state.annual[who], "annual", "monthly"),
            "seats": state.seats[who],
            "monthly_fee_usd": state.fee(world)[who],
            "ends_on": np.full(len(who), np.datetime64("NaT"), "M8[s]"),
            "reason": pd.Series([None] * len(who), dtype="str"),
        }
    )


def _joins(world: World, streams: Streams, events: Events) -> pd.DataFrame:
    joined, offset = events.joined, len(events.state)
    at = _on_billing_day(streams, events.month, joined)
    who = np.arange(len(joined))
    return _terms(world, joined, "start", events.month, at, who, offset)


def _returns(world: World, streams: Streams, events: Events) -> pd.DataFrame:
    who = np.flatnonzero(events.return_day)
    at = moment(streams, "return", events.month, events.return_day)[who]
    rows = _terms(world, events.state, "return", events.month, at, who)
    return rows.assign(contract="monthly")


def _changes(world: World, streams: Streams, events: Events) -> pd.DataFrame:
    changed, state = events.drift, events.state
    stays = (events.left == STAYS) | (changed.change_day <= events.left_day)
    who = np.flatnonzero((changed.change_day > 0) & state.active & stays)
    at = moment(streams, "change", events.month, changed.change_day)[who]
    return _terms(world, _after_change(events), "change", events.month, at, who)


def _after_change(events: Events) -> State:
    from dataclasses import replace

    return replace(events.state, plan=events.drift.plan, seats=events.drift.seats)


def _cancellations(world: World, streams: Streams, events: Events) -> pd.DataFrame:
    """The cancellation is dated by the decision; access may run on to `ends_on`."""
    state, month = events.state, events.month
    who = np.flatnonzero(events.left)
    at = moment(streams, "leave", month, events.left_day)
    rows = _terms(world, state, "cancel", month, at[who], who)
    late = booked_late(world, streams, events)
    arrived = np.where(late > 0, at + (86400 * late).astype("m8[s]"), minutes_later(at, 5))
    return rows.assign(
        arrived_at=arrived[who],
        ends_on=_ends_on(events, at)[who],
        reason=_reasons(world, streams, events)[who],
    )


def booked_late(world: World, streams: Streams, events: Events) -> Ints:
    """Give by how many days the news of an ending is late: 0, or 5 to 28."""
    is_late = streams("late", events.month).random(len(events.left)) < world.late_news
    days = 5 + (24 * streams("late.days", events.month).random(len(is_late))).astype(int)
    return np.where(is_late, days, 0)


def _ends_on(events: Events, at: Times) -> Times:
    """Give when access ends: the next renewal for annual contracts, else the notice."""
    state = events.state
    to_renewal = np.where(
        state.annual & (events.left == VOLUNTARY), 11 - state.term_month, 0
    )
    renewal = (first_day(events.month).astype("M8[M]") + to_renewal).astype("M8[s]")
    renewal = renewal + (86400 * (state.traits.billing_day - 1)).astype("m8[s]")
    return np.where(to_renewal > 0, renewal, at.astype("M8[D]").astype("M8[s]"))


def _reasons(world: World, streams: Streams, events: Events) -> npt.NDArray[np.object_]:
    """Give what leavers answered: price and disuse when true, else anything."""
    state = events.state
    answer = streams("leave.reason", events.month).random(len(state))
    rise = since_price_rise(world, state.month) < 3
    about_price = (state.traits.sensitivity + rise > 1) & (answer < 0.5)
    not_using = state.in_decay & (answer < 0.6)
    anything = (answer * len(REASONS)).astype(int)
    code = np.select([about_price, not_using], [0, 2], anything)
    voluntary = np.asarray(REASONS, object)[code]
    return np.where(events.left == INVOLUNTARY, "payment_failed", voluntary)


def transactions(world: World, streams: Streams, events: Events) -> pd.DataFrame:
    """One row per attempt to collect an invoice, and per refund."""
    parts = [
        *_first_invoices(world, streams, events),
        *_new_invoices(world, streams, events),
        *_carried_retries(world, streams, events),
        _credits(world, events),
    ]
    return pd.concat(parts, ignore_index=True)


def _charge(
    customer_id: Ints, month: int, kind: str, part: int, at: Times, usd: Floats
) -> pd.DataFrame:
    base = "refund" if kind == "refund" else ("failed" if "failed" in kind else "paid")
    return pd.DataFrame(
        {
            "transaction_id": row_id(month, customer_id, base, part),
            "customer_id": customer_id,
            "kind": kind,
            "event_at": at,
            "arrived_at": minutes_later(at, 15),
            "amount_usd": np.round(usd, 2),
        }
    )


def _first_invoices(
    world: World, streams: Streams, events: Events
) -> list[pd.DataFrame]:
    joined = events.joined
    at = minutes_later(_on_billing_day(streams, events.month, joined), 1)
    customer_id = joined.customer_id + len(events.state)
    usd = joined.fee(world) * np.where(joined.annual, 10, 1)
    return [_charge(customer_id, events.month, "paid", 0, at, usd)]


def _new_invoices(world: World, streams: Streams, events: Events) -> list[pd.DataFrame]:
    """Invoices of this month and those retries that still fall into it."""
    state, day = events.state, events.state.traits.billing_day
    stays_for_it = (events.left_day == 0) | (events.left_day >= day)
    billed = (state.active & state.is_billed & stays_for_it) | (events.return_day > 0)
    usd = invoice_usd(world, events)
    stage = events.drift.dunning_stage
    rows = []
    for kind, part, who, after in _attempts(stage, billed):
        inside = who & (day + after <= days_in(events.month)) & _still_here(
            events, day + after
        )
        rows.append(_attempt_rows(streams, events, kind, part, inside, day + after, usd))
    return rows


def _carried_retries(
    world: World, streams: Streams, events: Events
) -> list[pd.DataFrame]:
    """Retries of last month's invoices that fall into this month."""
    state, last = events.state, days_in(events.month - 1)
    open_invoice = in_dunning(state) & state.active
    usd = replace(state, month=events.month - 1).fee(world) * np.where(state.annual, 10, 1)
    rows = []
    for kind, part, who, after in _attempts(state.dunning_stage, open_invoice):
        day = state.traits.billing_day + after - last
        inside = who & (day >= 1) & _still_here(events, day)
        rows.append(_attempt_rows(streams, events, kind, part + 5, inside, day, usd))
    return rows


def _attempts(stage: Ints, billed: Bools) -> list[tuple[str, int, Bools, int]]:
    """List (kind, number, who, days after the invoice) of every attempt to collect."""
    attempts = [
        ("paid", 0, billed & (stage == PAID), 0),
        ("failed", 0, billed & (stage != PAID), 0),
    ]
    for number, days in enumerate(DUNNING_DAYS, start=1):
        attempts.append(("retry_paid", number, billed & (stage == number), days))
        attempts.append(("retry_failed", number, billed & (stage > number), days))
    return attempts


def _still_here(events: Events, day: Ints) -> Bools:
    """Mark who has not left before `day`; a lost invoice's last retry is the leaving."""
    return (events.left == STAYS) | (day <= events.left_day)


def _attempt_rows(
    streams: Streams,
    events: Events,
    kind: str,
    number: int,
    who: Bools,
    day: Ints,
    usd: Floats,
) -> pd.DataFrame:
    where = np.flatnonzero(who)
    at = moment(streams, f"attempt.{number}", events.month, day)[where]
    customer_id = events.state.customer_id[where]
    return _charge(customer_id, events.month, kind, number, at, usd[where])


def invoice_usd(world: World, events: Events) -> Floats:
    """Give this month's invoice: ten months' fee a year, a discount on monthly fees."""
    state = events.state
    annual = state.annual & (events.return_day == 0)
    reduced = np.where(state.discount_left > 0, 1 - world.discount, 1.0)
    return state.fee(world) * np.where(annual, 10.0, reduced)


def _credits(world: World, events: Events) -> pd.DataFrame:
    """Annual customers get their discount as a refund on the day of the offer."""
    state = events.state
    where = np.flatnonzero(events.offers & state.active & state.annual)
    usd = -world.discount * world.discount_months * state.fee(world)[where]
    at = np.full(len(where), first_day(events.month).astype("M8[s]") + np.timedelta64(9, "h"))
    return _charge(state.customer_id[where], events.month, "refund", 0, at, usd)


def offers(world: World, streams: Streams, events: Events) -> pd.DataFrame:
    """One row per offer made, and per customer whom the pilot's lot kept out."""
    past = past_offers(world, streams, events.state)
    campaign = np.select([past.pilot | past.control, past.ad_hoc], ["pilot", "ad_hoc"], "level")
    where = np.flatnonzero(events.offers | past.control)
    at = first_day(events.month).astype("M8[s]") + np.timedelta64(9, "h")
    customer_id = events.state.customer_id[where]
    return pd.DataFrame(
        {
            "offer_id": row_id(events.month, customer_id, "refund", 9),
            "customer_id": customer_id,
            "event_at": np.full(len(where), at),
            "arrived_at": np.full(len(where), minutes_later(at, 60)),
            "campaign": campaign[where],
            "arm": np.where(past.control[where], "control", "treated"),
            "discount": np.where(past.control[where], 0.0, world.discount),
            "discount_months": np.where(past.control[where], 0, world.discount_months),
        }
    )
