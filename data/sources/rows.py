"""Rows: how the sources number their rows, and which times they write."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.calendar import first_day
from data.world.company import Company
from data.world.state import ALL, TERM_MONTHS, Bools, Floats, Ints

Frames = dict[str, pd.DataFrame]  # one per source
Times = npt.NDArray[np.datetime64]  # seconds, UTC

KINDS = ("start", "return", "change", "cancel", "paid", "failed", "refund", "offer")
# Minutes from an event to its row's arrival, where nothing is late.
ARRIVES_AFTER = {
    "customers": 20,
    "subscriptions": 5,
    "transactions": 15,
    "tickets": 2,
    "offers": 60,
}
OFFERS_AT = np.timedelta64(9, "h")  # on the first day of the month, UTC


def keep_rows(rows: pd.DataFrame, where: Bools) -> pd.DataFrame:
    """Return the rows that `where` marks, faster than pandas finds each by number."""
    kept = {
        name: pd.Series(column.array[where], dtype=column.dtype, copy=False)
        for name, column in rows.items()
    }
    return pd.DataFrame(kept, copy=False)


def row_id(month: int, customer_id: Ints, kind: str, part: int = 0) -> Ints:
    """Number rows by what they are, so that no other customer's row can change it."""
    return (customer_id * 1000 + month) * 100 + KINDS.index(kind) * 10 + part


def moment(
    company: Company, purpose: str, month: int, day: Ints, who: Ints | slice = ALL
) -> Times:
    """Draw a second of the working hours on `day` (1 is the month's first).

    Args:
        day: of every customer, since position i of a stream is customer i's.
        who: the positions of the customers whose moments are returned.
    """
    midnight = first_day(month).astype("M8[s]") + (day[who] - 1).astype("m8[D]")
    return midnight + working_time(company, purpose, month, len(day))[who]


def billing_moment(company: Company, attempt: int, month: int, day: Ints) -> Times:
    """Draw when the system makes an attempt to collect on `day`, early at night."""
    midnight = first_day(month).astype("M8[s]") + (day - 1).astype("m8[D]")
    hours, purpose = company.world.billing_hours, f"attempt.{attempt}"
    return midnight + _time(company, purpose, month, len(day), hours)


def working_time(
    company: Company, purpose: str, month: int, n: int
) -> npt.NDArray[np.timedelta64]:
    """Draw each customer's time since midnight, within the working hours.  # (n,)"""
    return _time(company, purpose, month, n, company.world.working_hours)


def _time(
    company: Company, purpose: str, month: int, n: int, hours: tuple[int, int]
) -> npt.NDArray[np.timedelta64]:
    opens, closes = hours
    uniform = company.uniform(f"{purpose}.second", month, n)
    return (3600 * (opens + (closes - opens) * uniform)).astype("m8[s]")


def invoice_number(month: int | Ints, customer_id: Ints) -> Ints:
    """Number the invoices: a customer has at most one a month."""
    return customer_id * 1000 + TERM_MONTHS + month  # some are from before month 0


def offers_made_at(month: int) -> np.datetime64:
    return first_day(month).astype("M8[s]") + OFFERS_AT


def arrives(source: str, times: Times) -> Times:
    """Return when rows of `source` arrive that tell of `times`."""
    return minutes_later(times, ARRIVES_AFTER[source])


def minutes_later(times: Times, minutes: Floats | int) -> Times:
    return times + np.asarray(60 * minutes).astype("m8[s]")
