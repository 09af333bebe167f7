"""Compare: every recipe on the same folds, paired; the best is held against others."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from level2_project import compare as module
from level2_project.compare import (
    FIGURES,
    RECIPE,
    RECIPES,
    best,
    choose,
    compare,
    summary,
)
from level2_project.config import Config, read_config
from level2_project.measures.metrics import log_loss
from level2_project.split import sample, split
from level2_project.train import Recipe, p_churn, train
from tests.level2_project.snapshots import snapshots_of

FOLDS = pd.date_range("2023-01-01", periods=4, freq="MS")
MADE_UP = dict.fromkeys(FIGURES, 0.0)


def config_of(customers: int) -> Config:
    """Return a config of five folds: two choose, two confirm, one is untouched."""
    config = read_config()
    few = {"n_folds": 5, "confirming": 2, "untouched": 1}
    return replace(
        config,
        split=replace(config.split, **few),
        train=replace(config.train, compare_customers=customers),
    )


def silent(done: int, wanted: int) -> None:
    pass


@pytest.fixture(scope="module")
def snapshots() -> pd.DataFrame:
    return snapshots_of(customers=300, cutoffs=11)


@pytest.fixture(scope="module")
def comparison(snapshots) -> pd.DataFrame:
    return compare(snapshots, config_of(customers=10_000), silent)


@pytest.fixture
def only_plain_logistic(monkeypatch):
    monkeypatch.setattr(module, "MODELS", ["logistic"])
    monkeypatch.setattr(module, "IMBALANCES", ["nothing"])


# --- what is measured ----------------------------------------------------------------


def test_every_recipe_meets_every_open_fold_once(snapshots, comparison):
    tested = sorted(snapshots["cutoff"].unique())[-5:-3]

    found = comparison.set_index([*RECIPE, "fold"]).index

    assert set(found) == {(*recipe, fold) for recipe in RECIPES for fold in tested}
    assert len(found) == 24 * 2
    assert not comparison.isna().any(axis=None)


def test_recalibration_changes_probabilities_and_not_the_ranking(comparison):
    plain, right = (
        comparison[comparison["recalibrate"] == r].reset_index() for r in (False, True)
    )

    assert np.allclose(plain["average_precision"], right["average_precision"])
    inflated = plain["imbalance"].isin(["class_weights", "under_sampling"])
    assert (plain.loc[inflated, "calibration"] > 3).all()
    assert (right.loc[inflated, "calibration"] < 3).all()


@pytest.mark.usefixtures("only_plain_logistic")
def test_the_folds_that_confirm_and_the_untouched_ones_change_nothing(snapshots):
    config = config_of(customers=10_000)
    last = snapshots["cutoff"] >= sorted(snapshots["cutoff"].unique())[-3]
    rewritten = snapshots.assign(
        left=snapshots["left"] ^ last,
        minutes_7=snapshots["minutes_7"].mask(last, -1.0),
    )

    before, after = (compare(s, config, silent) for s in (snapshots, rewritten))

    assert before.equals(after)


@pytest.mark.usefixtures("only_plain_logistic")
def test_a_figure_is_that_of_training_and_predicting_by_hand(snapshots):
    config = config_of(customers=10_000)
    fold = split(snapshots, snapshots["cutoff"].unique()[-5], config.time.gap)
    seed = config.seed_for("compare.models")
    p = p_churn(train(Recipe("logistic"), fold.train, seed), fold.test)
    left = fold.test["left"].to_numpy()

    row = compare(snapshots, config, silent).iloc[0]

    assert row["calibration"] == pytest.approx(p.sum() / left.sum())
    assert row["log_loss"] == pytest.approx(log_loss(left, p))


@pytest.mark.usefixtures("only_plain_logistic")
def test_progress_is_told_after_each_model(snapshots):
    told: list[tuple[int, int]] = []

    compare(snapshots, config_of(10_000), lambda *done: told.append(done))

    assert told == [(1, 2), (2, 2)]


def test_a_sample_keeps_all_snapshots_of_its_customers(snapshots):
    few = sample(snapshots, n_customers=20, seed=1)

    assert few["customer_id"].nunique() == 20
    assert snapshots["customer_id"].isin(few["customer_id"]).sum() == len(few)


# --- what it means -------------------------------------------------------------------


def recipe_of(comparison: pd.DataFrame) -> Recipe:
    return Recipe(**best(comparison))


def made_up(**figures: dict[Recipe, list[float]]) -> pd.DataFrame:
    """All recipes at 0 on four folds, but for the figures given."""
    rows = [
        {**dict(zip(RECIPE, recipe, strict=True)), "fold": fold, **MADE_UP}
        for recipe, fold in product(RECIPES, FOLDS)
    ]
    table = pd.DataFrame(rows).set_index(RECIPE).sort_index()
    for figure, by_recipe in figures.items():
        for recipe, values in by_recipe.items():
            key = (recipe.model, recipe.imbalance, recipe.recalibrate)
            table.loc[key, figure] = values
    return table.reset_index()


def test_a_difference_is_paired_with_the_plain_recipe_of_the_same_model():
    plain, weighted = Recipe("lightgbm"), Recipe("lightgbm", "class_weights")
    comparison = made_up(
        log_loss={plain: [0.1, 0.2, 0.3, 0.4], weighted: [0.2, 0.3, 0.4, 0.5]}
    )

    table = summary(comparison).set_index(RECIPE)

    row = table.loc[("lightgbm", "class_weights", False)]
    assert row["log_loss"] == pytest.approx(0.35)
    parts = row[["log_loss_difference", "log_loss_low", "log_loss_high"]]
    assert parts.tolist() == pytest.approx([0.1, 0.1, 0.1])
    assert table.loc[("logistic", "class_weights", False), "log_loss_difference"] == 0.0


def test_a_plain_recipe_does_not_differ_from_itself(comparison):
    table = summary(comparison).set_index(["imbalance", "recalibrate"])

    plain = table.loc[("nothing", False)]
    assert len(table) == 24
    assert (plain[[f"{figure}_difference" for figure in FIGURES]] == 0).all(axis=None)


def test_where_all_is_tied_the_simplest_recipe_wins():
    assert recipe_of(made_up()) == Recipe("logistic", "nothing", False)


def test_the_lowest_log_loss_is_best_whatever_else_is_ahead():
    best_one, other = Recipe("lightgbm"), Recipe("neural_net", "smote")
    comparison = made_up(
        log_loss={best_one: [-0.1, -0.1, -0.1, -0.1]},
        average_precision={other: [0.3, 0.4, 0.3, 0.4]},
    )

    assert recipe_of(comparison) == best_one


# --- what is adopted -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("less", "adopted"),
    [
        ([0.003, 0.002, 0.003, 0.002], "found"),  # better on every fold
        ([0.009, -0.001, 0.0, 0.0], "plain"),  # better by one lucky fold
        ([-0.003, -0.002, -0.003, -0.002], "plain"),  # worse
        ([0.0, 0.0, 0.0, 0.0], "plain"),  # the same
    ],
)
def test_what_a_search_found_is_adopted_only_beyond_its_interval(less, adopted):
    plain = np.array([0.11, 0.12, 0.10, 0.13])

    choice = choose("found", "plain", plain - less, plain)

    assert (choice["found"], choice["adopted"]) == ("found", adopted)
    assert choice["mean"] == pytest.approx(-np.mean(less))
    assert choice["low"] <= choice["mean"] <= choice["high"]


def test_a_search_among_equals_is_seldom_adopted():
    """Of twenty recipes that differ by luck alone, the best is not better later."""
    generator = np.random.default_rng(5)
    adopted = 0
    for _ in range(200):
        first, later = generator.normal(0.12, 0.002, (2, 20, 4))  # (half, recipe, fold)
        found = first.mean(axis=1).argmin()
        choice = choose("found", "plain", later[found], later[0])
        adopted += choice["adopted"] == "found"

    # 2.5 % are wanted; of 200, 4 standard errors are 4.4 %.
    assert adopted / 200 < 0.07
