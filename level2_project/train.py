"""Train: a model by a recipe; recalibrated, if the recipe says so."""

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from imblearn.pipeline import Pipeline
from lightgbm import LGBMClassifier
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.base import ClassifierMixin
from sklearn.linear_model import LogisticRegression

from level2_project.models.balance import sampler
from level2_project.models.encode import Encode, one_hot
from level2_project.models.neural_net import NeuralNet
from level2_project.split import KEYS, LABEL

Floats = NDArray[np.floating[Any]]

HELD_BACK = 3  # last cutoffs on which recalibration is fitted
LIGHTGBM = {
    "n_estimators": 150,
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_child_samples": 50,
    "colsample_bytree": 0.5,
    "reg_lambda": 10.0,
    "max_bin": 63,
    "n_jobs": 1,  # on shared cores a second thread mostly waits, and burns ten times
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
LOGISTIC = {"C": 0.01, "max_iter": 1_000}


@dataclass(frozen=True)
class Recipe:
    """How to train.

    Attributes:
        params: settings of the model, over those below.
        horizon_months: how far labels look ahead; recalibration keeps clear of it.
    """

    model: str = "lightgbm"  # or "logistic", "neural_net"
    imbalance: str = "nothing"  # or "class_weights", "smote", "under_sampling"
    recalibrate: bool = False
    params: dict[str, Any] = field(default_factory=dict, hash=False)
    horizon_months: int = 1


class Recalibration(NamedTuple):
    """Platt's sigmoid: a shift and a stretch of log-odds."""

    shift: float
    stretch: float

    def __call__(self, p_churn: Floats) -> Floats:
        corrected: Floats = expit(self.shift + self.stretch * log_odds(p_churn))
        return corrected


@dataclass(frozen=True)
class Trained:
    """A fitted pipeline, the columns that it reads, its recalibration if any."""

    recipe: Recipe
    columns: list[str]
    estimator: Pipeline
    recalibration: Recalibration | None = None


def train(recipe: Recipe, snapshots: pd.DataFrame, seed: int) -> Trained:
    """Fit the recipe on all snapshots given.

    Args:
        recipe: what to fit.
        snapshots: one row per customer per cutoff, with labels known for sure.
        seed: of sampling and model; the same gives the same predictions.
    """
    features = snapshots.drop(columns=[*KEYS, LABEL])
    estimator = pipeline(recipe, seed)
    estimator.fit(features, snapshots[LABEL].to_numpy(bool))
    trained = Trained(recipe, list(features), estimator)
    return recalibrated(trained, snapshots, seed) if recipe.recalibrate else trained


def p_churn(model: Trained, snapshots: pd.DataFrame) -> Floats:
    """Give the chance of leaving within the horizon.  # (n_snapshots,)

    Raises:
        ValueError: columns that the model reads are missing.
    """
    if missing := sorted(set(model.columns) - set(snapshots)):
        raise ValueError(
            f"wanted the {len(model.columns)} columns that the model was trained on, "
            f"found none named {', '.join(missing)}: make features with the same config"
        )
    p = model.estimator.predict_proba(snapshots[model.columns])[:, 1]
    return model.recalibration(p) if model.recalibration else p


def pipeline(recipe: Recipe, seed: int) -> Pipeline:
    """Give an estimator to fit; rows are sampled inside its `fit` and nowhere else.

    LightGBM reads gaps and categories as they are, unless SMOTE, which cannot, comes
    first.
    """
    sampler_seed, model_seed = np.random.SeedSequence(seed).generate_state(2) // 2
    is_tree = recipe.model == "lightgbm"
    steps = {
        "encode": Encode() if not is_tree or recipe.imbalance == "smote" else None,
        "sample": sampler(recipe.imbalance, int(sampler_seed)),
        "one_hot": None if is_tree else one_hot(),
        "model": model_of(recipe, int(model_seed)),
    }
    return Pipeline([(name, step) for name, step in steps.items() if step is not None])


def model_of(recipe: Recipe, seed: int) -> ClassifierMixin:
    weight = "balanced" if recipe.imbalance == "class_weights" else None
    shared = {"class_weight": weight, "random_state": seed}
    if recipe.model == "lightgbm":
        return LGBMClassifier(**{**LIGHTGBM, **shared, **recipe.params})
    if recipe.model == "logistic":
        return LogisticRegression(**{**LOGISTIC, **shared, **recipe.params})
    return NeuralNet(**{**shared, **recipe.params})


def recalibrated(model: Trained, snapshots: pd.DataFrame, seed: int) -> Trained:
    """Put probabilities back to what happens, and leave the ranking as it is.

    A twin of the model, fitted without the last cutoffs, shows on these how far its
    probabilities are off; the model itself has seen all rows and is kept. Sampling and
    weights move log-odds by a constant, SMOTE and overfitting stretch them, so two
    numbers put all four right. Isotonic regression would need more leavers than three
    cutoffs have, and its steps tie customers whom the model tells apart.

    Source: Platt 1999, "Probabilistic outputs for support vector machines".

    Args:
        model: trained on `snapshots` without recalibration.
        snapshots: one row per customer per cutoff, with labels known for sure.
        seed: of the twin.
    """
    earlier, held_back = before_and_after(snapshots, model.recipe.horizon_months)
    twin = train(replace(model.recipe, recalibrate=False), earlier, seed)
    recalibration = platt(p_churn(twin, held_back), held_back[LABEL].to_numpy(bool))
    return replace(
        model,
        recipe=replace(model.recipe, recalibrate=True),
        recalibration=recalibration,
    )


def before_and_after(
    snapshots: pd.DataFrame, horizon_months: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hold back the last cutoffs, and leave out rows whose labels reach into them.

    Raises:
        ValueError: too few cutoffs to hold some back.
    """
    cutoff = snapshots["cutoff"]
    held_from = sorted(cutoff.unique())[-HELD_BACK:][0]
    label_ends = cutoff + pd.DateOffset(months=horizon_months)
    earlier, held_back = (
        snapshots[label_ends <= held_from],
        snapshots[cutoff >= held_from],
    )
    found = [int(side[LABEL].sum()) for side in (earlier, held_back)]
    if 0 in found:
        raise ValueError(
            f"cannot recalibrate: wanted leavers before {held_from:%Y-%m-%d} and "
            f"after, found {found[0]} and {found[1]}: train on more than "
            f"{HELD_BACK + horizon_months} cutoffs, or set recalibrate = false"
        )
    return earlier, held_back


def platt(p: Floats, left: NDArray[np.bool_]) -> Recalibration:
    """Fit shift and stretch; the shift alone if the stretch would turn the ranking."""
    x = log_odds(p)
    line = LogisticRegression(C=np.inf).fit(x[:, None], left)
    shift, stretch = float(line.intercept_[0]), float(line.coef_[0, 0])
    if stretch > 0.05:
        return Recalibration(shift, stretch)
    return Recalibration(brentq(lambda s: np.mean(expit(s + x) - left), -50, 50), 1.0)


def log_odds(p: Floats) -> Floats:
    found: Floats = logit(np.clip(p.astype(float), 1e-9, 1 - 1e-9))
    return found
