"""Mess: what goes wrong between an event and the file that records it.

Each defect is one function. Its name is the defect's id. Whether it hits a row is
decided by the row's own number and a key of the defect, source and month. So the mess
changes no clean row, and no other customer's row changes what happens to this one. A
defect returns the damaged rows and notes what it did in the defect ledger, one row per
planted defect.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.sources.formats import as_text, repeated
from data.world.state import Bools, Ints
from data.world.streams import Streams

Words = npt.NDArray[np.uint64]  # of 64 random bits

LEDGER_COLUMNS = [
    "defect",
    "source",
    "file_row",
    "key",
    "column",
    "clean",
    "repairable",
]
NOWHERE = -1  # as `file_row`: the row is in no file, or not in this one
KEYS = {
    "customers": "customer_id",
    "subscriptions": "event_id",
    "transactions": "transaction_id",
    "tickets": "ticket_id",
    "usage": "customer_id",
    "offers": "offer_id",
}
NOT_UNIQUE = ("customers", "tickets")  # two rows of these may share a key
CLIENT_BITS, DAY_BITS = 4, 24  # of a usage row's number, below the customer's


@dataclass(frozen=True)
class Mess:
    """How often each defect happens, and when. All are choices.

    A share is a share of rows where nothing else is said. Months count from the first
    open month. Pairs of months or days are "first, past", as in `range`.
    """

    duplicates: float = 0.010
    late_rows: float = 0.004
    late_days: tuple[int, int] = (2, 22)
    orphans: float = 0.002
    deleted_customers: tuple[int, int] = (1_000, 10_001)  # numbers of before the record
    spellings: float = 0.030
    missing_not_at_random: float = 0.15  # of small companies' sizes
    small_company: int = 5  # employees at most
    absurd_values: float = 0.001
    absurd_seats: tuple[int, int] = (-1, 99_999)
    absurd_minutes: tuple[int, int] = (-1, 32_767)
    test_accounts: int = 6  # a month
    test_accounts_at: tuple[int, int] = (33, 10)  # hour of the month, minutes between
    colleagues: int = 20  # on a test account, at most
    offset_share: float = 0.30  # of transactions once the new gateway is in use
    offset_from_month: int = 7
    seconds_months: tuple[int, int] = (10, 13)  # the ios client reports seconds
    schema_from_month: int = 15  # tickets rename a field
    outage_month: int = 18
    outage_days: tuple[int, int] = (9, 13)
    # Source, month, and the days of the month whose arrivals are in the short file.
    cut_open: tuple[str, int, int] = ("transactions", 5, 20)  # the transfer broke
    cut_sealed: tuple[str, int, int] = ("usage", 8, 9)  # the export ended early
    resent_after_hours: int = 32  # of the next month
    open_months: int = 24

    def cut(self, month: int) -> tuple[str, int] | None:
        """Return the source that comes short in a month, and the days that arrive."""
        source, sealed_month, days = self.cut_sealed
        sealed = (source, self.open_months + sealed_month, days)
        cuts = {m: (source, days) for source, m, days in (self.cut_open, sealed)}
        return cuts.get(month)


@dataclass(frozen=True)
class Shipment:
    """One source's rows of one month, on their way into the file."""

    source: str
    month: int
    rows: pd.DataFrame
    keys: Words  # of the defect at work: for whether, and for how  # (2,)
    ledger: list[pd.DataFrame] = field(default_factory=list)

    def choose(self, share: float, among: Bools | bool = True) -> Ints:
        """Draw which rows are hit, each for itself; return their positions.

        Args:
            share: probability that a row is hit.
            among: the rows that may be hit.
        """
        drawn = hashed(row_numbers(self.source, self.rows), self.keys[0])
        return np.flatnonzero((drawn < np.uint64(share * 2.0**64)) & among)

    def draw(self, where: Ints, n: int) -> Ints:
        """Draw a whole number below `n` for each row at `where`."""
        numbers = row_numbers(self.source, self.rows.iloc[where])
        return below(n, hashed(numbers, self.keys[1]))

    def note(
        self,
        defect: str,
        where: Ints,
        column: str = "",
        *,
        repairable: bool = True,
        in_file: bool = True,
    ) -> None:
        """Write the rows at `where`, as they are now, into the defect ledger.

        Args:
            repairable: whether the clean value can be found from what is published.
            in_file: whether the rows will be in this month's file.
        """
        n, rows = len(where), self.rows
        clean = as_text(rows[column].iloc[where]) if column else repeated("", n)
        self.ledger.append(
            pd.DataFrame(
                {
                    "defect": repeated(defect, n),
                    "source": repeated(self.source, n),
                    "file_row": where if in_file else NOWHERE,
                    "key": as_text(rows[KEYS[self.source]].iloc[where]),
                    "column": repeated(column, n),
                    "clean": clean,
                    "repairable": repairable,
                }
            )
        )


def keys(streams: Streams, defect: str, source: str, month: int) -> Words:
    """Return the two keys of a defect in one source and month."""
    bits = streams(f"mess.{defect}.{source}", month).bit_generator
    return np.asarray(bits.random_raw(2), np.uint64)


def row_numbers(source: str, rows: pd.DataFrame) -> Words:
    """Number rows by what they are: customer, day and client for usage, else their id.

    Times are added where two rows may share an id.
    """
    number = rows[KEYS[source]].to_numpy(np.uint64)
    if source == "usage":
        day = rows["day"].to_numpy().astype("M8[D]").astype(np.uint64)
        client = rows["client"].cat.codes.to_numpy(np.uint64)
        return (number << DAY_BITS) | (day << CLIENT_BITS) | client
    if source in NOT_UNIQUE:
        seconds = rows["event_at"].to_numpy().astype("M8[s]").astype(np.uint64)
        return number ^ hashed(seconds, np.uint64(0))
    return number


def hashed(numbers: Words, key: np.uint64) -> Words:
    """Return 64 bits per number that look random, in a fixed time per number.

    Source: Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators"
    (SplitMix64, a counter-based generator: here the numbers are the counter).
    """
    bits = numbers * np.uint64(0x9E3779B97F4A7C15)
    bits += key
    bits ^= bits >> np.uint64(30)
    bits *= np.uint64(0xBF58476D1CE4E5B9)
    bits ^= bits >> np.uint64(27)
    bits *= np.uint64(0x94D049BB133111EB)
    bits ^= bits >> np.uint64(31)
    return bits


def below(n: int, bits: Words) -> Ints:
    """Turn random bits into whole numbers from 0 up to `n`, all equally likely."""
    return ((bits >> np.uint64(32)) * np.uint64(n) >> np.uint64(32)).astype(np.int64)
