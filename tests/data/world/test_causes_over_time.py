"""What was planted in the hidden states and in the books is found again there."""

import numpy as np
import pandas as pd
import pytest

from data.calendar import first_day
from data.world.beliefs import World
from data.world.company import Company
from data.world.history import Lived, history
from tests.worlds import share_off

WORLD = World(customers=3_000)


@pytest.fixture(scope="module")
def lived() -> list[Lived]:
    return list(history(Company(WORLD, 21), 24))


def pairs(lived: list[Lived], name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a state's values at every cutoff, and a month later."""
    now = [getattr(month.events.state, name) for month in lived]
    later = [getattr(month.after, name)[: len(month.events.state)] for month in lived]
    return np.concatenate(now), np.concatenate(later)


# --- hidden states -------------------------------------------------------------------


def test_engagement_remembers_as_planted(lived):
    now, later = pairs(lived, "engagement")

    slope = np.sum(now * later) / np.sum(now**2)

    error = np.std(later - slope * now) / np.sqrt(np.sum(now**2))
    assert abs(slope - WORLD.engagement_memory) < 4 * error
    assert error < 0.003


def test_engagement_spreads_as_planted(lived):
    """Customers are independent; one customer's months are not."""
    at_end = lived[-1].after.engagement

    spread = np.std(at_end)

    error = WORLD.engagement_sd / np.sqrt(2 * len(at_end))
    assert abs(spread - WORLD.engagement_sd) < 4 * error
    assert abs(np.mean(at_end)) < 4 * WORLD.engagement_sd / np.sqrt(len(at_end))


def test_decays_start_and_recover_as_planted(lived):
    now, later = pairs(lived, "in_decay")

    starts, recoveries = np.sum(~now & later), np.sum(now & ~later)

    assert abs(share_off(starts, np.sum(~now), WORLD.decay_start)) < 4
    assert abs(share_off(recoveries, np.sum(now), WORLD.decay_recovery)) < 4


def test_three_in_five_decays_recover_and_the_rest_leave(lived):
    """A property of the world (FACTS: 60 %), not a belief: followed to its end."""
    fates = []
    for start in range(1, 12):
        before, state = lived[start - 1].events.state, lived[start].events.state
        n = len(before)
        fresh = state.in_decay[:n] & ~before.in_decay & state.active[:n]
        for month in lived[start:]:
            left, well = month.events.left[:n] == 1, ~month.after.in_decay[:n]
            fates += [False] * int(np.sum(fresh & left))
            fates += [True] * int(np.sum(fresh & ~left & well))
            fresh &= ~left & ~well & month.after.active[:n]

    assert len(fates) > 500
    assert 0.55 < np.mean(fates) < 0.75


# --- the books -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def attempts(small_clean) -> pd.DataFrame:
    """Attempts to collect; `since_failed` counts days since the invoice failed."""
    rows = small_clean["transactions"]
    rows = rows[rows["kind"] != "refund"].sort_values("event_at", kind="stable")
    day = rows["event_at"].dt.normalize()
    failed = day.where(rows["kind"] == "failed")
    last_failed = failed.groupby(rows["customer_id"]).ffill()
    return rows.assign(since_failed=(day - last_failed).dt.days)


@pytest.mark.parametrize(("retry", "days"), [(0, 3), (1, 7), (2, 14)])
def test_retries_recover_what_was_planted(attempts, retry, days):
    retries = attempts["kind"].isin(["retry_paid", "retry_failed"])
    rows = attempts[retries & (attempts["since_failed"] == days)]
    open_still = 1 - sum(WORLD.recovery[:retry])

    paid = (rows["kind"] == "retry_paid").sum()

    assert len(rows) > 500
    assert abs(share_off(paid, len(rows), WORLD.recovery[retry] / open_still)) < 4


def test_no_retry_comes_on_any_other_day(attempts):
    retries = attempts[attempts["kind"].isin(["retry_paid", "retry_failed"])]
    in_view = retries["event_at"] >= np.datetime64(first_day(1))

    assert set(retries["since_failed"][in_view]) == {3, 7, 14}


def test_new_customers_invoices_fail_as_planted(lived):
    fails = [
        month.events.drift.dunning_stage[month.events.state.tenure <= 2] > 0
        for month in lived
    ]

    failed = np.concatenate(fails)

    assert abs(share_off(failed.sum(), len(failed), WORLD.invoice_failure)) < 4


def test_fewer_invoices_fail_in_the_books_since_the_unreliable_leave(attempts):
    invoices = attempts[attempts["kind"].isin(["paid", "failed"])]

    share = (invoices["kind"] == "failed").mean()

    assert 0.75 * WORLD.invoice_failure < share < WORLD.invoice_failure


def last_month(ended: pd.DataFrame) -> pd.Series:
    """Return the month that counts as the last: of the renewal, or of the decision."""
    until = ended["ends_on"].where(ended["contract"] == "annual", ended["event_at"])
    return until.dt.to_period("M")


def test_a_quarter_of_those_who_left_come_back_within_a_year(small_clean):
    told = small_clean["subscriptions"]
    ended = told[told["event"] == "cancel"].copy()
    ended["month"] = last_month(ended)
    returned = told.loc[told["event"] == "return", ["customer_id", "event_at"]]
    returned["back"] = returned["event_at"].dt.to_period("M")
    seen = ended[ended["month"] < pd.Period("2023-12")]

    both = seen.reset_index().merge(returned, on="customer_id")
    wait = (both["back"] - both["month"]).map(lambda months: months.n)
    first = both[wait > 0].groupby("index")["back"].min()

    within = (first - seen.loc[first.index, "month"]).map(lambda m: m.n) <= 12
    belief = 1 - (1 - WORLD.return_probability) ** WORLD.return_months
    assert belief == pytest.approx(0.25, abs=0.001)
    assert len(seen) > 1_000
    assert abs(share_off(within.sum(), len(seen), belief)) < 4


def test_nobody_comes_back_after_more_than_a_year(small_clean):
    told = small_clean["subscriptions"].sort_values("event_at")
    ended = told["event"] == "cancel"
    until = last_month(told).where(ended).groupby(told["customer_id"]).ffill()
    ends_on = told["ends_on"].groupby(told["customer_id"]).ffill()
    back = told[told["event"] == "return"]

    away = back["event_at"].dt.to_period("M") - until[back.index]

    assert set(away.map(lambda months: months.n)) <= set(range(13))
    assert (back["event_at"] >= ends_on[back.index]).all()


def test_news_of_endings_is_late_as_often_as_planted(small_clean):
    told = small_clean["subscriptions"]
    ended = told[(told["event"] == "cancel") & (told["reason"] != "payment_failed")]
    booked, left = (ended[c].dt.normalize() for c in ("arrived_at", "event_at"))

    days = (booked - left).dt.days

    late = days[days > 0]
    assert abs(share_off(len(late), len(days), WORLD.late_news)) < 4
    assert set(late) == set(range(5, 29))
