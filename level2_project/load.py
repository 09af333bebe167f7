"""Load: read six messy sources, repair them, count the repairs."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from data.calendar import month_number
from level2_project.sources import completeness, repairs
from level2_project.sources.interim import read
from level2_project.sources.repairs import Repaired
from level2_project.sources.schema import SOURCES, Place

HOUSE = "@churnthreeways.test"  # colleagues' addresses
Step = partial[Repaired]  # takes the rows


class Sources(NamedTuple):
    """Repaired rows, one frame per source in order of arrival; times in UTC.

    One row per: customer created or changed in the CRM; start, return, change or
    cancellation; attempt to collect, or refund; ticket opened or resolved; customer
    and active day; offer made, or withheld by lot.
    """

    customers: pd.DataFrame
    subscriptions: pd.DataFrame
    transactions: pd.DataFrame
    tickets: pd.DataFrame
    usage: pd.DataFrame
    offers: pd.DataFrame


class Loaded(NamedTuple):
    sources: Sources
    repairs: pd.DataFrame  # one row per `repair` and `source`, with its `n_rows`
    months: int  # drops read, from the first on
    silent_days: pd.DataFrame  # one row per `client` and `day` without records


class People(NamedTuple):
    """Ids that the CRM knows."""

    known: npt.NDArray[np.int64]
    of_the_house: npt.NDArray[np.int64]


class Stack(NamedTuple):
    """One source's rows of several drops, before any repair that needs all of them."""

    source: str
    rows: pd.DataFrame
    drops: range
    cut: list[int]  # drops whose file ended in the middle of a row
    repaired: pd.DataFrame  # one row per drop, one column per repair: number of rows


def load(
    raw: Path,
    until: pd.Timestamp,
    months: int | None = None,
    interim: Path | None = None,
) -> Loaded:
    """Read and repair what had arrived before `until`.

    Args:
        raw: the folder of the drops, `2022-01` and so on.
        until: midnight of a month's first day; only earlier months' drops are opened.
        months: how many of the last drops of usage to read; None for all.
        interim: where to keep what was read of each drop; None to keep nothing.

    Raises:
        BadDrop: a file is missing, damaged beyond repair, not what it should be, or
            ends before its month does.
    """
    n_drops = month_number(f"{until:%Y-%m}")
    if n_drops < 1:
        wanted, found = "a month before the cutoff", f"none before {until:%Y-%m-%d}"
        raise Place(str(raw)).refuse(wanted, found, "choose a later cutoff")
    crm = _stack(raw, "customers", range(n_drops), interim)
    people = _people(crm.rows)
    repaired = [_repair(crm, people)]
    for source in Sources._fields[1:]:
        first = max(0, n_drops - months) if months and source == "usage" else 0
        stack = _stack(raw, source, range(first, n_drops), interim)
        repaired.append(_repair(stack, people))
        del stack  # a usage of many months is too large to lie in memory twice
    sources = Sources(*(rows for rows, _ in repaired))
    silent_days = completeness.silent_days(sources.usage, until)
    counts = [counts for _, counts in repaired]
    counts.append(_counts([("silent_days", "usage", len(silent_days))]))
    return Loaded(sources, pd.concat(counts, ignore_index=True), n_drops, silent_days)


def _counts(rows: list[tuple[str, str, int]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["repair", "source", "n_rows"])


def _stack(raw: Path, source: str, drops: range, interim: Path | None) -> Stack:
    deliveries = [read(raw, drop, source, interim) for drop in drops]
    return Stack(
        source,
        rows=pa.concat_tables([one.rows for one in deliveries]).to_pandas(),
        drops=drops,
        cut=[drop for drop, one in zip(drops, deliveries, strict=True) if one.is_cut],
        repaired=pd.DataFrame([one.repaired for one in deliveries]),
    )


def _people(crm: pd.DataFrame) -> People:
    ids = crm["customer_id"]
    of_the_house = crm["email"].str.endswith(HOUSE)
    return People(ids.unique(), ids[of_the_house].unique())


def _repair(stack: Stack, people: People) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Repair one source, and count how many rows each repair touched."""
    rows, n_rows = stack.rows, stack.repaired.sum().to_dict()
    for step in _steps(stack, people):
        rows, n_rows[step.func.__name__] = step(rows)
    completeness.check_completeness(rows, stack.source, stack.drops)
    if stack.source != "usage":  # it is in order, and too long to sort twice
        rows = rows.sort_values("arrived_at", kind="stable")
    rows = rows[list(SOURCES[stack.source].columns)].reset_index(drop=True)
    return rows, _counts([(name, stack.source, n) for name, n in n_rows.items()])


def _steps(stack: Stack, people: People) -> Iterator[Step]:
    """Yield the repairs of a source that need all its drops, in their order."""
    source = SOURCES[stack.source]
    yield partial(repairs.drop_test_accounts, house_ids=people.of_the_house)
    yield partial(repairs.drop_orphans, known_ids=people.known)
    yield partial(repairs.drop_duplicates, key=source.key)
    yield partial(
        repairs.complete_truncated_drop,
        source=stack.source,
        key=source.key,
        cut=stack.cut,
    )
    yield from _steps_of_values(stack.source)
    yield partial(repairs.count_late_rows, happened=source.happened)


def _steps_of_values(source: str) -> Iterator[Step]:
    blank = repairs.blank_absurd_values
    if source == "customers":
        yield partial(repairs.count_missing_sizes)
    if source == "subscriptions":
        yield partial(blank, column="seats", low=1, high=repairs.MOST_SEATS)
    if source == "usage":
        yield partial(repairs.settle_units)
        yield partial(blank, column="minutes", low=0, high=repairs.MOST_MINUTES)
