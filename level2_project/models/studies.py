"""Studies: a search in a file, shared between processes and safe from their deaths.

Optuna's journal is the file: lines are only ever added to it. Its own heartbeat, which
finds dead processes, works with databases alone.
"""

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import optuna
from filelock import FileLock
from optuna.distributions import BaseDistribution
from optuna.storages.journal import JournalFileBackend, JournalStorage
from optuna.trial import FrozenTrial, TrialState

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
UNTESTED = 10  # trials before guesses are informed and bad ones are given up
KEPT = 25.0  # percent; guesses soon beat the median, which then gives up next to none
PROCESS = "process"  # attribute of a trial: the id of the process that runs it


class Plan(NamedTuple):
    """How many trials there are to be, and what is tried in them."""

    file: Path
    n_trials: int
    space: dict[str, BaseDistribution]
    first: dict[str, Any]  # settings of the first trial
    seed: int


def turn(file: Path) -> FileLock:
    """Let one process at a time open the study or begin a trial."""
    return FileLock(file.with_suffix(".turn"))  # Optuna has a `.lock` of its own


def open_study(file: Path) -> optuna.Study:
    """Join the study in `file`, or begin it; a half-written last line is cut off."""
    pruner = optuna.pruners.PercentilePruner(KEPT, n_startup_trials=UNTESTED)
    with turn(file):
        if file.exists():
            os.truncate(file, file.read_bytes().rfind(b"\n") + 1)
        storage = JournalStorage(JournalFileBackend(str(file)))
        return optuna.create_study(
            storage=storage, study_name="tune", pruner=pruner, load_if_exists=True
        )


def next_trial(study: optuna.Study, plan: Plan) -> optuna.Trial | None:
    """Begin the next trial; None if all are finished or running.

    What a trial's sampler draws depends on its place alone, so that a search that was
    stopped and goes on ends with the trials that it would have had.
    """
    with turn(plan.file):
        running = study.get_trials(states=(TrialState.RUNNING,))
        for trial in (dead := [trial for trial in running if not is_alive(trial)]):
            study.tell(trial.number, state=TrialState.FAIL)
        place = len(finished(study)) + len(running) - len(dead)
        if place >= plan.n_trials:
            return None
        if place == 0:
            study.enqueue_trial(plan.first)
        seed = int(np.random.SeedSequence([plan.seed, place]).generate_state(1)[0])
        study.sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=UNTESTED)
        begun = study.ask(plan.space)
        begun.set_user_attr(PROCESS, os.getpid())
        return begun


def finished(study: optuna.Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=FINISHED)


def is_alive(trial: FrozenTrial) -> bool:
    """Tell if another process runs this trial; one of our own was interrupted."""
    process = trial.user_attrs.get(PROCESS, os.getpid())
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)  # signal 0 does nothing but look
    except ProcessLookupError:
        return False
    return True
