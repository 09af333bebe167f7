"""Measure: every mistake and every rung in several worlds, as paired differences."""

import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from hashlib import blake2b
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from comparison.case import case
from comparison.ladder import climbed, first_rung
from comparison.method import bench
from comparison.mistakes.register import REGISTER
from comparison.practice import Outcome
from data.judge.exam import level_result
from data.judge.interval import interval
from data.report.freshness import key
from data.world.beliefs import World
from level2_project.run.found import read_found

SEEDS = (1, 2, 3, 4, 5)

Rounded = dict[str, float | None]  # mean, low and high
Sides = dict[str, dict[str, float]]  # an outcome: claimed and happened


def measured(world: World, seed: int) -> dict[str, Any]:
    """Measure all in one world.

    Returns:
        `mistakes`: by id, the outcome `mistaken` and the one `right`;
        `ladder`: outcomes by rung.
    """
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        level1 = level_result("level1_notebook", world, seed, scratch / "exam")
        here = bench(case(world, seed, scratch / "case"))
    mistakes = {}
    for name, mistake in REGISTER.items():
        pair = mistake.measure(here)
        mistakes[name] = {
            "mistaken": asdict(pair.mistaken), "right": asdict(pair.right)
        }  # fmt: skip
    ladder = {"level1": first_rung(level1)}
    ladder |= dict(climbed(here))
    outcomes = {name: asdict(rung) for name, rung in ladder.items()}
    return {"seed": seed, "mistakes": mistakes, "ladder": outcomes}


def in_all(world: World, seeds: tuple[int, ...] = SEEDS) -> Iterator[dict[str, Any]]:
    """Measure in several worlds, two at a time, each in a process of its own."""
    with ProcessPoolExecutor(2, get_context("spawn"), max_tasks_per_child=1) as pool:
        jobs = [pool.submit(measured, world, seed) for seed in seeds]
        yield from (job.result() for job in jobs)


def pooled(world: World, results: list[dict[str, Any]]) -> dict[str, Any]:
    """Put the worlds together: means and paired differences, with 95 % intervals."""
    return {
        "customers": world.customers,
        "seeds": [result["seed"] for result in results],
        "inputs": inputs(),
        "mistakes": {
            name: _against(
                [result["mistakes"][name]["mistaken"] for result in results],
                [result["mistakes"][name]["right"] for result in results],
            )
            for name in results[0]["mistakes"]
        },
        "ladder": _rungs([result["ladder"] for result in results]),
    }


def inputs() -> dict[str, str]:
    """Name all that the figures depend on."""
    found = read_found()
    chosen = json.dumps([found["columns"], found["params"]])
    digest = blake2b(chosen.encode(), digest_size=8).hexdigest()
    return {
        "code": key(["comparison.measure", "level1_notebook.exam"]),
        "found": digest,
    }


def _rungs(ladders: list[dict[str, Sides]]) -> dict[str, Any]:
    names = list(ladders[0])
    before = [names[0], *names]  # the first is compared with itself
    return {
        name: _against(
            [ladder[name] for ladder in ladders], [ladder[last] for ladder in ladders]
        )
        for name, last in zip(names, before, strict=False)
    }


def _against(mine: list[Any], theirs: list[Any]) -> dict[str, Any]:
    """Give both sides' means, and the mean of their differences world by world."""
    differences = [
        Outcome(**one).less(Outcome(**other))
        for one, other in zip(mine, theirs, strict=True)
    ]
    return {
        "with": _intervals(mine),
        "without": _intervals(theirs),
        "difference": _intervals(differences),
    }


def _intervals(rows: list[Sides]) -> dict[str, dict[str, Rounded]]:
    return {
        side: {
            name: _rounded([row[side][name] for row in rows])
            for name in rows[0][side]
            if not name.endswith("_error") and all(name in row[side] for row in rows)
        }
        for side in ("claimed", "happened")
    }


def _rounded(values: list[float]) -> Rounded:
    return {
        end: value if value is None else round(value, 6)
        for end, value in asdict(interval(values)).items()
    }
