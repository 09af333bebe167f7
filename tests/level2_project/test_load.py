"""Load: what had arrived is there, in order; what cannot be trusted is refused."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from level2_project.load import Loaded, load
from level2_project.sources.schema import SOURCES, BadDrop
from tests.level2_project.raw_worlds import all_drops, first_drops, rewrite, with_cell

MARCH = pd.Timestamp("2022-03-01")


@pytest.fixture(scope="module")
def two_months(small_world) -> Loaded:
    return load(small_world, MARCH)


@pytest.fixture(scope="module")
def seven_months(small_world) -> Loaded:
    """Up to past the drop that was cut."""
    return load(small_world, pd.Timestamp("2022-08-01"))


@pytest.fixture
def raw(small_world, tmp_path) -> Path:
    return first_drops(small_world, tmp_path / "raw")


def refused(raw: Path, until: pd.Timestamp = MARCH) -> str:
    with pytest.raises(BadDrop) as error:
        load(raw, until)
    return str(error.value)


# --- what is there -------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_has_its_columns_and_no_others(two_months, source):
    rows = getattr(two_months.sources, source)

    assert list(rows) == list(SOURCES[source].columns)
    assert len(rows) > 0


@pytest.mark.parametrize("source", SOURCES)
def test_rows_come_in_order_of_arrival_and_none_from_after_the_cutoff(
    two_months, source
):
    arrived = getattr(two_months.sources, source)["arrived_at"]

    assert arrived.is_monotonic_increasing
    assert arrived.max() < MARCH


def test_later_drops_are_not_even_opened(raw, two_months):
    (raw / "2022-03").mkdir()
    (raw / "2022-03" / "customers.csv").write_text("nothing that could be read")

    loaded = load(raw, MARCH)

    for now, then in zip(loaded.sources, two_months.sources, strict=True):
        pd.testing.assert_frame_equal(now, then)


def test_a_limit_on_months_leaves_out_early_usage_and_nothing_else(raw, two_months):
    loaded = load(raw, MARCH, months=1)

    usage = two_months.sources.usage
    of_february = usage[usage["arrived_at"] >= pd.Timestamp("2022-02-01")]
    pd.testing.assert_frame_equal(
        loaded.sources.usage, of_february.reset_index(drop=True)
    )
    pd.testing.assert_frame_equal(loaded.sources.tickets, two_months.sources.tickets)


@pytest.mark.parametrize("source", SOURCES)
def test_no_row_is_dropped_without_being_counted(small_world, seven_months, source):
    counts = seven_months.repairs.query("source == @source")

    drops = counts["repair"].str.match("drop_")
    left = len(getattr(seven_months.sources, source))
    assert left + counts.loc[drops, "n_rows"].sum() == rows_in(small_world, source, 7)


def rows_in(raw: Path, source: str, months: int) -> int:
    newest = {path.name[:7]: path for path in sorted(raw.glob("2022-*"))}
    files = [path / SOURCES[source].file for path in [*newest.values()][:months]]
    if source == "usage":
        return sum(pq.read_metadata(file).num_rows for file in files)
    headers = months if files[0].suffix == ".csv" else 0
    return sum(len(file.read_text().splitlines()) for file in files) - headers


def test_months_without_usage_or_tickets_are_no_failure(raw):
    for month in ("2022-01", "2022-02"):
        usage = raw / month / "usage.parquet"
        pq.write_table(pq.read_table(usage).slice(0, 0), usage)
        (raw / month / "tickets.jsonl").write_text("\n")

    loaded = load(raw, MARCH)

    assert loaded.sources.usage.empty
    assert loaded.sources.tickets.empty
    assert loaded.silent_days.empty


# --- what is refused -----------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_a_missing_file_is_refused(raw, source):
    (raw / "2022-02" / SOURCES[source].file).unlink()

    said = refused(raw)

    assert f"2022-02/{SOURCES[source].file}" in said
    assert "wanted a file" in said
    assert "Remedy: fetch the drop again" in said


@pytest.mark.parametrize("source", SOURCES)
def test_an_empty_file_is_refused(raw, source):
    (raw / "2022-02" / SOURCES[source].file).write_bytes(b"")

    assert f"2022-02/{SOURCES[source].file}" in refused(raw)


def test_a_cutoff_before_every_drop_is_refused(raw):
    assert "choose a later cutoff" in refused(raw, pd.Timestamp("2022-01-01"))


@pytest.mark.parametrize(
    ("source", "column", "value", "wanted"),
    [
        ("customers", "customer_id", "10x", "a whole number"),
        ("customers", "email", "", "text"),
        ("customers", "event", "vanished", "one of created, updated"),
        ("customers", "company_size", "many", "a finite number"),
        ("subscriptions", "plan", "enterprise", "one of solo, team, business"),
        ("subscriptions", "seats", "inf", "a finite number"),
        ("subscriptions", "ends_on", "2022-02-30 00:00:00Z", "a time with its zone"),
        ("transactions", "amount_usd", "12,5", "7 cells"),
        ("transactions", "amount_usd", "", "a finite number"),
        ("transactions", "event_at", "2022-01-31 09:00:00", "a time with its zone"),
        ("transactions", "arrived_at", "2022-02-01 00:00:00Z", "a time before 2022-02"),
        ("offers", "discount_months", "2.5", "a whole number"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_by_its_place(
    raw, source, column, value, wanted
):
    file = raw / "2022-01" / SOURCES[source].file
    position = list(SOURCES[source].columns).index(column)
    rewrite(file, lambda text: with_cell(text, 3, position, value))

    said = refused(raw)

    where = "-" if wanted == "7 cells" else column
    assert said.startswith(
        f"2022-01/{file.name}, column {where}, row 3: wanted {wanted}"
    )
    assert "Remedy: " in said


@pytest.mark.parametrize(
    ("old", "new", "where", "wanted"),
    [
        ('"ticket_id":', '"ticket_id":"x', "column -, row 2", "a JSON object"),
        ('"ticket_id":', '"id":', "column id, row header", "the columns"),
        ('"event":"opened"', '"event":7', "column event, row 2", "one of opened"),
        ('"event":"opened"', '"event":null', "column event, row 2", "one of opened"),
        ('"event":"opened",', "", "column event, row 2", "one of opened"),
        ('"text":', '"mood":', "column mood, row header", "the columns ticket_id"),
    ],
)
def test_a_ticket_that_cannot_be_is_refused_by_its_place(raw, old, new, where, wanted):
    file = raw / "2022-02" / "tickets.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    opened = [line for line in lines if '"opened"' in line]
    file.write_text(opened[0] + opened[1].replace(old, new) + opened[2])

    said = refused(raw)

    assert said.startswith(f"2022-02/tickets.jsonl, {where}: wanted {wanted}")
    assert "Remedy: " in said


@pytest.mark.parametrize(
    ("old", "new"), [("amount_usd", "amount_eur"), ("kind", "customer_id")]
)
def test_unknown_missing_and_doubled_columns_are_refused_by_name(raw, old, new):
    file = raw / "2022-02" / "transactions.csv"
    rewrite(file, lambda text: text.replace(old, new, 1))

    said = refused(raw)

    assert re.match(f"2022-02/transactions.csv, column .*{new}.*, row header", said)
    assert old in said
    assert "Remedy: ask the source what changed" in said


@pytest.mark.parametrize(
    ("column", "values", "found"),
    [
        ("minutes", pa.array(["a lot"]), "'a lot'"),
        ("minutes", pa.array([1.5]), "the type float64"),
        ("day", pa.array(["2022-02-01"]), "the type str"),
        ("customer_id", pa.array([None], pa.int32()), "an empty cell"),
        ("sessions", pa.array([1000]), "1000"),
        ("client", pa.array(["watch"]), "'watch'"),
    ],
)
def test_usage_of_a_wrong_type_is_refused_by_its_column(raw, column, values, found):
    file = raw / "2022-02" / "usage.parquet"
    row = pq.read_table(file).slice(0, 1)
    index = row.column_names.index(column)
    pq.write_table(row.set_column(index, column, values), file)

    said = refused(raw)

    assert said.startswith(f"2022-02/usage.parquet, column {column}, row ")
    assert found in said
    assert "Remedy: " in said


def test_truncated_parquet_is_refused(raw):
    file = raw / "2022-01" / "usage.parquet"
    file.write_bytes(file.read_bytes()[:-1000])

    assert re.match(
        r"2022-01/usage.parquet.*a whole file.*send this month", refused(raw)
    )


def test_damaged_parquet_is_refused(raw):
    file = raw / "2022-01" / "usage.parquet"
    content = file.read_bytes()
    file.write_bytes(content[:4] + bytes(2000) + content[2004:])

    assert re.match(
        r"2022-01/usage.parquet.*a whole file.*send this month", refused(raw)
    )


@pytest.mark.parametrize("source", ["customers", "tickets"])
def test_a_text_file_that_is_no_text_is_refused(raw, source):
    file = raw / "2022-01" / SOURCES[source].file
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + b"\xff\xfe" + lines[1])

    assert re.match(f"2022-01/{file.name}.*wanted .*send this month", refused(raw))


def test_a_folder_where_a_file_should_be_is_refused(raw):
    file = raw / "2022-01" / "offers.csv"
    file.unlink()
    file.mkdir()

    assert re.match(r"2022-01/offers.csv.*wanted a file.*directory", refused(raw))


@pytest.mark.parametrize("month", ["2022-01", "2022-02"])
@pytest.mark.parametrize("source", ["transactions", "tickets"])
def test_a_file_cut_in_the_middle_of_a_row_is_refused(raw, month, source):
    file = raw / month / SOURCES[source].file
    rewrite(file, lambda text: text[:-9])

    said = refused(raw)

    assert said.startswith(f"{month}/{file.name}, column -, row last: wanted a whole")
    assert "found half a row" in said


@pytest.mark.parametrize("month", ["2022-01", "2022-02"])
def test_a_month_of_usage_that_ends_early_is_refused_though_its_file_is_whole(
    raw, month
):
    file = raw / month / "usage.parquet"
    rows = pq.read_table(file).to_pandas()
    ninth = pd.Timestamp(f"{month}-09")
    rows[rows["day"] < ninth].to_parquet(file, index=False)

    said = refused(raw)

    assert said.startswith(f"{month}/usage.parquet, column day, row last: wanted rows")
    assert f"none after {month}-08" in said
    assert "Remedy: have the source send this month's file again" in said


@pytest.mark.parametrize("until", ["2022-07-01", "2024-10-01"])
def test_the_months_in_which_a_drop_came_short_are_refused(
    small_world, tmp_path, until
):
    drops = all_drops(small_world, tmp_path / "all")

    said = refused(drops, pd.Timestamp(until))

    assert "have the source send this month's file again" in said


@pytest.mark.long
def test_every_other_month_can_be_loaded(small_world, tmp_path):
    drops = all_drops(small_world, tmp_path / "all")
    months = pd.date_range("2022-02-01", "2025-01-01", freq="MS")

    for until in months.drop(["2022-07-01", "2024-10-01"]):
        loaded = load(drops, until, months=2, interim=tmp_path / "interim")
        assert len(loaded.sources.usage) > 0


# --- what is sent again --------------------------------------------------------------


def send_again(raw: Path, drop: str, name: str) -> Path:
    return Path(shutil.copytree(raw / drop, raw / name))


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("spoil", [bytes, lambda content: content[:-9]])
def test_a_refused_file_is_healed_by_the_drop_that_is_sent_again(
    raw, two_months, source, spoil
):
    send_again(raw, "2022-01", "2022-01.r2")
    file = raw / "2022-01" / SOURCES[source].file
    file.write_bytes(spoil(file.read_bytes()))

    loaded = load(raw, MARCH)

    for now, then in zip(loaded.sources, two_months.sources, strict=True):
        pd.testing.assert_frame_equal(now, then)


def test_of_deliveries_that_can_be_used_the_newest_is_taken(raw, two_months):
    for name in ("2022-01.r2", "2022-01.r3", "2022-01.r4"):
        file = send_again(raw, "2022-01", name) / "offers.csv"
        rewrite(file, lambda text: text[: text.rfind("\n", 0, -1) + 1])
    rewrite(raw / "2022-01.r4" / "offers.csv", lambda text: text[:-9])
    rewrite(raw / "2022-01.r2" / "offers.csv", lambda text: text[: text.find("\n") + 1])

    loaded = load(raw, MARCH)

    assert len(loaded.sources.offers) == len(two_months.sources.offers) - 1


def test_what_was_sent_again_after_the_cutoff_is_not_there_yet(raw, two_months):
    again = send_again(raw, "2022-02", "2022-02.r2") / "transactions.csv"
    arrived = list(SOURCES["transactions"].columns).index("arrived_at")
    when = "2022-03-02 08:00:00Z"
    rewrite(again, lambda text: with_cell(text, 3, arrived, when))

    loaded = load(raw, MARCH)

    now, then = loaded.sources.transactions, two_months.sources.transactions
    pd.testing.assert_frame_equal(now, then)


# --- when one source's newest drop is refused ----------------------------------------


def test_of_a_refused_source_the_last_good_state_is_taken_and_all_else_is_fresh(
    raw, two_months
):
    (raw / "2022-02" / "usage.parquet").unlink()

    loaded = load(raw, MARCH, goes_on=True)

    february = pd.Timestamp("2022-02-01")
    assert loaded.stale == {"usage": february}
    pd.testing.assert_frame_equal(
        loaded.sources.usage, load(raw, february).sources.usage
    )
    for source in set(SOURCES) - {"usage"}:
        now, then = (getattr(x.sources, source) for x in (loaded, two_months))
        pd.testing.assert_frame_equal(now, then)


def test_a_source_without_one_good_drop_is_refused_though_it_goes_on(raw):
    (raw / "2022-01" / "tickets.jsonl").unlink()

    with pytest.raises(BadDrop, match=r"2022-01/tickets\.jsonl"):
        load(raw, MARCH, goes_on=True)


def test_customers_whom_a_refused_crm_does_not_know_keep_their_rows(raw, two_months):
    (raw / "2022-02" / "customers.csv").unlink()

    sources = load(raw, MARCH, goes_on=True).sources

    pd.testing.assert_frame_equal(sources.tickets, two_months.sources.tickets)
    pd.testing.assert_frame_equal(sources.usage, two_months.sources.usage)
