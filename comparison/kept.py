"""Kept: the outcomes of each world, with the keys of what they were computed by.

Each world has a file of its own, `results/mistakes/seed<n>.json`. An outcome is stale
when its key is no longer that of the code, the settings and the beliefs that are here.
"""

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from comparison.ladder.rungs import RUNGS, Rung, before
from comparison.mistakes.register import REGISTER, Mistake
from comparison.outcome import Comparison, Outcome
from comparison.pooled import Pooled, ladder_effects, mistake_effect
from data.options import SHOWN
from data.report.freshness import ROOT, key
from data.world.beliefs import World

FOLDER = ROOT / "results" / "mistakes"
SHOWN_SEEDS = tuple(map(int, SHOWN.split(",")))  # of what page and picture show
FURTHER_SEEDS = (201, 202, 203, 204, 205)  # in which what is clear is looked for again
WANTED: dict[str, Mistake | Rung] = {**REGISTER, **RUNGS}


@dataclass(frozen=True)
class Kept:
    """The outcome of one mistake or one rung in one world.

    Attributes:
        seconds: how long it took, without what all share.
        without: of a mistake: the outcome of the same work without it.
    """

    key: str
    seconds: float
    outcome: Outcome
    without: Outcome | None = None


@dataclass
class KeptWorld:
    """All outcomes of one world; `shared_seconds` is what they share the making of."""

    shared_seconds: float = 0.0
    outcomes: dict[str, Kept] = field(default_factory=dict)


JSON = TypeAdapter(KeptWorld)


def file_of(seed: int, folder: Path) -> Path:
    return folder / f"seed{seed}.json"


def read_kept(path: Path) -> KeptWorld:
    """Read the outcomes of one world; none if it was never measured."""
    return JSON.validate_json(path.read_bytes()) if path.exists() else KeptWorld()


def write_kept(kept: KeptWorld, path: Path) -> None:
    """Write the outcomes of one world; a file is there as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    try:
        unfinished.write_bytes(JSON.dump_json(kept, indent=1) + b"\n")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def stale(kept: KeptWorld, world: World) -> list[str]:
    """Name the mistakes and rungs that one world has yet to measure."""
    return [
        name
        for name in WANTED
        if name not in kept.outcomes
        or kept.outcomes[name].key != current_key(name, world)
    ]


def current_key(name: str, world: World) -> str:
    """Return the key of all that a mistake or a rung is computed by, now."""
    return _key(WANTED[name].modules, world)


@cache  # many outcomes share their modules, and reading them takes half a second
def _key(modules: tuple[str, ...], world: World) -> str:
    return key(modules, world)


def pooled(world: World, seeds: tuple[int, ...], folder: Path) -> Pooled:
    """Put the worlds together: means and paired differences, with 95 % intervals."""
    worlds = [read_kept(file_of(seed, folder)).outcomes for seed in seeds]
    return Pooled(
        customers=world.customers,
        seeds=list(seeds),
        mistakes={
            name: mistake_effect([_comparison(one[name]) for one in worlds])
            for name in REGISTER
        },
        ladder=ladder_effects(
            {name: [one[name].outcome for one in worlds] for name in RUNGS},
            {name: before(name) for name in RUNGS},
        ),
    )


def _comparison(kept: Kept) -> Comparison:
    return Comparison(kept.outcome, kept.without or Outcome())
