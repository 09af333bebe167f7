"""Tune: search a model's settings over the open folds, the best guess at a time.

The search minimises the mean log loss over folds: offers are decided by probabilities,
and log loss is lowest for the true ones; average precision sees only their order, and
with a hundred leavers a fold it is mostly luck.

A search lives in a file (`models/studies.py`). Each trial draws from its own stream, so
a search that was killed and goes on ends with the trials that it would have had.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import optuna
import pandas as pd
from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.distributions import FloatDistribution as Float
from optuna.distributions import IntDistribution as Int
from optuna.trial import TrialState

from level2_project.config import Config
from level2_project.measures.metrics import log_loss
from level2_project.models.studies import (
    Plan,
    finished,
    next_trial,
    open_study,
    quiet,
    turn,
)
from level2_project.point_in_time.keys import KEYS, LABEL
from level2_project.run.display import Progress
from level2_project.split import Split, for_choice
from level2_project.train import DEFAULTS, Recipe, p_churn, recipe_of, train

SPACE: dict[str, dict[str, BaseDistribution]] = {
    "lightgbm": {
        "n_estimators": Int(50, 300, log=True),
        "learning_rate": Float(0.015, 0.15, log=True),
        "num_leaves": Int(3, 32, log=True),
        "min_child_samples": Int(20, 500, log=True),
        "colsample_bytree": Float(0.2, 1.0),
        "subsample": Float(0.4, 1.0),
        "reg_alpha": Float(1e-3, 30.0, log=True),
        "reg_lambda": Float(1e-3, 100.0, log=True),
    },
    "logistic": {"C": Float(1e-4, 10.0, log=True)},
    "neural_net": {
        "hidden_layer_sizes": CategoricalDistribution([8, 16, 32, 64]),  # one layer
        "alpha": Float(1e-3, 30.0, log=True),
        "max_iter": Int(5, 40, log=True),  # epochs
    },
}
# Where a search begins: what the models do when nobody tunes them.
FIRST = DEFAULTS | {
    "lightgbm": {**DEFAULTS["lightgbm"], "subsample": 1.0, "reg_alpha": 1e-3}
}
# Without a frequency `subsample` does nothing.
FIXED: dict[str, dict[str, Any]] = {"lightgbm": {"subsample_freq": 1}}
AT_ONCE = 2  # folds, each on a thread


class Tuned(NamedTuple):
    params: dict[str, Any]  # of the best trial, for a `Recipe`
    trials: pd.DataFrame  # one row per trial: trial, state, n_folds, log_loss, params
    importance: pd.DataFrame  # one row per setting: parameter, importance (sum 1)


class Search(NamedTuple):
    """What every trial of one search shares."""

    folds: list[Split]
    recipe: Recipe
    seed: int

    @property
    def space(self) -> dict[str, BaseDistribution]:
        return SPACE[self.recipe.model]

    @property
    def first(self) -> dict[str, Any]:
        return {name: FIRST[self.recipe.model][name] for name in self.space}

    @property
    def fixed(self) -> dict[str, Any]:
        return FIXED.get(self.recipe.model, {})


def tune(
    folds: list[Split],
    columns: list[str],
    config: Config,
    storage: Path,
    progress: Progress | None = None,
) -> Tuned:
    """Search until the study in `storage` has all its trials, whoever ran them.

    Args:
        folds: the whole walk-forward; the last `untouched` folds are never looked at.
        columns: the selected ones.
        config: seed, model, imbalance, trials, and how many customers the search sees.
        storage: the file of the study; another process may be at work on it.
        progress: told after each trial how many are done.
    """
    search = search_of(for_choice(folds, config.split), columns, config)
    plan = Plan(config.tune.trials, search.space, search.first, search.seed)
    with quiet():
        study = open_study(storage, name_of(search))
        while trial := begin(study, plan, storage):
            run(study, trial, search)
            if progress:
                progress(len(finished(study)), plan.n_trials)
        return tuned(study, search)


def begin(study: optuna.Study, plan: Plan, storage: Path) -> optuna.Trial | None:
    with turn(storage):
        return next_trial(study, plan)


def search_of(folds: list[Split], columns: list[str], config: Config) -> Search:
    """Put together what the trials need: few columns, and a sample of customers."""
    wanted = [*KEYS, LABEL, *columns]
    few = [Split(train[wanted], test[wanted]) for train, test in sample(folds, config)]
    return Search(few, recipe_of(config, {}), config.seed_for("search"))


def sample(folds: list[Split], config: Config) -> list[Split]:
    """Keep randomly chosen customers, the same on all sides of all folds."""
    sides = [side["customer_id"].unique() for fold in folds for side in fold]
    ids = np.unique(np.concatenate(sides))
    generator = np.random.default_rng(config.seed_for("search.customers"))
    chosen = generator.permutation(ids)[: config.tune.customers]
    return [
        Split(*(side[side["customer_id"].isin(chosen)] for side in fold))
        for fold in folds
    ]


def name_of(search: Search) -> str:
    """Name the search by all that bears on it, so that no other is taken for it."""
    settings = repr((search.recipe, search.seed, search.space))
    known = blake2b(settings.encode(), digest_size=8)
    for side in (side for fold in search.folds for side in fold):
        known.update(",".join(side.columns).encode())
        known.update(pd.util.hash_pandas_object(side, index=False).to_numpy().tobytes())
    return f"{search.recipe.model}-{known.hexdigest()}"


def run(study: optuna.Study, trial: optuna.Trial, search: Search) -> None:
    """Test one setting, two folds at a time; give up once it lies behind most others.

    What is reported after a fold is the mean over all folds so far.
    """
    losses: list[float] = []
    for first in range(0, len(search.folds), AT_ONCE):
        folds = search.folds[first : first + AT_ONCE]
        losses += losses_on(trial.params, folds, search)
        trial.report(float(np.mean(losses)), len(losses))
        if len(losses) < len(search.folds) and trial.should_prune():
            study.tell(trial, state=TrialState.PRUNED)
            return
    study.tell(trial, float(np.mean(losses)))


def losses_on(
    params: dict[str, Any], folds: list[Split], search: Search
) -> list[float]:
    """Compute the log loss on each fold's test side, nats per customer and month."""
    recipe = replace(search.recipe, params=search.fixed | params)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda fold: loss(recipe, fold, search.seed), folds))


def loss(recipe: Recipe, fold: Split, seed: int) -> float:
    """Compute the log loss on the fold's test side, nats per customer and month."""
    model = train(recipe, fold.train, seed)
    left = fold.test[LABEL].to_numpy(bool)
    return log_loss(left, p_churn(model, fold.test))


def tuned(study: optuna.Study, search: Search) -> Tuned:
    params = search.fixed | study.best_params
    return Tuned(params, table(finished(study)), importance(study))


def table(trials: list[optuna.trial.FrozenTrial]) -> pd.DataFrame:
    """List the finished trials, one row each, numbered from 1 in order of time.

    The log loss of a trial that was given up is that of the folds it has seen.
    """
    rows = [
        {
            "trial": number,
            "state": trial.state.name.lower(),
            "n_folds": max(trial.intermediate_values),
            "log_loss": trial.intermediate_values[max(trial.intermediate_values)],
            **trial.params,
        }
        for number, trial in enumerate(trials, start=1)
    ]
    return pd.DataFrame(rows)


def importance(study: optuna.Study) -> pd.DataFrame:
    """Compute how much each setting explains of what separates good from bad."""
    shares = optuna.importance.get_param_importances(study)
    return pd.DataFrame(shares.items(), columns=["parameter", "importance"])
