"""Transactions: every attempt to collect an invoice, and every refund."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from data.calendar import days_in, first_day
from data.sources.rows import Times, minutes_later, moment, row_id
from data.sources.subscriptions import after_return, joined_at
from data.world.beliefs import World
from data.world.company import Company
from data.world.hazard import DUNNING_DAYS, LOST, PAID, in_dunning
from data.world.state import Bools, Floats, Ints
from data.world.step import STAYS, Events
from data.world.streams import Streams

CARRIED = 5  # added to the number of a retry of last month's invoice


@dataclass(frozen=True)
class Attempt:
    """One kind of attempt to collect this month; arrays of shape (n_customers,)."""

    kind: str
    number: int  # 0 is the invoice, 1 to 3 its retries, CARRIED more if of last month
    who: Bools
    day: Ints  # of the month, 1-based


def transactions(company: Company, events: Events) -> pd.DataFrame:
    """Give one row per attempt to collect an invoice, and per refund."""
    parts = [
        _first_invoices(company, events),
        *_new_invoices(company, events),
        *_carried_retries(company, events),
        _credits(company.world, events),
    ]
    return pd.concat(parts, ignore_index=True)


def _charges(
    transaction_id: Ints, customer_id: Ints, kind: str, at: Times, usd: Floats
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "transaction_id": transaction_id,
            "customer_id": customer_id,
            "kind": kind,
            "event_at": at,
            "arrived_at": minutes_later(at, 15),
            "amount_usd": np.round(usd, 2),
        }
    )


def _first_invoices(company: Company, events: Events) -> pd.DataFrame:
    world, streams = company.world, company.streams
    joined = events.joined
    at = minutes_later(joined_at(streams, joined), 1)
    usd = joined.fee(world) * np.where(joined.annual, 12, 1)
    number = row_id(events.month, joined.customer_id, "paid")
    return _charges(number, joined.customer_id, "paid", at, usd)


def _new_invoices(company: Company, events: Events) -> list[pd.DataFrame]:
    """Give this month's invoices and those of their retries that fall into it."""
    world, streams = company.world, company.streams
    state, day = events.state, events.state.traits.billing_day
    stays_for_it = (events.left_day == 0) | (events.left_day >= day)
    billed = (state.active & state.is_billed & stays_for_it) | (events.return_day > 0)
    attempts = _attempts(_stage(events), billed, day)
    usd = invoice_usd(world, events)
    return [_rows(streams, events, attempt, usd) for attempt in attempts]


def _stage(events: Events) -> Ints:
    """Give how this month's invoices fare; who has just come back pays in the end."""
    stage = events.drift.dunning_stage
    return np.where((events.return_day > 0) & (stage == LOST), len(DUNNING_DAYS), stage)


def _carried_retries(company: Company, events: Events) -> list[pd.DataFrame]:
    """Give retries of last month's invoices that fall into this month."""
    world, streams = company.world, company.streams
    state, last_month = events.state, events.month - 1
    usd = replace(state, month=last_month).fee(world) * np.where(state.annual, 12, 1)
    day = state.traits.billing_day - days_in(last_month)
    attempts = _attempts(state.dunning_stage, in_dunning(state) & state.active, day)
    carried = [replace(a, number=a.number + CARRIED) for a in attempts]
    return [_rows(streams, events, attempt, usd) for attempt in carried]


def _attempts(stage: Ints, billed: Bools, day: Ints) -> list[Attempt]:
    """List every attempt on invoices of `day`, which may lie before this month."""
    attempts = [
        Attempt("paid", 0, billed & (stage == PAID), day),
        Attempt("failed", 0, billed & (stage != PAID), day),
    ]
    for number, days in enumerate(DUNNING_DAYS, start=1):
        paid, failed = billed & (stage == number), billed & (stage > number)
        attempts.append(Attempt("retry_paid", number, paid, day + days))
        attempts.append(Attempt("retry_failed", number, failed, day + days))
    return attempts


def _rows(
    streams: Streams, events: Events, attempt: Attempt, usd: Floats
) -> pd.DataFrame:
    """Give the attempts that fall into the month, on customers still there.

    The last retry of a lost invoice is the leaving itself.
    """
    in_month = (attempt.day >= 1) & (attempt.day <= days_in(events.month))
    still_here = (events.left == STAYS) | (attempt.day <= events.left_day)
    where = np.flatnonzero(attempt.who & in_month & still_here)
    purpose = f"attempt.{attempt.number}"
    at = moment(streams, purpose, events.month, attempt.day, where)
    customer_id = events.state.customer_id[where]
    kind = "failed" if "failed" in attempt.kind else "paid"
    number = row_id(events.month, customer_id, kind, attempt.number)
    return _charges(number, customer_id, attempt.kind, at, usd[where])


def invoice_usd(world: World, events: Events) -> Floats:
    """Give this month's invoice: a year's fees at once, or a month's less discount."""
    state = after_return(events)
    reduced = np.where(state.discount_left > 0, 1 - world.discount, 1.0)
    return state.fee(world) * np.where(state.annual, 12.0, reduced)


def _credits(world: World, events: Events) -> pd.DataFrame:
    """Annual customers get their discount as a refund on the day of the offer."""
    state = events.state
    where = np.flatnonzero(events.offers & state.active & state.annual)
    usd = -world.discount * world.discount_months * state.fee(world, where)
    at = np.full(
        len(where), first_day(events.month).astype("M8[s]") + np.timedelta64(9, "h")
    )
    customer_id = state.customer_id[where]
    number = row_id(events.month, customer_id, "refund")
    return _charges(number, customer_id, "refund", at, usd)
