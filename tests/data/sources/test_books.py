"""The books hang together: invoices, terms, CRM; and people work on weekdays."""

import numpy as np
import pandas as pd
import pytest

from data.calendar import is_weekend, month_number
from data.world.beliefs import World
from tests.worlds import errors_off

WORLD = World()
FIRST = ("paid", "failed")


@pytest.fixture(scope="module")
def money(small_clean) -> pd.DataFrame:
    return small_clean["transactions"].sort_values("event_at", kind="stable")


@pytest.fixture(scope="module")
def told(small_clean) -> pd.DataFrame:
    order = ["customer_id", "event_at"]
    return small_clean["subscriptions"].sort_values(order, kind="stable")


# --- invoices ------------------------------------------------------------------------


def in_view(money: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of invoices whose first attempt was recorded."""
    begun = money.loc[money["kind"].isin(FIRST), "invoice_id"]
    return money[money["invoice_id"].isin(begun)]


def test_the_invoice_id_stands_behind_the_transaction_id(money):
    assert list(money.columns[:3]) == ["transaction_id", "invoice_id", "customer_id"]
    assert money["invoice_id"].dtype.kind == "i"
    assert (money["invoice_id"] > 0).all()


def test_an_invoice_has_one_customer_one_first_attempt_and_one_payment(money):
    attempts = in_view(money)
    attempts = attempts[attempts["kind"] != "refund"]
    by_invoice = attempts.groupby("invoice_id")

    first = attempts["kind"].isin(FIRST).groupby(attempts["invoice_id"]).sum()
    paid = attempts["kind"].isin(["paid", "retry_paid"])

    assert (first == 1).all()
    assert by_invoice["kind"].first().isin(FIRST).all()
    assert (paid.groupby(attempts["invoice_id"]).sum() <= 1).all()
    assert (by_invoice["customer_id"].nunique() == 1).all()
    assert (by_invoice["amount_usd"].nunique() == 1).all()


def test_retries_follow_the_failure_of_their_own_invoice(money):
    rows = in_view(money)
    retries = rows[rows["kind"].isin(["retry_paid", "retry_failed"])]
    began = rows[rows["kind"] == "failed"].set_index("invoice_id")["event_at"]

    wait = retries["event_at"].dt.normalize() - began[
        retries["invoice_id"]
    ].dt.normalize().set_axis(retries.index)

    assert len(retries) > 1_000
    assert set(wait.dt.days) == set(WORLD.dunning_days)


def test_a_refund_names_a_paid_invoice_and_is_no_larger(money):
    rows = in_view(money)
    refunds = rows[rows["kind"] == "refund"]
    paid = rows[rows["kind"].isin(["paid", "retry_paid"])].set_index("invoice_id")

    of = paid.reindex(refunds["invoice_id"]).set_axis(refunds.index)

    assert len(refunds) > 50
    assert (of["customer_id"] == refunds["customer_id"]).mean() > 0.9  # else unpaid yet
    known = of["amount_usd"].notna()
    assert (-refunds["amount_usd"] < of["amount_usd"])[known].all()


def test_who_gives_notice_after_a_renewal_gets_the_rest_of_the_year_back(money, told):
    large = money[(money["kind"] == "refund")]
    paid = money[money["kind"].isin(["paid", "retry_paid"])].set_index("invoice_id")
    share = -large["amount_usd"] / paid["amount_usd"].reindex(
        large["invoice_id"]
    ).set_axis(large.index)
    back = large[share > 0.5]

    cancels = told[told["event"] == "cancel"]
    same = back.merge(cancels, on="customer_id")
    same = same[same["event_at_x"] - same["event_at_y"] == pd.Timedelta(minutes=1)]

    assert len(back) > 3
    assert np.allclose(share[share > 0.5], 11 / 12, atol=0.001)
    assert set(same["customer_id"]) == set(back["customer_id"])
    assert (same["contract"] == "annual").all()


# --- terms ---------------------------------------------------------------------------


def test_a_cancellation_shows_the_terms_of_the_row_before(told):
    """So no change is missing, in the month of a return neither."""
    before = told.groupby("customer_id")[["plan", "seats", "contract"]].shift()
    ends = told["event"] == "cancel"

    assert (told["seats"] == before["seats"])[ends].all()
    assert (told["plan"] == before["plan"])[ends].all()
    assert (told["contract"] == before["contract"])[ends].all()


def test_some_customers_change_in_the_month_of_their_return(told):
    back = told[told["event"] == "return"][["customer_id", "event_at"]]
    pairs = told[told["event"] == "change"].merge(back, on="customer_id")
    months = [pairs[c].dt.to_period("M") for c in ("event_at_x", "event_at_y")]

    same = pairs[months[0] == months[1]]

    assert len(same) > 0
    assert (same["event_at_x"] > same["event_at_y"]).all()


def test_stays_begin_and_end_in_turn(told):
    moves = told[told["event"] != "change"]

    before = moves.groupby("customer_id")["event"].shift()

    assert (before[moves["event"] == "return"].dropna() == "cancel").all()
    assert before[moves["event"] == "cancel"].isin(["start", "return"]).all()


def test_the_crm_is_not_updated_while_a_customer_is_away(small_clean, told):
    updates = small_clean["customers"].query("event == 'updated'")
    moves = told[told["event"] != "change"]

    last = pd.merge_asof(
        updates.sort_values("event_at"),
        moves.sort_values("event_at")[["customer_id", "event_at", "event"]],
        on="event_at",
        by="customer_id",
        suffixes=("", "_last"),
    )["event_last"]

    assert len(updates) > 500
    assert set(last.dropna()) <= {"start", "return"}


# --- days ----------------------------------------------------------------------------


def weekend_off(times: pd.Series) -> float:
    """Return by how many errors more happens at weekends than is believed."""
    p = times.dt.strftime("%Y-%m").map(weekend_share).to_numpy(float)
    at_weekend = times.dt.day_of_week.to_numpy() >= 5
    return errors_off(at_weekend, p)


def weekend_share(month: str) -> float:
    """Return the share of a month's work that is believed to be done at weekends."""
    weekend = is_weekend(month_number(month))
    done = np.where(weekend, WORLD.weekend_work, 1.0)
    return float(done[weekend].sum() / done.sum())


def test_people_act_at_weekends_as_seldom_as_believed(small_clean, told):
    tickets = small_clean["tickets"].query("event == 'opened'")
    changes = told[told["event"] == "change"]

    assert len(tickets) > 5_000
    assert len(changes) > 500
    assert abs(weekend_off(tickets["event_at"])) < 4
    assert abs(weekend_off(changes["event_at"])) < 4


@pytest.mark.parametrize("event", ["start", "cancel"])
def test_fewer_customers_start_and_cancel_at_weekends(told, event):
    """About as many fewer: billing days draw cancellations, starts lie before 29."""
    rows = told[(told["event"] == event) & (told["event_at"] >= "2022-01-01")]
    rows = rows[rows["reason"] != "payment_failed"]

    at_weekend = (rows["event_at"].dt.day_of_week >= 5).mean()

    assert len(rows) > 1_000
    assert 0.09 < at_weekend < 0.16  # 0.29 if days were all alike


def test_the_system_collects_on_the_billing_day_and_knows_no_weekend(money, told):
    starts = told[told["event"] == "start"].set_index("customer_id")["event_at"]
    rows = money[money["kind"].isin(FIRST)]

    billing_day = starts[rows["customer_id"]].dt.day.to_numpy()

    assert (rows["event_at"].dt.day.to_numpy() == billing_day).all()
    at_weekend = (rows["event_at"].dt.day_of_week >= 5).mean()
    assert 0.26 < at_weekend < 0.31


def test_cancellations_cluster_around_the_billing_day(told):
    """Five days before to one day after, three times as many; not inside a term."""
    starts = told[told["event"] == "start"].set_index("customer_id")["event_at"]
    rows = told[(told["event"] == "cancel") & (told["reason"] != "payment_failed")]
    day = starts[rows["customer_id"]].dt.day.set_axis(rows.index)
    ahead = (day - rows["event_at"].dt.day) % rows["event_at"].dt.days_in_month

    near = (ahead <= 5) | (ahead >= rows["event_at"].dt.days_in_month - 1)

    monthly = rows["contract"] == "monthly"
    assert monthly.sum() > 1_000
    assert near[monthly].mean() == pytest.approx(7 * 3 / (7 * 3 + 23.4), abs=0.05)
    assert near[~monthly].mean() < 0.36


def test_late_news_is_booked_on_weekdays_mostly(told):
    rows = told[told["event"] == "cancel"]
    late = rows[rows["arrived_at"] - rows["event_at"] > pd.Timedelta(days=2)]

    at_weekend = (late["arrived_at"].dt.day_of_week >= 5).mean()

    assert len(late) > 400
    assert 0.07 < at_weekend < 0.18
