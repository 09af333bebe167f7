"""Load: read six messy sources, repair them, count the repairs."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from data.calendar import first_day, month_name, month_number
from level2_project.sources import completeness, repairs
from level2_project.sources.drops import Delivery
from level2_project.sources.interim import read
from level2_project.sources.schema import SOURCES, BadDrop, Place, refusal


class Sources(NamedTuple):
    """Repaired rows, one frame per source in order of arrival; times in UTC."""

    customers: pd.DataFrame  # one row per customer created or changed in the CRM
    subscriptions: pd.DataFrame  # per start, return, change or cancellation
    transactions: pd.DataFrame  # per attempt to collect, or refund
    tickets: pd.DataFrame  # per ticket opened or resolved
    usage: pd.DataFrame  # per customer and active day
    offers: pd.DataFrame  # per offer made, or withheld by lot


class Loaded(NamedTuple):
    sources: Sources
    repairs: pd.DataFrame  # one row per `repair` and `source`, with its `n_rows`
    silent_days: pd.DataFrame  # one row per `client` and `day` without records
    stale: dict[str, pd.Timestamp]  # sources whose newest drop is refused: known up to


def load(
    raw: Path,
    end: pd.Timestamp,
    months: int | None = None,
    interim: Path | None = None,
    goes_on: bool = False,
) -> Loaded:
    """Read and repair what had arrived before `end`.

    Args:
        raw: the folder of the drops, `2022-01` and so on.
        end: midnight of a month's first day; only earlier months' drops are opened.
        months: how many of the last drops of usage to read; None for all.
        interim: where to keep what was read of each drop; None to keep nothing.
        goes_on: of a source with a refused drop, take the months before that drop.

    Raises:
        BadDrop: a file is missing, unfit, or ends before its month does.
    """
    n_drops = month_number(f"{end:%Y-%m}")
    if n_drops < 1:
        wanted, found = "a month before the cutoff", f"none before {end:%Y-%m-%d}"
        raise refusal(Place(str(raw)), wanted, found, "choose a later cutoff")
    newest = partial(_newest, raw, end, interim)
    frames, counts, told = {}, [], dict[str, pd.DataFrame]()
    stale = dict[str, pd.Timestamp]()
    for source in Sources._fields:  # CRM and contracts first: they say who is known
        n_last = months if source == "usage" else None
        rows, n_rows, until = _good(partial(newest, source), n_drops, n_last, goes_on)
        stale |= {source: until} if until < end else {}
        told |= {source: rows} if len(told) < 2 else {}
        for repair in _repairs(source, told):
            rows, n_rows[repair.func.__name__] = repair(rows)
        rows = rows.sort_values("arrived_at", kind="stable", ignore_index=True)
        frames[source] = rows[[*SOURCES[source].columns]]
        counts += [(name, source, n) for name, n in n_rows.items()]
    silent_days = completeness.silent_days(frames["usage"], stale.get("usage", end))
    counts.append(("silent_days", "usage", len(silent_days)))
    counted = pd.DataFrame(counts, columns=["repair", "source", "n_rows"])
    return Loaded(Sources(**frames), counted, silent_days, stale)


def _newest(
    raw: Path, end: pd.Timestamp, interim: Path | None, source: str, month: int
) -> Delivery:
    """Read the newest delivery of a month that had come by `end` and can be used."""
    name, faults = month_name(month), []
    again = sorted((path.name for path in raw.glob(f"{name}.r[2-9]")), reverse=True)
    for drop in [*again, name]:
        try:
            if (delivery := read(raw, drop, source, interim)).came_by(end):
                return delivery
        except BadDrop as fault:
            faults.append(fault)
    raise faults[0]


def _good(
    newest: partial[Delivery], n_drops: int, n_last: int | None, goes_on: bool
) -> tuple[pd.DataFrame, dict[str, int], pd.Timestamp]:
    """Return rows, how many each repair touched, and up to when all is known."""
    drops, until = range(n_drops)[-(n_last or n_drops) :], first_day(n_drops)
    try:
        deliveries = [newest(drop) for drop in drops]
        rows = pa.concat_tables([one.rows for one in deliveries]).to_pandas()
        completeness.check_completeness(rows, newest.args[-1], drops)
    except BadDrop:
        if not goes_on or n_drops == 1:
            raise
        return _good(newest, n_drops - 1, n_last, goes_on)
    # What was sent again since then is known by now.
    seen = rows["arrived_at"].clip(upper=pd.Timestamp(until) - pd.Timedelta(1, "s"))
    n_rows = pd.DataFrame([one.repaired for one in deliveries]).sum().to_dict()
    return rows.assign(arrived_at=seen), n_rows, pd.Timestamp(until)


def _repairs(source: str, told: dict[str, pd.DataFrame]) -> Iterator[partial[Any]]:
    """Yield the repairs of a source that need all its drops, in their order."""
    yield partial(repairs.drop_test_accounts, crm=told["customers"])
    yield partial(repairs.drop_orphans, customers=pd.concat(told.values()))
    yield partial(repairs.drop_duplicates, source=source)
    yield partial(repairs.count_resent_rows)
    if source == "customers":
        yield partial(repairs.count_missing_sizes)
    if source == "usage":
        yield partial(repairs.settle_units)
    if source in repairs.SANE:
        yield partial(repairs.blank_absurd_values, source=source)
    yield partial(repairs.count_late_rows, happened=SOURCES[source].happened)
