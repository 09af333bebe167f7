"""Compare: every recipe on the same folds, paired, and a winner by a stated rule."""

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
    compare,
    summary,
    winner,
)
from level2_project.config import Config, read_config
from level2_project.decide import decide
from level2_project.measures.gain import profit_per_1000_usd, reachable
from level2_project.split import sample, split
from level2_project.train import Recipe, p_churn, train
from tests.level2_project.snapshots import snapshots_of

FOLDS = pd.date_range("2023-01-01", periods=4, freq="MS")
MADE_UP = dict.fromkeys(FIGURES, 0.0)


def config_of(customers: int) -> Config:
    """Two folds open to choice, one untouched."""
    config = read_config()
    few = {"n_folds": 3, "untouched": 1}
    return replace(
        config,
        split=replace(config.split, **few),
        train=replace(config.train, compare_customers=customers),
    )


def silent(done: int, wanted: int) -> None:
    pass


@pytest.fixture(scope="module")
def snapshots() -> pd.DataFrame:
    return snapshots_of(customers=300, cutoffs=9)


@pytest.fixture(scope="module")
def comparison(snapshots) -> pd.DataFrame:
    return compare(snapshots, config_of(customers=10_000), silent)


@pytest.fixture
def only_plain_logistic(monkeypatch):
    monkeypatch.setattr(module, "MODELS", ["logistic"])
    monkeypatch.setattr(module, "IMBALANCES", ["nothing"])


# --- what is measured ----------------------------------------------------------------


def test_every_recipe_meets_every_open_fold_once(snapshots, comparison):
    tested = sorted(snapshots["cutoff"].unique())[-3:-1]

    found = comparison.set_index([*RECIPE, "fold"]).index

    assert set(found) == {(*recipe, fold) for recipe in RECIPES for fold in tested}
    assert len(found) == 24 * 2
    assert not comparison.isna().any(axis=None)


def test_recalibration_changes_probabilities_and_not_the_ranking(comparison):
    plain, right = (
        comparison[comparison["recalibrate"] == r].reset_index() for r in (False, True)
    )

    assert np.allclose(plain["average_precision"], right["average_precision"])
    assert (right["seconds"] > plain["seconds"]).all()
    inflated = plain["imbalance"].isin(["class_weights", "under_sampling"])
    assert (plain.loc[inflated, "calibration"] > 3).all()
    assert (right.loc[inflated, "calibration"] < 3).all()


@pytest.mark.usefixtures("only_plain_logistic")
def test_the_untouched_folds_change_nothing(snapshots):
    config = config_of(customers=10_000)
    last = snapshots["cutoff"] == snapshots["cutoff"].max()
    rewritten = snapshots.assign(
        left=snapshots["left"] ^ last,
        minutes_7=snapshots["minutes_7"].mask(last, -1.0),
    )

    before, after = (compare(s, config, silent) for s in (snapshots, rewritten))

    assert before.drop(columns="seconds").equals(after.drop(columns="seconds"))


@pytest.mark.usefixtures("only_plain_logistic")
def test_a_figure_is_that_of_training_and_deciding_by_hand(snapshots):
    config = config_of(customers=10_000)
    fold = split(snapshots, snapshots["cutoff"].unique()[-3], config.time.gap)
    seed = config.seed_for("compare.models")
    p = p_churn(train(Recipe("logistic"), fold.train, seed), fold.test)
    fee_usd, left = (fold.test[c].to_numpy() for c in ("monthly_fee_usd", "left"))
    offer = decide(p, fee_usd, reachable(fold.test), config.economics)
    profit = profit_per_1000_usd(offer, left, fee_usd, config.economics)

    row = compare(snapshots, config, silent).iloc[0]

    assert row["calibration"] == pytest.approx(p.sum() / left.sum())
    assert row["profit_per_1000_usd"] == pytest.approx(profit)


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
    return Recipe(**winner(comparison))


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


def test_what_is_tied_in_money_and_precision_is_settled_by_log_loss():
    best, luckier = Recipe("lightgbm"), Recipe("neural_net", "smote")
    comparison = made_up(
        log_loss={best: [-0.1, -0.1, -0.1, -0.1]},
        average_precision={luckier: [0.9, 0.0, 0.0, 0.0]},
    )

    assert recipe_of(comparison) == best


def test_what_lies_ahead_beyond_the_interval_wins():
    best = Recipe("neural_net", "smote", True)
    comparison = made_up(average_precision={best: [0.3, 0.4, 0.3, 0.4]})

    assert recipe_of(comparison) == best


def test_what_lies_ahead_by_luck_does_not_win():
    lucky = Recipe("neural_net", "smote", True)
    comparison = made_up(average_precision={lucky: [0.9, 0.0, 0.0, 0.0]})

    assert recipe_of(comparison) == Recipe("logistic", "nothing", False)


def test_money_comes_before_ranking():
    rich, precise = Recipe("lightgbm"), Recipe("logistic", "smote")
    comparison = made_up(
        profit_per_1000_usd={rich: [9.0, 8.0, 9.0, 8.0]},
        average_precision={precise: [0.3, 0.4, 0.3, 0.4]},
    )

    assert recipe_of(comparison) == rich


def test_of_what_earns_as_much_the_better_ranking_wins():
    plain, weighted = Recipe("lightgbm"), Recipe("lightgbm", "class_weights", True)
    comparison = made_up(
        profit_per_1000_usd={
            plain: [9.0, 8.0, 9.0, 8.0],
            weighted: [8.0, 9.0, 9.0, 8.0],
        },
        average_precision={weighted: [0.3, 0.4, 0.3, 0.4]},
    )

    assert recipe_of(comparison) == weighted
