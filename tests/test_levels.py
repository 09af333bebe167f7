"""The levels beside each other: what the judge found of both in the same worlds.

The figures are those of `results/levels.json`, which a test keeps fresh: five worlds of
20,000 customers with about 7,500 leavers each in the sealed year. A difference of 0.01
in AUC takes 3,000 to 6,000 leavers to see; the levels' lie 0.2 apart. Profits differ by
a few hundred USD, as worlds do: what five of them can show is said at the test.
"""

import json
from statistics import mean, stdev

import pytest

from data.judge.exam import exam
from data.world.beliefs import World
from tests.worlds import ROOT

LEVEL1, LEVEL2 = "level1_notebook", "level2_project"
METRICS = ["roc_auc", "average_precision"]


@pytest.fixture(scope="module")
def report():
    return json.loads((ROOT / "results" / "levels.json").read_text())


def in_each_world(report, level):
    return [result["contenders"][level] for result in report["per_seed"]]


def errors_off(values: list[float]) -> float:
    """Return by how many standard errors the mean over worlds differs from 0."""
    return mean(values) / (stdev(values) / len(values) ** 0.5)


def too_much_claimed(report, level, metric):
    return [
        exam["claimed"][metric] - exam["happened"][metric]
        for exam in in_each_world(report, level)
    ]


@pytest.mark.parametrize("metric", METRICS)
def test_level_1_claims_far_more_than_happens(report, metric):
    assert errors_off(too_much_claimed(report, LEVEL1, metric)) > 10


@pytest.mark.parametrize("metric", METRICS)
def test_level_2_does_not(report, metric):
    too_much = too_much_claimed(report, LEVEL2, metric)

    assert errors_off(too_much) < 10
    assert abs(mean(too_much)) < 0.02


def test_level_2_ranks_better_in_every_world(report):
    for metric in METRICS:
        first, second = (
            [exam["happened"][metric] for exam in in_each_world(report, level)]
            for level in (LEVEL1, LEVEL2)
        )

        better = [mine - theirs for mine, theirs in zip(second, first, strict=True)]
        assert min(better) > 0
        assert errors_off(better) > 10


def test_level_2_earns_something_and_less_than_one_good_rule(report):
    """It knows who leaves; the rule on price tickets knows whom an offer keeps.

    With five worlds a 95 % interval reaches 2.8 standard errors to both sides.
    """
    first, second, rule = (
        [exam["money"]["profit"] for exam in in_each_world(report, contender)]
        for contender in (LEVEL1, LEVEL2, "one_trace")
    )

    assert errors_off(second) > 2.8
    for worse, better in ((first, second), (second, rule)):
        more = [b - a for a, b in zip(worse, better, strict=True)]
        assert errors_off(more) > 2.8


def test_no_level_beats_full_information(report):
    best = report["pooled"]["full_information"]["happened"]

    for level in report["levels"]:
        happened = report["pooled"][level]["happened"]
        for metric in METRICS:
            assert happened[metric]["high"] < best[metric]["low"]
        assert happened["log_loss"]["low"] > best["log_loss"]["high"]


def test_no_level_has_seen_an_outcome(report):
    """All worlds together leave no more than luck; see `leaks`."""
    for level in report["levels"]:
        z = [exam["excess_auc_z"] for exam in in_each_world(report, level)]

        assert sum(z) / len(z) ** 0.5 < 3


@pytest.mark.long
def test_a_level_gets_the_same_result_whoever_is_examined_beside_it():
    world = World(customers=1_000)

    alone = {
        level: exam([level], world, 7).contenders[level] for level in (LEVEL2, LEVEL1)
    }
    together = exam([LEVEL1, LEVEL2], world, 7).contenders

    assert {level: together[level] for level in alone} == alone
