"""What the project found: used is what later folds confirmed, or else the plain way."""

import json

import pytest

from level2_project.config import read_config
from level2_project.run.found import FILE, read_found
from level2_project.train import plain

KEPT = json.loads(FILE.read_text())


@pytest.mark.parametrize("name", ["recipe", "columns", "params"])
def test_only_what_was_confirmed_is_used(name):
    choice = KEPT["choices"][name]

    is_confirmed = choice["high"] < 0
    assert (choice["adopted"] == choice["found"]) == is_confirmed


def test_what_stays_is_the_plain_way():
    choices = KEPT["choices"]

    if choices["recipe"]["high"] >= 0:
        assert choices["recipe"]["adopted"] == plain(read_config())
    if choices["params"]["high"] >= 0:
        assert choices["params"]["adopted"] == {}


def test_the_exam_gets_what_was_adopted():
    choices = KEPT["choices"]

    assert read_found()._asdict() == {n: choices[n]["adopted"] for n in choices}


def test_every_recipe_was_measured():
    recipes = {
        (row["model"], row["imbalance"], row["recalibrate"])
        for row in KEPT["comparison"]
    }

    assert len(recipes) == 3 * 4 * 2


def test_the_model_is_better_than_chance_and_not_too_good_to_be_true():
    metrics = {row["metric"]: row["mean"] for row in KEPT["metrics"]}

    assert 0.72 < metrics["roc_auc"] < 0.86
    assert 0.08 < metrics["average_precision"] < 0.30
