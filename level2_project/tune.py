"""Tune: search a model's settings over the open folds, the best guess at a time.

The search minimises the mean log loss over folds: offers are decided by probabilities,
and log loss is lowest for the true ones. Average precision sees only their order, and
with a hundred leavers a fold it is mostly luck. `models/studies.py` keeps the search in
a file.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import optuna
import pandas as pd
from optuna.distributions import BaseDistribution
from optuna.distributions import CategoricalDistribution as Choice
from optuna.distributions import FloatDistribution as Float
from optuna.distributions import IntDistribution as Int
from optuna.trial import TrialState

from level2_project.config import Config
from level2_project.measures.metrics import log_loss
from level2_project.models.studies import Plan, finished, next_trial, open_study
from level2_project.point_in_time.keys import KEYS, LABEL
from level2_project.run.display import Progress
from level2_project.split import Split, for_choice, sample
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
        "hidden_layer_sizes": Choice([8, 16, 32, 64]),  # one layer
        "alpha": Float(1e-3, 30.0, log=True),
        "max_iter": Int(5, 40, log=True),  # epochs
    },
}
# A search begins with the defaults of `train.py`, and with these for what they omit.
OMITTED = {"subsample": 1.0, "reg_alpha": 1e-3}
# Without a frequency `subsample` does nothing.
FIXED: dict[str, dict[str, Any]] = {name: {} for name in SPACE} | {
    "lightgbm": {"subsample_freq": 1}
}
AT_ONCE = 2  # folds, each on a thread


class Tuned(NamedTuple):
    params: dict[str, Any]  # of the best trial, for a `Recipe`
    trials: pd.DataFrame  # one row per trial: trial, state, n_folds, log_loss, params
    importance: pd.DataFrame  # one row per setting: parameter, importance (sum 1)


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
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    model, seed = config.train.model, config.seed_for("search")
    few = sampled(for_choice(folds, config.split), columns, config)
    first = {name: (OMITTED | DEFAULTS[model])[name] for name in SPACE[model]}
    plan = Plan(storage, config.tune.trials, SPACE[model], first, seed)
    study = open_study(storage)
    while trial := next_trial(study, plan):
        recipe = recipe_of(config, FIXED[model] | trial.params)
        run(study, trial, few, recipe, seed)
        if progress:
            progress(len(finished(study)), plan.n_trials)
    return tuned(study, FIXED[model])


def sampled(folds: list[Split], columns: list[str], config: Config) -> list[Split]:
    """Keep these columns of randomly chosen customers, the same in all folds."""
    everybody = pd.concat(side[["customer_id"]] for fold in folds for side in fold)
    seed, wanted = config.seed_for("search.customers"), [*KEYS, LABEL, *columns]
    ids = sample(everybody, config.tune.customers, seed)["customer_id"]
    return [
        Split(*(side.loc[side["customer_id"].isin(ids), wanted] for side in fold))
        for fold in folds
    ]


def run(
    study: optuna.Study,
    trial: optuna.Trial,
    folds: list[Split],
    recipe: Recipe,
    seed: int,
) -> None:
    """Test one setting, two folds at a time; give up once it lies behind most others.

    What is reported after a fold is the mean over all folds so far.
    """
    losses: list[float] = []
    for first in range(0, len(folds), AT_ONCE):
        pair = folds[first : first + AT_ONCE]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            losses += pool.map(lambda fold: loss(recipe, fold, seed), pair)
        trial.report(float(np.mean(losses)), len(losses))
        if len(losses) < len(folds) and trial.should_prune():
            study.tell(trial, state=TrialState.PRUNED)
            return
    study.tell(trial, float(np.mean(losses)))


def loss(recipe: Recipe, fold: Split, seed: int) -> float:
    """Compute the log loss on the fold's test side, nats per customer and month."""
    model = train(recipe, fold.train, seed)
    return log_loss(fold.test[LABEL].to_numpy(bool), p_churn(model, fold.test))


def tuned(study: optuna.Study, fixed: dict[str, Any]) -> Tuned:
    """Read the best settings, all trials, and how much each setting explains.

    The log loss of a trial that was given up is that of the folds it has seen.
    """
    rows = [
        {
            "trial": number,
            "state": trial.state.name.lower(),
            "n_folds": trial.last_step,
            "log_loss": trial.value,
            **trial.params,
        }
        for number, trial in enumerate(finished(study), start=1)
    ]
    shares = optuna.importance.get_param_importances(study)
    importance = pd.DataFrame(shares.items(), columns=["parameter", "importance"])
    return Tuned(fixed | study.best_params, pd.DataFrame(rows), importance)
