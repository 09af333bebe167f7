"""Grid: the edges of what a cutoff may know, and of its windows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from level2_project.features import features
from level2_project.point_in_time.grid import grid_of, know
from tests.level2_project.clean_sources import made_up_text, sources_of

MAY, JUNE = pd.Timestamp("2022-05-01"), pd.Timestamp("2022-06-01")
ASKED = pd.DataFrame({"customer_id": [7], "cutoff": [MAY]})
APRIL = "2022-04-10"
TERMS = {"plan": "team", "contract": "annual", "seats": 3, "monthly_fee_usd": 33.0}
START = {"customer_id": 7, "event": "start", "event_at": "2022-01-10", **TERMS}
BEFORE = {
    "customers": [{"customer_id": 7, "event": "created", "region": "europe"}],
    "subscriptions": [START],
    "transactions": [{"customer_id": 7, "kind": "paid", "amount_usd": 33.0}],
    "tickets": [{"ticket_id": 1, "customer_id": 7, "event": "opened"}],
    "usage": [{"customer_id": 7, "client": "web", "minutes": 5, "sessions": 1}],
    "offers": [{"customer_id": 7, "arm": "treated", "discount_months": 2}],
}
NEWS = {
    "customers": {"event": "updated", "region": "asia_pacific"},
    "subscriptions": {**TERMS, "event": "change", "plan": "business"},
    "transactions": {"kind": "failed", "amount_usd": 33.0},
    "tickets": {"ticket_id": 2, "event": "opened"},
    "usage": {"client": "ios", "minutes": 50, "sessions": 2},
    "offers": {"arm": "treated", "discount_months": 2},
}


def described(source: str = "", **news: object) -> pd.DataFrame:
    """Describe customer 7 on 1 May; `news` is one more row of one source."""
    rows = {name: [_dated(row) for row in told] for name, told in BEFORE.items()}
    if source:
        rows[source].append(_dated({"customer_id": 7, **NEWS[source], **news}))
    sources = sources_of(**rows)
    return features(sources, made_up_text(sources.tickets), ASKED)


def _dated(row: dict[str, object]) -> dict[str, object]:
    at = row.get("event_at", row.get("day", APRIL))
    return {"event_at": at, "day": at, "arrived_at": at, "ends_on": None, **row}


def differs(source: str, **news: object) -> bool:
    return not described(source, **news).equals(described())


seconds = st.integers(-3, 3)
a_source = st.sampled_from(list(NEWS))


@given(a_source, seconds)
@settings(max_examples=14)
def test_a_row_counts_if_it_arrived_before_the_cutoff(source, second):
    at = MAY + pd.Timedelta(seconds=second)

    assert differs(source, arrived_at=at, event_at=APRIL) == (second < 0)


@given(a_source.filter(lambda source: source != "usage"), seconds)
@settings(max_examples=14)
def test_a_row_counts_if_it_happened_before_the_cutoff(source, second):
    at = MAY + pd.Timedelta(seconds=second)

    assert differs(source, event_at=at, arrived_at=APRIL) == (second < 0)


def test_a_day_of_usage_counts_once_it_has_arrived():
    yesterday = MAY - pd.Timedelta(days=1)

    in_time = described("usage", day=yesterday, arrived_at=yesterday)
    in_the_morning = described(
        "usage", day=yesterday, arrived_at=yesterday + pd.Timedelta(hours=27)
    )

    assert in_time["days_since_last_use"].tolist() == [1]
    assert in_the_morning["days_since_last_use"].tolist() == [21]


@given(st.lists(st.tuples(st.integers(0, 70), st.integers(0, 40)), max_size=20))
@settings(max_examples=50)
def test_sums_and_latest_values_are_those_of_the_rows_that_arrived(days):
    """Against the plain definition, with news late by any number of days."""
    cutoffs = [MAY, JUNE]
    rows = _happened(days)
    known = know(grid_of(pd.DataFrame({"customer_id": 7, "cutoff": cutoffs})), rows)

    amount = known.last(known.rows["amount_usd"])
    found = known.sums(days=28), known.days_since(), amount

    for i, cutoff in enumerate(cutoffs):
        told = rows[(rows["arrived_at"] < cutoff) & (rows["event_at"] < cutoff)]
        age = (cutoff - told["event_at"]).dt.days
        assert found[0][0, i] == (age <= 28).sum()
        assert np.array_equal(found[1][0, i], age.min(), equal_nan=True)
        latest = told.sort_values("event_at", kind="stable")["amount_usd"]
        assert [found[2][0, i]] == list(latest[-1:]) or latest.empty


def _happened(days: list[tuple[int, int]]) -> pd.DataFrame:
    """One row per pair: days after 1 April on which it happened, days until it came."""
    happened, late = np.array(days, dtype=int).reshape(-1, 2).T
    at = pd.Timestamp("2022-04-01") + pd.to_timedelta(happened, unit="D")
    columns = {
        "customer_id": np.full(len(days), 7),
        "event_at": at,
        "arrived_at": at + pd.to_timedelta(late, unit="D"),
        "amount_usd": np.arange(len(days), dtype=float),
    }
    return pd.DataFrame(columns)


@pytest.mark.parametrize(("days_ago", "counts"), [(7, 1), (8, 0)])
def test_a_window_holds_its_first_day(days_ago, counts):
    at = MAY - pd.Timedelta(days=days_ago)

    found = described("usage", day=at, arrived_at=at)

    assert found["active_days_7"].tolist() == [counts]


def test_sums_do_not_depend_on_the_order_of_the_rows():
    rows = _happened([(day, 0) for day in range(28)])
    grid = grid_of(pd.DataFrame({"customer_id": 7, "cutoff": [MAY]}))
    weights = np.sin(np.arange(28))

    there = know(grid, rows).sums(weights, 90)
    back = know(grid, rows[::-1]).sums(weights[::-1], 90)

    assert np.array_equal(there, back)
    assert there[0, 0] == pytest.approx(weights.sum(), abs=1e-3)


def test_what_has_left_every_window_leaves_exactly_nothing():
    rows = _happened([(day, 0) for day in range(20)])
    cutoffs = [MAY, pd.Timestamp("2022-12-01")]
    known = know(grid_of(pd.DataFrame({"customer_id": 7, "cutoff": cutoffs})), rows)

    assert known.sums(np.sin(known.at), 90)[0, 1] == 0
