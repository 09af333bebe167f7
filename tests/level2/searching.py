"""Searching: a small search, run here or in a process of its own.

python -m tests.level2.searching FILE TRIALS prints a line after each trial.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from level2_project.config import Config, read_config
from level2_project.split import Split, walk_forward
from level2_project.tune import Tuned, tune
from tests.level2.snapshots import snapshots_of

COLUMNS = ["minutes_7", "minutes_28", "days_since_last_use", "n_tickets_90", "plan"]
USUAL = read_config()


def config_of(trials: int, model: str = "lightgbm", **tuning: Any) -> Config:
    """Six folds, two of them untouched."""
    return replace(
        USUAL,
        split=replace(USUAL.split, n_folds=6, untouched=2),
        train=replace(USUAL.train, model=model),
        tune=replace(USUAL.tune, trials=trials, **tuning),
    )


@cache
def folds() -> list[Split]:
    return walk_forward(snapshots_of(150, 10), config_of(1).split, USUAL.time.gap)


def search(
    file: Path,
    trials: int,
    model: str = "lightgbm",
    progress: Callable[[int, int], None] | None = None,
) -> Tuned:
    return tune(folds(), COLUMNS, config_of(trials, model), file, progress)


if __name__ == "__main__":
    search(
        Path(sys.argv[1]),
        int(sys.argv[2]),
        progress=lambda done, wanted: print(done, wanted, flush=True),
    )
