"""The mess: every defect is in the ledger, and the ledger points at the damage."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from data.calendar import first_day
from data.sources.defects import DEFECTS
from data.world.beliefs import PLANS, REGIONS
from data.world.state import FIRST_CUSTOMER_ID
from tests.data.sources.published import MONTHS, read, read_ledger, times
from tests.worlds import SOURCES

DEFECTS = {defect.__name__ for defect in DEFECTS} | {"late_rows", "truncated_drop"}


class Published(NamedTuple):
    """All files of a world, and what its ledger says of them."""

    files: dict[tuple[int, str], pd.DataFrame]
    ledger: pd.DataFrame

    def of(self, defect: str, source: str) -> pd.DataFrame:
        """Return the ledger's rows of a defect, beside the published rows.

        Columns of the ledger start with `noted_`.
        """
        ledger = self.ledger
        noted = ledger[(ledger["defect"] == defect) & (ledger["source"] == source)]
        parts = [
            self.files[month, source].iloc[rows["file_row"]]
            for month, rows in noted.groupby("month")
        ]
        there = pd.concat(parts).reset_index(drop=True)
        return there.join(noted.reset_index(drop=True).add_prefix("noted_"))


@pytest.fixture(scope="module")
def published(small_world) -> Published:
    files = {(m, s): read(small_world, m, s) for m in range(MONTHS) for s in SOURCES}
    return Published(files, read_ledger(small_world))


def test_the_ledger_holds_every_defect_and_no_other(published):
    assert set(published.ledger["defect"]) == DEFECTS


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("customers", "customer_id"), ("subscriptions", "event_id"),
        ("transactions", "transaction_id"), ("tickets", "ticket_id"),
        ("usage", "customer_id"), ("offers", "offer_id"),
    ],
)  # fmt: skip
def test_the_key_is_that_of_the_row_it_points_at(published, source, key):
    ledger = published.ledger
    noted = ledger[(ledger["source"] == source) & (ledger["file_row"] >= 0)]

    for month, rows in noted.groupby("month"):
        there = published.files[month, source][key].iloc[rows["file_row"]]
        assert there.astype(str).tolist() == rows["key"].tolist()


@pytest.mark.parametrize(
    ("source", "column", "right"),
    [("customers", "region", REGIONS), ("subscriptions", "plan", PLANS)],
)
def test_spellings_point_at_words_that_mean_the_clean_one(
    published, source, column, right
):
    rows = published.of("spellings", source)

    meant = rows[column].str.strip(" .").str.lower().str.replace(" ", "_")
    assert len(rows) > 50
    assert (rows[column] != rows["noted_clean"]).all()
    assert (meant == rows["noted_clean"]).all()
    assert set(rows["noted_clean"]) == set(right)
    assert rows[column].str.strip(" ").nunique() > 2 * len(right)  # many styles


def test_missing_sizes_point_at_blanks_of_small_companies_only(published):
    rows = published.of("missing_not_at_random", "customers")

    assert rows["company_size"].isna().all()
    assert set(rows["noted_clean"].astype(int)) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    ("source", "column", "wrong"),
    [("subscriptions", "seats", {-1, 99_999}), ("usage", "minutes", {-1, 32_767})],
)
def test_absurd_values_point_at_values_that_cannot_be(published, source, column, wrong):
    rows = published.of("absurd_values", source)

    assert set(rows[column]) == wrong
    assert rows["noted_clean"].astype(int).between(1, 1440).all()


def test_the_unit_change_points_at_minutes_of_ios_told_in_seconds(published):
    rows = published.of("unit_change", "usage")

    assert set(rows["noted_month"]) == {10, 11, 12}
    assert set(rows["client"]) == {"ios"}
    seconds = 60 * rows["noted_clean"].astype(int)
    assert (rows["minutes"] == seconds.clip(upper=32_000)).all()
    assert (seconds <= 32_000).mean() > 0.99


def test_mixed_time_zones_point_at_the_same_moment_in_local_time(published):
    rows = published.of("mixed_time_zones", "transactions")

    assert rows["noted_month"].min() == 7
    assert set(rows["event_at"].str[19:]) == {"-08:00", "-05:00", "+01:00", "+02:00"}
    assert rows["noted_clean"].str.endswith("Z").all()
    assert (times(rows["event_at"]) == times(rows["noted_clean"])).all()


def test_no_other_transaction_is_in_local_time(published):
    n = sum(
        int((~published.files[m, "transactions"]["event_at"].str.endswith("Z")).sum())
        for m in range(MONTHS)
    )

    noted = published.of("mixed_time_zones", "transactions")
    copies = published.of("duplicates", "transactions")
    orphans = published.of("orphans", "transactions")
    added = [~rows["event_at"].str.endswith("Z") for rows in (copies, orphans)]
    assert n == len(noted) + sum(int(local.sum()) for local in added)


@pytest.mark.parametrize("source", ["transactions", "tickets"])
def test_orphans_point_at_customers_whom_nobody_knows(published, source):
    rows = published.of("orphans", source)

    known = pd.concat([published.files[m, "customers"] for m in range(MONTHS)])
    assert len(rows) > 10
    assert not rows["customer_id"].isin(known["customer_id"]).any()
    assert (rows["customer_id"] < FIRST_CUSTOMER_ID).all()  # none will join later


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ("transactions", "transaction_id"), ("transactions", "invoice_id"),
        ("tickets", "ticket_id"),
    ],
)  # fmt: skip
def test_orphans_have_numbers_like_any_other_and_of_their_own(
    published, small_clean, source, number
):
    rows, clean = published.of("orphans", source), small_clean[source][number]

    assert (rows["customer_id"].astype(str).str.len() >= 4).all()
    assert rows[number].between(clean.min(), 1.001 * clean.max()).all()
    assert rows[number].is_unique or number == "invoice_id"  # a retry's is its own
    assert not rows[number].isin(clean).any()


@pytest.mark.parametrize("source", ["transactions", "tickets"])
def test_orphans_stand_where_their_time_of_arrival_puts_them(published, source):
    for month in range(MONTHS):
        rows = published.files[month, source]
        assert times(rows["arrived_at"]).is_monotonic_increasing


@pytest.mark.parametrize("source", ["customers", "subscriptions"])
def test_test_accounts_point_at_numbers_of_the_houses_own(published, source):
    rows = published.of("test_accounts", source)

    assert (rows["customer_id"] >= 9_000_000).all()
    assert rows["customer_id"].is_unique
    if source == "customers":
        assert rows["email"].str.endswith("@churnthreeways.test").all()


@pytest.mark.parametrize("source", SOURCES)
def test_duplicates_point_at_rows_that_stand_in_the_file_before(published, source):
    noted = published.ledger.query("defect == 'duplicates' and source == @source")

    for month, rows in noted.groupby("month"):
        file, where = published.files[month, source], rows["file_row"]
        again = np.flatnonzero(file.duplicated(keep="first"))
        assert np.sort(where).tolist() == again.tolist()


def test_the_schema_change_is_in_every_file_without_the_old_name(published):
    noted = published.ledger.query("defect == 'schema_change'")

    renamed = [m for m in range(MONTHS) if "body" in published.files[m, "tickets"]]
    old = [m for m in range(MONTHS) if "text" in published.files[m, "tickets"]]
    assert renamed == noted["month"].tolist() == list(range(15, 36))
    assert old == list(range(15))
    assert (noted["file_row"] == -1).all()


def test_an_outage_leaves_no_android_usage_and_points_nowhere(published, small_clean):
    noted = published.ledger.query("defect == 'tracking_outage'")
    dark = first_day(18) + np.arange(9, 13)

    told = pd.concat([published.files[m, "usage"] for m in (18, 19)])
    happened = small_clean["usage"].query("client == 'android'")

    assert not (told["day"].isin(dark) & (told["client"] == "android")).any()
    assert len(noted) == happened["day"].isin(dark).sum()
    assert (noted["file_row"] == -1).all()


@pytest.mark.parametrize("source", ["usage", "tickets"])
def test_late_rows_arrive_two_days_to_three_weeks_after_they_should(published, source):
    noted = published.ledger.query("defect == 'late_rows' and source == @source")
    noted = noted[noted["month"] < 17]  # later ones may be lost in an outage or a cut
    key = {"usage": "customer_id", "tickets": "ticket_id"}[source]
    told = pd.concat([published.files[m, source] for m in range(18)])
    told = told.assign(arrived=times(told["arrived_at"]), key=told[key].astype(str))

    pairs = noted.assign(should=times(noted["clean"])).merge(told, on="key")
    days = (pairs["arrived"] - pairs["should"]).dt.total_seconds() / 86400

    found = pairs[(days >= 2) & (days <= 21) & (days % 1 == 0)]
    assert (noted["file_row"] == -1).all()
    assert len(noted) > 10
    assert set(noted["key"]) <= set(found["key"])
