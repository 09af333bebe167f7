"""Kept results: stale when what computed them changes, and only then."""

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import pytest

import data.report.freshness as freshness
import data.report.kept as kept_module
from data.judge.exam import RISKIEST
from data.report.compare import committed
from data.report.kept import (
    BASELINES,
    MODELLED,
    Kept,
    StaleCeilings,
    Store,
    contender_key,
    from_json,
    read_ceilings,
    to_json,
    wanted_ceilings,
)
from data.world.beliefs import World
from tests.data.report.reports import contender, np
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
    for cached in (contender_key, *CACHES):
        cached.cache_clear()


CACHES = [one for one in vars(freshness).values() if hasattr(one, "cache_clear")]


def keys() -> dict[str, str]:
    """Return every key of the house as it stands."""
    forget()
    return {name: contender_key(name, World()) for name in EVERYTHING}


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


RANKED = ("level2_project", "riskiest_tenth")  # the latter by the former
EVERYTHING = {*BASELINES, *LEVELS, *RANKED, *MODELLED}


@pytest.mark.parametrize(
    ("file", "old", "new", "stale"),
    [
        ("data/world/hazard.py", "\ndef ", "\nMORE = 40\n\n\ndef ", EVERYTHING),
        ("data/report/table.py", "\ndef ", "\nMORE = 40\n\n\ndef ", set()),
        ("level2_project/config.toml", "save_rate = ", "save_rate = 0", RANKED),
        ("level1_notebook/churn.py", "import pandas", "import abc, pandas", LEVELS[:1]),
        ("data/judge/ceiling/ceilings.py", "24_000", "24", MODELLED),
        ("data/judge/ceiling/one_trace.json", "seeds", "seed", EVERYTHING),
        ("comparison/measure.py", "\ndef ", "\nMORE = 40\n\n\ndef ", set()),
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
    text["choices"]["params"]["adopted"]["n_estimators"] = 1
    found.write_text(json.dumps(text))

    after = keys()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {*RANKED}


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
    examined = {*BASELINES, RISKIEST, *MODELLED, *adapters}
    assert all(examined == {*world.contenders} for world in report.per_seed)


def ceilings_in(path: Path, *seeds: int) -> Path:
    """Write ceilings of these worlds as this code would have computed them."""
    wanted = contender_key(MODELLED[0], World())
    rows = [
        Kept(name, World().customers, seed, wanted, 1.0, result_of(name))
        for seed in seeds
        for name in MODELLED
    ]
    path.write_text(json.dumps({"kept": [json.loads(to_json(row)) for row in rows]}))
    return path


@pytest.mark.parametrize("text", [None, "{}", '{"kept": []}'])
def test_missing_and_stale_ceilings_are_refused(tmp_path, text):
    path = tmp_path / "ceilings.json"
    if text is not None:
        path.write_text(text)

    with pytest.raises(StaleCeilings, match="make ceilings"):
        wanted_ceilings(World(), [101], path)


def test_ceilings_of_other_worlds_are_no_ceilings_of_the_worlds_shown(tmp_path):
    path = ceilings_in(tmp_path / "ceilings.json", 101, 102)

    wanted_ceilings(World(), [101, 102], path)
    with pytest.raises(StaleCeilings, match="103"):
        wanted_ceilings(World(), [101, 103], path)
    assert read_ceilings(World(customers=7), path) == []


def test_ceilings_are_refused_once_the_world_behaves_otherwise(house, tmp_path):
    path = ceilings_in(tmp_path / "ceilings.json", 101)
    assert len(read_ceilings(World(), path)) == 2

    append(house / "data" / "world" / "hazard.py", "\nQUARTER = 1 / 40\n")
    forget()

    assert read_ceilings(World(), path) == []


def test_beliefs_but_not_the_size_change_their_fingerprint():
    assert World(customers=7).fingerprint() == World().fingerprint()
    assert World(joins=0.04).fingerprint() != World().fingerprint()
    assert World(open_months=12).fingerprint() != World().fingerprint()


def test_results_survive_json():
    for name in ("level1_notebook", "no_offers"):
        result = result_of(name)
        assert from_json(type(result), json.loads(json.dumps(asdict(result)))) == result
