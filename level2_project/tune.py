"""Tune: search a model's settings over the open folds, the best guess at a time.

The search minimises the mean log loss over folds: offers are decided by probabilities,
and log loss is lowest for the true ones. Average precision sees only their order, and
with a hundred leavers a fold it is mostly luck.

Optuna keeps the search in a file, which can be resumed and shared by processes. Two at
work may end with a trial more than was wanted.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import optuna
import pandas as pd
from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.distributions import FloatDistribution as Float
from optuna.distributions import IntDistribution as Int
from optuna.storages.journal import JournalFileBackend, JournalStorage
from optuna.trial import FrozenTrial, TrialState

from level2_project.compare import loss
from level2_project.config import Config
from level2_project.point_in_time.keys import KEYS, LABEL
from level2_project.run.display import Progress
from level2_project.split import Split, for_choice, sample
from level2_project.train import DEFAULTS, Recipe, recipe_of

SPACE: dict[str, dict[str, BaseDistribution]] = {
    "lightgbm": {
        "n_estimators": Int(50, 300, log=True),
        "learning_rate": Float(0.015, 0.15, log=True),
        "num_leaves": Int(3, 32, log=True), "min_child_samples": Int(20, 500, log=True),
        "colsample_bytree": Float(0.2, 1.0), "subsample": Float(0.4, 1.0),
        "reg_alpha": Float(1e-3, 30, log=True), "reg_lambda": Float(1e-3, 100, log=True)
    },
    "logistic": {"C": Float(1e-4, 10.0, log=True)},
    "neural_net": {  # one layer; `max_iter` are epochs
        "hidden_layer_sizes": CategoricalDistribution([8, 16, 32, 64]),
        "alpha": Float(1e-3, 30.0, log=True), "max_iter": Int(5, 40, log=True),
    },
}  # fmt: skip
# Without a frequency `subsample` does nothing.
FIXED = {"lightgbm": {"subsample_freq": 1}, "logistic": {}, "neural_net": {}}
AT_ONCE = 2  # folds, each on a thread
FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
UNTESTED = 10  # trials before guesses are informed and bad ones are given up
KEPT = 25.0  # percent; guesses soon beat the median, which then gives up next to none


class Tuned(NamedTuple):
    params: dict[str, Any]  # of the best trial, for a `Recipe`
    trials: pd.DataFrame  # one row per trial: trial, state, n_folds, log_loss, params


def tune(
    folds: list[Split],
    columns: list[str],
    config: Config,
    file: Path,
    progress: Progress,
) -> Tuned:
    """Search until the study in `file` has all its trials, whoever ran them.

    Only the folds open to choice are looked at. Another process may be at work on the
    file. `progress` is called after each trial with how many are done.
    """
    model, wanted = config.train.model, config.tune.trials
    few, seed = sampled(folds, columns, config), config.seed_for("search")
    study = open_study(file, model)
    while len(finished(study)) < wanted:
        trial = begin(study, seed)
        try:
            run(trial, few, recipe_of(config, FIXED[model] | trial.params), seed)
        except KeyboardInterrupt:
            study.tell(trial, state=TrialState.FAIL)
            raise
        progress(len(finished(study)), wanted)
    return tuned(study, FIXED[model])


def open_study(file: Path, model: str) -> optuna.Study:
    """Join the study in `file`, or begin it with the usual settings."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = JournalStorage(JournalFileBackend(str(file)))
    pruner = optuna.pruners.PercentilePruner(KEPT, n_startup_trials=UNTESTED)
    study = optuna.create_study(
        storage=storage, pruner=pruner, study_name=model, load_if_exists=True
    )
    if not finished(study):
        usual = {"subsample": 1.0, "reg_alpha": 1e-3} | DEFAULTS[model]
        study.enqueue_trial({name: usual[name] for name in SPACE[model]})
    return study


def finished(study: optuna.Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=FINISHED)


def begin(study: optuna.Study, seed: int) -> optuna.Trial:
    """Begin the next trial; what is drawn depends on how many there are, not on luck.

    So a search that is stopped and goes on ends with the trials that it would have had.
    """
    before = study.get_trials(states=(*FINISHED, TrialState.RUNNING))
    own = np.random.SeedSequence([seed, len(before)]).generate_state(1)[0]
    study.sampler = optuna.samplers.TPESampler(seed=int(own), n_startup_trials=UNTESTED)
    return study.ask(SPACE[study.study_name])


def sampled(folds: list[Split], columns: list[str], config: Config) -> list[Split]:
    """Keep these columns of randomly chosen customers, the same in all open folds."""
    folds = for_choice(folds, config.split)
    everybody = pd.concat(side[["customer_id"]] for fold in folds for side in fold)
    seed, wanted = config.seed_for("search.customers"), [*KEYS, LABEL, *columns]
    ids = sample(everybody, config.tune.customers, seed)["customer_id"]
    return [
        Split(*(side.loc[side["customer_id"].isin(ids), wanted] for side in fold))
        for fold in folds
    ]


def run(trial: optuna.Trial, folds: list[Split], recipe: Recipe, seed: int) -> None:
    """Test one setting, two folds at a time; give up once it lies behind most others.

    What is reported after a fold is the mean over all folds so far.
    """
    losses: list[float] = []
    for seen in range(0, len(folds), AT_ONCE):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            losses += pool.map(lambda f: loss(recipe, f, seed), folds[seen:][:AT_ONCE])
        trial.report(float(np.mean(losses)), len(losses))
        if len(losses) < len(folds) and trial.should_prune():
            trial.study.tell(trial, state=TrialState.PRUNED)
            return
    trial.study.tell(trial, float(np.mean(losses)))


def tuned(study: optuna.Study, fixed: dict[str, Any]) -> Tuned:
    """Read the best settings and all trials.

    The log loss of a trial that was given up is that of the folds it has seen.
    """
    trials = finished(study)
    rows = [(t.state.name.lower(), t.last_step, t.value) for t in trials]
    table = pd.DataFrame(rows, columns=["state", "n_folds", "log_loss"])
    table.insert(0, "trial", table.index + 1)
    table = table.join(pd.DataFrame([trial.params for trial in trials]))
    return Tuned(fixed | study.best_params, table)
