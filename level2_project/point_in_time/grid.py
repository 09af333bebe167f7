"""Grid: what each cutoff may know of each customer, at all cutoffs at once.

A row of a source *enters* at the first cutoff after it has happened and arrived, and
*leaves* at the first cutoff whose window lies after it. A sum over a window is then a
running sum over the cutoffs: what entered less what left. No loop over customers or
cutoffs is needed, and a row that arrives later cannot move what a cutoff knew.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

DAY = 86_400  # seconds
GRAIN = 2**16  # weights count in 1/65,536, so that a sum is exact in any order


class Grid(NamedTuple):
    """One cell per customer and cutoff; values have shape (n_customers, n_cutoffs)."""

    customers: Ints  # ids, ascending
    cutoffs: Ints  # seconds since 1970, ascending

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.customers), len(self.cutoffs)

    def cells(self, rows: pd.DataFrame) -> tuple[Ints, Ints]:
        """Return the cell of every row of `customer_id` and `cutoff`."""
        who = np.searchsorted(self.customers, rows["customer_id"].to_numpy(np.int64))
        when = np.searchsorted(self.cutoffs, seconds(rows["cutoff"]))
        return who, when


@dataclass(frozen=True)
class Known:
    """The rows of one source that some cutoff may know; arrays of shape (n_rows,)."""

    grid: Grid
    who: Ints  # position of the customer
    at: Ints  # when it happened, seconds since 1970
    enters: Ints  # position of the first cutoff that may know of it
    rows: pd.DataFrame

    @cached_property
    def order(self) -> Ints:
        """Return the positions of the rows in the order in which they happened."""
        return np.argsort(self.at, kind="stable")


def grid_of(rows: pd.DataFrame) -> Grid:
    """Span a grid over every `customer_id` and `cutoff` of `rows`."""
    customers = np.unique(rows["customer_id"].to_numpy(np.int64))
    return Grid(customers, np.unique(seconds(rows["cutoff"])))


def seconds(times: pd.Series) -> Ints:
    """Count seconds since 1970, rounded down; NaT is the smallest integer."""
    since_1970: Ints = times.to_numpy().astype("M8[s]").astype(np.int64)
    return since_1970


def know(grid: Grid, rows: pd.DataFrame, happened: str = "event_at") -> Known:
    """Keep the rows that some cutoff may know: happened and arrived before it.

    Args:
        rows: one row per event, with `customer_id`, `arrived_at` and `happened`.
    """
    at = seconds(rows[happened])
    who = _positions(grid.customers, rows["customer_id"].to_numpy())
    enters = first_after(grid.cutoffs, np.maximum(at, seconds(rows["arrived_at"])))
    kept = (who >= 0) & (enters < len(grid.cutoffs))
    if not kept.all():
        rows, who, at, enters = rows[kept], who[kept], at[kept], enters[kept]
    return Known(grid, who, at, enters, rows)


def first_after(cutoffs: Ints, times: Ints) -> Ints:
    """Return the position of the first cutoff after each time, n_cutoffs if none is."""
    return np.searchsorted(cutoffs, times, side="right")


def _positions(customers: Ints, wanted: npt.NDArray[Any]) -> Ints:
    """Find each wanted id among `customers`; -1 where it is not."""
    found = np.searchsorted(customers, wanted)
    found[found == len(customers)] = 0
    return np.where(customers[found] == wanted, found, -1)


def only(known: Known, where: Any) -> Known:
    """Keep the rows that `where` marks."""
    kept = np.asarray(where, bool)
    who, at, enters = known.who[kept], known.at[kept], known.enters[kept]
    return Known(known.grid, who, at, enters, known.rows[kept])


def sums(known: Known, weights: Any = None, days: int | None = None) -> Floats:
    """Count what is known of the last `days` before each cutoff, or of all time.

    Args:
        weights: what a row counts for, 1 if not given.  # (n_rows,)
    """
    who, enters = known.who, known.enters
    if days is None:
        return np.cumsum(_by_cell(known.grid, who, enters, weights), axis=1)
    leaves = first_after(known.grid.cutoffs - days * DAY, known.at)
    seen = np.flatnonzero(leaves > enters)  # by any cutoff; most rows are too old
    who, enters, leaves = who[seen], enters[seen], leaves[seen]
    weights = None if weights is None else np.asarray(weights)[seen]
    total = _by_cell(known.grid, who, enters, weights)
    total -= _by_cell(known.grid, who, leaves, weights)
    return np.cumsum(total, axis=1)


def _by_cell(grid: Grid, who: Ints, when: Ints, weights: Any) -> Floats:
    n, m = grid.shape
    cell = who * (m + 1) + when  # one column more, for what falls past the end
    if weights is not None:
        weights = np.rint(np.asarray(weights, float) * GRAIN) / GRAIN
    total = np.bincount(cell, weights, minlength=n * (m + 1)).astype(float)
    return total.reshape(n, m + 1)[:, :m]


def days_since(known: Known) -> Floats:
    """Count days since the latest known row; NaN where there is none."""
    latest = _running_maximum(known, known.enters, known.at)
    age = (known.grid.cutoffs - latest) / DAY
    return np.where(latest >= 0, age, np.nan)


def last(known: Known, values: Any, days_ago: int = 0) -> Floats:
    """Return the value of the latest row known; NaN where there is none.

    Args:
        known: rows of one source.
        values: what the rows say, as numbers.  # (n_rows,)
        days_ago: look at rows at least so old, with what is known of them now.
    """
    return np.append(np.asarray(values, float), np.nan)[_latest(known, days_ago)]


def last_word(known: Known, values: Any) -> npt.NDArray[np.object_]:
    """Return the word of the latest row known; None where there is none."""
    words = np.append(np.asarray(values, object), np.array([None]))
    return words[_latest(known)]


def _latest(known: Known, days_ago: int = 0) -> Ints:
    """Find the row that happened last; -1, the end, where none is known."""
    old_enough = first_after(known.grid.cutoffs - days_ago * DAY, known.at)
    entered = np.maximum(known.enters, old_enough)
    newest = _running_maximum(known, entered, np.argsort(known.order))
    return np.append(known.order, -1)[newest]


def _running_maximum(known: Known, when: Ints, values: Ints) -> Ints:
    """Return the largest value that has entered by each cutoff; -1 if none has."""
    n, m = known.grid.shape
    highest = np.full((n, m + 1), -1)
    np.maximum.at(highest, (known.who, when), values)
    return np.maximum.accumulate(highest, axis=1)[:, :m]


def spread(first: Ints, past: Ints) -> tuple[Ints, Ints]:
    """List every cutoff of the stretches [first, past).

    Returns:
        The position of the stretch and of the cutoff, one pair per cutoff.

    >>> spread(np.array([0, 2]), np.array([2, 3]))
    (array([0, 0, 1]), array([0, 1, 2]))
    """
    length = np.maximum(past - first, 0)
    which = np.repeat(np.arange(len(first)), length)
    start = np.repeat(np.cumsum(length) - length, length)
    return which, first[which] + np.arange(len(which)) - start
