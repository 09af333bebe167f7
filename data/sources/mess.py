"""Mess: what goes wrong between an event and the file that tells of it.

Every defect is one function with an id (its name) and a rate, drawn from its own
stream, so that the mess moves no clean row. Each returns the source's rows and a
ledger: one row per defect planted. Cells are damaged first, rows added last: the
ledger's `file_row` is where the row stands in the published file.
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
    """Rates of the defects (shares of rows where nothing else is said): all choices."""

    duplicates: float = 0.010
    late_rows: float = 0.004
    orphans: float = 0.002
    spellings: float = 0.030
    missing_not_at_random: float = 0.15  # of small companies' sizes
    absurd_values: float = 0.001
    test_accounts: int = 6  # a month
    offset_share: float = 0.30  # of transactions once the new gateway is in use
    offset_from_month: int = 7
    seconds_months: tuple[int, int] = (10, 13)  # the ios client reports seconds
    schema_from_month: int = 15  # tickets rename a field
    outage_month: int = 18
    outage_days: tuple[int, int] = (9, 13)
    cut_open: tuple[str, int, int] = ("transactions", 5, 20)  # month, days that arrive
    cut_sealed: tuple[str, int, int] = ("usage", 8, 8)  # month of the sealed year
    open_months: int = 24

    @property
    def cut_drops(self) -> list[tuple[str, int, int]]:
        """List the drops that arrive short and are sent again: source, month, days."""
        source, month, days = self.cut_sealed
        return [self.cut_open, (source, self.open_months + month, days)]


@dataclass(frozen=True)
class Shipment:
    """One source of one folder on its way through the defects."""

    source: str
    month: int
    rows: pd.DataFrame
    generator: np.random.Generator
    ledger: list[pd.DataFrame] = field(default_factory=list)

    def choose(self, share: float, among: Bools | None = None) -> Ints:
        """Choose a share of the rows' positions, sorted; few draws for many rows."""
        n_all = len(self.rows) if among is None else int(np.count_nonzero(among))
        n = int(self.generator.binomial(n_all, share))
        chosen = np.sort(self.generator.choice(n_all, n, replace=False))
        return chosen if among is None else np.flatnonzero(among)[chosen]

    def note(
        self, defect: str, where: Ints, column: str = "", repairable: bool = True
    ) -> None:
        """Write the rows at `where`, as they are now, into the ledger."""
        n, rows = len(where), self.rows
        clean = as_text(rows[column].iloc[where]) if column else repeated("", n)
        self.ledger.append(
            pd.DataFrame(
                {
                    "defect": repeated(defect, n),
                    "source": repeated(self.source, n),
                    "file_row": where,
                    "key": as_text(rows[KEYS[self.source]].iloc[where]),
                    "column": repeated(column, n),
                    "clean": clean,
                    "repairable": repairable,
                }
            )
        )
