"""Sentences: they say what the interval says, and differ when the figures do."""

from dataclasses import replace

import pytest

from data.judge.interval import Interval
from data.report.pool import Figures
from data.report.sentences import claims_sentences
from tests.data.report.reports import report_of

LEVEL = "level2_project"


def said(**figures: object) -> list[str]:
    """Return the sentences on one level with these figures."""
    report = report_of([LEVEL])
    changed: Figures = replace(report.pooled[LEVEL], **figures)
    report.pooled[LEVEL] = changed
    return claims_sentences(report).splitlines()


@pytest.mark.parametrize(
    ("excess", "words"),
    [
        (Interval(0.005, -0.003, 0.013), "its claim held (off by 0.005 ± 0.008"),
        (Interval(0.005, 0.002, 0.008), "nearly held (too high by 0.005 ± 0.003)"),
        (Interval(0.46, 0.45, 0.47), "its claim was too high by 0.460 ± 0.010"),
        (Interval(-0.2, -0.3, -0.1), "its claim was too low by 0.200 ± 0.100"),
        (Interval(0.2), "its claim was too high by 0.200"),
    ],
)
def test_a_claim_is_judged_by_the_interval_of_its_excess(excess, words):
    claim, _ = said(claimed_less_happened={"roc_auc": excess})

    assert words in claim


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
    _, offers = said(profit=profit)

    assert words in offers


@pytest.mark.parametrize(
    ("happened", "beside"),
    [(0.54, "0.5 is guessing"), (0.77, "the data allow is 0.787")],
)
def test_a_claim_stands_beside_what_it_is_nearest_to(happened, beside):
    claim, _ = said(happened={"roc_auc": Interval(happened)})

    assert beside in claim
