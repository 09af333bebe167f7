"""What the project found: the defaults are what was measured to be best."""

import json

from level2_project.config import read_config
from level2_project.run.found import FILE, read_found

KEPT = json.loads(FILE.read_text())


def test_the_default_recipe_is_the_one_that_won():
    how = read_config().train

    assert KEPT["winner"] == {
        "model": how.model,
        "imbalance": how.imbalance,
        "recalibrate": how.recalibrate,
    }


def test_the_exam_gets_the_columns_and_settings_that_were_kept():
    assert read_found() == (KEPT["columns"], KEPT["params"])


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
