"""Level 2 before the judge: what `results/levels.json` says of its claims."""

import json
from statistics import mean

import pytest

from data.judge.metrics import METRICS
from tests.worlds import ROOT

NAME = "level2_project"


@pytest.fixture(scope="module")
def report():
    return json.loads((ROOT / "results" / "levels.json").read_text())


@pytest.fixture(scope="module")
def exams(report):
    """What came of level 2 in each world."""
    return [result["contenders"][NAME] for result in report["per_seed"]]


def off(exam: dict, metric: str) -> float:
    """Return by how many of its errors one world's claim was too high, same months."""
    claimed = exam["claimed"]
    gap = claimed[metric] - exam["happened_claimed"][metric]
    return gap / claimed[f"{metric}_error"]


@pytest.mark.parametrize("metric", METRICS)
def test_every_claim_lies_within_two_of_its_errors_in_every_world(exams, metric):
    assert all(abs(off(exam, metric)) < 2 for exam in exams)


def test_every_metric_is_claimed_for_a_quarter_and_profit_is_not(exams):
    for exam in exams:
        assert exam["claimed_months"] == 3
        assert set(METRICS) < set(exam["claimed"])
        assert "profit" not in exam["claimed"]


@pytest.mark.parametrize(
    ("metric", "share"), [("roc_auc", 0.04), ("average_precision", 0.2)]
)
def test_the_claims_say_something(exams, metric, share):
    """The errors of a ranking are small beside what is claimed."""
    for exam in exams:
        assert exam["claimed"][f"{metric}_error"] < share * exam["claimed"][metric]


@pytest.mark.parametrize(
    ("metric", "share"), [("roc_auc", 0.99), ("average_precision", 0.96)]
)
def test_it_ranks_nearly_as_well_as_the_records_allow(report, metric, share):
    mine, observable, full = (
        report["pooled"][name]["happened"][metric]["mean"]
        for name in (NAME, "observable", "full_information")
    )

    assert share * observable < mine < observable < full
    assert NAME not in report["leaks"]


def test_the_months_average_to_the_year(exams):
    for exam in exams:
        for metric, figure in exam["happened"].items():
            months = [month[metric] for month in exam["happened_by_month"]]
            assert figure == pytest.approx(mean(months))
