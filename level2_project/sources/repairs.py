"""Repairs: each planted defect has one function that undoes it and counts the rows.

A repair takes and returns a frame, one row per row of the drops; `drop` is the number
of the month in which a row came. What cannot be undone is marked by NaN or only
counted, never guessed.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from data.calendar import FIRST_MONTH
from level2_project.sources import schema
from level2_project.sources.schema import SOURCES

HOUSE = "@churnthreeways.test"  # colleagues' addresses
# Smallest and largest; choice: seats an order above those of the largest customer.
SANE = {"usage": ("minutes", 0, 24 * 60), "subscriptions": ("seats", 1, 5_000)}
OVERFLOW = 32_767  # the largest that the field can hold; not a number of seconds
SECONDS_JUMP = 20  # choice: between 1 and 60, as a ratio of medians
ROWS_FOR_MEDIANS = 500_000  # choice: thousands for each drop and client
LATE = np.timedelta64(1, "D")  # choice: beyond a source's usual delay


class Repaired(NamedTuple):
    rows: pd.DataFrame
    n_rows: int  # repaired, dropped or, where nothing can be done, counted


def settle_schema(rows: pd.DataFrame, source: str) -> Repaired:
    """Move what came under another name into the column where it belongs."""
    n_rows = 0
    for name, meant in schema.RENAMED.get(source, {}).items():
        if name in rows:
            moved = rows[name].notna()
            there = rows.get(meant, rows[name]).mask(moved, rows[name])
            rows = rows.assign(**{meant: there}).drop(columns=name)
            n_rows += int(moved.sum())
    return Repaired(rows, n_rows)


def settle_time_zones(rows: pd.DataFrame, source: str) -> Repaired:
    """Turn text times of whatever zone into UTC, without a zone; count the others."""
    times = SOURCES[source].of_kind(schema.TIME)
    local = [~rows[column].str.endswith("Z", na=True) for column in times]
    settled = rows.assign(**{column: schema.utc(rows[column]) for column in times})
    return Repaired(settled, int(np.any(local, axis=0).sum()))


def settle_spellings(rows: pd.DataFrame, source: str) -> Repaired:
    """Write each word one way."""
    words = SOURCES[source].of_kind(schema.WORD)
    right = {c: rows[c].map(schema.spelled, "ignore").astype("str") for c in words}
    mistyped = [rows[c].notna() & (rows[c] != right[c]) for c in words]
    return Repaired(rows.assign(**right), int(np.any(mistyped, axis=0).sum()))


def drop_test_accounts(rows: pd.DataFrame, crm: pd.DataFrame) -> Repaired:
    """Drop the rows of colleagues: the first address of the account is of the house."""
    first = crm.sort_values("arrived_at", kind="stable").drop_duplicates("customer_id")
    return _without(rows, _known(rows, first[first["email"].str.endswith(HOUSE)]))


def drop_orphans(rows: pd.DataFrame, customers: pd.DataFrame) -> Repaired:
    """Drop the rows of customers whom neither the CRM nor a contract knows."""
    return _without(rows, ~_known(rows, customers))


def _known(rows: pd.DataFrame, news: pd.DataFrame) -> pd.Series:
    """Mark the rows whose customer the news names by the end of the row's month.

    Later news must not decide on a row: a past cutoff would know its own future.
    """
    is_named = rows["customer_id"].isin(news["customer_id"])
    mine = rows.loc[is_named, ["customer_id", "arrived_at"]]
    named_at = mine["customer_id"].map(news.groupby("customer_id")["arrived_at"].min())
    past = mine["arrived_at"].to_numpy().astype("M8[M]") + 1
    is_named[is_named] = named_at.to_numpy() < past
    return is_named


def drop_duplicates(rows: pd.DataFrame, source: str) -> Repaired:
    """Drop rows that stand in one file twice."""
    return _without(rows, rows.duplicated([*SOURCES[source].key, "drop"]))


def _without(rows: pd.DataFrame, dropped: pd.Series) -> Repaired:
    n_rows = int(dropped.sum())
    return Repaired(rows[~dropped] if n_rows else rows, n_rows)


def blank_absurd_values(rows: pd.DataFrame, source: str) -> Repaired:
    """Blank numbers that are smaller or larger than can be."""
    column, low, high = SANE[source]
    absurd = (rows[column] < low) | (rows[column] > high)
    blanked = rows.assign(**{column: rows[column].mask(absurd)})
    return Repaired(blanked, int(absurd.sum()))


def count_resent_rows(rows: pd.DataFrame) -> Repaired:
    """Count rows that came only when the drop of their month was sent again."""
    first_sent = FIRST_MONTH + 1 + rows["drop"].to_numpy()
    return Repaired(rows, int((rows["arrived_at"].to_numpy() >= first_sent).sum()))


def settle_units(usage: pd.DataFrame) -> Repaired:
    """Turn minutes that a client reported in seconds back into minutes.

    A client's unit holds for a whole drop. Its median gives it away: people use every
    client for about as long, and most drops of most clients up to then are in minutes.
    """
    minutes = usage["minutes"]
    sane = (minutes > 0) & (minutes < OVERFLOW)
    stride = len(usage) // ROWS_FOR_MEDIANS + 1
    cells = usage.loc[sane, ["drop", "client", "minutes"]].iloc[::stride]
    medians = cells.groupby(["drop", "client"], observed=True)["minutes"].median()
    wrong = np.zeros(len(usage), bool)
    usual = {drop: medians.loc[:drop].median() for drop in cells["drop"].unique()}
    jump = medians / medians.index.get_level_values("drop").map(usual)
    for drop, client in medians.index[jump > SECONDS_JUMP]:
        wrong |= (usage["drop"] == drop) & (usage["client"] == client) & sane
    settled = usage.assign(minutes=minutes.mask(wrong, minutes / 60))
    return Repaired(settled, int(wrong.sum()))


def count_missing_sizes(customers: pd.DataFrame) -> Repaired:
    """Count blank company sizes, which stay blank: small companies leave them so."""
    return Repaired(customers, int(customers["company_size"].isna().sum()))


def count_late_rows(rows: pd.DataFrame, happened: str) -> Repaired:
    """Count rows that arrived a day or more after the source's usual delay."""
    delay = rows["arrived_at"] - rows[happened]
    return Repaired(rows, int((delay >= delay.median() + LATE).sum()))
