"""Searching: a small search, run here or in a process of its own.

python -m tests.level2_project.searching FILE TRIALS [WHOLE] prints a line after each
trial. If WHOLE is given, it says "stuck" in the middle of the trial after so many, and
stays so.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from level2_project import tune as tuning
from level2_project.config import Config, read_config
from level2_project.split import Split, walk_forward
from level2_project.tune import Tuned, tune
from tests.level2_project.snapshots import snapshots_of

COLUMNS = ["minutes_7", "minutes_28", "days_since_last_use", "n_tickets_90", "plan"]
USUAL = read_config()


def config_of(trials: int, model: str = "lightgbm", **tuning: Any) -> Config:
    """Return a config of eight folds: four choose, two confirm, two are untouched."""
    return replace(
        USUAL,
        split=replace(USUAL.split, n_folds=8, confirming=2, untouched=2),
        train=replace(USUAL.train, model=model),
        tune=replace(USUAL.tune, trials=trials, **tuning),
    )


@cache
def folds() -> list[Split]:
    return walk_forward(snapshots_of(150, 12), config_of(1).split, USUAL.time.gap)


def silent(done: int, wanted: int) -> None:
    pass


def search(
    file: Path,
    trials: int,
    model: str = "lightgbm",
    progress: Callable[[int, int], None] = silent,
) -> Tuned:
    return tune(folds(), COLUMNS, config_of(trials, model), file, progress)


def get_stuck(*_: object) -> float:
    print("stuck", flush=True)
    time.sleep(600)
    return 0.0


def main(file: str, trials: str, whole: str = "-1") -> None:
    def progress(done: int, wanted: int) -> None:
        if done == int(whole):
            tuning.loss = get_stuck
        print(done, wanted, flush=True)

    search(Path(file), int(trials), progress=progress)


if __name__ == "__main__":
    main(*sys.argv[1:])
