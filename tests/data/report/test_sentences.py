"""Sentences: they say what the interval says, and differ when the figures do."""

from dataclasses import replace

import pytest

from data.judge.interval import Interval
from data.report.pool import Figures
from data.report.sentences import claims_sentences
from tests.data.report.reports import report_of

LEVEL = "level2_project"


def said(**figures: object) -> list[str]:
    """Return the sentences on one level with these figures: claim, best, offers."""
    report = report_of([LEVEL])
    changed: Figures = replace(report.pooled[LEVEL], **figures)
    report.pooled[LEVEL] = changed
    return claims_sentences(report).splitlines()


HOLDS = Interval(0.005, -0.003, 0.013)
FAILS = Interval(0.46, 0.45, 0.47)


@pytest.mark.parametrize(
    ("excess", "words"),
    [
        ({"roc_auc": HOLDS, "log_loss": HOLDS}, "its claims hold, all 2 of them"),
        (
            {"roc_auc": FAILS, "log_loss": HOLDS},
            "1 of its 2 claims hold; the others are off by ROC AUC +0.460 ± 0.010",
        ),
        (
            {"roc_auc": HOLDS, "lift_at_10_percent": Interval(-0.2, -0.3, -0.1)},
            "1 of its 2 claims hold; the others are off by lift at 10 % -0.2 ± 0.1",
        ),
    ],
)
def test_a_claim_without_an_error_is_judged_by_the_interval_of_its_excess(
    excess, words
):
    claim, *_ = said(claimed_less_happened=excess, claim_errors={})

    assert words in claim


def test_the_claims_within_two_of_their_own_errors_are_counted():
    claim, *_ = said(claim_errors={"roc_auc": [0.5, -2.5, 1.9]})

    assert "2 of 3 lie within two of their own standard errors" in claim


@pytest.mark.parametrize(
    ("z", "words"),
    [
        ([1.9], "its claims hold"),
        ([2.1], "none of its 1 claims holds"),
        ([0.4, -2.1], "none of its 1 claims holds"),
    ],
)
def test_a_claim_with_an_error_is_judged_by_it_in_every_world(z, words):
    excess, errors = {"roc_auc": Interval(0.02)}, {"roc_auc": z}

    claim, *_ = said(claimed_less_happened=excess, claim_errors=errors)

    assert words in claim


def test_a_claim_is_set_beside_the_months_that_it_is_about_and_the_year():
    claim, *_ = said(
        claimed={"roc_auc": Interval(0.8)},
        claimed_months=3,
        happened_claimed={"roc_auc": Interval(0.79)},
        happened={"roc_auc": Interval(0.77), "average_precision": Interval(0.16)},
    )

    assert "0.800 for the next 3 months and reached 0.790** (0.770 over" in claim


def test_a_forecast_that_holds_may_be_off_on_average_and_that_is_said():
    claim, *_ = said(
        claimed_less_happened={"roc_auc": Interval(-0.005, -0.009, -0.001)},
        claim_errors={"roc_auc": [-0.3, -0.2]},
    )

    assert "its claims hold" in claim
    assert "on average off by ROC AUC -0.005 ± 0.004" in claim


@pytest.mark.parametrize(
    ("profit", "words"),
    [
        (
            Interval(-50.0, -327.0, 227.0),
            "nothing that can be told from 0**: -50 ± 277",
        ),
        (Interval(900.0, 700.0, 1100.0), "earned money**: +900 ± 200"),
        (Interval(-438.0, -624.0, -252.0), "lost money**: -438 ± 186"),
        (Interval(0.0, 0.0, 0.0), "earned nothing**"),
    ],
)
def test_offers_are_judged_by_the_interval_of_their_profit(profit, words):
    *_, offers = said(profit=profit)

    assert words in offers


@pytest.mark.parametrize(
    ("less", "words"),
    [
        (Interval(500.0, 400.0, 600.0), "more (+500 ± 100) than the best rule on one"),
        (Interval(-500.0, -600.0, -400.0), "less (-500 ± 100) than the best rule"),
        (
            Interval(50.0, -60.0, 160.0),
            "neither more nor less that could be told (+50 ± 110) than the",
        ),
    ],
)
def test_offers_are_compared_with_rules_that_anybody_could_use(less, words):
    *_, offers = said(less={"one_trace": {"profit": less}})

    assert words in offers


def test_a_level_stands_beside_the_ceiling_of_the_same_worlds():
    less = {"roc_auc": HOLDS, "average_precision": FAILS}

    _, beside, _ = said(less={"observable": less})

    assert "% of its ROC AUC (+0.005 ± 0.008)" in beside
    assert "% of its average precision (+0.460 ± 0.010)" in beside
