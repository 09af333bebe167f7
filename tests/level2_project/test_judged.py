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


CLAIMED = ["average_precision", "log_loss"]


def quarter(exam: dict, metric: str) -> list[float]:
    """Return what happened in each of the first three sealed months."""
    return [month[metric] for month in exam["happened_by_month"][:3]]


def off(exam: dict, metric: str) -> float:
    """Return by how much one world's claim was too high."""
    return exam["claimed"][metric] - mean(quarter(exam, metric))


def error(exam: dict, metric: str) -> float:
    """Return the standard error of that: of three months then, and of three now."""
    now = stdev(quarter(exam, metric)) / 3**0.5
    return (exam["claimed"][f"{metric}_error"] ** 2 + now**2) ** 0.5


@pytest.mark.parametrize("metric", CLAIMED)
def test_the_claim_agrees_with_the_first_three_sealed_months(exams, metric):
    """In every world, and on average over worlds; months differ, so errors are wide."""
    errors = [error(exam, metric) for exam in exams]
    differences = [off(exam, metric) for exam in exams]

    of_mean = sum(e**2 for e in errors) ** 0.5 / len(errors)
    assert all(abs(d) < 2 * e for d, e in zip(differences, errors, strict=True))
    assert abs(mean(differences)) < 2 * of_mean


@pytest.mark.parametrize("metric", CLAIMED)
def test_the_agreement_says_something(exams, metric):
    """A claim that is off by a tenth would be found out, or nearly so."""
    of_mean = sum(error(exam, metric) ** 2 for exam in exams) ** 0.5 / len(exams)
    claimed = mean(exam["claimed"][metric] for exam in exams)

    assert 2 * of_mean < 0.1 * claimed


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
