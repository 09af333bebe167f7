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
    """What the first deliveries of the open months held, with its times read."""
    return {source: [dated(small_world, m, source) for m in OPEN] for source in SOURCES}


def dated(world_folder, month: int, source: str) -> pd.DataFrame:
    rows = read(world_folder, month, source, edition=1)
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


def test_only_usage_tickets_and_endings_arrive_a_month_late(published):
    late = {
        (source, month)
        for source in SOURCES
        for month in OPEN[1:]
        if (published[source][month]["happened"] < midnight(month)).sum() > 1
    }

    assert {source for source, _ in late} == {"subscriptions", "tickets", "usage"}


# --- access ends when the contract says so -------------------------------------------


@pytest.fixture(scope="module")
def leavers(small_clean) -> pd.DataFrame:
    """Those who left for good: one row each, with the last day they used it."""
    told, used = small_clean["subscriptions"], small_clean["usage"]
    once = told.groupby("customer_id").filter(lambda t: "return" not in set(t["event"]))
    left = once[once["event"] == "cancel"].set_index("customer_id")
    return left.assign(last_day=used.groupby("customer_id")["day"].max())


def notice(leavers: pd.DataFrame, contract: str = "annual") -> pd.DataFrame:
    """Return the customers who decided to leave."""
    mine = leavers["contract"] == contract
    return leavers[mine & (leavers["reason"] != "payment_failed")]


def test_nobody_uses_what_has_ended(leavers):
    assert len(leavers) > 1_000
    assert not (leavers["last_day"] >= leavers["ends_on"]).any()


def test_access_never_ends_before_the_customer_leaves(leavers):
    assert (leavers["ends_on"] > leavers["event_at"]).all()


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

    billing_day = starts[rows.index].dt.day
    of_term = (
        rows["event_at"].dt.to_period("M").astype("int64") - began.astype("int64")
    ) % 12
    renewed = (of_term == 0) & (rows["event_at"].dt.day >= billing_day)
    assert renewed.sum() > 3
    assert (~renewed).sum() > 50
    assert (years[~renewed] % 1 == 0).all()
    assert np.allclose(years[renewed] % 1, 1 / 12)  # they keep the month that began
    assert (rows["ends_on"].dt.day == billing_day).all()


def test_access_of_monthly_leavers_runs_to_their_next_billing_day(leavers, small_clean):
    told = small_clean["subscriptions"]
    starts = told[told["event"] == "start"].set_index("customer_id")["event_at"]
    rows = notice(leavers, "monthly")

    wait = (rows["ends_on"] - rows["event_at"].dt.normalize()).dt.days

    assert (rows["ends_on"].dt.day == starts[rows.index].dt.day).all()
    assert wait.between(1, 31).all()
    paid_up = rows[(rows["ends_on"] < np.datetime64(first_day(36))) & (wait > 14)]
    assert (paid_up["last_day"] > paid_up["event_at"]).mean() > 0.7  # and they use it


def test_a_failed_payment_ends_access_with_its_day(leavers):
    lost = leavers[leavers["reason"] == "payment_failed"]

    day_after = lost["event_at"].dt.normalize() + pd.Timedelta(days=1)

    assert len(lost) > 200
    assert (lost["ends_on"] == day_after).all()


# --- news of endings -----------------------------------------------------------------


@pytest.fixture(scope="module")
def endings(small_clean) -> pd.DataFrame:
    told = small_clean["subscriptions"]
    rows = told[told["event"] == "cancel"]
    return rows.assign(waits=rows["arrived_at"] - rows["event_at"])


def test_the_system_books_a_failed_payment_at_once(endings):
    lost = endings[endings["reason"] == "payment_failed"]

    assert len(lost) > 400
    assert set(lost["waits"]) == {pd.Timedelta(minutes=5)}


def test_late_news_comes_at_another_time_of_day(endings):
    late = endings[endings["waits"] > pd.Timedelta(days=2)]

    same = late["waits"] % pd.Timedelta(days=1) == pd.Timedelta(0)

    assert len(late) > 400
    assert same.mean() < 0.02


def test_a_lost_customer_leaves_a_minute_after_the_last_retry(endings, small_clean):
    money = small_clean["transactions"]
    retries = money[money["kind"] == "retry_failed"]
    failed = set(zip(retries["customer_id"], retries["event_at"], strict=True))
    lost = endings[endings["reason"] == "payment_failed"]

    before = lost["event_at"] - pd.Timedelta(minutes=1)

    assert set(zip(lost["customer_id"], before, strict=True)) <= failed
