"""Decide: money in, money out, and the published measure against the pencil."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta

from level2_project.config import read_config
from level2_project.decide import (
    PUBLISHED,
    Campaign,
    campaign_of,
    decide,
    expected_maximum_profit,
    realised_value,
    rested,
)

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
    """Give chances, fees and who left."""
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
        discount_months=economics.discount_months + months,
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


# --- what offers brought -------------------------------------------------------------


@given(CUSTOMERS, ANY_ECONOMICS)
def test_offering_to_nobody_brings_exactly_nothing(customers, economics):
    _, fee_usd, left = arrays(customers)

    value = realised_value(np.zeros(len(left), bool), left, fee_usd, economics)

    assert value.total_usd == 0.0


@settings(max_examples=50)
@given(CUSTOMERS, CUSTOMERS, ANY_ECONOMICS)
def test_parts_and_groups_sum_to_the_whole(some, others, economics):
    def value(customers):
        _, fee_usd, left = arrays(customers)
        return realised_value(everybody(left), left, fee_usd, economics)

    whole = value(some + others)

    assert whole.total_usd == whole.kept_usd + whole.discounts_usd + whole.contacts_usd
    parts = np.add(value(some), value(others))
    assert np.array(whole) == pytest.approx(parts, rel=1e-9, abs=1e-6)


def test_the_value_of_two_offers_is_that_of_the_pencil():
    """A leaver at 100, kept in one case of five; a stayer at 50, who takes 15 % off."""
    left, fee_usd = np.array([True, False]), np.array([100.0, 50.0])

    value = realised_value(everybody(left), left, fee_usd, ECONOMICS)

    assert value.kept_usd == pytest.approx(0.2 * 0.8 * 18 * 100)
    assert value.discounts_usd == pytest.approx(-(0.2 * 30 + 15))
    assert value.contacts_usd == -1.0


@given(st.lists(st.tuples(SHARES, FEES), min_size=1, max_size=20), ANY_ECONOMICS)
def test_offers_are_made_exactly_where_their_expected_value_is_positive(
    customers, economics
):
    """What the decision weighs is what the value then counts, averaged over luck."""
    for p, fee in customers:
        offered, fee_usd = np.ones(1, bool), np.array([fee])
        leaves, stays = (
            realised_value(offered, np.array([left]), fee_usd, economics).total_usd
            for left in (True, False)
        )
        expected_usd = p * leaves + (1 - p) * stays

        offer = decide(np.array([p]), fee_usd, offered, economics)[0]

        assert offer == (expected_usd > 0) or abs(expected_usd) < 1e-6


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


# --- the published measure -----------------------------------------------------------


def integrated(p_churn: np.ndarray, left: np.ndarray, campaign: Campaign) -> float:
    """Try every cut for every save rate, and integrate over save rates numerically."""
    clv, offer, contact, a, b = campaign
    cuts = np.unique(np.append(p_churn, np.inf))
    found = np.array([[left[p_churn >= t].mean() if (p_churn >= t).any() else 0,
                       (p_churn >= t).mean()] for t in cuts])  # fmt: skip
    leavers = found[:, 0] * found[:, 1]  # per customer, at each cut
    stayers = found[:, 1] - leavers

    def best(rate: float) -> float:
        profit = (rate * (clv - offer) - contact) * leavers - (
            offer + contact
        ) * stayers
        return float(profit.max() * beta.pdf(rate, a, b))

    return quad(best, 0, 1, limit=400, epsabs=1e-10)[0]


def test_the_defaults_are_the_published_ones():
    assert PUBLISHED == (200, 10, 1, 6, 14)


def test_the_measure_is_that_of_a_published_example():
    """The documented example of empulse's `empc_score`."""
    left = np.array([0, 1, 0, 1, 0, 1, 0, 1], bool)
    p_churn = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9])

    assert expected_maximum_profit(p_churn, left) == pytest.approx(23.875593418348124)


@pytest.mark.parametrize("seed", range(8))
def test_the_measure_is_the_integral_over_the_best_cuts(seed):
    generator = np.random.default_rng(seed)
    left = generator.random(60) < 0.2
    p_churn = np.round(0.3 * left + generator.random(60), 1)  # with ties
    campaign = Campaign(*generator.uniform([50, 1, 0, 2, 2], [400, 30, 3, 9, 20]))

    found = expected_maximum_profit(p_churn, left, campaign)

    assert found == pytest.approx(integrated(p_churn, left, campaign), abs=1e-4)


def test_a_better_ranking_has_a_higher_measure_between_nothing_and_all():
    generator = np.random.default_rng(3)
    left = generator.random(500) < 0.05
    noise = generator.random(500)

    none, some, all_known = (
        expected_maximum_profit(weight * left + noise, left) for weight in (0, 0.5, 9)
    )

    # Each leaver found brings 190 USD at a save rate of 0.3 on average, less a contact.
    assert 0 <= none < some < all_known < 56.1 * left.mean()


def test_the_measure_looks_at_the_order_only():
    generator = np.random.default_rng(4)
    left, p_churn = generator.random(200) < 0.1, generator.random(200)

    plain, inflated = (
        expected_maximum_profit(p, left) for p in (p_churn, p_churn / (9 - 8 * p_churn))
    )

    assert plain == pytest.approx(inflated)


def test_no_customer_worth_an_offer_is_worth_nothing():
    left = np.array([True, False])

    value = expected_maximum_profit(np.array([0.9, 0.1]), left, Campaign(clv_usd=10))

    assert value == 0.0


def test_the_economics_become_a_campaign_at_the_mean_fee():
    campaign = campaign_of(ECONOMICS, np.array([50.0, 150.0, np.nan]))

    assert campaign == pytest.approx((1440, 30, 0.5, 4, 16))
