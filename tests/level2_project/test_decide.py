"""Decide: money in, money out, and the published measure against the pencil."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from level2_project.config import read_config
from level2_project.decide import decide, offers, rested
from level2_project.measures.gain import gain_usd, profit_per_1000_usd

ECONOMICS = read_config().economics
SHARES = st.floats(0, 1)
FEES = st.floats(0, 2_000)
CUSTOMERS = st.lists(st.tuples(SHARES, FEES, st.booleans()), min_size=1, max_size=30)
ANY_ECONOMICS = st.builds(
    replace,
    st.just(ECONOMICS),
    save_rate=SHARES,
    gross_margin=SHARES,
    months_kept=st.floats(0, 120),
    discount=SHARES,
    discount_months=st.integers(0, 24),
    contact_usd=st.floats(0, 100),
)


def arrays(customers: list[tuple[float, float, bool]]) -> list[np.ndarray]:
    """Return chances, fees and who left."""
    return [np.array(column) for column in zip(*customers, strict=True)]


def everybody(p_churn: np.ndarray) -> np.ndarray:
    return np.ones(len(p_churn), bool)


# --- who gets an offer ---------------------------------------------------------------


def test_an_offer_goes_where_it_brings_a_cent_more_than_it_costs():
    """At a fee of 100: a saved leaver is worth 1,440, a discount 30, a contact 0.50."""
    p_churn = np.array([0.0977, 0.0978])  # 288 p = 0.50 + 30 (1 - 0.8 p) at 0.09776
    fee_usd = np.full(2, 100.0)

    offer = decide(p_churn, fee_usd, everybody(p_churn), ECONOMICS)

    assert offer.tolist() == [False, True]


@given(CUSTOMERS, ANY_ECONOMICS, st.floats(0, 100), SHARES, st.integers(0, 24))
def test_a_higher_cost_never_adds_an_offer(customers, economics, contact, cut, months):
    p_churn, fee_usd, _ = arrays(customers)
    dearer = replace(
        economics,
        contact_usd=economics.contact_usd + contact,
        discount=min(1.0, economics.discount + cut),
        discount_months=min(24, economics.discount_months + months),
    )

    before, after = (
        decide(p_churn, fee_usd, everybody(p_churn), e) for e in (economics, dearer)
    )

    assert not np.any(after & ~before)


@given(CUSTOMERS, ANY_ECONOMICS)
def test_who_rests_gets_no_offer(customers, economics):
    p_churn, fee_usd, free = arrays(customers)

    offer = decide(p_churn, fee_usd, free, economics)

    assert not np.any(offer & ~free)


@given(FEES, ANY_ECONOMICS, st.lists(SHARES, min_size=2, max_size=20))
def test_of_equal_customers_the_riskier_get_the_offers(fee, economics, chances):
    p_churn = np.sort(chances)

    offer = decide(p_churn, np.full(len(p_churn), fee), everybody(p_churn), economics)

    assert np.all(np.diff(offer.astype(int)) >= 0)


def test_a_customer_without_a_known_fee_gets_no_offer():
    offer = decide(np.ones(1), np.array([np.nan]), np.ones(1, bool), ECONOMICS)

    assert not offer.any()


def test_the_list_of_offers_begins_with_the_highest_expected_gain():
    candidates = pd.DataFrame(
        {
            "customer_id": [1, 2, 3, 4],
            "cutoff": pd.Timestamp("2024-01-01"),
            "monthly_fee_usd": [100.0, 300.0, 100.0, 900.0],
            "is_free": [True, True, True, False],
        }
    )

    made = offers(np.array([0.2, 0.2, 0.01, 0.9]), candidates, ECONOMICS)

    assert made["customer_id"].tolist() == [2, 1]  # 3 is safe, 4 rests
    assert (made["gain_usd"] > 0).all()


# --- what offers brought -------------------------------------------------------------


def test_the_gain_of_two_offers_is_that_of_the_pencil():
    """A leaver at 100, kept in one case of five; a stayer at 50, who takes 15 % off."""
    left, fee_usd = np.array([1.0, 0.0]), np.array([100.0, 50.0])

    gain = gain_usd(left, fee_usd, ECONOMICS)

    kept, discount, contact = 0.2 * 0.8 * 18 * 100, 0.2 * 30, 0.50
    assert gain.tolist() == pytest.approx([kept - discount - contact, -15 - contact])


def test_an_offer_to_a_customer_without_a_known_fee_costs_its_contact():
    assert gain_usd(np.ones(1), np.array([np.nan]), ECONOMICS).tolist() == [-0.5]


@given(CUSTOMERS, ANY_ECONOMICS)
def test_no_offers_bring_exactly_nothing(customers, economics):
    _, fee_usd, left = arrays(customers)

    profit = profit_per_1000_usd(np.zeros(len(left), bool), left, fee_usd, economics)

    assert profit == 0.0


@settings(max_examples=50)
@given(CUSTOMERS, CUSTOMERS, ANY_ECONOMICS)
def test_groups_sum_to_the_whole(some, others, economics):
    def total_usd(customers):
        _, fee_usd, left = arrays(customers)
        profit = profit_per_1000_usd(everybody(left), left, fee_usd, economics)
        return profit * len(left) / 1000

    parts = total_usd(some) + total_usd(others)

    assert total_usd(some + others) == pytest.approx(parts, rel=1e-9, abs=1e-6)


@given(st.lists(st.tuples(SHARES, FEES), min_size=1, max_size=20), ANY_ECONOMICS)
def test_the_expected_gain_is_the_mean_of_what_may_come(customers, economics):
    p_churn, fee_usd = (np.array(column) for column in zip(*customers, strict=True))

    expected = gain_usd(p_churn, fee_usd, economics)

    leaves, stays = (
        gain_usd(np.full(len(fee_usd), left), fee_usd, economics) for left in (1.0, 0.0)
    )
    mean = p_churn * leaves + (1 - p_churn) * stays
    assert expected == pytest.approx(mean, rel=1e-9, abs=1e-6)


# --- resting after an offer ----------------------------------------------------------


def offer_of(day: str, arm: str = "treated", hours: int = 1) -> pd.DataFrame:
    at = pd.Timestamp(day) + pd.Timedelta(hours=9)
    made = {"customer_id": 1, "event_at": at, "arm": arm}
    late = {"arrived_at": at + pd.Timedelta(hours=hours)}
    return pd.DataFrame([made | late]).astype(
        {"event_at": "datetime64[s]", "arrived_at": "datetime64[s]"}
    )


def row_at(*days: str) -> pd.DataFrame:
    cutoffs = pd.to_datetime(list(days)).astype("datetime64[us]")
    return pd.DataFrame({"customer_id": 1, "cutoff": cutoffs})


def test_an_offer_lets_a_customer_rest_for_six_months():
    rows = row_at("2023-01-01", "2023-07-01", "2023-06-01", "2023-02-01")

    free = rested(offer_of("2023-01-01"), rows, rest_months=6)

    assert free.tolist() == [True, True, False, False]


def test_an_offer_that_has_not_arrived_is_not_known():
    rows = row_at("2023-02-01", "2023-03-01")

    free = rested(offer_of("2023-01-31", hours=24), rows, rest_months=6)

    assert free.tolist() == [True, False]


def test_the_control_group_and_others_are_free():
    rows = row_at("2023-02-01")

    assert rested(offer_of("2023-01-01", "control"), rows, 6).all()
    assert rested(offer_of("2023-01-01"), rows.assign(customer_id=2), 6).all()
    assert rested(offer_of("2023-01-01").head(0), rows, 6).all()
