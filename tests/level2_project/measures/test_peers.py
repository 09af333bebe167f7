"""Peers: the same rows and the same tests for all, and a verdict from the numbers."""

import logging
import warnings
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from level2_project.config import read_config
from level2_project.measures import automl, peers
from level2_project.measures.automl import ESTIMATORS, Found
from level2_project.split import KEYS, LABEL, Split, walk_forward
from level2_project.train import Recipe
from level2_project.tune import search_of
from tests.level2_project.snapshots import snapshots_of

QUICK = Recipe(params={"n_estimators": 5})
SHALLOW = Found("lgbm", {"n_estimators": 7, "num_leaves": 4})
DEFAULTS = read_config()
CONFIG = replace(
    DEFAULTS,
    split=replace(DEFAULTS.split, n_folds=4, untouched=2),
    tune=replace(DEFAULTS.tune, customers=400),
)


@pytest.fixture(scope="module")
def folds() -> list[Split]:
    return walk_forward(snapshots_of(400, 10), CONFIG.split, CONFIG.time.gap)


def table_of(**figures: list[float]) -> pd.DataFrame:
    """Three contenders, ours first; average precision given, the rest all equal."""
    rows = [
        {"contender": name.replace("_", " "), "cutoff": month}
        | {"average_precision": figure, "log_loss": 0.1, "roc_auc": 0.8}
        for name, column in figures.items()
        for month, figure in enumerate(column)
    ]
    return pd.DataFrame(rows)


def spy_on(monkeypatch, seen: dict[str, list[pd.DataFrame]]) -> None:
    """Note which rows each contender is fitted to."""
    train, fitted = peers.train, automl.fitted

    def our_train(recipe, rows, seed):
        seen.setdefault(peers.OURS, []).append(rows)
        return train(recipe, rows, seed)

    def flaml_fitted(rows, seed, settings):
        name = "search" if "time_budget" in settings else peers.FLAML
        seen.setdefault(name, []).append(rows)
        return fitted(rows, seed, settings)

    class Noted(peers.LGBMClassifier):
        def fit(self, features, left):
            seen.setdefault(peers.DEFAULT, []).append(features)
            return super().fit(features, left)

    monkeypatch.setattr(peers, "train", our_train)
    monkeypatch.setattr(automl, "fitted", flaml_fitted)
    monkeypatch.setattr(peers, "LGBMClassifier", Noted)


def test_all_are_fitted_to_the_same_rows_and_tested_on_the_same_cutoffs(
    folds, monkeypatch
):
    seen, told = {}, []
    spy_on(monkeypatch, seen)

    table = peers.peers(
        folds, QUICK, CONFIG, 1.0, lambda done, wanted: told.append((done, wanted))
    )

    tested = folds[2:]
    for name in (peers.OURS, peers.FLAML, peers.DEFAULT):
        features = [automl.features_of(fold.train) for fold in tested]
        fitted = [
            rows.drop(columns=[*KEYS, LABEL], errors="ignore") for rows in seen[name]
        ]
        assert all(a.equals(b) for a, b in zip(features, fitted, strict=True))
        mine = table[table["contender"] == name]
        assert mine["cutoff"].tolist() == [f.test["cutoff"].iloc[0] for f in tested]
    assert table.columns.tolist() == [
        "contender", "model", "cutoff",
        "average_precision", "log_loss", "roc_auc", "seconds",
    ]  # fmt: skip
    assert table.notna().all(axis=None)
    assert told == [(done, 7) for done in range(8)]


def test_flaml_searches_the_rows_of_our_search_and_no_others(folds, monkeypatch):
    columns = list(automl.features_of(folds[0].train))
    ours = search_of(folds[:2], columns, CONFIG).folds[-1]
    seen = {}
    best = SimpleNamespace(best_estimator="lgbm", best_config={})
    monkeypatch.setattr(
        automl,
        "fitted",
        lambda rows, seed, settings: seen.update(settings, rows=rows) or best,
    )
    monkeypatch.setattr(peers, "contenders", lambda *given: [])

    peers.peers(folds, QUICK, CONFIG, 60.0)

    assert seen["rows"].equals(ours.train)
    assert seen["X_val"].equals(automl.features_of(ours.test))
    assert seen["y_val"].tolist() == ours.test[LABEL].tolist()
    assert seen["time_budget"] == 60.0
    assert len(ours.train) < len(folds[1].train)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_whatever_flaml_may_find_reads_gaps_and_categories(folds, estimator):
    p = automl.p_churn(Found(estimator, {}), folds[-1], seed=1)

    assert p.shape == (len(folds[-1].test),)
    assert np.isfinite(p).all()
    assert (p >= 0).all()
    assert (p <= 1).all()


def test_what_was_found_is_what_is_fitted_and_fitted_the_same_again(folds, monkeypatch):
    made, fitted = [], automl.fitted
    monkeypatch.setattr(
        automl, "fitted", lambda *given: made.append(fitted(*given)) or made[-1]
    )

    first, again = (automl.p_churn(SHALLOW, folds[-1], seed=1) for _ in range(2))

    inside = made[0].model.estimator
    assert (inside.n_estimators, inside.num_leaves) == (7, 4)
    assert np.array_equal(first, again)


def test_a_default_lightgbm_is_told_nothing_but_seed_threads_and_silence(
    folds, monkeypatch
):
    told = {}

    class Noted(peers.LGBMClassifier):
        def __init__(self, **settings):
            told.update(settings)
            super().__init__(**settings)

    monkeypatch.setattr(peers, "LGBMClassifier", Noted)

    peers.default(folds[-1], seed=3)

    assert told == {"random_state": 3, "n_jobs": automl.N_JOBS, "verbose": -1}


def test_flaml_prints_logs_and_changes_nothing(folds, capfd, caplog, monkeypatch):
    log = logging.getLogger("flaml.automl.logger")
    monkeypatch.setattr(log, "handlers", [])  # an earlier test may have used FLAML
    filters = list(warnings.filters)

    found = automl.search(peers.latest_searched(folds[:2], CONFIG), 1.0, seed=1)
    automl.p_churn(found, folds[-1], seed=1)

    assert capfd.readouterr() == ("", "")
    assert caplog.records == []
    assert warnings.filters == filters
    assert log.handlers == []


def test_quiet_ends_with_its_block(caplog):
    log = logging.getLogger("flaml.tune.searcher")

    with automl.quiet():
        warnings.warn("unheard", stacklevel=1)
        log.warning("unheard")
    log.warning("heard")

    assert caplog.messages == ["heard"]
    with pytest.warns(UserWarning, match="heard"):
        warnings.warn("heard", stacklevel=1)


def test_a_search_that_finds_nothing_says_what_to_do(folds, monkeypatch):
    nothing = SimpleNamespace(best_estimator=None)
    monkeypatch.setattr(automl, "fitted", lambda *given: nothing)

    with pytest.raises(
        ValueError, match=r"within 0.1 seconds, found none; .*more time"
    ):
        automl.search(folds[1], 0.1, seed=1)


def test_differences_are_taken_cutoff_by_cutoff():
    table = table_of(
        ours=[0.3, 0.5, 0.4], FLAML=[0.2, 0.3, 0.1], default_LightGBM=[0.3, 0.5, 0.4]
    )

    found = peers.versus(table).set_index(["peer", "metric"])

    ahead = found.loc[("FLAML", "average_precision")]
    reach = 4.302653 * 0.1 / np.sqrt(3)  # of t with 2 degrees of freedom
    assert ahead[["mean", "low", "high"]].tolist() == pytest.approx(
        [0.2, 0.2 - reach, 0.2 + reach], abs=1e-6
    )
    level = found.loc[("default LightGBM", "average_precision")]
    assert level[["mean", "low", "high"]].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("flaml", "words"),
    [
        ([0.20, 0.21, 0.19], "ahead in average precision (+0.1000, "),
        ([0.40, 0.41, 0.39], "behind in average precision (-0.1000, "),
        ([0.20, 0.45, 0.22], "within the interval in average precision (+0.0100, "),
    ],
)
def test_the_verdict_follows_the_interval(flaml, words):
    ours = [0.3, 0.3, 0.3]
    table = table_of(ours=ours, FLAML=flaml, default_LightGBM=ours)

    said = peers.verdict(peers.versus(table))

    assert f"against FLAML, {words}" in said
    assert "against default LightGBM, within the interval in average precision" in said
    assert said.endswith(".")
    assert ". " not in said


def test_a_lower_log_loss_is_ahead():
    assert peers.standing("log_loss", -0.02, -0.01) == "ahead"
    assert peers.standing("log_loss", 0.01, 0.02) == "behind"


def test_one_cutoff_tells_nothing():
    table = table_of(ours=[0.3], FLAML=[0.1], default_LightGBM=[0.1])

    assert set(peers.versus(table)["standing"]) == {"unproven"}
