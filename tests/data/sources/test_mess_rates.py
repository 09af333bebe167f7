"""The mess: as much as was ordered, undone by its ledger, and none without one."""

import numpy as np
import pandas as pd
import pytest

from data.sources.deliver import SOURCES as DELIVERED
from data.sources.deliver import arrive, deliver
from data.sources.emit import emit
from data.sources.mess import LEDGER_COLUMNS, Mess
from data.world.beliefs import World
from data.world.company import Company
from tests.data.sources.published import (
    MONTHS,
    read,
    read_ledger,
    repaired,
    row_hashes,
)
from tests.worlds import SOURCES, last_month, share_off

ARRIVALS_MOVE = ["usage", "tickets"]  # late rows
MESS = Mess()


@pytest.fixture(scope="module")
def ledger(small_world) -> pd.DataFrame:
    return read_ledger(small_world)


# --- the ledger undoes the mess ------------------------------------------------------


def clean_again(small_world, ledger: pd.DataFrame, source: str) -> pd.DataFrame:
    """Read one source of all months and undo what its ledger lists."""
    here = ledger[ledger["source"] == source]
    months = [
        repaired(read(small_world, m, source), here[here["month"] == m]).rename(
            columns={"body": "text"}
        )
        for m in range(MONTHS)
    ]
    return pd.concat(months, ignore_index=True)


def still_under_way(rows: pd.DataFrame) -> pd.Series:
    """Mark what arrives after the last month."""
    return rows["arrived_at"] >= np.datetime64("2025-01-01")


@pytest.mark.parametrize(
    "source", ["customers", "subscriptions", "transactions", "offers"]
)
def test_undoing_the_ledger_gives_back_every_clean_row(
    small_world, small_clean, ledger, source
):
    told = clean_again(small_world, ledger, source)

    happened = small_clean[source]
    happened = happened[~still_under_way(happened)]
    assert len(told) == len(happened)
    assert (row_hashes(told, []) == row_hashes(happened, [])).all()


@pytest.mark.parametrize("source", ARRIVALS_MOVE)
def test_undoing_the_ledger_gives_back_every_row_that_could_arrive(
    small_world, small_clean, ledger, source
):
    told = row_hashes(clean_again(small_world, ledger, source), ["arrived_at"])

    happened = row_hashes(small_clean[source], ["arrived_at"])
    lost = len(happened) - len(told)
    outage = (ledger["defect"] == "tracking_outage") & (ledger["source"] == source)
    late = (ledger["defect"] == "late_rows") & (ledger["source"] == source)
    last = still_under_way(small_clean[source]).sum()
    assert np.isin(told, happened).all()
    assert np.unique(told).size == told.size  # nothing twice
    assert 0 <= lost - outage.sum() - last <= (late & (ledger["month"] == 35)).sum()


# --- as much as was ordered ----------------------------------------------------------


@pytest.mark.parametrize(
    ("defect", "source", "rate"),
    [
        *(("duplicates", source, MESS.duplicates) for source in SOURCES),
        ("late_rows", "usage", MESS.late_rows),
        ("late_rows", "tickets", MESS.late_rows),
        ("orphans", "transactions", MESS.orphans),
        ("orphans", "tickets", MESS.orphans),
        ("spellings", "customers", MESS.spellings),
        ("spellings", "subscriptions", MESS.spellings),
        ("absurd_values", "subscriptions", MESS.absurd_values),
        ("absurd_values", "usage", MESS.absurd_values),
    ],
)
def test_a_defect_is_as_frequent_as_its_rate(small_clean, ledger, defect, source, rate):
    noted = ledger[(ledger["defect"] == defect) & (ledger["source"] == source)]

    assert abs(share_off(len(noted), len(small_clean[source]), rate)) < 4


def test_sizes_of_small_companies_are_missing_at_their_rate(small_clean, ledger):
    n = (small_clean["customers"]["company_size"] <= 5).sum()

    found = (ledger["defect"] == "missing_not_at_random").sum()

    assert abs(share_off(found, n, MESS.missing_not_at_random)) < 4


def test_local_times_are_as_frequent_as_their_rate(small_world, ledger):
    months = range(MESS.offset_from_month, MONTHS)
    n = sum(len(read(small_world, m, "transactions")) for m in months)
    added = ledger["defect"].isin(["duplicates", "orphans"])
    added &= (ledger["source"] == "transactions") & ledger["month"].isin(months)

    found = (ledger["defect"] == "mixed_time_zones").sum()

    assert abs(share_off(found, n - added.sum(), MESS.offset_share)) < 4


def test_test_accounts_are_six_a_month(ledger):
    noted = ledger[ledger["defect"] == "test_accounts"]

    assert (noted.groupby(["source", "month"]).size() == MESS.test_accounts).all()
    assert len(noted) == 2 * MONTHS * MESS.test_accounts


# --- no mess -------------------------------------------------------------------------


@pytest.mark.parametrize("month", [0, 5, 18])
def test_without_mess_the_rows_arrive_as_they_were_and_the_ledger_is_empty(month):
    world = World(customers=300)
    company = Company(world, 4)
    rows = emit(company, last_month(world, 4, month + 1).events)

    arrivals = arrive(None, company.streams, month, rows)
    (drop,) = deliver(None, company.streams, month, arrivals, late={})

    assert list(drop.ledger) == LEDGER_COLUMNS
    assert drop.ledger.empty
    for source in DELIVERED:
        told = pd.concat([drop.sources[source], arrivals.next_month[source]])
        assert (row_hashes(told, []) == row_hashes(rows[source], [])).all()
