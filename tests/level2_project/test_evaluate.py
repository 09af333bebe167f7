"""Tests of the evaluation: the judge's definitions, honest intervals, curves, money."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.judge.contract import CLAIMS, ERROR
from data.judge.metrics import all_metrics
from level2_project.config import read_config
from level2_project.evaluate import claim, decided, evaluate, summary
from level2_project.measures.gain import gain_usd
from level2_project.measures.interval import prediction_error
from level2_project.measures.metrics import METRICS
from tests.level2_project.results import predictions_of
from tests.level2_project.snapshots import months

CONFIG = read_config()
ECONOMICS = CONFIG.economics


def predictions(p_churn: list[float], left: list[bool], cutoffs: int = 2):
    """The same customers at each cutoff, with the same chances and fates."""
    n = len(p_churn)
    return pd.DataFrame(
        {
            "customer_id": np.tile(np.arange(n), cutoffs),
            "cutoff": np.repeat(months(cutoffs), n),
            "left": np.tile(left, cutoffs),
            "p_churn": np.tile(p_churn, cutoffs),
            "monthly_fee_usd": 100.0,
            "is_unpaid": 0.0,
        }
    )


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.sampled_from([2, 50]), st.integers(20, 300))
def test_every_metric_is_the_judges_even_with_ties_and_certain_predictions(
    seed, levels, n
):
    generator = np.random.default_rng(seed)
    left = generator.random(n) < 0.2
    left[:2] = [True, False]
    p_churn = generator.integers(0, levels, n) / (levels - 1)
    p_churn[-1] = 0.5

    ours = {metric.__name__: metric(left, p_churn) for metric in METRICS}

    assert ours == pytest.approx(all_metrics(left.astype(float), p_churn))


def test_the_claim_has_only_names_that_the_judge_knows():
    believed = claim(evaluate(predictions_of(cutoffs=6), ECONOMICS), months=3)

    assert believed.pop("months") == 3
    assert {name.removesuffix(ERROR) for name in believed} <= set(CLAIMS)
    assert all(type(value) is float for value in believed.values())


def test_every_figure_that_is_claimed_has_an_error_and_profit_is_not_claimed():
    believed = claim(evaluate(predictions_of(cutoffs=6), ECONOMICS), months=3)

    for metric in METRICS:
        assert believed[metric.__name__ + ERROR] > 0
    assert "profit" not in believed


def test_nobody_with_an_open_invoice_gets_an_offer():
    here = predictions([0.9, 0.9], [True, False], cutoffs=1)
    here = here.assign(is_unpaid=[1.0, 0.0])

    assert decided(here, ECONOMICS).tolist() == [False, True]


def test_true_chances_are_calibrated_within_three_standard_errors():
    found = evaluate(predictions_of(3_000, 8), ECONOMICS)

    errors = 1 / np.sqrt(found.by_cutoff["n_left"].sum())
    mean = found.metrics.set_index("metric").loc["calibration", "mean"]
    assert abs(mean - 1) < 3 * errors


def test_about_19_of_20_intervals_hold_what_is_true():
    by_cutoff = evaluate(predictions_of(1_000, 80), ECONOMICS).by_cutoff
    truth = summary(by_cutoff)["mean"]

    parts = [summary(by_cutoff.iloc[first : first + 4]) for first in range(0, 80, 4)]

    held = [part["low"].lt(truth) & part["high"].gt(truth) for part in parts]
    # Profit is left out: its first months, when nobody rests, are richer. Of 100
    # intervals that often lean the same way, 95 hold with a standard error of 4.
    assert 0.83 < np.mean(np.array(held)[:, :5]) < 1


@pytest.mark.parametrize("persistence", [0.0, 0.8])
def test_a_forecast_lies_within_two_of_its_errors_in_nearly_all_worlds(persistence):
    """Also where neighbouring months are alike; and the errors are not too wide."""
    generator = np.random.default_rng(8)
    shocks = generator.normal(size=(400, 18))  # (world, month)
    months = shocks.copy()
    for month in range(1, 18):
        before = persistence * months[:, month - 1]
        months[:, month] = before + (1 - persistence**2) ** 0.5 * shocks[:, month]
    past, coming = months[:, :15], months[:, 15:].mean(axis=1)

    errors = np.array([prediction_error(row[:, None], 3).item() for row in past])

    off = (past.mean(axis=1) - coming) / errors
    assert np.mean(np.abs(off) < 2) > 0.9
    assert np.std(off) > 0.6


def test_with_a_single_cutoff_there_is_no_interval():
    metrics = evaluate(predictions_of(cutoffs=1), ECONOMICS).metrics

    assert metrics["mean"].notna().all()
    assert metrics[["low", "high"]].isna().all(axis=None)


def test_the_order_of_rows_changes_nothing():
    here = predictions_of()

    found = evaluate(here, ECONOMICS)
    again = evaluate(here.sample(frac=1, random_state=3), ECONOMICS)

    pd.testing.assert_frame_equal(found.metrics, again.metrics)


def test_nobody_gets_a_second_offer_while_he_rests():
    here = predictions([0.9, 0.001, 0.001], [True, False, False], cutoffs=8)

    made = here[decided(here, replace(ECONOMICS, rest_months=6))]

    assert made["customer_id"].tolist() == [0, 0]
    assert made["cutoff"].tolist() == [months(8)[0], months(8)[6]]


def test_profit_is_the_value_of_the_offers_per_thousand_customers():
    here = predictions([0.9, 0.001, 0.001], [True, False, False])
    economics = replace(ECONOMICS, rest_months=0)

    found = evaluate(here, economics).by_cutoff

    value = gain_usd(np.ones(1), np.full(1, 100.0), economics).item()
    assert found["profit"].tolist() == pytest.approx([1000 * value / 3] * 2)


def test_the_profit_curve_ends_where_everybody_gets_an_offer():
    here = predictions_of()
    curve = evaluate(here, ECONOMICS).curves["profit"]

    worth = [
        gain_usd(
            fold["left"].to_numpy(float),
            fold["monthly_fee_usd"].to_numpy(float),
            ECONOMICS,
        ).mean()
        for _, fold in here.groupby("cutoff")
    ]

    assert curve["mean"].iloc[0] == 0
    assert curve["mean"].iloc[-1] == pytest.approx(1000 * np.mean(worth))


def test_an_offer_is_decided_where_the_expected_gain_is_positive():
    here = predictions_of(2_000, 1)
    p, fee = here["p_churn"].to_numpy(), here["monthly_fee_usd"].to_numpy(float)

    made = decided(here, ECONOMICS)

    pays = gain_usd(p, fee, ECONOMICS) > 0
    assert (made == pays & (here["is_unpaid"] == 0)).all()


def test_curves_of_a_perfect_ranking_are_perfect():
    left = np.arange(1_000) < 100
    here = predictions(list(np.where(left, 0.9, 0.1)), list(left))

    curves = evaluate(here, ECONOMICS).curves

    assert (curves["precision_recall"]["mean"] == 1).all()
    assert (curves["roc"]["mean"] == 1).all()
    lift = curves["lift"].set_index("x")["mean"]
    assert lift.iloc[[9, 99]].tolist() == pytest.approx([10, 1])
    assert curves["profit"]["mean"].idxmax() == 10
