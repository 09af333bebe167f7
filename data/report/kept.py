"""Kept: results on disk, each with a key of all that it was computed from.

An exam's result is kept per contender and seed, so that a change of one level's code
makes the results of that level stale and no others. So are the ceilings, which take
longest and are renewed by a command of their own.
"""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from data.judge.exam import ONE_TRACE, RANKED_BY, RISKIEST
from data.judge.result import Result
from data.report.freshness import ROOT, key
from data.world.beliefs import World

CEILINGS = ROOT / "results" / "ceilings.json"
BASELINES = (
    "no_offers",
    "everybody",
    "random_tenth",
    ONE_TRACE,
    "true_riskiest_tenth",
    "best_policy",
)
MODELLED = ("observable", "full_information")  # ceilings that models are fitted for

Kind = TypeVar("Kind")


class StaleCeilings(ValueError):
    """The kept ceilings are not those of these worlds and this code."""


@dataclass(frozen=True)
class Kept:
    """One contender's result in one world."""

    contender: str
    customers: int
    seed: int
    key: str  # of the code and the beliefs
    seconds: float  # that it took; no part of the result
    result: Result


class Store:
    """A folder with one file per contender, size of the world and seed."""

    def __init__(self, folder: Path, world: World, others: Iterable[Kept] = ()):
        """Open the store.

        Args:
            others: results kept elsewhere, used where the folder has no fresh one.
        """
        self.folder, self.world = folder, world
        self.others = {(kept.contender, kept.seed): kept for kept in others}

    def path(self, contender: str, seed: int) -> Path:
        return self.folder / f"{contender}-{self.world.customers}-{seed}.json"

    def find(self, contender: str, seed: int) -> Kept | None:
        """Return the kept result, or None if there is none that is still true."""
        candidates = [self.others.get((contender, seed))]
        if (path := self.path(contender, seed)).exists():
            candidates.append(from_json(Kept, json.loads(path.read_text())))
        for kept in candidates:
            if kept and self._is_fresh(kept):
                return kept
        return None

    def _is_fresh(self, kept: Kept) -> bool:
        wanted = contender_key(kept.contender, self.world)
        return (kept.customers, kept.key) == (self.world.customers, wanted)

    def keep(self, contender: str, seed: int, seconds: float, result: Result) -> Kept:
        """Write one result; a reader meanwhile sees the old one or the new."""
        wanted = contender_key(contender, self.world)
        kept = Kept(contender, self.world.customers, seed, wanted, seconds, result)
        path = self.path(contender, seed)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(to_json(kept))
        unfinished.replace(path)
        return kept


@cache
def contender_key(contender: str, world: World) -> str:
    """Hash what a contender's result depends on, its size and its seed left out."""
    if contender in MODELLED:
        return key(["data.judge.ceiling.ceilings"], world.fingerprint())
    entries = ["data.judge.exam"]
    if contender not in BASELINES:
        level = RANKED_BY if contender == RISKIEST else contender
        entries.append(f"{level}.exam")
    return key(entries, world.fingerprint())


def read_ceilings(world: World, path: Path = CEILINGS) -> list[Kept]:
    """Read the committed ceilings of worlds of this size that are still true."""
    found = json.loads(path.read_text()) if path.exists() else {}
    rows = [from_json(Kept, row) for row in found.get("kept", [])]
    wanted = contender_key(MODELLED[0], world)
    return [r for r in rows if (r.key, r.customers) == (wanted, world.customers)]


def wanted_ceilings(world: World, seeds: Iterable[int], path: Path = CEILINGS) -> None:
    """Refuse to go on without the ceilings of these worlds.

    Raises:
        StaleCeilings: some are missing, or other code or beliefs computed them.
    """
    there = {kept.seed for kept in read_ceilings(world, path)}
    if missing := [str(seed) for seed in seeds if seed not in there]:
        raise StaleCeilings(
            f"wanted ceilings of worlds {', '.join(missing)} by this code in "
            f"{path.name}, found none: `make ceilings` renews them in 20 minutes"
        )


def renew_ceilings(
    world: World, seeds: list[int], say: Callable[[str], None], path: Path = CEILINGS
) -> None:
    """Compute the ceilings of these worlds and write them with their key."""
    from data.judge.ceiling.ceilings import TRAIN_CUSTOMERS, TRAIN_SEEDS, ceilings

    wanted, rows, start = contender_key(MODELLED[0], world), [], time.monotonic()
    for name, seed, result in ceilings(world, seeds, say):
        seconds = round(time.monotonic() - start, 1)
        rows.append(asdict(Kept(name, world.customers, seed, wanted, seconds, result)))
        start = time.monotonic()
    about = {
        "fitted_on_customers": TRAIN_CUSTOMERS * len(TRAIN_SEEDS),
        "fitted_on_seeds": TRAIN_SEEDS,
        "kept": rows,
    }
    path.write_text(json.dumps(about, indent=1) + "\n")


def to_json(result: Any) -> str:
    """Write a dataclass as JSON."""
    return json.dumps(asdict(result), indent=1) + "\n"


def from_json(kind: type[Kind], found: Any) -> Kind:
    """Read a dataclass back from what JSON made of it."""
    return TypeAdapter(kind).validate_python(found)
