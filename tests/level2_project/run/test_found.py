"""What the project found: the defaults are what was measured to be best."""

from level2_project.config import read_config
from level2_project.run.found import read_found


def test_the_default_recipe_is_the_one_that_won():
    how = read_config().train

    assert read_found()["winner"] == {
        "model": how.model,
        "imbalance": how.imbalance,
        "recalibrate": how.recalibrate,
    }


def test_every_recipe_was_measured():
    recipes = {
        (row["model"], row["imbalance"], row["recalibrate"])
        for row in read_found()["comparison"]
    }

    assert len(recipes) == 3 * 4 * 2


def test_no_peer_is_ahead_by_more_than_the_interval():
    standings = {
        (row["peer"], row["metric"]): row["standing"] for row in read_found()["peers"]
    }

    assert len(standings) == 6
    assert set(standings.values()) <= {"ahead", "within the interval"}


def test_the_model_is_better_than_chance_and_not_too_good_to_be_true():
    metrics = {row["metric"]: row["mean"] for row in read_found()["metrics"]}

    assert 0.72 < metrics["roc_auc"] < 0.86
    assert 0.08 < metrics["average_precision"] < 0.30
