"""What the comparison found, as far as it holds over all worlds.

No sign was assumed beforehand. These are the signs that came out: a lesson would be
lost if one of them went away.
"""

import pytest

from comparison.ladder.draw import exam_figures
from comparison.pooled import read_pooled

CLAIM_TOO_MUCH = [
    "one-row-per-customer", "lifetime-totals", "status-columns", "random-split",
    "fingerprints", "smote-before-split",
]  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return read_pooled()


def difference(found, name, side, metric):
    return getattr(found.mistakes[name].difference, side)[metric]


@pytest.mark.parametrize("name", CLAIM_TOO_MUCH)
def test_leaks_and_split_mistakes_make_the_claimed_auc_too_high(found, name):
    assert difference(found, name, "claimed", "roc_auc").low > 0


@pytest.mark.parametrize(
    "name", ["one-row-per-customer", "lifetime-totals", "status-columns"]
)
def test_leaks_make_the_actual_ranking_worse(found, name):
    assert difference(found, name, "happened", "roc_auc").high < 0


def test_one_row_per_customer_makes_probabilities_many_times_too_high(found):
    one = found.mistakes["one-row-per-customer"]

    assert one.done.happened["calibration"].low > 4


def test_immature_labels_make_probabilities_too_low_and_leave_the_ranking_alone(found):
    calibration = difference(found, "immature-labels", "happened", "calibration")
    auc = difference(found, "immature-labels", "happened", "roc_auc")

    assert calibration.high < -0.1
    assert abs(auc.mean) < 0.01


def test_class_weights_leave_the_ranking_alone_and_cost_profit(found):
    one = found.mistakes["class-weights"]

    assert abs(one.difference.happened["roc_auc"].mean) < 0.01
    assert one.done.happened["calibration"].low > 5
    assert one.difference.happened["profit"].high < -20_000


def test_filling_and_scaling_on_all_rows_is_negligible(found):
    for metric in ("roc_auc", "average_precision"):
        found_here = difference(found, "filled-before-split", "claimed", metric)
        assert -0.005 < found_here.low <= found_here.high < 0.005


def test_accuracy_hardly_differs_from_predicting_that_nobody_leaves(found):
    better = difference(found, "accuracy", "claimed", "accuracy")

    assert abs(better.mean) < 0.002


def test_a_threshold_of_one_half_offers_next_to_nothing(found):
    one = found.mistakes["threshold-one-half"].done.happened

    assert one["offer_share"].mean < 0.001


def test_equal_probabilities_differ_in_no_metric(found):
    for name in ("threshold-one-half", "offers-to-the-unpaid", "risk-not-value"):
        for metric in ("roc_auc", "average_precision", "log_loss", "calibration"):
            one = difference(found, name, "happened", metric)
            assert one.low == one.high == 0


def test_the_short_drop_costs_profit(found):
    assert difference(found, "short-drop", "happened", "profit").high < 0


def test_without_the_mistake_all_start_from_the_same_reference(found):
    named = ["lifetime-totals", "class-weights", "short-drop", "immature-labels"]

    rights = [found.mistakes[name].without.happened for name in named]

    assert all(right == rights[0] for right in rights)
    assert found.ladder["completeness"].done.happened == rights[0]


@pytest.mark.parametrize(
    ("metric", "tolerance"),
    [("average_precision", 0.002), ("calibration", 0.02)],
)
def test_the_last_rung_is_level_2_as_the_judge_knows_it(found, metric, tolerance):
    """Its features describe a year without offers: nearly the same."""
    rung = found.ladder["completeness"].done.happened[metric].mean

    assert rung == pytest.approx(exam_figures()[metric], abs=tolerance)


def test_the_last_rung_earns_what_level_2_earns_to_within_the_worlds_differences(found):
    rung = found.ladder["completeness"].done.happened["profit"]

    assert rung.low < exam_figures()["profit"] < rung.high


@pytest.mark.parametrize("metric", ["roc_auc", "average_precision", "calibration"])
def test_the_last_rung_that_changes_the_model_is_the_model_that_level_2_ships(
    found, metric
):
    for name in ("expected_profit", "reachable"):
        assert found.ladder[name].difference.happened[metric].mean == 0


def test_the_six_sources_add_more_than_the_model(found):
    step = {
        name: rung.difference.happened["average_precision"].mean
        for name, rung in found.ladder.items()
    }

    assert step["sources"] > 2 * abs(step["lightgbm"])
