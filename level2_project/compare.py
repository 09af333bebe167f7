"""Compare: models, what handles imbalance, and recalibration, measured side by side.

The best of many is partly the luckiest. So whatever a search finds, here and in the
steps `select` and `tune`, is used only if it also does better on folds that no search
has seen, beyond the 95 % interval of the paired difference. Else the plain way stays.
The figure is log loss: offers are decided by probabilities, and it sees all customers.
"""

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from level2_project.config import Config
from level2_project.measures import metrics
from level2_project.measures.gain import Array
from level2_project.measures.interval import interval
from level2_project.point_in_time.keys import LABEL
from level2_project.run.display import Progress
from level2_project.split import Split, for_choice, sample, walk_forward
from level2_project.train import Recipe, Trained, p_churn, recalibrated, train

Measured = dict[str, Any]  # figures by name

# From simple to elaborate: of equals, the simpler one wins.
MODELS = ["logistic", "lightgbm", "neural_net"]
IMBALANCES = ["nothing", "class_weights", "under_sampling", "smote"]
RECIPES = list(product(MODELS, IMBALANCES, [False, True]))
RECIPE = ["model", "imbalance", "recalibrate"]
SCORES = metrics.METRICS[:4]  # all but the lift
FIGURES = [score.__name__ for score in SCORES]


def compare(past: pd.DataFrame, config: Config, progress: Progress) -> pd.DataFrame:
    """Measure every recipe on every fold open to choice, one row each."""
    seed = config.seed_for("compare.customers")
    few = sample(past, config.train.compare_customers, seed)
    folds = for_choice(walk_forward(few, config.split, config.time.gap), config.split)
    jobs = list(product(folds, MODELS, IMBALANCES))
    rows: list[Measured] = []
    with threadpool_limits(1):
        at_once = Parallel(n_jobs=2, prefer="threads", return_as="generator")
        pairs = at_once(delayed(both)(*job, config) for job in jobs)
        for done, pair in enumerate(pairs, start=1):
            rows += pair
            progress(done, len(jobs))
    return pd.DataFrame(rows)


def both(fold: Split, model: str, imbalance: str, config: Config) -> list[Measured]:
    """Measure a recipe without recalibration and with it; the model is the same."""
    recipe = Recipe(model, imbalance, horizon_months=config.time.horizon_months)
    seed = config.seed_for("compare.models")
    plain = train(recipe, fold.train, seed)
    right = recalibrated(plain, fold.train, seed)
    return [measured(one, fold.test) for one in (plain, right)]


def measured(model: Trained, test: pd.DataFrame) -> Measured:
    """Measure a model on the tested cutoff."""
    p, left = p_churn(model, test), test[LABEL].to_numpy(bool)
    return {
        **{name: getattr(model.recipe, name) for name in RECIPE},
        "fold": test["cutoff"].iloc[0],
        **{score.__name__: score(left, p) for score in SCORES},
    }


def summary(comparison: pd.DataFrame) -> pd.DataFrame:
    """Compute mean figures per recipe, and differences from the plain recipe.

    A difference is taken fold by fold against the same model with nothing done about
    imbalance and no recalibration. `..._difference` is its mean over folds, `..._low`
    and `..._high` its 95 % t interval.
    """
    columns: dict[str, Any] = {}
    for figure in FIGURES:
        figures = by_fold(comparison, figure)
        plain = figures[[(model, "nothing", False) for model, _, _ in figures]]
        found = interval(figures.to_numpy(float) - plain.to_numpy(float))
        names = [f"{figure}_{part}" for part in ("difference", "low", "high")]
        columns |= {figure: figures.mean(), **dict(zip(names, found, strict=True))}
    return pd.DataFrame(columns).reset_index()


def by_fold(comparison: pd.DataFrame, figure: str) -> pd.DataFrame:
    """Return one row per fold, one column per recipe, from simple to elaborate."""
    figures = comparison.pivot(index="fold", columns=RECIPE, values=figure)
    return figures[[recipe for recipe in RECIPES if recipe in figures]]


def best(comparison: pd.DataFrame) -> dict[str, Any]:
    """Return the recipe with the lowest mean log loss; of equals, the simplest."""
    model, imbalance, right = by_fold(comparison, "log_loss").mean().idxmin()
    return {"model": model, "imbalance": imbalance, "recalibrate": bool(right)}


def loss(recipe: Recipe, fold: Split, seed: int) -> float:
    """Compute the log loss on the fold's test side, nats per customer and month."""
    model = train(recipe, fold.train, seed)
    return metrics.log_loss(fold.test[LABEL].to_numpy(bool), p_churn(model, fold.test))


def choose(found: Any, plain: Any, losses: Array, plain_losses: Array) -> Measured:
    """Adopt what a search found if its log loss is lower beyond the interval.

    Args:
        losses: one per fold that the search has not seen; `plain_losses` likewise.

    Returns:
        `found`, `adopted`, and the difference in log loss: `mean`, `low` and `high`.
    """
    difference = interval(np.subtract(losses, plain_losses))
    ends = {name: float(end) for name, end in difference._asdict().items()}
    return {"found": found, "adopted": found if ends["high"] < 0 else plain, **ends}
