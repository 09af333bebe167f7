"""Label: who counts as a customer, and who left, by news that had arrived."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from data.sources.subscriptions import roster as judges_roster
from data.world.company import Company
from data.world.history import Lived, history
from level2_project.config import Labelling
from level2_project.label import label, roster
from tests.conftest import SEED, SMALL
from tests.level2_project.clean_sources import rows_of

USUAL = Labelling(voluntary=True, involuntary=True, date="decision", returners=True)
MONTH = pd.DateOffset(months=1)
CUTOFFS = pd.date_range("2022-02-01", "2025-01-01", freq="MS")
MAY = pd.Timestamp("2022-05-01")
KNOWN_BY = pd.Timestamp("2023-03-01")


@pytest.fixture(scope="module")
def lived() -> list[Lived]:
    """Every month of the small world as it really was."""
    return list(history(Company(SMALL, SEED), SMALL.months))


def told(*rows: str) -> pd.DataFrame:
    """Lay out events of customer 7: "event, happened, arrived, access ends, reason"."""
    keys = ("event", "event_at", "arrived_at", "ends_on", "reason")
    cells = (dict(zip(keys, row.split(), strict=False)) for row in rows)
    return rows_of(
        "subscriptions", *({"event_id": 0, "customer_id": 7, **c} for c in cells)
    )


def left(subscriptions: pd.DataFrame, labelling=USUAL, horizon=MONTH) -> dict:
    """Say by month of the cutoff who of 2022 left."""
    cutoffs = pd.date_range("2022-02-01", "2022-11-01", freq="MS")
    rows = label(subscriptions, cutoffs, horizon, KNOWN_BY, labelling)
    return dict(zip(rows["cutoff"].dt.month, rows["left"], strict=True))


def test_the_roster_is_the_judges_at_every_cutoff(lived, small_clean):
    ours = roster(small_clean["subscriptions"], CUTOFFS, USUAL)

    for cutoff, (events, after) in zip(CUTOFFS, lived, strict=True):
        wanted = judges_roster(Company(SMALL, SEED), after, events)
        found = ours.loc[ours["cutoff"] == cutoff, "customer_id"]
        assert found.tolist() == after.customer_id[wanted].tolist()


def test_labels_are_what_really_happened_once_the_news_is_in(lived, small_clean):
    matured = CUTOFFS[:-2]

    ours = label(small_clean["subscriptions"], matured, MONTH, CUTOFFS[-1], USUAL)

    for cutoff, (events, _) in zip(matured, lived[1:-1], strict=True):
        state, found = events.state, ours[ours["cutoff"] == cutoff]
        assert found["customer_id"].tolist() == state.customer_id[state.active].tolist()
        assert (found["left"].to_numpy() == (events.left > 0)[state.active]).all()


def test_labels_read_before_the_news_is_in_miss_leavers(small_clean):
    subscriptions = small_clean["subscriptions"]

    n_left = {
        months: sum(
            label(
                subscriptions, at, MONTH, at[0] + pd.DateOffset(months=months), USUAL
            )["left"].sum()
            for at in (CUTOFFS[month : month + 1] for month in range(20))
        )
        for months in (1, 2)
    }

    assert 0.4 < n_left[1] / n_left[2] < 0.95


def test_who_left_before_the_cutoff_is_on_the_roster_but_has_no_label():
    subscriptions = told(
        "start 2022-01-10 2022-01-10", "cancel 2022-03-20 2022-04-15 2022-03-20 price"
    )

    on_roster = roster(subscriptions, CUTOFFS, USUAL)["cutoff"].dt.month.tolist()

    assert on_roster == [2, 3, 4]
    assert left(subscriptions) == {2: False, 3: True}


@pytest.mark.parametrize("known_by", ["2022-04-15", "2022-04-15 00:00:01"])
def test_a_label_knows_what_arrived_before_and_not_at(known_by):
    subscriptions = told(
        "start 2022-01-10 2022-01-10", "cancel 2022-03-20 2022-04-15 2022-03-20 price"
    )
    march = pd.DatetimeIndex(["2022-03-01"])

    rows = label(subscriptions, march, MONTH, pd.Timestamp(known_by), USUAL)

    assert rows["left"].tolist() == [known_by > "2022-04-15"]


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_a_customer_counts_from_the_first_cutoff_after_news_of_the_start(seconds):
    arrives = MAY + pd.Timedelta(seconds=seconds)
    subscriptions = told("start 2022-04-10 2022-04-10").assign(arrived_at=arrives)

    first = roster(subscriptions, CUTOFFS, USUAL)["cutoff"].min()

    assert first == (MAY if seconds < 0 else MAY + MONTH)


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_who_ends_at_the_cutoff_was_still_there(seconds):
    ends = told(
        "start 2022-01-10 2022-01-10", "cancel 2022-05-01 2022-05-01 2022-05-01 price"
    )
    ends.loc[1, ["event_at", "arrived_at"]] = MAY + pd.Timedelta(seconds=seconds)

    april, may = (left(ends).get(month) for month in (4, 5))

    assert (april, may) == ((True, None) if seconds < 0 else (False, True))


def test_a_returner_is_scored_again_and_may_leave_again():
    subscriptions = told(
        "start  2019-01-10 2019-01-10",
        "cancel 2022-03-20 2022-03-20 2022-03-20 price",
        "return 2022-06-05 2022-06-05",
        "cancel 2022-08-20 2022-08-20 2022-08-20 price",
    )

    again = {2: False, 3: True, 7: False, 8: True}

    assert left(subscriptions) == again
    assert left(subscriptions, replace(USUAL, returners=False)) == {2: False, 3: True}


def test_a_return_heard_of_before_the_cancellation_is_one_customer():
    subscriptions = told(
        "start  2022-01-10 2022-01-10",
        "return 2022-03-03 2022-03-03",
        "cancel 2022-02-20 2022-03-19 2022-02-20 price",
    )

    on_roster = roster(subscriptions, CUTOFFS[:4], USUAL)["cutoff"].dt.month.tolist()

    assert on_roster == [2, 3, 4, 5]
    assert left(subscriptions)[2]


def test_by_the_end_of_access_a_yearly_contract_is_left_at_its_renewal():
    subscriptions = told(
        "start  2021-09-10 2021-09-10", "cancel 2022-03-20 2022-03-20 2022-09-10 price"
    )
    access_end = replace(USUAL, date="access_end")

    assert left(subscriptions) == {2: False, 3: True}
    assert [m for m, has in left(subscriptions, access_end).items() if has] == [9]
    assert max(roster(subscriptions, CUTOFFS, access_end)["cutoff"].dt.month) == 12 - 3


def test_endings_that_do_not_count_are_no_leaving_and_the_customer_is_gone():
    lost = told(
        "start  2022-01-10 2022-01-10",
        "cancel 2022-03-20 2022-03-20 2022-03-20 payment_failed",
    )

    assert left(lost) == left(lost, replace(USUAL, voluntary=False))
    assert left(lost, replace(USUAL, involuntary=False)) == {2: False, 3: False}


def test_a_longer_horizon_sees_further():
    subscriptions = told(
        "start 2022-01-10 2022-01-10", "cancel 2022-06-20 2022-06-20 2022-06-20 price"
    )

    three_months = left(subscriptions, horizon=pd.DateOffset(months=3))

    assert [m for m, has in three_months.items() if has] == [4, 5, 6]


def test_a_horizon_that_is_not_over_is_refused():
    subscriptions = told("start 2022-01-10 2022-01-10")

    with pytest.raises(ValueError, match=r"cannot label 2022-05-01: .*2022-05-15"):
        label(subscriptions, CUTOFFS[:4], MONTH, pd.Timestamp("2022-05-15"), USUAL)


def test_rows_may_come_in_any_order(small_clean):
    subscriptions = small_clean["subscriptions"]
    shuffled = subscriptions.iloc[
        np.random.default_rng(3).permutation(len(subscriptions))
    ]

    rows = [
        label(s, CUTOFFS[:-2], MONTH, CUTOFFS[-1], USUAL)
        for s in (subscriptions, shuffled)
    ]

    pd.testing.assert_frame_equal(*rows)
