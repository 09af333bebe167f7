"""Tests of the search: nothing untouched is seen, nothing lost, nothing done twice."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pytest

from level2_project import tune as tuning
from level2_project.measures.metrics import log_loss
from level2_project.point_in_time.keys import KEYS, LABEL
from level2_project.split import for_choice
from level2_project.train import DEFAULTS, Recipe, p_churn, train
from level2_project.tune import Tuned, sampled, tune
from tests.level2_project.searching import COLUMNS, config_of, folds, search, silent

ROOT = Path(__file__).parents[2]
TRIALS = 16


class Untouchable:
    """A fold that nobody may look at."""

    def __getattribute__(self, name: str) -> NoReturn:
        raise AssertionError(f"somebody asked an untouched fold for its {name}")

    def __iter__(self) -> NoReturn:
        raise AssertionError("somebody went through an untouched fold")

    __getitem__ = __len__ = __iter__


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Tuned:
    """A search that nobody interrupted."""
    return search(tmp_path_factory.mktemp("whole") / "study.journal", TRIALS)


def start(file: Path, *rest: int) -> "subprocess.Popen[str]":
    words = [str(file), *map(str, rest)]
    command = [sys.executable, "-m", "tests.level2_project.searching", *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def read_lines(process: "subprocess.Popen[str]", count: int) -> None:
    """Wait until `process` has said so much."""
    assert process.stdout is not None
    for _ in range(count):
        assert process.stdout.readline(), "the process ended too soon"


def test_the_untouched_folds_are_not_even_looked_at(tmp_path):
    config = config_of(trials=2)
    guarded: list[Any] = [*for_choice(folds(), config.split), *[Untouchable()] * 4]

    tuned = tune(guarded, COLUMNS, config, tmp_path / "study.journal", silent)

    assert len(tuned.trials) == 2


def test_the_same_seed_finds_the_same_however_many_trials_are_wanted(tmp_path, whole):
    few = search(tmp_path / "study.journal", 4)

    pd.testing.assert_frame_equal(few.trials, whole.trials.head(4), check_dtype=False)


def test_a_search_begins_with_the_usual_settings_and_ends_with_none_worse(whole):
    usual = whole.trials.iloc[0]

    assert whole.trials["log_loss"].min() <= usual["log_loss"]
    for name in ("n_estimators", "learning_rate", "num_leaves", "min_child_samples"):
        assert usual[name] == DEFAULTS["lightgbm"][name]
    assert usual["subsample"] == 1


@pytest.mark.parametrize("model", ["logistic", "neural_net"])
def test_every_model_can_be_tuned(tmp_path, model):
    tuned = search(tmp_path / "study.journal", 2, model)

    assert set(tuned.params) == set(tuned.trials.columns[4:])


def test_the_figure_of_a_trial_is_the_mean_log_loss_over_the_open_folds(whole):
    config = config_of(trials=2)
    recipe, losses = Recipe(params=whole.params), []
    seed = config.seed_for("search")

    for fold in for_choice(folds(), config.split):
        model = train(recipe, fold.train[[*KEYS, LABEL, *COLUMNS]], seed)
        losses.append(log_loss(fold.test[LABEL].to_numpy(), p_churn(model, fold.test)))

    tested = whole.trials[whole.trials["state"] == "complete"]
    assert tested["log_loss"].min() == pytest.approx(np.mean(losses), abs=1e-12)


def test_settings_that_lie_behind_are_given_up_after_two_folds(whole):
    trials = whole.trials

    given_up = trials[trials["state"] == "pruned"]
    assert 0 < len(given_up) <= TRIALS - 10
    assert set(given_up["n_folds"]) == {2}
    assert set(trials.loc[trials["state"] == "complete", "n_folds"]) == {4}


def test_a_search_stopped_within_a_trial_ends_with_the_trials_it_would_have_had(
    tmp_path, whole, monkeypatch
):
    n_run: list[int] = []

    def interrupted(*_: object) -> float:
        raise KeyboardInterrupt

    def stop_in_the_third(done: int, wanted: int) -> None:
        if done == 2:
            monkeypatch.setattr(tuning, "loss", interrupted)

    with pytest.raises(KeyboardInterrupt):
        search(tmp_path / "broken", TRIALS, progress=stop_in_the_third)
    monkeypatch.undo()
    gone_on = search(tmp_path / "broken", TRIALS, progress=lambda *now: n_run.append(1))

    assert len(n_run) == TRIALS - 2
    pd.testing.assert_frame_equal(gone_on.trials, whole.trials)


def test_a_process_killed_within_a_trial_takes_no_finished_trial_with_it(
    tmp_path, whole
):
    with start(tmp_path / "killed", TRIALS, 3) as process:
        read_lines(process, 4)  # three trials, then it is stuck in the fourth
        process.kill()

    gone_on = search(tmp_path / "killed", 5)

    assert len(gone_on.trials) == 5
    pd.testing.assert_frame_equal(
        gone_on.trials.head(3), whole.trials.head(3), check_dtype=False
    )


def test_two_processes_share_a_search_and_run_a_trial_too_many_at_most(tmp_path):
    file, mine = tmp_path / "shared", []
    with start(file, TRIALS) as process:
        read_lines(process, 1)
        search(file, TRIALS, progress=lambda done, _: mine.append(done))
        told, _ = process.communicate()

    theirs = 1 + len(told.splitlines())
    assert min(len(mine), theirs) >= 2
    trials = search(file, TRIALS).trials
    assert TRIALS <= len(mine) + theirs == len(trials) <= TRIALS + 1


def test_all_folds_keep_the_same_sampled_customers():
    config = config_of(trials=2)
    few = replace(config, tune=replace(config.tune, customers=100))

    kept = sampled(folds(), COLUMNS, few)

    ids = [set(side["customer_id"]) for fold in kept for side in fold]
    assert 0 < len(set.union(*ids)) <= 100
    open_folds = for_choice(folds(), few.split)
    for fold, whole in zip(kept, open_folds, strict=True):
        everybody = set.union(*ids) & set(whole.test["customer_id"])
        assert set(fold.test["customer_id"]) == everybody


def test_the_search_tells_how_far_it_is_and_says_nothing_else(tmp_path, capfd):
    told: list[tuple[int, int]] = []

    search(tmp_path / "study.journal", 3, progress=lambda *now: told.append(now))

    assert told == [(1, 3), (2, 3), (3, 3)]
    assert capfd.readouterr() == ("", "")
