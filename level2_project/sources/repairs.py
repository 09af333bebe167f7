"""Repairs: each planted defect has one function that undoes it and counts the rows.

A repair takes and returns a frame, one row per row of the drops; `drop` is the number
of the month in which a row came. What cannot be undone is marked by NaN or only
counted, never guessed.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from level2_project.sources.columns import spelled, utc
from level2_project.sources.schema import RENAMED, SEND_AGAIN, Place, file_of

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
MOST_MINUTES = 24 * 60
OVERFLOW = 32_767  # the largest that the field can hold; not a number of seconds
SECONDS_JUMP = 20  # choice: between 1 and 60, as a ratio of medians
ROWS_FOR_MEDIANS = 500_000  # choice: thousands for each drop and client
MOST_SEATS = 5_000  # choice: an order above the largest customer, below the 99,999
MOST_GAPS = 3  # numbers a row that a count may have room for, else they are renumbered
LATE = np.timedelta64(1, "D")  # choice: beyond a source's usual delay


class Repaired(NamedTuple):
    rows: pd.DataFrame
    n_rows: int  # repaired, dropped or, where nothing can be done, counted


def settle_schema(rows: pd.DataFrame, source: str) -> Repaired:
    """Move what came under another name into the column where it belongs."""
    n_rows = 0
    for name, meant in RENAMED.get(source, {}).items():
        if name not in rows:
            continue
        moved = rows[name].notna()
        n_rows += int(moved.sum())
        there = rows[meant] if meant in rows else rows[name]
        rows = rows.assign(**{meant: there.mask(moved, rows[name])})
        rows = rows.drop(columns=name)
    return Repaired(rows, n_rows)


def settle_time_zones(rows: pd.DataFrame, columns: Sequence[str]) -> Repaired:
    """Turn text times of whatever zone into UTC, without a zone; count the others."""
    local = np.zeros(len(rows), bool)
    for column in columns:
        local |= ~rows[column].str.endswith("Z", na=True).to_numpy(bool)
        rows = rows.assign(**{column: utc(rows[column])})
    return Repaired(rows, int(local.sum()))


def settle_spellings(rows: pd.DataFrame, columns: Sequence[str]) -> Repaired:
    """Write each word one way."""
    mistyped = np.zeros(len(rows), bool)
    for column in columns:
        right = {word: spelled(word) for word in rows[column].dropna().unique()}
        wrong = {word: meant for word, meant in right.items() if word != meant}
        if wrong:
            mistyped |= rows[column].isin(wrong).to_numpy()
            rows = rows.assign(**{column: rows[column].replace(wrong)})
    return Repaired(rows, int(mistyped.sum()))


def drop_test_accounts(rows: pd.DataFrame, house_ids: Collection[int]) -> Repaired:
    """Drop the rows of colleagues."""
    return _without(rows, rows["customer_id"].isin(house_ids).to_numpy())


def drop_orphans(rows: pd.DataFrame, known_ids: Collection[int]) -> Repaired:
    """Drop the rows of customers of whom the CRM has never heard."""
    return _without(rows, ~rows["customer_id"].isin(known_ids).to_numpy())


def drop_duplicates(rows: pd.DataFrame, key: Sequence[str]) -> Repaired:
    """Drop rows that stand in one file twice."""
    repeated = _repeated(_numbered(rows, key))
    again = np.zeros(len(rows), bool)
    again[repeated] = rows[[*key, "drop"]].iloc[repeated].duplicated()
    return _without(rows, again)


def complete_truncated_drop(
    rows: pd.DataFrame, source: str, key: Sequence[str], cut: Sequence[int]
) -> Repaired:
    """Drop what was sent again after a drop came short: the first arrival counts.

    Args:
        cut: drops whose file ended in the middle of a row; that half row is counted.

    Raises:
        BadDrop: a cut drop's rows are not in the next one, or there is none yet.
    """
    numbers, drops = _numbered(rows, key), rows["drop"].to_numpy()
    for drop in cut:
        _check_sent_again(numbers, drops, drop, source)
    repeated = _repeated(numbers)
    again = np.zeros(len(rows), bool)
    first = pd.Series(drops[repeated]).groupby(numbers[repeated]).transform("min")
    again[repeated] = drops[repeated] > first
    kept, n_rows = _without(rows, again)
    return Repaired(kept, n_rows + len(cut))


def _check_sent_again(
    numbers: Ints, drop: npt.NDArray[np.int16], cut: int, source: str
) -> None:
    """Require half of the cut drop's rows in the next: the rest may have come late."""
    again = np.isin(numbers[drop == cut], numbers[drop == cut + 1])
    if not again.any() or np.mean(again) < 0.5:
        where = Place(file_of(source, cut), row="last")
        found = "half a row, and no next drop that sends the month again"
        raise where.refuse("a whole file", found, SEND_AGAIN)


def _repeated(numbers: Ints) -> npt.NDArray[np.intp]:
    """Return the positions of all numbers that occur more than once; they are few."""
    return np.flatnonzero(np.bincount(numbers)[numbers] > 1)


def _numbered(rows: pd.DataFrame, key: Sequence[str]) -> Ints:
    """Number the keys: equal ones alike, different ones differently, few gaps."""
    numbers = np.zeros(len(rows), np.int64)
    for column in key:
        codes, values = pd.factorize(rows[column])
        numbers = numbers * len(values) + codes
        if numbers.max(initial=0) > MOST_GAPS * len(rows):
            numbers = pd.factorize(numbers)[0]
    return numbers


def _without(rows: pd.DataFrame, dropped: Bools) -> Repaired:
    n_rows = int(dropped.sum())
    return Repaired(rows[~dropped] if n_rows else rows, n_rows)


def blank_absurd_values(
    rows: pd.DataFrame, column: str, low: float, high: float
) -> Repaired:
    """Blank numbers outside [low, high]."""
    absurd = (rows[column] < low) | (rows[column] > high)
    return Repaired(
        rows.assign(**{column: rows[column].mask(absurd)}), int(absurd.sum())
    )


def settle_units(usage: pd.DataFrame) -> Repaired:
    """Turn minutes that a client reported in seconds back into minutes.

    A client's unit holds for a whole drop. Its median gives it away: people use every
    client for about as long, so what is in seconds stands out as long as most drops of
    most clients are in minutes. What is absurd is left for `blank_absurd_values`.
    """
    minutes = usage["minutes"]
    sane = (minutes > 0) & (minutes < OVERFLOW)
    stride = len(usage) // ROWS_FOR_MEDIANS + 1
    cells = usage.loc[sane, ["drop", "client", "minutes"]].iloc[::stride]
    medians = cells.groupby(["drop", "client"], observed=True)["minutes"].median()
    in_seconds = medians.index[medians > SECONDS_JUMP * medians.median()]
    wrong = np.zeros(len(usage), bool)
    for drop, client in in_seconds:
        wrong |= (usage["drop"] == drop) & (usage["client"] == client) & sane
    return Repaired(
        usage.assign(minutes=minutes.mask(wrong, minutes / 60)), int(wrong.sum())
    )


def count_missing_sizes(customers: pd.DataFrame) -> Repaired:
    """Count blank company sizes, which stay blank: small companies leave them so."""
    return Repaired(customers, int(customers["company_size"].isna().sum()))


def count_late_rows(rows: pd.DataFrame, happened: str) -> Repaired:
    """Count rows that arrived a day or more after the source's usual delay."""
    delay = rows["arrived_at"] - rows[happened]
    return Repaired(rows, int((delay >= delay.median() + LATE).sum()))
