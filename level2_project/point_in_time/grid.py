"""Grid: what each cutoff may know of each customer, at all cutoffs at once.

A row of a source *enters* at the first cutoff after it has happened and arrived, and
*leaves* at the first cutoff whose window lies after it. A sum over a window is then a
running sum over the cutoffs: what entered less what left.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DAY = 86_400  # seconds
ALL = 100_000  # days; a window that holds all time
NEVER = pd.Timestamp("2999-01-01")
GRAIN = 2**16  # weights count in 1/65,536, so that a sum is exact in any order


class Grid(NamedTuple):
    """One cell per customer and cutoff; values have shape (n_customers, n_cutoffs)."""

    customers: Ints  # ids, ascending
    cutoffs: Ints  # seconds since 1970, ascending

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.customers), len(self.cutoffs)

    def up_to(self, known: pd.Timestamp | None) -> Self:
        """Let no cutoff lie after `known`: what is told stands still from there on."""
        if known is None:
            return self
        return self._replace(cutoffs=np.minimum(self.cutoffs, int(known.timestamp())))

    def cells(self, rows: pd.DataFrame) -> tuple[Ints, Ints]:
        """Return the cell of every row of `customer_id` and `cutoff`."""
        who = np.searchsorted(self.customers, rows["customer_id"].to_numpy(np.int64))
        return who, np.searchsorted(self.cutoffs, seconds(rows["cutoff"]))


class Known(NamedTuple):
    """The rows of one source that some cutoff may know; arrays of shape (n_rows,)."""

    grid: Grid
    who: Ints  # position of the customer
    at: Ints  # when it happened, seconds since 1970
    enters: Ints  # position of the first cutoff that may know of it
    rows: pd.DataFrame

    def only(self, where: Any) -> Self:
        """Keep the rows that `where` marks."""
        kept = np.asarray(where, bool)
        who, at, enters = self.who[kept], self.at[kept], self.enters[kept]
        return self._replace(who=who, at=at, enters=enters, rows=self.rows[kept])

    def sums(self, weights: Any = 1, days: int = ALL) -> Floats:
        """Sum the weights of what is known of the last `days` before each cutoff."""
        leaves = np.searchsorted(self.grid.cutoffs - days * DAY, self.at, "right")
        seen = np.flatnonzero(leaves > self.enters)  # most rows are too old
        weights = np.broadcast_to(np.asarray(weights, float), self.at.shape)[seen]
        weights = np.rint(weights * GRAIN) / GRAIN
        n, m = self.grid.shape
        row = self.who[seen] * (m + 1)  # one column more, for what falls past the end
        at = (row + self.enters[seen], row + leaves[seen])
        came, left = (np.bincount(cell, weights, n * (m + 1)) for cell in at)
        return np.cumsum((came - left).reshape(n, m + 1)[:, :m], axis=1)

    def windows(
        self, name: str, windows: Sequence[int], weights: Any = 1
    ) -> dict[str, Floats]:
        """Sum over several windows of days; each is named `name` and its days."""
        return {f"{name}_{days}": self.sums(weights, days) for days in windows}

    def days_since(self) -> Floats:
        """Count days since the latest known row; NaN where there is none."""
        latest = self._highest(self.enters, self.at)
        return np.where(latest >= 0, (self.grid.cutoffs - latest) / DAY, np.nan)

    def last(self, values: Any, days_ago: int = 0) -> Floats:
        """Return the value of the latest known row at least `days_ago` old, or NaN."""
        return np.append(np.asarray(values, float), np.nan)[self._latest(days_ago)]

    def last_word(self, words: Any) -> npt.NDArray[np.object_]:
        """Return the word of the latest known row; None where there is none."""
        return np.append(np.asarray(words, object), np.array([None]))[self._latest(0)]

    def change(self, values: Any, days: int) -> Floats:
        """Divide the latest value by the latest that is at least `days` old."""
        return self.last(values) / self.last(values, days)

    def _latest(self, days_ago: int) -> Ints:
        """Find the row that happened last; -1, the end, where none is known."""
        until = self.grid.cutoffs - days_ago * DAY
        old_enough = np.searchsorted(until, self.at, "right")
        order = np.argsort(self.at, kind="stable")
        newest = self._highest(np.maximum(self.enters, old_enough), np.argsort(order))
        return np.append(order, -1)[newest]

    def _highest(self, when: Ints, values: Ints) -> Ints:
        """Return the largest value that has entered by each cutoff; -1 if none has."""
        n, m = self.grid.shape
        highest = np.full((n, m + 1), -1)
        np.maximum.at(highest, (self.who, when), values)
        return np.maximum.accumulate(highest, axis=1)[:, :m]


def grid_of(rows: pd.DataFrame) -> Grid:
    """Return a grid of every `customer_id` and `cutoff` of `rows`."""
    customers = np.unique(rows["customer_id"].to_numpy(np.int64))
    return Grid(customers, np.unique(seconds(rows["cutoff"])))


def know(grid: Grid, rows: pd.DataFrame, happened: str = "event_at") -> Known:
    """Keep the rows that some cutoff may know: happened and arrived before it."""
    at = seconds(rows[happened])
    who = pd.Index(grid.customers).get_indexer(rows["customer_id"].to_numpy())
    both = np.maximum(at, seconds(rows["arrived_at"]))
    enters = np.searchsorted(grid.cutoffs, both, "right")
    kept = (who >= 0) & (enters < len(grid.cutoffs))
    return Known(grid, who, at, enters, rows).only(kept)


def seconds(times: pd.Series) -> Ints:
    """Return seconds since 1970, rounded down; NaT is the smallest integer."""
    since_1970: Ints = times.to_numpy().astype("M8[s]").astype(np.int64)
    return since_1970


def spread(cutoffs: Ints, since: pd.Series, until: pd.Series) -> tuple[Ints, Ints]:
    """Return the positions of row and cutoff for all cutoffs in (since, until]."""
    stretch = (since, until.fillna(NEVER))  # NaT: it has not ended
    first, past = (np.searchsorted(cutoffs, seconds(t), "right") for t in stretch)
    length = np.maximum(past - first, 0)
    which = np.repeat(np.arange(len(first)), length)
    start = np.repeat(np.cumsum(length) - length, length)
    return which, first[which] + np.arange(len(which)) - start
