"""Flat: the export in one table that level 1 works with, one row per customer.

Such files are common, and so are their traps. Totals cover a customer's whole life up
to the day of export. Some columns only say in other words which customers have left.

The export is not as-arrived: it is made on the company's own database, so it holds the
last day's usage and this month's fee, which the drops bring later. But news of leaving
is as late here as there: a customer who has left unheard looks like one who stays, in
every column that is no behaviour.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.calendar import first_day
from data.sources.rows import Frames
from data.world.beliefs import CHANNELS, PLANS, REGIONS
from data.world.company import Company
from data.world.state import FIRST_CUSTOMER_ID, NEVER, Bools, Floats, Ints, State


@dataclass(frozen=True)
class Totals:
    """Sums over everything recorded of a customer.  # each (n_customers,)"""

    spend_usd: Floats
    failed_payments: Ints
    tickets: Ints
    active_days: Ints
    minutes: Ints
    last_use: Ints  # days since 1970, -1 if never seen

    def __add__(self, later: "Totals") -> "Totals":
        """Return the sums with the next month's, which may have more customers."""
        n = len(later.spend_usd)
        sums = {
            name: _longer(getattr(self, name), n) + getattr(later, name)
            for name in (
                "spend_usd",
                "failed_payments",
                "tickets",
                "active_days",
                "minutes",
            )
        }
        last_use = np.maximum(_longer(self.last_use, n, -1), later.last_use)
        return Totals(**sums, last_use=last_use)


def _longer(values: Ints, n: int, fill: int = 0) -> Ints:
    return np.concatenate([values, np.full(n - len(values), fill, values.dtype)])


def month_totals(emitted: Frames, n_customers: int) -> Totals:
    """Sum one month's clean rows per customer."""
    money, tickets, usage = (emitted[s] for s in ("transactions", "tickets", "usage"))
    collected = money[money["kind"].isin(["paid", "retry_paid", "refund"])]
    failed = money[money["kind"] == "failed"]
    opened = tickets[tickets["event"] == "opened"]
    user = _position(usage)
    last_use = np.full(n_customers, -1).astype("M8[s]")
    last_use[user] = usage["day"]  # a customer's days stand in order

    def count(who: Ints) -> Ints:
        return np.bincount(who, minlength=n_customers)

    def add(who: Ints, values: pd.Series) -> Floats:
        sums = np.bincount(who, weights=values, minlength=n_customers)
        return sums.astype(float)

    return Totals(
        spend_usd=add(_position(collected), collected["amount_usd"]),
        failed_payments=count(_position(failed)),
        tickets=count(_position(opened)),
        active_days=count(user),
        minutes=add(user, usage["minutes"]).astype(np.int64),
        last_use=last_use.astype("M8[D]").astype(np.int64),
    )


def _position(rows: pd.DataFrame) -> Ints:
    return rows["customer_id"].to_numpy(np.int64) - FIRST_CUSTOMER_ID


def flat(
    company: Company, state: State, totals: Totals, customers: Bools
) -> pd.DataFrame:
    """Return one row per customer ever known at the cutoff of `state`.

    Args:
        totals: everything recorded before the cutoff.
        customers: the customers at the cutoff (see `roster`).
    """
    traits = state.traits
    goes_on = customers | (state.away == NEVER)  # as far as news has arrived
    stayed = np.where(goes_on, state.tenure, state.tenure - state.away - 1)
    today = int(first_day(state.month).astype("M8[D]").astype(np.int64))
    unused = np.where(totals.last_use < 0, np.nan, today - totals.last_use)
    return pd.DataFrame(
        {
            "customer_id": state.customer_id,
            "plan": np.asarray(PLANS, object)[state.plan],
            "contract": np.where(state.annual, "annual", "monthly"),
            "region": np.asarray(REGIONS, object)[traits.region],
            "channel": np.asarray(CHANNELS, object)[traits.channel],
            "company_size": _some_unknown(company, traits.company_size),
            "seats": state.seats,
            "monthly_fee_usd": state.fee(company.world),
            "tenure_months": np.maximum(stayed, 0),
            "total_spend_usd": np.round(totals.spend_usd, 2),
            "total_active_days": totals.active_days,
            "total_minutes": totals.minutes,
            "n_tickets": totals.tickets,
            "n_failed_payments": totals.failed_payments,
            "days_since_last_use": unused,
            "satisfaction": _satisfaction(company, state),
            "auto_renew": _auto_renew(company, customers),
            "churned": (~customers).astype(int),
        }
    )


def _some_unknown(company: Company, size: Ints) -> Floats:
    """Return company sizes, with gaps for some customers."""
    uniform = company.uniform("flat.size", 0, len(size))
    return np.where(uniform < company.world.size_unknown, np.nan, size)


def _satisfaction(company: Company, state: State) -> Floats:
    """Draw the last survey's answers, 1 to 5, with gaps where nobody answered."""
    world, n = company.world, len(state)
    mean, per_fit, per_irritation, sd = world.survey_answer
    noise = company.normal("flat.satisfaction", state.month, n)
    mood = mean + per_fit * state.traits.fit + per_irritation * state.irritation
    answer = np.clip(np.rint(mood + sd * noise), 1, 5)
    silent = company.uniform("flat.silent", 0, n) < world.survey_silent
    return np.where(silent, np.nan, answer)


def _auto_renew(company: Company, customers: Bools) -> Bools:
    """Draw a switch that support turns off for most customers when they leave."""
    uniform = company.uniform("flat.auto_renew", 0, len(customers))
    on, on_after_leaving = company.world.auto_renew
    return np.where(customers, uniform < on, uniform < on_after_leaving)
