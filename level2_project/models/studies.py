"""Studies: a search in a file, shared between processes and safe from their deaths.

Optuna's journal is the file. Its maintainers advise against SQLite for searches in
parallel; a journal is only ever added to. Files beside it are locks, which
the system gives back when a process dies: one lets a single process ask at a time,
`.present` is held by everybody at work. Who finds nobody else present knows that trials
still marked as running are dead, and their places free.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.storages.journal import JournalFileBackend, JournalStorage
from optuna.trial import FrozenTrial, TrialState

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
TAKEN = (*FINISHED, TrialState.RUNNING)
UNTESTED = 10  # trials before guesses are informed and bad ones are given up
KEPT = 25.0  # percent; guesses soon beat the median, which then gives up next to none


class Lock:
    """A lock on a file, in the form that Optuna's journal asks for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def acquire(self) -> bool:
        self.descriptor = os.open(self.path, os.O_CREAT | os.O_RDWR, 0o644)
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)
        return True

    def release(self) -> None:
        os.close(self.descriptor)


@contextmanager
def held(lock: Lock) -> Iterator[None]:
    lock.acquire()
    try:
        yield
    finally:
        lock.release()


class Places(NamedTuple):
    """How many trials there are to be, and what is tried in them."""

    wanted: int
    space: dict[str, BaseDistribution]
    first: dict[str, Any]  # setting of the first trial
    seed: int


@dataclass(frozen=True)
class Desk:
    """One process's place at a study."""

    study: optuna.Study
    turn: Lock
    present: int  # descriptor of the file that all at work hold

    def ask(self, places: Places) -> optuna.Trial | None:
        """Begin the next trial, or give None if all places are taken."""
        with held(self.turn):
            if alone(self.present):
                bury_the_dead(self.study)
            taken = len(self.study.get_trials(states=TAKEN))
            if taken >= places.wanted:
                return None
            if taken == 0:
                self.study.enqueue_trial(places.first)
            self.study.sampler = sampler(places.seed, taken)
            return self.study.ask(places.space)


@contextmanager
def share(file: Path, name: str) -> Iterator[Desk]:
    """Join the study `name` in `file`, or begin it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    present = os.open(file.with_suffix(".present"), os.O_CREAT | os.O_RDWR, 0o644)
    turn = Lock(file.with_suffix(".turn"))
    try:
        with held(turn):
            if alone(present):
                mend(file)
        yield Desk(study_of(file, name), turn, present)
    finally:
        os.close(present)


def study_of(file: Path, name: str) -> optuna.Study:
    lock: Any = Lock(file.with_suffix(".write"))  # its type is not public
    journal = JournalFileBackend(str(file), lock)
    return optuna.create_study(
        storage=JournalStorage(journal),
        study_name=name,
        pruner=optuna.pruners.PercentilePruner(KEPT, n_startup_trials=UNTESTED),
        load_if_exists=True,
    )


def sampler(seed: int, place: int) -> optuna.samplers.TPESampler:
    """Give the sampler of one trial: what it draws depends on no other's drawing.

    In Optuna 5 it looks at all settings together by itself, and keeps away from what
    other processes are trying.
    """
    state = np.random.SeedSequence([seed, place]).generate_state(1)[0]
    return optuna.samplers.TPESampler(seed=int(state), n_startup_trials=UNTESTED)


def finished(study: optuna.Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=FINISHED)


def alone(present: int) -> bool:
    """Tell whether nobody else is at work, and be at work from now on."""
    try:
        fcntl.flock(present, fcntl.LOCK_EX | fcntl.LOCK_NB)
        nobody_else = True
    except BlockingIOError:
        nobody_else = False
    fcntl.flock(present, fcntl.LOCK_SH)
    return nobody_else


def bury_the_dead(study: optuna.Study) -> None:
    for trial in study.get_trials(states=(TrialState.RUNNING,)):
        study.tell(trial.number, state=TrialState.FAIL)


def mend(file: Path) -> None:
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
