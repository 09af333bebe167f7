"""Load: read six messy sources, repair them, count the repairs."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from data.calendar import month_number
from level2_project.sources import completeness, repairs
from level2_project.sources.interim import read
from level2_project.sources.schema import SOURCES, Place, refusal


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


def load(
    raw: Path, end: pd.Timestamp, months: int | None = None, interim: Path | None = None
) -> Loaded:
    """Read and repair what had arrived before `end`.

    Args:
        raw: the folder of the drops, `2022-01` and so on.
        end: midnight of a month's first day; only earlier months' drops are opened.
        months: how many of the last drops of usage to read; None for all.
        interim: where to keep what was read of each drop; None to keep nothing.

    Raises:
        BadDrop: a file is missing, unfit, or ends before its month does.
    """
    n_drops = month_number(f"{end:%Y-%m}")
    if n_drops < 1:
        wanted, found = "a month before the cutoff", f"none before {end:%Y-%m-%d}"
        raise refusal(Place(str(raw)), wanted, found, "choose a later cutoff")
    frames, counts, crm = dict[str, pd.DataFrame](), [], pd.DataFrame()
    for source in Sources._fields:  # customers first: they are whom the CRM knows
        drops = range(n_drops)[-(months or n_drops) if source == "usage" else 0 :]
        deliveries = [read(raw, drop, source, interim) for drop in drops]
        rows = pa.concat_tables([one.rows for one in deliveries]).to_pandas()
        n_rows = pd.DataFrame([one.repaired for one in deliveries]).sum().to_dict()
        crm = rows if source == "customers" else crm
        cut = [drop for drop, one in zip(drops, deliveries, strict=True) if one.is_cut]
        for repair in _repairs(source, crm, cut):
            rows, n_rows[repair.func.__name__] = repair(rows)
        completeness.check_completeness(rows, source, drops)
        rows = rows.sort_values("arrived_at", kind="stable", ignore_index=True)
        frames[source] = rows[[*SOURCES[source].columns]]
        counts += [(name, source, n) for name, n in n_rows.items()]
    silent_days = completeness.silent_days(frames["usage"], end)
    counts.append(("silent_days", "usage", len(silent_days)))
    counted = pd.DataFrame(counts, columns=["repair", "source", "n_rows"])
    return Loaded(Sources(**frames), counted, silent_days)


def _repairs(source: str, crm: pd.DataFrame, cut: list[int]) -> Iterator[partial[Any]]:
    """Yield the repairs of a source that need all its drops, in their order."""
    yield partial(repairs.drop_test_accounts, crm=crm)
    yield partial(repairs.drop_orphans, crm=crm)
    yield partial(repairs.drop_duplicates, source=source)
    yield partial(repairs.complete_truncated_drop, source=source, cut=cut)
    if source == "customers":
        yield partial(repairs.count_missing_sizes)
    if source == "usage":
        yield partial(repairs.settle_units)
    if source in repairs.SANE:
        yield partial(repairs.blank_absurd_values, source=source)
    yield partial(repairs.count_late_rows, happened=SOURCES[source].happened)
