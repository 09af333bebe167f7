"""Kept outcomes: each is stale when what it was computed by changes, and only then."""

import errno
import os
from dataclasses import replace

import pytest

from comparison import kept
from comparison.kept import (
    FOLDER,
    FURTHER_SEEDS,
    SHOWN_SEEDS,
    WANTED,
    Kept,
    KeptWorld,
    current_key,
    file_of,
    pooled,
    read_kept,
    stale,
    write_kept,
)
from comparison.ladder.rungs import LEVEL1, RUNGS, before
from comparison.mistakes.register import REGISTER
from comparison.outcome import Outcome
from comparison.pooled import FILE, FURTHER, read_pooled
from data.report.freshness import ROOT, inputs
from data.world.beliefs import World

WORLD = World()


def outcome(auc: float = 0.7) -> Outcome:
    return Outcome({"roc_auc": auc}, {"roc_auc": auc - 0.1, "profit": 100 * auc})


def fresh_world(auc: float = 0.7) -> KeptWorld:
    return KeptWorld(
        30.0,
        {
            name: Kept(current_key(name, WORLD), 1.0, outcome(auc), outcome(0.5))
            for name in WANTED
        },
    )


def staled_by(path: str) -> set[str]:
    """Name what a change of this file makes stale."""
    return {name for name in WANTED if ROOT / path in inputs(WANTED[name].modules)}


# --- what a change makes stale -------------------------------------------------------


@pytest.mark.parametrize(
    ("seeds", "file"),
    [
        (SHOWN_SEEDS, FILE),
        pytest.param(
            *(FURTHER_SEEDS, FURTHER),
            marks=pytest.mark.xfail(
                reason="not measured yet: `make mistakes CHECK=1` does it",
                raises=(AssertionError, FileNotFoundError),
                strict=True,
            ),
        ),
    ],
)
def test_what_is_kept_was_measured_with_this_code_in_five_worlds(seeds, file):
    worlds = [read_kept(file_of(seed, FOLDER)) for seed in seeds]

    assert len(seeds) >= 5
    assert [stale(world, WORLD) for world in worlds] == [[]] * len(seeds)
    assert pooled(WORLD, seeds, FOLDER) == read_pooled(file)


def test_the_worlds_that_are_shown_are_no_worlds_that_choices_were_made_by():
    looked_at = {1, 2, 3, 4, 5}

    assert not looked_at & {*SHOWN_SEEDS, *FURTHER_SEEDS}
    assert not {*SHOWN_SEEDS} & {*FURTHER_SEEDS}


def test_a_mistake_that_changes_makes_no_other_kind_stale():
    changed = staled_by("comparison/mistakes/offers.py")

    assert changed == {
        name
        for name, mistake in REGISTER.items()
        if mistake.measure.__module__ == "comparison.mistakes.offers"
    }
    assert "class-weights" in changed


def test_what_level_2_found_and_its_settings_stale_all_but_level_1():
    for file in ("found.json", "config.toml", "label.py"):
        assert staled_by(f"level2_project/{file}") == set(WANTED) - {LEVEL1}


def test_the_notebook_makes_its_own_rung_stale_alone():
    assert staled_by("level1_notebook/churn.py") == {LEVEL1}


def test_the_world_makes_everything_stale():
    assert staled_by("data/world/hazard.py") == set(WANTED)


@pytest.mark.parametrize(
    "path",
    [
        "level2_project/report.py",
        "level2_project/flow.py",
        "data/report/table.py",
        "comparison/measure.py",
        "comparison/ladder/draw.py",
        "comparison/mistakes/page.py",
    ],
)
def test_what_computes_no_outcome_makes_none_stale(path):
    assert staled_by(path) == set()


def test_other_beliefs_make_everything_stale():
    assert stale(fresh_world(), WORLD) == []
    assert stale(fresh_world(), replace(WORLD, customers=7)) == list(WANTED)


def test_a_lost_or_outdated_outcome_is_stale_alone():
    world = fresh_world()
    del world.outcomes["accuracy"]
    world.outcomes["tuning"] = replace(world.outcomes["tuning"], key="")

    assert stale(world, WORLD) == ["accuracy", "tuning"]


# --- files ---------------------------------------------------------------------------


def test_what_is_written_is_read_again(tmp_path):
    world = fresh_world()

    write_kept(world, file_of(3, tmp_path))

    assert read_kept(file_of(3, tmp_path)) == world
    assert read_kept(file_of(4, tmp_path)) == KeptWorld()


def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    file = file_of(1, tmp_path)
    write_kept(fresh_world(0.7), file)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(kept.os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_kept(fresh_world(0.9), file)

    assert read_kept(file) == fresh_world(0.7)
    assert list(tmp_path.iterdir()) == [file]


# --- pooling -------------------------------------------------------------------------


def test_differences_are_taken_world_by_world(tmp_path):
    for seed, auc in ((1, 0.6), (2, 0.8)):
        write_kept(fresh_world(auc), file_of(seed, tmp_path))

    found = pooled(WORLD, (1, 2), tmp_path)

    accuracy = found.mistakes["accuracy"]
    assert accuracy.done.claimed["roc_auc"].mean == pytest.approx(0.7)
    assert accuracy.without.claimed["roc_auc"].low == pytest.approx(0.5)
    assert accuracy.difference.claimed["roc_auc"].mean == pytest.approx(0.2)
    assert not accuracy.difference.claimed["roc_auc"].is_clear  # 0.1 and 0.3
    assert found.customers == WORLD.customers


def test_a_rung_is_compared_with_the_last_one_that_is_kept(tmp_path):
    world = fresh_world()
    aucs = {name: 0.5 + height / 100 for height, name in enumerate(RUNGS)}
    for name, auc in aucs.items():
        world.outcomes[name] = replace(
            world.outcomes[name], outcome=outcome(auc), without=None
        )
    write_kept(world, file_of(1, tmp_path))

    found = pooled(WORLD, (1,), tmp_path).ladder

    def step(name: str) -> float:
        return found[name].difference.claimed["roc_auc"].mean

    assert step(LEVEL1) == 0
    assert step("sources") == pytest.approx(aucs["sources"] - aucs["snapshots"])
    for name in ("selection", "tuning", "expected_profit"):
        assert step(name) == pytest.approx(aucs[name] - aucs[before(name)])


def test_a_rung_that_is_not_kept_is_a_step_to_the_side(monkeypatch):
    for name in ("selection", "tuning"):
        monkeypatch.setitem(RUNGS, name, RUNGS[name]._replace(is_kept=False))

    assert before("selection") == before("tuning") == "text"
    assert before("expected_profit") == "text"
