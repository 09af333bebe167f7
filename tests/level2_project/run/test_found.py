"""What the project found: used is what later folds confirmed, or else the plain way."""

import json

from level2_project.config import read_config
from level2_project.run.found import FILE, read_found
from level2_project.train import plain

KEPT = json.loads(FILE.read_text())


def test_only_what_was_confirmed_is_used_else_the_plain_way_stays():
    choices = KEPT["choices"]
    plain_ways = {"recipe": plain(read_config()), "params": {}}
    plain_ways["columns"] = choices["columns"]["adopted"]  # all; more than were found

    for name, choice in choices.items():
        is_confirmed = choice["high"] < 0
        wanted = choice["found"] if is_confirmed else plain_ways[name]
        assert choice["adopted"] == wanted
        if name == "columns" and not is_confirmed:
            assert set(choice["found"]) < set(choice["adopted"])


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
