"""Studies: a search in a file, shared between processes and safe from their deaths.

Optuna's journal is the file: lines are only ever added to it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import optuna
from filelock import FileLock
from optuna.distributions import BaseDistribution
from optuna.storages.journal import JournalFileBackend, JournalStorage
from optuna.trial import FrozenTrial, TrialState

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
TAKEN = (*FINISHED, TrialState.RUNNING)
UNTESTED = 10  # trials before guesses are informed and bad ones are given up
KEPT = 25.0  # percent; guesses soon beat the median, which then gives up next to none
PROCESS = "process"  # attribute of a trial: the id of the process that runs it


class Plan(NamedTuple):
    """How many trials there are to be, and what is tried in them."""

    n_trials: int
    space: dict[str, BaseDistribution]
    first: dict[str, Any]  # settings of the first trial
    seed: int


def open_study(file: Path, name: str) -> optuna.Study:
    """Join the study `name` in `file`, or begin it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with turn(file):
        _mend(file)
        return optuna.create_study(
            storage=JournalStorage(JournalFileBackend(str(file))),
            study_name=name,
            pruner=optuna.pruners.PercentilePruner(KEPT, n_startup_trials=UNTESTED),
            load_if_exists=True,
        )


def next_trial(study: optuna.Study, plan: Plan) -> optuna.Trial | None:
    """Begin the next trial; None if all are finished or running.

    Call it in `turn`, or two processes may begin the last trial.
    """
    for running in study.get_trials(states=(TrialState.RUNNING,)):
        if not _is_alive(running):
            study.tell(running.number, state=TrialState.FAIL)
    n_taken = len(study.get_trials(states=TAKEN))
    if n_taken >= plan.n_trials:
        return None
    if n_taken == 0:
        study.enqueue_trial(plan.first)
    study.sampler = _sampler(plan.seed, n_taken)
    trial = study.ask(plan.space)
    trial.set_user_attr(PROCESS, os.getpid())
    return trial


def turn(file: Path) -> FileLock:
    """Let one process at a time begin a trial."""
    return FileLock(file.with_suffix(".turn"))  # Optuna has a `.lock` of its own


def finished(study: optuna.Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=FINISHED)


def _sampler(seed: int, place: int) -> optuna.samplers.TPESampler:
    """Make the sampler of one trial: what it draws depends on no other's drawing."""
    state = np.random.SeedSequence([seed, place]).generate_state(1)[0]
    return optuna.samplers.TPESampler(seed=int(state), n_startup_trials=UNTESTED)


def _is_alive(trial: FrozenTrial) -> bool:
    """Tell whether the process that runs a trial is still there, on this machine.

    A trial of this very process that is asked about here was interrupted.
    """
    process = trial.user_attrs.get(PROCESS, os.getpid())
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)  # signal 0 does nothing but look
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _mend(file: Path) -> None:
    """Cut off a last line that was not written to its end."""
    if file.exists():
        lines = file.read_bytes()
        os.truncate(file, lines.rfind(b"\n") + 1)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Optuna's log off the screen for a while."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)
