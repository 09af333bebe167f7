"""Kept results: stale when what computed them changes, and only then."""

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import pytest

import data.report.freshness as freshness
import data.report.kept as kept_module
from data.judge.ceilings import Ceilings
from data.report.compare import committed
from data.report.kept import (
    BASELINES,
    StaleCeilings,
    Store,
    ceilings_key,
    contender_key,
    from_json,
    read_ceilings,
    write_ceilings,
)
from data.world.beliefs import World
from tests.data.report.reports import ceilings_of, contender, np
from tests.worlds import ROOT

LEVELS = ("level1_notebook", "level2_project")
PACKAGES = ("data", "comparison", *LEVELS)


def result_of(name: str):
    return contender(np.random.default_rng(3), name)


# --- keys follow what computed a result ----------------------------------------------


@pytest.fixture
def house(tmp_path, monkeypatch) -> Path:
    """A copy of the house, to be changed; keys are computed from it."""
    for name in PACKAGES:
        ignored = shutil.ignore_patterns("sample", "raw*", "__pycache__", "*.ipynb")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    monkeypatch.setattr(freshness, "ROOT", tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    for cached in (contender_key, ceilings_key, *CACHES):
        cached.cache_clear()


CACHES = [one for one in vars(freshness).values() if hasattr(one, "cache_clear")]


def keys() -> dict[str, str]:
    """Return every key of the house as it stands."""
    forget()
    found = {name: contender_key(name, World()) for name in (*BASELINES, *LEVELS)}
    return {**found, "ceilings": ceilings_key(World())}


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


EVERYTHING = {*BASELINES, *LEVELS, "ceilings"}


@pytest.mark.parametrize(
    ("file", "old", "new", "stale"),
    [
        ("data/world/hazard.py", "\ndef ", "\nMORE = 40\n\n\ndef ", EVERYTHING),
        ("data/report/table.py", "\ndef ", "\nMORE = 40\n\n\ndef ", set()),
        ("level2_project/config.toml", "save_rate = ", "save_rate = 0", LEVELS[1:]),
        ("level1_notebook/churn.py", "import pandas", "import os, pandas", LEVELS[:1]),
        ("data/judge/best_models.py", "ROUNDS = 400", "ROUNDS = 4", {"ceilings"}),
        ("comparison/ladder.py", "\ndef ", "\nMORE = 40\n\n\ndef ", set()),
    ],
)  # fmt: skip
def test_a_change_makes_stale_what_is_computed_by_it_and_nothing_else(
    house, file, old, new, stale
):
    before = keys()

    change(house / file, old, new)

    after = keys()
    assert {name for name in before if before[name] != after[name]} == set(stale)


def test_a_found_model_of_one_tree_makes_level_2_stale_and_nothing_else(house):
    (found,) = house.glob("level2_project/**/found.json")
    before = keys()

    text = json.loads(found.read_text())
    text["params"]["n_estimators"] = 1
    found.write_text(json.dumps(text))

    after = keys()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"level2_project"}


# --- the store -----------------------------------------------------------------------


def test_a_kept_result_comes_back_as_it_was(tmp_path):
    store = Store(tmp_path, World())
    result = result_of("level1_notebook")

    kept = store.keep("level1_notebook", 3, 7.5, result)

    assert store.find("level1_notebook", 3) == kept
    assert kept.result == result
    assert store.find("level1_notebook", 4) is None
    assert Store(tmp_path, World(customers=7)).find("level1_notebook", 3) is None


def test_a_result_of_other_code_or_other_beliefs_is_not_found(tmp_path, monkeypatch):
    store = Store(tmp_path, World())
    store.keep("everybody", 1, 1.0, result_of("everybody"))

    other_beliefs = Store(tmp_path, replace(World(), joins=0.5))
    assert other_beliefs.find("everybody", 1) is None

    monkeypatch.setattr(kept_module, "contender_key", lambda *_: "another")
    assert store.find("everybody", 1) is None


def test_fresh_results_from_elsewhere_are_used(tmp_path):
    kept = Store(tmp_path / "one", World()).keep(
        "everybody", 1, 1.0, result_of("everybody")
    )
    stale = replace(kept, seed=2, key="another")

    store = Store(tmp_path / "other", World(), [kept, stale])

    assert store.find("everybody", 1) == kept
    assert store.find("everybody", 2) is None


# --- what is committed ---------------------------------------------------------------


def test_the_kept_results_are_of_this_code_and_these_beliefs():
    stale = [
        (kept.contender, kept.seed)
        for kept in committed().kept()
        if kept.key != contender_key(kept.contender, World())
    ]

    assert stale == []


def test_the_kept_report_holds_every_level_that_is_here_and_found_no_leak():
    adapters = {path.parent.name for path in ROOT.glob("level*/exam.py")}
    report = committed()

    assert set(report.levels) == adapters
    assert report.leaks == []
    assert all({*BASELINES, *adapters} == {*w.contenders} for w in report.per_seed)


def test_the_kept_report_was_judged_by_the_kept_ceilings():
    kept = json.loads((ROOT / "results" / "ceilings.json").read_text())

    assert committed().ceilings == from_json(Ceilings, kept)


@pytest.mark.parametrize("text", [None, "{}", '{"key": "0123456789abcdef"}'])
def test_missing_and_stale_ceilings_are_refused(tmp_path, text):
    path = tmp_path / "ceilings.json"
    if text is not None:
        path.write_text(text)

    with pytest.raises(StaleCeilings, match="make ceilings"):
        read_ceilings(World(), path)


def test_ceilings_are_refused_once_the_world_behaves_otherwise(house, tmp_path):
    path = tmp_path / "ceilings.json"
    forget()
    write_ceilings(ceilings_of(np.random.default_rng(1)), World(), path)
    assert read_ceilings(World(), path).test_worlds == 3

    append(house / "data" / "world" / "hazard.py", "\nQUARTER = 1 / 40\n")
    forget()

    with pytest.raises(StaleCeilings):
        read_ceilings(World(), path)


def test_beliefs_but_not_the_size_change_their_fingerprint():
    assert World(customers=7).fingerprint() == World().fingerprint()
    assert World(joins=0.03).fingerprint() != World().fingerprint()
    assert World(open_months=12).fingerprint() != World().fingerprint()


def test_results_survive_json():
    for name in ("level1_notebook", "no_offers"):
        result = result_of(name)
        assert from_json(type(result), json.loads(json.dumps(asdict(result)))) == result
