"""Level 2 before the judge: what `results/levels.json` says of its claims."""

import json
from statistics import mean, stdev

import pytest

from tests.worlds import ROOT

NAME = "level2_project"


@pytest.fixture(scope="module")
def report():
    return json.loads((ROOT / "results" / "levels.json").read_text())


@pytest.fixture(scope="module")
def exams(report):
    """What came of level 2 in each world."""
    return [result["contenders"][NAME] for result in report["per_seed"]]


def errors_off(values: list[float]) -> float:
    """Give by how many standard errors the mean over worlds differs from 0."""
    return mean(values) / (stdev(values) / len(values) ** 0.5)


@pytest.mark.xfail(reason="claimed in autumn; more leave in the first sealed months")
@pytest.mark.parametrize("metric", ["average_precision", "log_loss"])
def test_the_claim_agrees_with_the_first_three_sealed_months(exams, metric):
    off = [
        exam["claimed"][metric]
        - mean(month[metric] for month in exam["happened_by_month"][:3])
        for exam in exams
    ]

    assert abs(errors_off(off)) < 2


def test_it_ranks_nearly_as_well_as_can_be_and_not_better_than_the_truth(report):
    pooled = report["pooled"]
    auc = pooled[NAME]["happened"]["roc_auc"]["mean"]

    assert auc > 0.97 * report["ceilings"]["observable"]["roc_auc"]
    assert auc < pooled["full_information"]["happened"]["roc_auc"]["mean"]
    assert NAME not in report["leaks"]


def test_the_months_average_to_the_year(exams):
    for exam in exams:
        for metric, figure in exam["happened"].items():
            months = [month[metric] for month in exam["happened_by_month"]]
            assert figure == pytest.approx(mean(months))
