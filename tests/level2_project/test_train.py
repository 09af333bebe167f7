"""Train: recipes learn what there is to learn, and repair what they distort."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from imblearn.under_sampling import RandomUnderSampler
from sklearn.base import clone
from sklearn.metrics import roc_auc_score

from level2_project.models import balance
from level2_project.models.balance import smote
from level2_project.models.encode import NOMINAL, encoder
from level2_project.split import Split, split
from level2_project.train import (
    Recipe,
    Trained,
    before_and_after,
    p_churn,
    pipeline,
    platt,
    recalibrated,
    train,
)
from tests.level2_project.snapshots import p_leave, snapshots_of

MODELS = ["logistic", "lightgbm", "neural_net"]
IMBALANCES = ["nothing", "class_weights", "under_sampling", "smote"]
RECIPES = [Recipe(*names) for names in product(MODELS, IMBALANCES)]
DISTORTED = [recipe for recipe in RECIPES if recipe.imbalance != "nothing"]
TWO_MONTHS = pd.DateOffset(months=2)


def name(recipe: Recipe) -> str:
    return f"{recipe.model}-{recipe.imbalance}"


def fold_of(customers: int, cutoffs: int) -> Split:
    snapshots = snapshots_of(customers, cutoffs)
    return split(snapshots, snapshots["cutoff"].max(), TWO_MONTHS)


@pytest.fixture(scope="module")
def fold() -> Split:
    return fold_of(customers=300, cutoffs=10)


@pytest.fixture(scope="module")
def large() -> Split:
    return fold_of(customers=2_000, cutoffs=9)


@pytest.fixture(scope="module")
def pairs(large) -> dict[Recipe, tuple[Trained, Trained]]:
    """By recipe: the model without recalibration, and with it."""
    found = {}
    for recipe in RECIPES:
        plain = train(recipe, large.train, 1)
        found[recipe] = plain, recalibrated(plain, large.train, 1)
    return found


# --- all recipes ---------------------------------------------------------------------


@pytest.mark.parametrize("recipe", RECIPES, ids=name)
def test_the_same_seed_gives_the_same_predictions(fold, recipe):
    once, again = (p_churn(train(recipe, fold.train, 7), fold.test) for _ in range(2))

    assert np.array_equal(once, again)
    assert once.shape == (len(fold.test),)
    assert 0 < once.min() < once.max() < 1


@pytest.mark.parametrize("model", ["lightgbm", "neural_net"])
def test_another_seed_gives_other_predictions(fold, model):
    one, other = (
        p_churn(train(Recipe(model), fold.train, s), fold.test) for s in (1, 2)
    )

    assert not np.array_equal(one, other)


@pytest.mark.parametrize("model", MODELS)
def test_a_model_learns_the_signal_and_nothing_beyond_it(large, pairs, model):
    """Better than tenure alone, and no better than the true chances."""
    left = large.test["left"]
    truth = p_leave(large.test.fillna({"days_since_last_use": 5}))
    tenure = roc_auc_score(left, -large.test["tenure_days"])

    area = roc_auc_score(left, p_churn(pairs[Recipe(model)][0], large.test))

    assert tenure + 0.1 < area < roc_auc_score(left, truth) + 0.02


@pytest.mark.parametrize("model", MODELS)
def test_plain_probabilities_sum_to_the_leavers(large, pairs, model):
    p = p_churn(pairs[Recipe(model)][0], large.test)

    left = large.test["left"].sum()
    assert abs(p.sum() - left) < 4 * np.sqrt(left)


@pytest.mark.parametrize("recipe", RECIPES, ids=name)
def test_a_recipe_makes_a_scikit_learn_estimator(fold, recipe):
    features, left = fold.train[["plan", "minutes_7"]], fold.train["left"].to_numpy()
    estimator = pipeline(recipe, seed=1)

    one, other = (e.fit(features, left) for e in (estimator, clone(estimator)))

    assert np.array_equal(one.predict_proba(features), other.predict_proba(features))
    assert one.predict(features).dtype == bool


def test_parameters_go_over_the_defaults(fold):
    model = train(Recipe(params={"n_estimators": 3}), fold.train, 1)

    assert model.estimator["model"].n_estimators_ == 3


# --- imbalance -----------------------------------------------------------------------


@pytest.fixture
def seen(monkeypatch) -> list[pd.DataFrame]:
    """All rows that any sampler is given from now on."""
    rows: list[pd.DataFrame] = []

    def spy_on(resample):
        def resample_and_tell(*args, **kwargs):
            rows.append(next(a for a in args if isinstance(a, pd.DataFrame)))
            return resample(*args, **kwargs)

        return resample_and_tell

    monkeypatch.setattr(balance, "smote", spy_on(smote))
    plain = RandomUnderSampler.fit_resample
    monkeypatch.setattr(RandomUnderSampler, "fit_resample", spy_on(plain))
    return rows


@pytest.mark.parametrize("recalibrate", [False, True])
@pytest.mark.parametrize("imbalance", ["under_sampling", "smote"])
@pytest.mark.parametrize("model", MODELS)
def test_no_sampler_ever_sees_a_tested_row(fold, seen, model, imbalance, recalibrate):
    trained = train(Recipe(model, imbalance, recalibrate), fold.train, 1)
    fits = len(seen)

    p_churn(trained, fold.test)

    assert fits == len(seen) == 1 + recalibrate
    assert all(set(rows.index) <= set(fold.train.index) for rows in seen)


@pytest.mark.parametrize("recipe", RECIPES, ids=name)
def test_a_customer_is_scored_the_same_alone_and_in_company(fold, recipe):
    model = train(recipe, fold.train, 1)

    alone = p_churn(model, fold.test.head(7))

    assert alone == pytest.approx(p_churn(model, fold.test)[:7], rel=1e-5)


@pytest.mark.parametrize("recipe", DISTORTED, ids=name)
def test_balancing_inflates_probabilities_and_recalibration_repairs_them(
    large, pairs, recipe
):
    """Fitted on three cutoffs, the repair has a third of the luck of one."""
    left = large.test["left"].sum()

    before, after = (p_churn(model, large.test) for model in pairs[recipe])

    assert before.sum() > 1.5 * left
    assert abs(after.sum() - left) < 4 * np.sqrt(left * (1 + 1 / 3))


def test_smote_adds_leavers_between_leavers_and_leaves_real_rows_alone(fold):
    features = encoder().fit_transform(fold.train.drop(columns=["cutoff", "left"]))
    left = fold.train["left"].to_numpy()
    numbers = features.columns[~features.columns.str.contains(NOMINAL)]

    rows, labels = smote(features, left, seed=1)

    assert np.array_equal(rows.head(len(left)), features)
    assert (rows.dtypes == features.dtypes).all()
    made, real = rows.iloc[len(left) :], features[left]
    assert labels[len(left) :].all()
    assert labels.sum() == round(0.25 * (~left).sum())
    assert not rows.isna().any(axis=None)
    assert (made[numbers] <= real[numbers].max() + 1e-5).all(axis=None)
    assert (made[numbers] >= real[numbers].min() - 1e-5).all(axis=None)
    assert set(made["nominal__plan"]) <= set(real["nominal__plan"])


def test_smote_does_without_categories(fold):
    numbers = fold.train.drop(columns=["plan", "region"]).dropna(axis="columns")

    model = train(Recipe(imbalance="smote"), numbers, 1)

    assert p_churn(model, fold.test).max() < 1


# --- recalibration -------------------------------------------------------------------


@pytest.mark.parametrize("recipe", RECIPES, ids=name)
def test_recalibration_leaves_the_ranking_as_it_is(large, pairs, recipe):
    plain, right = (p_churn(model, large.test) for model in pairs[recipe])

    assert np.all(np.diff(right[np.argsort(plain)]) >= 0)
    assert not np.array_equal(plain, right)


@pytest.mark.parametrize("value", ["worse than chance", "the same for all"])
def test_recalibration_of_a_hopeless_model_moves_probabilities_alike(value):
    left = np.arange(1_000) < 40
    p = (
        np.where(left, 0.4, 0.6)
        if value == "worse than chance"
        else np.full(1_000, 0.5)
    )

    right = platt(p, left)

    assert right.stretch == 1.0
    assert right(p).sum() == pytest.approx(40)


def test_recalibration_is_fitted_on_the_last_three_cutoffs():
    snapshots = snapshots_of(customers=50, cutoffs=10)
    cutoffs = sorted(snapshots["cutoff"].unique())

    earlier, held_back = before_and_after(snapshots, horizon_months=1)

    assert sorted(held_back["cutoff"].unique()) == cutoffs[-3:]
    assert sorted(earlier["cutoff"].unique()) == cutoffs[:-3]


def test_labels_of_the_twin_do_not_reach_into_what_is_held_back():
    snapshots = snapshots_of(customers=50, cutoffs=10)

    earlier, held_back = before_and_after(snapshots, horizon_months=3)

    label_ends = earlier["cutoff"] + pd.DateOffset(months=3)
    assert label_ends.max() == held_back["cutoff"].min()


# --- what a model is asked -----------------------------------------------------------


@pytest.fixture(scope="module")
def models(fold) -> list[Trained]:
    return [train(Recipe(model, "smote"), fold.train, 1) for model in MODELS]


def test_columns_are_found_by_name_whatever_their_order(fold, models):
    for model in models:
        backwards = fold.test[fold.test.columns[::-1]].assign(extra=1)

        assert np.array_equal(p_churn(model, backwards), p_churn(model, fold.test))


def test_new_categories_and_empty_columns_get_a_probability(fold, models):
    strange = fold.test.assign(
        plan=pd.Categorical(["galactic"] * len(fold.test)), minutes_28=np.nan
    )

    for model in models:
        p = p_churn(model, strange)

        assert np.all((p > 0) & (p < 1))


def test_encoded_numbers_have_one_scale_and_no_gaps(fold):
    encoded = encoder().fit_transform(fold.train.drop(columns=["cutoff", "left"]))

    numbers = encoded.loc[:, ~encoded.columns.str.contains(NOMINAL)]
    assert not encoded.isna().any(axis=None)
    assert numbers.mean().to_numpy() == pytest.approx(0, abs=1e-4)
    assert numbers.std().between(0.4, 1.01).all()  # gaps at the mean narrow it
    assert encoded["numeric__missingindicator_days_since_offer"].mean() > 0.5


def test_a_column_that_hardly_moved_in_the_past_does_not_decide_alone(fold):
    """As the price rise of the last 90 days, in the months around the first rise."""
    luck = np.random.default_rng(1).normal(0, 1e-6, len(fold.train))

    rise = train(Recipe("logistic"), fold.train.assign(price_rise_90=luck), 1)
    p = p_churn(rise, fold.test.assign(price_rise_90=0.08))

    assert 0.01 < p.mean() < 0.5
