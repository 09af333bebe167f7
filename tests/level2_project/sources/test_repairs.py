"""Repairs, scored by the judge: what was planted, found, missed, and damaged."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from data.sources.rows import Frames
from level2_project.load import Loaded, load
from level2_project.sources.schema import SOURCES
from tests.data.sources.published import MONTHS, read, read_ledger, times
from tests.level2_project.raw_worlds import all_drops

UNTIL = pd.Timestamp("2025-01-01")
RIGHT = 0.99  # of what can be repaired
DAMAGE = 0.001  # of clean rows
USAGE_DELAY = pd.Timedelta(hours=27)
CUT_USAGE = pd.Timestamp("2024-09-09")  # the first day that the short drop lacks


class Case(NamedTuple):
    """A world that was messed up, its repair, and all that the judge knows of it."""

    loaded: Loaded
    clean: Frames
    planted: pd.DataFrame  # one row per defect, with `month` of its drop
    files: dict[tuple[int, str], pd.DataFrame]

    def told(self, source: str) -> pd.DataFrame:
        return getattr(self.loaded.sources, source)

    def of(self, defect: str, source: str) -> pd.DataFrame:
        """Return the published rows that a defect was planted in, beside the ledger's.

        Columns of the ledger start with `noted_`.
        """
        noted = self.planted.query("defect == @defect and source == @source")
        there = [
            self.files[month, source].iloc[rows["file_row"]]
            for month, rows in noted.groupby("month")
        ]
        rows = pd.concat(there, ignore_index=True)
        for column in {"event_at", "day"} & set(rows):
            rows[column] = seconds(rows[column])
        return rows.join(noted.reset_index(drop=True).add_prefix("noted_"))

    def now(self, rows: pd.DataFrame, source: str) -> pd.DataFrame:
        """Return the repaired rows of the same keys; all NaN where there is none."""
        key = list(SOURCES[source].key)
        told = self.told(source).drop_duplicates(key).assign(is_there=True)
        return rows[key].merge(told, on=key, how="left")

    def copies(self, rows: pd.DataFrame, source: str) -> np.ndarray:
        """Say how many repaired rows have the key of each row."""
        key = list(SOURCES[source].key)
        n = self.told(source).merge(rows[key].drop_duplicates(), on=key)
        n = n.groupby(key, observed=True).size().rename("n").reset_index()
        return rows[key].merge(n, on=key, how="left")["n"].fillna(0).to_numpy()


def seconds(column: pd.Series) -> pd.Series:
    return times(column).dt.tz_localize(None).astype("datetime64[s]")


@pytest.fixture(scope="module")
def case(small_world, small_clean, tmp_path_factory) -> Case:
    raw = all_drops(small_world, tmp_path_factory.mktemp("all") / "raw")
    files = {(m, s): read(small_world, m, s) for m in range(MONTHS) for s in SOURCES}
    return Case(load(raw, UNTIL), small_clean, read_ledger(small_world), files)


def of_customers(case: Case, rows: pd.DataFrame) -> pd.Series:
    """Mark rows that are no orphans and belong to no test account."""
    return rows["customer_id"].isin(case.clean["customers"]["customer_id"])


# --- found and put right -------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_duplicates_stand_there_once(case, source):
    copies = case.copies(case.of("duplicates", source), source)

    assert len(copies) > 5
    assert np.mean(copies <= 1) >= RIGHT


@pytest.mark.parametrize("source", SOURCES)
def test_as_many_duplicates_are_counted_as_were_planted(case, source):
    planted = case.of("duplicates", source)
    counts = case.loaded.repairs.set_index(["repair", "source"])["n_rows"]

    assert counts["drop_duplicates", source] == of_customers(case, planted).sum()


@pytest.mark.parametrize("source", ["transactions", "usage"])
def test_as_many_rows_sent_again_are_counted_as_were_planted(case, source):
    again = case.of("truncated_drop", source)
    again = again[of_customers(case, again)].drop_duplicates([*SOURCES[source].key])
    counts = case.loaded.repairs.set_index(["repair", "source"])["n_rows"]

    assert len(again) > 400
    assert counts["count_resent_rows", source] == len(again)


@pytest.mark.parametrize("source", ["transactions", "usage"])
def test_what_came_only_when_a_drop_was_sent_again_is_there_once_and_late(case, source):
    rows = case.of("truncated_drop", source)
    rows = rows[of_customers(case, rows)].reset_index(drop=True)

    now = case.now(rows, source)
    assert (case.copies(rows, source) == 1).all()
    assert now["arrived_at"].tolist() == seconds(rows["arrived_at"]).tolist()
    assert (now["arrived_at"] > seconds(rows["noted_clean"])).all()


@pytest.mark.parametrize("source", ["transactions", "usage"])
def test_what_a_cut_drop_lacked_is_there(case, source):
    month, first = {
        "transactions": ("2022-06", "2022-06-21"),
        "usage": ("2024-09", str(CUT_USAGE)),
    }[source]
    clean, told = (
        rows[rows[SOURCES[source].happened].between(first, pd.Period(month).end_time)]
        for rows in (case.clean[source], case.told(source))
    )

    assert len(clean) > 100
    assert len(told) == pytest.approx(len(clean), rel=1 - RIGHT)


@pytest.mark.parametrize(
    ("defect", "source"),
    [
        ("orphans", "tickets"), ("orphans", "transactions"),
        ("test_accounts", "customers"), ("test_accounts", "subscriptions"),
    ],
)  # fmt: skip
def test_rows_of_nobodys_customers_are_gone(case, defect, source):
    copies = case.copies(case.of(defect, source), source)

    assert len(copies) > 10
    assert np.mean(copies == 0) >= RIGHT


@pytest.mark.parametrize(
    ("source", "column"), [("customers", "region"), ("subscriptions", "plan")]
)
def test_spellings_are_what_was_meant(case, source, column):
    rows = case.of("spellings", source)

    right = case.now(rows, source)[column] == rows["noted_clean"]
    assert len(rows) > 50
    assert right.mean() >= RIGHT


def test_minutes_told_in_seconds_are_minutes_again(case):
    rows = case.of("unit_change", "usage")

    right = case.now(rows, "usage")["minutes"] == rows["noted_clean"].astype(float)
    assert len(rows) > 10_000
    assert right.mean() >= RIGHT


def test_times_of_other_zones_are_utc(case):
    rows = case.of("mixed_time_zones", "transactions")

    now = case.now(rows, "transactions")["event_at"]
    assert len(rows) > 1_000
    assert np.mean(now == seconds(rows["noted_clean"])) >= RIGHT


def test_text_is_there_though_the_field_was_renamed(case):
    renamed = case.planted.query("defect == 'schema_change'")["month"]
    keys = pd.concat([case.files[month, "tickets"] for month in renamed])
    keys = keys[keys["event"].eq("opened") & of_customers(case, keys)]

    text = case.now(keys, "tickets")["text"]
    assert len(renamed) == 21
    assert np.mean(text == keys["body"].to_numpy()) >= RIGHT


@pytest.mark.parametrize("source", ["usage", "tickets"])
def test_late_rows_are_there_with_the_time_of_their_arrival(case, source):
    late = late_rows(case, source).query("month < 35")  # the last may be under way

    key = list(SOURCES[source].key)
    now = late.merge(case.told(source), on=key, how="left", suffixes=("", "_now"))
    assert len(now) > 20
    assert np.mean(now["arrived_at_now"] > now["arrived_at"]) >= RIGHT


def late_rows(case: Case, source: str) -> pd.DataFrame:
    """Return the clean rows that were made late and could still arrive."""
    noted = case.planted.query("defect == 'late_rows' and source == @source")
    id_column = SOURCES[source].key[0]
    due = pd.DataFrame(
        {
            id_column: noted["key"].astype(int),
            "arrived_at": seconds(noted["clean"]),
            "month": noted["month"],
        }
    )
    clean = without_outage(case) if source == "usage" else case.clean[source]
    return clean.merge(due, on=[id_column, "arrived_at"])


def without_outage(case: Case) -> pd.DataFrame:
    clean = case.clean["usage"]
    lost = case.planted.query("defect == 'tracking_outage'")
    is_lost = clean["client"].eq("android") & clean["day"].between(
        "2023-07-10", "2023-07-13"
    )
    assert is_lost.sum() == len(lost)
    return clean[~is_lost]


def test_late_usage_is_counted(case):
    late = late_rows(case, "usage").query("month < 35")
    usage = case.told("usage")
    sent_again = usage["day"].between(CUT_USAGE, "2024-09-29").sum()

    counts = case.loaded.repairs.set_index(["repair", "source"])["n_rows"]
    found = counts["count_late_rows", "usage"] - sent_again
    assert found == pytest.approx(len(late), rel=0.03)  # some of the last month's came


# --- found, and beyond repair --------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "column"), [("subscriptions", "seats"), ("usage", "minutes")]
)
def test_absurd_values_are_blank(case, source, column):
    rows = case.of("absurd_values", source)
    counts = case.loaded.repairs.set_index(["repair", "source"])["n_rows"]

    blank = case.now(rows, source)[column].isna()
    assert blank.mean() >= RIGHT
    assert counts["blank_absurd_values", source] == pytest.approx(len(rows), rel=0.05)


def test_missing_company_sizes_stay_blank_and_are_counted(case):
    rows = case.of("missing_not_at_random", "customers")
    counts = case.loaded.repairs.set_index(["repair", "source"])["n_rows"]

    assert case.now(rows, "customers")["company_size"].isna().all()
    assert counts["count_missing_sizes", "customers"] == len(rows)


def test_the_days_of_the_outage_are_found_and_no_others(case):
    silent = case.loaded.silent_days

    assert set(silent["client"]) == {"android"}
    assert silent["day"].dt.strftime("%Y-%m-%d").tolist() == [
        "2023-07-10", "2023-07-11", "2023-07-12", "2023-07-13",
    ]  # fmt: skip


# --- not damaged ---------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_no_clean_row_is_missing_damaged_or_invented(case, source):
    clean, told = as_clean_as_can_be(case, source), case.told(source)
    key = list(SOURCES[source].key)

    both = clean.merge(
        told, on=key, how="outer", suffixes=("", "_now"), indicator="side"
    )
    there = both[both["side"] == "both"]
    wrong = np.zeros(len(there), bool)
    for column in set(clean) - {*key, "arrived_at"}:
        now = there[f"{column}_now"]
        wrong |= (there[column].ne(now) & (there[column].notna() | now.notna())).array
    assert (both["side"] == "left_only").sum() <= DAMAGE * len(clean)
    assert wrong.sum() <= DAMAGE * len(clean)
    assert (both["side"] == "right_only").sum() == 0


@pytest.mark.parametrize("source", SOURCES)
def test_only_what_came_late_has_another_time_of_arrival(case, source):
    clean, told = as_clean_as_can_be(case, source), case.told(source)
    key = list(SOURCES[source].key)

    both = clean.merge(told, on=key, suffixes=("", "_now"))
    moved = both[both["arrived_at"] != both["arrived_at_now"]]
    planted = case.planted.query("source == @source")
    late = (planted["defect"] == "late_rows").sum()
    day = moved[SOURCES[source].happened].dt.strftime("%Y-%m-%d")
    sent_again = day.between("2022-06-21", "2022-06-30") | day.between(
        "2024-09-09", "2024-09-29"
    )
    assert (moved["arrived_at_now"] > moved["arrived_at"]).all()
    assert len(moved) - sent_again.sum() <= late


def as_clean_as_can_be(case: Case, source: str) -> pd.DataFrame:
    """Return the clean rows that could arrive, blank where nothing can be repaired."""
    clean = without_outage(case) if source == "usage" else case.clean[source]
    clean = clean[clean["arrived_at"] < UNTIL].reset_index(drop=True)
    for defect, column in (
        ("absurd_values", {"subscriptions": "seats", "usage": "minutes"}.get(source)),
        ("missing_not_at_random", {"customers": "company_size"}.get(source)),
    ):
        if column:
            clean = blanked(clean, case.of(defect, source), source, column)
    return clean[~under_way(case, clean, source)]


def blanked(
    clean: pd.DataFrame, planted: pd.DataFrame, source: str, column: str
) -> pd.DataFrame:
    key = list(SOURCES[source].key)
    hit = clean.merge(planted[key].drop_duplicates(), on=key, how="left", indicator="n")
    return clean.assign(**{column: clean[column].mask((hit["n"] == "both").array)})


def under_way(case: Case, clean: pd.DataFrame, source: str) -> np.ndarray:
    """Mark late rows of the last month that had not come by its end."""
    if source not in ("usage", "tickets"):
        return np.zeros(len(clean), bool)
    key = list(SOURCES[source].key)
    late = late_rows(case, source).query("month == 35")
    missing = case.now(late, source)["is_there"].isna()
    late = late.loc[missing.array, key]
    return (clean.merge(late, on=key, how="left", indicator="n")["n"] == "both").array
