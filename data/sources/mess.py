"""Mess: what goes wrong between an event and the file that records it.

Each defect is one function. Its name is the defect's id, and it draws from a stream of
its own, so the mess changes no clean row. It returns the damaged rows and notes what it
did in the defect ledger, one row per planted defect. Cells are damaged first and rows
are added last, so `file_row` in the ledger is the row's place in the published file.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from data.sources.formats import as_text, repeated
from data.world.state import Bools, Ints

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
    spellings: float = 0.030
    missing_not_at_random: float = 0.15  # of small companies' sizes
    small_company: int = 5  # employees at most
    absurd_values: float = 0.001
    absurd_seats: tuple[int, int] = (-1, 99_999)
    absurd_minutes: tuple[int, int] = (-1, 32_767)
    test_accounts: int = 6  # a month
    offset_share: float = 0.30  # of transactions once the new gateway is in use
    offset_from_month: int = 7
    seconds_months: tuple[int, int] = (10, 13)  # the ios client reports seconds
    schema_from_month: int = 15  # tickets rename a field
    outage_month: int = 18
    outage_days: tuple[int, int] = (9, 13)
    cut_open: tuple[str, int, int] = ("transactions", 5, 20)  # month, days that arrive
    cut_sealed: tuple[str, int, int] = ("usage", 8, 8)  # month of the sealed year
    resent_after_hours: int = 32  # of the next month
    open_months: int = 24

    @property
    def cut_drops(self) -> list[tuple[str, int, int]]:
        """Return the drops that arrive short: source, month, days that arrive."""
        source, month, days = self.cut_sealed
        return [self.cut_open, (source, self.open_months + month, days)]


@dataclass(frozen=True)
class Shipment:
    """One source's rows of one month, on their way into the file."""

    source: str
    month: int
    rows: pd.DataFrame
    generator: np.random.Generator  # of the defect at work
    ledger: list[pd.DataFrame] = field(default_factory=list)

    def choose(self, share: float, among: Bools | None = None) -> Ints:
        """Draw the positions of a share of the rows, sorted; few draws for many rows.

        Args:
            among: the rows to choose from; all where None.
        """
        n_all = len(self.rows) if among is None else int(np.count_nonzero(among))
        n = int(self.generator.binomial(n_all, share))
        chosen = np.sort(self.generator.choice(n_all, n, replace=False))
        return chosen if among is None else np.flatnonzero(among)[chosen]

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
