"""Transactions: every attempt to collect an invoice, and every refund."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from data.calendar import days_in
from data.sources.rows import (
    Times,
    arrives,
    minutes_later,
    moment,
    offers_made_at,
    row_id,
)
from data.sources.subscriptions import after_return, joined_at
from data.world.beliefs import World
from data.world.company import Company
from data.world.hazard import LOST, PAID, in_dunning
from data.world.state import TERM_MONTHS, Bools, Floats, Ints
from data.world.step import STAYS, Events

CARRIED = 5  # added to the number of a retry of last month's invoice


@dataclass(frozen=True)
class Attempt:
    """One kind of attempt to collect this month; arrays of shape (n_customers,)."""

    kind: str
    number: int  # 0 is the invoice, 1 to 3 its retries, CARRIED more if of last month
    who: Bools
    day: Ints  # of the month, 1-based


def transactions(company: Company, events: Events) -> pd.DataFrame:
    """Return one row per attempt to collect an invoice, and per refund."""
    parts = [
        _first_invoices(company, events),
        *_new_invoices(company, events),
        *_carried_retries(company, events),
        _refunds(company.world, events),
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
            "arrived_at": arrives("transactions", at),
            "amount_usd": np.round(usd, 2),
        }
    )


def _first_invoices(company: Company, events: Events) -> pd.DataFrame:
    """Return the newcomers' invoices, a minute after they start; none of them fails."""
    joined = events.joined
    at = minutes_later(joined_at(company, joined), 1)
    usd = joined.fee(company.world) * np.where(joined.annual, TERM_MONTHS, 1)
    number = row_id(events.month, joined.customer_id, "paid")
    return _charges(number, joined.customer_id, "paid", at, usd)


def _new_invoices(company: Company, events: Events) -> list[pd.DataFrame]:
    """Return this month's invoices and their retries of this month."""
    state, day = events.state, events.state.traits.billing_day
    stays_for_it = (events.left_day == 0) | (events.left_day >= day)
    billed = (state.active & state.is_billed & stays_for_it) | (events.return_day > 0)
    attempts = _attempts(company.world, _stage(events), billed, day)
    usd = invoice_usd(company.world, events)
    return [_rows(company, events, attempt, usd) for attempt in attempts]


def _stage(events: Events) -> Ints:
    """Return the stage of this month's invoice, which returners always pay at last."""
    stage, last_retry = events.drift.dunning_stage, LOST - 1
    return np.where((events.return_day > 0) & (stage == LOST), last_retry, stage)


def _carried_retries(company: Company, events: Events) -> list[pd.DataFrame]:
    """Return this month's retries of last month's invoices."""
    world, state, last_month = company.world, events.state, events.month - 1
    months = np.where(state.annual, TERM_MONTHS, 1)
    usd = replace(state, month=last_month).fee(world) * months
    day = state.traits.billing_day - days_in(last_month)
    unpaid = in_dunning(world, state) & state.active
    attempts = _attempts(world, state.dunning_stage, unpaid, day)
    carried = [replace(a, number=a.number + CARRIED) for a in attempts]
    return [_rows(company, events, attempt, usd) for attempt in carried]


def _attempts(world: World, stage: Ints, billed: Bools, day: Ints) -> list[Attempt]:
    """List every attempt on invoices of `day`, which may be before this month."""
    attempts = [
        Attempt("paid", 0, billed & (stage == PAID), day),
        Attempt("failed", 0, billed & (stage != PAID), day),
    ]
    for number, days in enumerate(world.dunning_days, start=1):
        paid, failed = billed & (stage == number), billed & (stage > number)
        attempts.append(Attempt("retry_paid", number, paid, day + days))
        attempts.append(Attempt("retry_failed", number, failed, day + days))
    return attempts


def _rows(
    company: Company, events: Events, attempt: Attempt, usd: Floats
) -> pd.DataFrame:
    """Return the attempts of this month on customers who have not left yet.

    The last retry of a lost invoice happens on the day of leaving.
    """
    in_month = (attempt.day >= 1) & (attempt.day <= days_in(events.month))
    still_here = (events.left == STAYS) | (attempt.day <= events.left_day)
    where = np.flatnonzero(attempt.who & in_month & still_here)
    purpose = f"attempt.{attempt.number}"
    at = moment(company, purpose, events.month, attempt.day, where)
    customer_id = events.state.customer_id[where]
    kind = "failed" if "failed" in attempt.kind else "paid"
    number = row_id(events.month, customer_id, kind, attempt.number)
    return _charges(number, customer_id, attempt.kind, at, usd[where])


def invoice_usd(world: World, events: Events) -> Floats:
    """Return this month's invoice: a year's fees, or a month's less the discount."""
    state = after_return(events)
    reduced = np.where(state.discount_left > 0, 1 - world.discount, 1.0)
    return state.fee(world) * np.where(state.annual, float(TERM_MONTHS), reduced)


def _refunds(world: World, events: Events) -> pd.DataFrame:
    """Return the discounts of annual customers, paid back when the offer is made."""
    state = events.state
    where = np.flatnonzero(events.offers & state.active & state.annual)
    usd = -world.discount * world.discount_months * state.fee(world, where)
    at = np.full(len(where), offers_made_at(events.month))
    customer_id = state.customer_id[where]
    number = row_id(events.month, customer_id, "refund")
    return _charges(number, customer_id, "refund", at, usd)
