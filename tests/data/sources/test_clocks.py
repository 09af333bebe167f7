"""Two clocks: when something happened, and when the company could know."""

import numpy as np
import pandas as pd
import pytest

from data.calendar import first_day
from tests.data.sources.published import read, times
from tests.worlds import SOURCES

OPEN = range(24)


def midnight(month: int) -> pd.Timestamp:
    return pd.Timestamp(str(first_day(month)), tz="UTC")


@pytest.fixture(scope="module")
def published(small_world) -> dict[str, list[pd.DataFrame]]:
    """What was published in the open months, with its times read."""
    return {source: [dated(small_world, m, source) for m in OPEN] for source in SOURCES}


def dated(world_folder, month: int, source: str) -> pd.DataFrame:
    rows = read(world_folder, month, source)
    happened = rows["day" if source == "usage" else "event_at"]
    return rows.assign(happened=times(happened), arrived=times(rows["arrived_at"]))


@pytest.mark.parametrize("source", SOURCES)
def test_rows_arrive_in_the_month_of_their_folder(published, source):
    for month, rows in enumerate(published[source]):
        early = rows["arrived"] < midnight(month)
        late = rows["arrived"] >= midnight(month + 1)

        assert not late.any()
        assert month == 0 or not early.any()  # the first holds all that came before


@pytest.mark.parametrize("source", SOURCES)
def test_nothing_arrives_before_it_happens(published, source):
    rows = pd.concat(published[source])

    assert (rows["happened"] < rows["arrived"]).all()


@pytest.mark.parametrize("source", SOURCES)
def test_news_is_at_most_a_month_late(published, source):
    for month, rows in enumerate(published[source][1:], start=1):
        assert (rows["happened"] >= midnight(month - 1)).all()


def test_only_usage_tickets_endings_and_a_broken_drop_arrive_a_month_late(published):
    late = {
        (source, month)
        for source in SOURCES
        for month in OPEN[1:]
        if (published[source][month]["happened"] < midnight(month)).sum() > 1
    }

    assert {source for source, _ in late} == {
        "subscriptions", "tickets", "transactions", "usage",
    }  # fmt: skip
    assert [month for source, month in late if source == "transactions"] == [6]


# --- access ends when the contract says so -------------------------------------------


@pytest.fixture(scope="module")
def leavers(small_clean) -> pd.DataFrame:
    """Those who left for good: one row each, with the last day they used it."""
    told, used = small_clean["subscriptions"], small_clean["usage"]
    once = told.groupby("customer_id").filter(lambda t: "return" not in set(t["event"]))
    left = once[once["event"] == "cancel"].set_index("customer_id")
    return left.assign(last_day=used.groupby("customer_id")["day"].max())


def notice(leavers: pd.DataFrame) -> pd.DataFrame:
    """Return the annual customers who decided to leave."""
    annual = leavers["contract"] == "annual"
    return leavers[annual & (leavers["reason"] != "payment_failed")]


def test_nobody_uses_what_has_ended(leavers):
    assert len(leavers) > 1_000
    assert not (leavers["last_day"] > leavers["ends_on"]).any()


def test_annual_leavers_use_it_after_their_notice_until_it_ends(leavers):
    rows = notice(leavers)
    ran = rows[rows["ends_on"] < np.datetime64(first_day(36))]

    unused = (ran["ends_on"] - ran["last_day"]).dt.days
    after_notice = ran["last_day"] > ran["event_at"]

    assert len(ran) > 30
    assert after_notice.mean() > 0.8
    assert unused.median() <= 7


def test_access_after_a_notice_runs_to_the_next_renewal(leavers, small_clean):
    """Counted in whole years from the start that was told of."""
    told = small_clean["subscriptions"]
    starts = told[told["event"] == "start"].set_index("customer_id")["event_at"]
    rows = notice(leavers)
    began = starts[rows.index].dt.to_period("M")

    ends = rows["ends_on"].dt.to_period("M")
    years = (ends.astype("int64") - began.astype("int64")) / 12

    early = rows["event_at"].dt.normalize() < rows["ends_on"]
    assert early.sum() > 50
    assert (years[early] % 1 == 0).all()
    assert (rows["ends_on"][early].dt.day == starts[rows.index][early].dt.day).all()


def test_all_others_lose_access_on_the_day_they_leave(leavers):
    others = leavers.drop(index=notice(leavers).index)

    assert (others["ends_on"] == others["event_at"].dt.normalize()).all()
