"""Train: a model by a recipe; recalibrated, if the recipe says so."""

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd
from imblearn.pipeline import Pipeline
from lightgbm import LGBMClassifier
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.utils.class_weight import compute_sample_weight

from level2_project.config import Config
from level2_project.measures.gain import Array
from level2_project.models.balance import sampler
from level2_project.models.encode import encoder, one_hot
from level2_project.point_in_time.keys import KEYS, LABEL
from level2_project.split import Split

# What each model does when nobody tunes it.
DEFAULTS: dict[str, dict[str, Any]] = {
    "lightgbm": {
        "n_estimators": 150, "learning_rate": 0.05, "num_leaves": 15,
        "min_child_samples": 50, "colsample_bytree": 0.5, "reg_lambda": 10.0,
        "max_bin": 63, "deterministic": True, "force_row_wise": True, "verbose": -1,
        "n_jobs": 1,  # on shared cores a second thread mostly waits, and burns ten
    },
    "logistic": {"C": 0.01, "max_iter": 1_000},
    "neural_net": {  # one hidden layer; `max_iter` are epochs
        "hidden_layer_sizes": 16, "alpha": 1.0, "max_iter": 6,
        "learning_rate_init": 0.003,
    },
}  # fmt: skip


class NeuralNet(MLPClassifier):  # type: ignore[misc]
    """An `MLPClassifier` that takes `max_iter` epochs, and warns of nothing.

    scikit-learn's early stopping watches accuracy. Among 3 % leavers that is best for a
    net that has learnt nothing.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        for _ in range(self.max_iter):
            self.partial_fit(X, y, sample_weight, np.unique(y))
        return self


@dataclass(frozen=True)
class Recipe:
    """How to train; `params` are settings of the model, over `DEFAULTS`."""

    model: str = "lightgbm"  # or "logistic", "neural_net"
    imbalance: str = "nothing"  # or "class_weights", "smote", "under_sampling"
    recalibrate: bool = False
    params: dict[str, Any] = field(default_factory=dict, hash=False)
    horizon_months: int = 1  # labels look so far ahead; recalibration keeps clear


def recipe_of(config: Config, params: dict[str, Any]) -> Recipe:
    """Return the configured recipe with these settings of its model."""
    months = config.time.horizon_months
    return Recipe(**plain(config), params=params, horizon_months=months)


def plain(config: Config) -> dict[str, Any]:
    """Return the recipe of the config, which is used while none does better."""
    names = ("model", "imbalance", "recalibrate")
    return {name: getattr(config.train, name) for name in names}


def adopt(config: Config, recipe: dict[str, Any]) -> Config:
    """Return the config with another `model`, `imbalance` and `recalibrate`."""
    return replace(config, train=replace(config.train, **recipe))


class Recalibration(NamedTuple):
    """Platt's sigmoid: a shift and a stretch of log-odds."""

    shift: float
    stretch: float

    def __call__(self, p_churn: Array) -> Array:
        return np.asarray(expit(self.shift + self.stretch * log_odds(p_churn)))


@dataclass(frozen=True)
class Trained:
    """A fitted pipeline, the columns that it reads, its recalibration if any."""

    recipe: Recipe
    columns: list[str]
    estimator: Pipeline
    recalibration: Recalibration | None = None


def train(recipe: Recipe, snapshots: pd.DataFrame, seed: int) -> Trained:
    """Fit the recipe on all snapshots given, whose labels are known for sure."""
    features = snapshots.drop(columns=[*KEYS, LABEL])
    left = snapshots[LABEL].to_numpy(bool)
    weights = {}
    if recipe.imbalance == "class_weights":
        weights["model__sample_weight"] = compute_sample_weight("balanced", left)
    estimator = pipeline(recipe, seed).fit(features, left, **weights)
    trained = Trained(recipe, list(features), estimator)
    return recalibrated(trained, snapshots, seed) if recipe.recalibrate else trained


def p_churn(model: Trained, snapshots: pd.DataFrame) -> Array:
    """Predict the probability of leaving within the horizon.  # (n_snapshots,)"""
    p = model.estimator.predict_proba(snapshots[model.columns])[:, 1]
    return model.recalibration(p) if model.recalibration else p


def pipeline(recipe: Recipe, seed: int) -> Pipeline:
    """Return an estimator to fit; rows are sampled inside its `fit` and nowhere else.

    LightGBM reads gaps and categories as they are; SMOTE cannot.
    """
    sampler_seed, model_seed = np.random.SeedSequence(seed).generate_state(2) // 2
    encodes = recipe.model != "lightgbm" or recipe.imbalance == "smote"
    classes = {"lightgbm": LGBMClassifier, "logistic": LogisticRegression}
    settings = {"random_state": int(model_seed)} | DEFAULTS[recipe.model]
    steps = {
        "encode": encoder() if encodes else None,
        "sample": sampler(recipe.imbalance, int(sampler_seed)),
        "one_hot": one_hot() if encodes else None,
        "model": classes.get(recipe.model, NeuralNet)(**settings | recipe.params),
    }
    return Pipeline([(name, step) for name, step in steps.items() if step is not None])


def recalibrated(model: Trained, snapshots: pd.DataFrame, seed: int) -> Trained:
    """Put probabilities back to what happens, and leave the ranking as it is.

    A twin of the model, fitted without the last cutoffs, shows on these how far its
    probabilities are off; the model itself has seen all rows and is kept. Sampling and
    weights move log-odds by a constant, SMOTE and overfitting stretch them.
    """
    earlier, held_back = before_and_after(snapshots, model.recipe.horizon_months)
    twin = train(replace(model.recipe, recalibrate=False), earlier, seed)
    right = platt(p_churn(twin, held_back), held_back[LABEL].to_numpy(bool))
    recipe = replace(model.recipe, recalibrate=True)
    return replace(model, recipe=recipe, recalibration=right)


def platt(p: Array, left: Array) -> Recalibration:
    """Fit shift and stretch; the shift alone if the stretch would turn the ranking.

    Isotonic regression would tie customers whom the model tells apart.

    Source: Platt 1999, "Probabilistic outputs for support vector machines".
    """
    x = log_odds(p)
    line = LogisticRegression(C=np.inf).fit(x[:, None], left)
    if (stretch := float(line.coef_[0, 0])) > 0.05:
        return Recalibration(float(line.intercept_[0]), stretch)
    return Recalibration(brentq(lambda s: np.mean(expit(s + x) - left), -50, 50), 1.0)


def log_odds(p: Array) -> Array:
    return np.asarray(logit(np.clip(p.astype(float), 1e-9, 1 - 1e-9)))


def before_and_after(snapshots: pd.DataFrame, horizon_months: int) -> Split:
    """Hold back the last 3 cutoffs, and leave out rows whose labels reach into them."""
    cutoff = snapshots["cutoff"]
    held_from = sorted(cutoff.unique())[-3:][0]
    label_ends = cutoff + pd.DateOffset(months=horizon_months)
    return Split(snapshots[label_ends <= held_from], snapshots[cutoff >= held_from])
