"""Delivery: what is sent, what its manifest says, and what is sent again."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.calendar import first_day, month_name
from data.sources.deliver import SOURCES as DELIVERED
from data.sources.deliver import arrive, deliver
from data.sources.emit import emit
from data.sources.files import FILES, write_drop
from data.sources.mess import Mess
from data.sources.rows import Frames
from data.world.beliefs import World
from data.world.company import Company
from data.world.history import history
from tests.data.sources.published import (
    MONTHS,
    delivery,
    first_ledger,
    last_row_is_cut,
    read,
    read_ledger,
    times,
)
from tests.worlds import digests, last_month

OPEN_CUT, SEALED_CUT = (5, "transactions"), (24 + 8, "usage")
CUTS = [OPEN_CUT, SEALED_CUT]
AGAIN_AT = {5: "2022-07-02 08:00:00Z", 32: "2024-10-02 08:00:00Z"}


def manifest(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text())


def described(path: Path) -> dict:
    """Return what a receiver finds of a file."""
    content = path.read_bytes()
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def all_deliveries(world_folder: Path) -> list[Path]:
    drops = [*world_folder.glob("20*"), *world_folder.glob("sealed/drops/20*")]
    return sorted(drops, key=lambda folder: folder.name)


def n_rows(path: Path) -> int:
    if path.suffix == ".parquet":
        return len(pd.read_parquet(path))
    return len(path.read_text().splitlines()) - (path.suffix == ".csv")


# --- manifests -----------------------------------------------------------------------


def test_every_drop_says_its_name_and_when_it_was_sent(small_world):
    folders = all_deliveries(small_world)

    said = {folder.name: manifest(folder) for folder in folders}

    assert len(said) == MONTHS + 2
    assert [name for name, m in said.items() if m["drop"] != name] == []
    for month in range(MONTHS):
        ends = f"{first_day(month + 1)} 00:00:00Z"
        assert said[month_name(month)]["sent_at"] == ends
    again = {month: said[f"{month_name(month)}.r2"]["sent_at"] for month in AGAIN_AT}
    assert again == AGAIN_AT


def test_a_manifest_lists_the_six_files(small_world):
    for folder in all_deliveries(small_world):
        files = manifest(folder)["files"]

        assert {f["source"]: f["name"] for f in files} == FILES
        assert {set(f) == {*files[0]} for f in files} == {True}


def test_every_file_but_the_cut_one_is_what_its_manifest_says(small_world):
    differ = []
    for folder in all_deliveries(small_world):
        for told in manifest(folder)["files"]:
            found = described(folder / told["name"])
            if found != {name: told[name] for name in found}:
                differ.append((folder.name, told["name"]))
            else:
                assert told["rows"] == n_rows(folder / told["name"])

    assert differ == [("2022-06", "transactions.csv")]


def test_the_manifest_of_the_cut_file_tells_of_the_whole_one(small_world):
    """The file that came is the beginning of the one that was meant."""
    month, source = OPEN_CUT
    short, whole = (delivery(small_world, month, edition) for edition in (1, 2))
    (told,) = (f for f in manifest(short)["files"] if f["source"] == source)
    content = (short / FILES[source]).read_bytes()

    assert told["rows"] == n_rows(whole / FILES[source])
    assert told["bytes"] == (whole / FILES[source]).stat().st_size
    assert len(content) < told["bytes"]
    assert last_row_is_cut(short / FILES[source])
    last = content.splitlines(keepends=True)[-1]
    assert (whole / FILES[source]).read_bytes().startswith(content[: -len(last)])


def test_tickets_have_a_second_schema_from_the_month_in_which_text_is_body(small_world):
    versions = {}
    for month in range(MONTHS):
        for told in manifest(delivery(small_world, month))["files"]:
            versions[month, told["source"]] = told["schema_version"]

    second = [key for key, version in versions.items() if version == 2]
    assert set(versions.values()) == {1, 2}
    assert second == [(month, "tickets") for month in range(15, MONTHS)]


# --- two drops come short, and are sent again ----------------------------------------


def test_one_csv_ends_in_the_middle_of_a_row_and_one_parquet_is_short(small_world):
    csvs = list(small_world.rglob("20*/*.csv"))

    cut = [f"{p.parent.name}/{p.name}" for p in csvs if last_row_is_cut(p)]

    assert cut == ["2022-06/transactions.csv"]
    for month in range(MONTHS):
        last = read(small_world, month, "usage", edition=1)["day"].max()
        ends = first_day(month + 1) - 2  # the last day's usage comes the next morning
        assert last == (np.datetime64("2024-09-08") if month == 32 else ends)


@pytest.mark.parametrize(("month", "source"), CUTS)
def test_the_files_that_were_whole_are_sent_again_as_they_were(
    small_world, month, source
):
    short, whole = (digests(delivery(small_world, month, e)) for e in (1, 2))

    differ = {name for name in short if short[name] != whole[name]}

    assert short.keys() == whole.keys()
    assert differ == {FILES[source], "manifest.json"}


@pytest.mark.parametrize(("month", "source"), CUTS)
def test_rows_that_came_at_first_stay_and_the_others_arrive_when_they_come(
    small_world, month, source
):
    short, whole = (read(small_world, month, source, e) for e in (1, 2))

    columns = [*whole]
    both = whole.merge(short, on=columns, how="outer", indicator="side")
    new = both[both["side"] == "left_only"]

    assert not (both["side"] == "right_only").any()
    assert 0.1 < len(short) / len(whole) < 0.8
    assert len(new) > 400
    assert set(times(new["arrived_at"])) == {pd.Timestamp(AGAIN_AT[month])}


@pytest.mark.parametrize(("month", "source"), CUTS)
def test_the_next_drop_holds_nothing_of_what_was_sent_again(small_world, month, source):
    key = {"usage": ["customer_id", "day"]}.get(source, ["transaction_id"])
    whole, after = (read(small_world, m, source) for m in (month, month + 1))

    assert after.merge(whole[key].drop_duplicates(), on=key).empty


@pytest.mark.parametrize(("month", "source"), CUTS)
def test_the_ledger_of_the_short_drop_lists_what_it_lacks(small_world, month, source):
    key = {"usage": "customer_id"}.get(source, "transaction_id")
    short, whole = (read(small_world, month, source, e) for e in (1, 2))
    at_first = first_ledger(small_world, month).query("source == @source")
    again = read_ledger(small_world).query("month == @month and source == @source")

    lacks = at_first.query("defect == 'truncated_drop'")
    came = again.query("defect == 'truncated_drop'")

    assert len(lacks) == len(came) == len(whole) - len(short)
    assert (lacks["file_row"] == -1).all()
    assert lacks["key"].tolist() == came["key"].tolist()
    rows = whole.iloc[came["file_row"]]
    assert rows[key].astype(str).tolist() == came["key"].tolist()
    assert set(times(rows["arrived_at"])) == {pd.Timestamp(AGAIN_AT[month])}
    assert (times(came["clean"]) < pd.Timestamp(AGAIN_AT[month])).all()


@pytest.mark.parametrize(("month", "source"), CUTS)
def test_the_ledger_of_the_short_drop_points_at_the_rows_that_it_holds(
    small_world, month, source
):
    key = {"usage": "customer_id"}.get(source, "transaction_id")
    short = read(small_world, month, source, edition=1)
    noted = first_ledger(small_world, month).query("source == @source")

    here = noted[noted["file_row"] >= 0]

    assert len(here) > 5
    assert short[key].iloc[here["file_row"]].astype(str).tolist() == [*here["key"]]


# --- nothing is lost, whatever comes short -------------------------------------------

WORLD, SEED = World(customers=150, open_months=2), 6
KEY = {
    "customers": ["customer_id", "event", "event_at"],
    "subscriptions": ["event_id"],
    "transactions": ["transaction_id"],
    "tickets": ["ticket_id", "event"],
    "usage": ["customer_id", "day"],
    "offers": ["offer_id"],
}
cuts = st.tuples(st.sampled_from(DELIVERED), st.integers(0, 12), st.integers(0, 30))


@pytest.fixture(scope="module")
def months() -> list[Frames]:
    """The clean rows of each month."""
    company = Company(WORLD, SEED)
    return [emit(company, lived.events) for lived in history(company, WORLD.months)]


def newest_drops(mess: Mess, months: list[Frames]) -> list[Frames]:
    """Return each month's newest drop."""
    streams, late, drops = Company(WORLD, SEED).streams, {}, []
    for month, rows in enumerate(months):
        arrivals = arrive(mess, streams, month, rows)
        *_, drop = deliver(mess, streams, month, arrivals, late)
        late = arrivals.next_month
        drops.append(drop.sources)
    return drops


def keys_of(rows: pd.DataFrame, source: str) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[KEY[source]])


@settings(max_examples=8)
@given(cuts, cuts)
def test_who_takes_the_newest_drop_of_each_month_gets_every_row_exactly_once(
    months, one, other
):
    """Late rows of earlier months are among them. The last month's are under way."""
    mess = Mess(
        duplicates=0, orphans=0, test_accounts=0, late_rows=0.05, outage_month=99,
        cut_open=one, cut_sealed=other, open_months=WORLD.open_months,
    )  # fmt: skip
    drops = newest_drops(mess, months)

    for source in DELIVERED:
        rows = pd.concat([month[source] for month in months])
        told = keys_of(pd.concat([drop[source] for drop in drops]), source)
        happened = rows["day" if source == "usage" else "event_at"]
        is_due = happened < np.datetime64(first_day(WORLD.months - 1), "s")

        assert is_due.any() or source == "offers"  # the pilot has not begun
        assert told.is_unique
        assert keys_of(rows[is_due], source).isin(told).all()
        assert told.isin(keys_of(rows, source)).all()


@pytest.mark.long
@settings(max_examples=4)
@given(cuts)
def test_a_short_drop_changes_no_other_drop(months, cut):
    usual = newest_drops(Mess(open_months=WORLD.open_months), months)
    short = newest_drops(Mess(open_months=WORLD.open_months, cut_open=cut), months)

    for month, (one, other) in enumerate(zip(usual, short, strict=True)):
        for source in DELIVERED:
            if month not in (cut[1], Mess().cut_open[1]):
                pd.testing.assert_frame_equal(one[source], other[source])


def test_a_short_drop_that_lacks_nothing_is_whole(tmp_path):
    """A tiny company may have no payment in the days that are cut off."""
    mess = Mess(cut_open=("transactions", 5, 31))
    company = Company(World(customers=50), 4)
    rows = emit(company, last_month(company.world, 4, 6).events)
    arrivals = arrive(mess, company.streams, 5, rows)

    folders = [
        write_drop(drop, tmp_path)
        for drop in deliver(mess, company.streams, 5, arrivals, late={})
    ]

    first, again = (digests(folder) for folder in folders)
    assert {n for n in first if first[n] != again[n]} == {"manifest.json"}


def test_without_mess_no_file_is_cut(tmp_path):
    company = Company(World(customers=300), 4)
    rows = emit(company, last_month(company.world, 4, 6).events)
    arrivals = arrive(None, company.streams, 5, rows)

    (drop,) = deliver(None, company.streams, 5, arrivals, late={})
    folder = write_drop(drop, tmp_path)

    assert not last_row_is_cut(folder / "transactions.csv")
