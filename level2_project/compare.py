"""Compare: models, what handles imbalance, and recalibration, measured side by side."""

import time
from itertools import product
from typing import Any

import pandas as pd
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from level2_project.config import Config, Economics
from level2_project.decide import decide
from level2_project.measures import gain, metrics
from level2_project.measures.gain import reachable
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
FIGURES = [*(score.__name__ for score in SCORES), "profit_per_1000_usd", "seconds"]


def compare(past: pd.DataFrame, config: Config, progress: Progress) -> pd.DataFrame:
    """Measure every recipe on every fold open to choice, one row each.

    Two models are fitted at a time, each on one thread: `seconds` are of such a half.
    """
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
    start, seed = time.perf_counter(), config.seed_for("compare.models")
    plain = train(recipe, fold.train, seed), time.perf_counter() - start
    right = recalibrated(plain[0], fold.train, seed), time.perf_counter() - start
    return [
        measured(model, fold.test, config.economics) | {"seconds": seconds}
        for model, seconds in (plain, right)
    ]


def measured(model: Trained, test: pd.DataFrame, economics: Economics) -> Measured:
    """Measure a model on the tested cutoff, as if no offer had been made before."""
    p, left = p_churn(model, test), test[LABEL].to_numpy(bool)
    fee_usd = test["monthly_fee_usd"].to_numpy()
    offer = decide(p, fee_usd, reachable(test), economics)
    return {
        **{name: getattr(model.recipe, name) for name in RECIPE},
        "fold": test["cutoff"].iloc[0],
        **{score.__name__: score(left, p) for score in SCORES},
        "profit_per_1000_usd": gain.profit_per_1000_usd(
            offer, left, fee_usd, economics
        ),
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


def winner(comparison: pd.DataFrame) -> dict[str, Any]:
    """Return the recipe to use: `model`, `imbalance`, `recalibrate`.

    Money first: recipes go out whose profit lies behind the best by more than the 95 %
    interval of the paired difference, then those whose average precision does. Of what
    is left the lowest mean log loss wins, for offers are decided by probabilities. Of
    equals, the simplest.
    """
    recipes = list(by_fold(comparison, "seconds"))
    for figure in ("profit_per_1000_usd", "average_precision"):
        figures = by_fold(comparison, figure)[recipes]
        behind = figures.sub(figures[figures.mean().idxmax()], axis=0)
        recipes = [*figures.columns[interval(behind.to_numpy(float)).high >= 0]]
    model, imbalance, right = by_fold(comparison, "log_loss")[recipes].mean().idxmin()
    return {"model": model, "imbalance": imbalance, "recalibrate": bool(right)}
