"""Transactions: every attempt to collect an invoice, and every refund."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.calendar import days_in
from data.sources.rows import (
    Times,
    arrives,
    billing_moment,
    invoice_number,
    minutes_later,
    moment,
    offers_made_at,
    row_id,
)
from data.sources.subscriptions import joined_at
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
    number: int  # 0 is the invoice, 1 to 3 its retries
    is_carried: bool  # the invoice is last month's
    who: Bools
    day: Ints  # of the month, 1-based


def transactions(company: Company, events: Events) -> pd.DataFrame:
    """Return one row per attempt to collect an invoice, and per refund."""
    parts = [
        _first_invoices(company, events),
        *_new_invoices(company, events),
        *_carried_retries(company, events),
        _discounts(company.world, events),
        _cancelled_years(company, events),
    ]
    return pd.concat(parts, ignore_index=True)


def _charges(  # noqa: PLR0913 - the columns
    transaction_id: Ints,
    invoice_month: int | Ints,
    customer_id: Ints,
    kind: str,
    at: Times,
    usd: Floats,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "transaction_id": transaction_id,
            "invoice_id": invoice_number(invoice_month, customer_id),
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
    usd = joined.invoice_usd(company.world)
    number = row_id(events.month, joined.customer_id, "paid")
    return _charges(number, events.month, joined.customer_id, "paid", at, usd)


def _new_invoices(company: Company, events: Events) -> list[pd.DataFrame]:
    """Return this month's invoices and their retries of this month."""
    state, day = events.state, events.state.traits.billing_day
    stays_for_it = (events.left_day == 0) | (events.left_day >= day)
    billed = (state.active & state.is_billed & stays_for_it) | (events.return_day > 0)
    attempts = _attempts(company.world, _stage(events), billed, day)
    usd = events.terms.invoice_usd(company.world)
    return [_rows(company, events, attempt, usd) for attempt in attempts]


def _stage(events: Events) -> Ints:
    """Return the stage of this month's invoice, which returners always pay at last."""
    stage, last_retry = events.drift.dunning_stage, LOST - 1
    return np.where((events.return_day > 0) & (stage == LOST), last_retry, stage)


def _carried_retries(company: Company, events: Events) -> list[pd.DataFrame]:
    """Return this month's retries of last month's invoices."""
    world, state, last_month = company.world, events.state, events.month - 1
    day = state.traits.billing_day - days_in(last_month)
    unpaid = in_dunning(world, state) & state.active
    attempts = _attempts(world, state.dunning_stage, unpaid, day, is_carried=True)
    return [_rows(company, events, attempt, state.billed_usd) for attempt in attempts]


def _attempts(
    world: World, stage: Ints, billed: Bools, day: Ints, is_carried: bool = False
) -> list[Attempt]:
    """List every attempt on invoices of `day`, which may be before this month."""
    attempts = [
        Attempt("paid", 0, is_carried, billed & (stage == PAID), day),
        Attempt("failed", 0, is_carried, billed & (stage != PAID), day),
    ]
    for number, days in enumerate(world.dunning_days, start=1):
        paid, failed = billed & (stage == number), billed & (stage > number)
        attempts.append(Attempt("retry_paid", number, is_carried, paid, day + days))
        attempts.append(Attempt("retry_failed", number, is_carried, failed, day + days))
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
    at = _collected_at(company, events, attempt)[where]
    customer_id = events.state.customer_id[where]
    kind = "failed" if "failed" in attempt.kind else "paid"
    part = attempt.number + CARRIED * attempt.is_carried
    number = row_id(events.month, customer_id, kind, part)
    invoiced = events.month - attempt.is_carried
    return _charges(number, invoiced, customer_id, attempt.kind, at, usd[where])


def _collected_at(company: Company, events: Events, attempt: Attempt) -> Times:
    """Return when each attempt is made; who comes back is billed a minute later."""
    at = billing_moment(company, attempt.number, events.month, attempt.day)
    if attempt.number or attempt.is_carried:
        return at
    back, day = events.return_day > 0, events.return_day
    returned_at = moment(company, "return", events.month, day)
    return np.where(back, minutes_later(returned_at, 1), at)


def _discounts(world: World, events: Events) -> pd.DataFrame:
    """Return the discounts of annual customers, paid back when the offer is made."""
    state = events.state
    where = np.flatnonzero(events.offers & state.active & state.annual)
    usd = -world.discount * world.discount_months * state.fee(world, where)
    at = np.full(len(where), offers_made_at(events.month))
    customer_id = state.customer_id[where]
    number = row_id(events.month, customer_id, "refund")
    invoiced = events.month - 1 - state.term_month[where]
    return _charges(number, invoiced, customer_id, "refund", at, usd)


def _cancelled_years(company: Company, events: Events) -> pd.DataFrame:
    """Return what comes back to those who give notice just after a renewal.

    The month that has begun is kept. It is the one in which access ends.
    """
    state, month = events.state, events.month
    runs_on = events.access_runs_on & state.annual
    where = np.flatnonzero(runs_on & _is_paid(company.world, events))
    usd = -(TERM_MONTHS - 1) * state.fee(company.world, where)
    at = minutes_later(moment(company, "leave", month, events.left_day, where), 1)
    customer_id = state.customer_id[where]
    number = row_id(month, customer_id, "refund", 1)
    return _charges(number, month, customer_id, "refund", at, usd)


def _is_paid(world: World, events: Events) -> Bools:
    """Mark customers whose invoice of this month was paid before they left."""
    days = np.array([0, *world.dunning_days])  # from the invoice, by stage
    stage = events.drift.dunning_stage
    paid_on = events.state.traits.billing_day + days[np.minimum(stage, LOST - 1)]
    return (stage != LOST) & (paid_on <= events.left_day)
