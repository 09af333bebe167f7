"""Kept: results on disk, each with a key of all that it was computed from.

An exam's result is kept per contender and seed, so that a change of one level's code
makes the results of that level stale and no others.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from data.judge.ceilings import Ceilings
from data.judge.result import Result
from data.report.freshness import ROOT, key
from data.world.beliefs import World

CEILINGS = ROOT / "results" / "ceilings.json"
BASELINES = (
    "no_offers",
    "everybody",
    "random_tenth",
    "riskiest_tenth",
    "full_information",
    "best_policy",
)

Kind = TypeVar("Kind")


class StaleCeilings(ValueError):
    """The kept ceilings are not those of this world and this code."""


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
    entries = ["data.judge.exam"]
    if contender not in BASELINES:
        entries.append(f"{contender}.exam")
    return key(entries, world.fingerprint())


@cache
def ceilings_key(world: World) -> str:
    """Hash what the ceilings depend on."""
    return key(["data.judge.ceilings"], world.fingerprint())


def read_ceilings(world: World, path: Path = CEILINGS) -> Ceilings:
    """Read the committed ceilings.

    Raises:
        StaleCeilings: they are missing, or other code or beliefs computed them.
    """
    found = json.loads(path.read_text()) if path.exists() else {}
    if found.get("key") != ceilings_key(world):
        raise StaleCeilings(
            f"wanted ceilings with the key {ceilings_key(world)} in {path.name}, found "
            f"{found.get('key', 'none')}: `make ceilings` renews them in 20 minutes"
        )
    return from_json(Ceilings, found)


def write_ceilings(found: Ceilings, world: World, path: Path = CEILINGS) -> None:
    """Write ceilings with their key."""
    keyed = {"key": ceilings_key(world), **asdict(found)}
    path.write_text(json.dumps(keyed, indent=1) + "\n")


def to_json(result: Any) -> str:
    """Write a dataclass as JSON."""
    return json.dumps(asdict(result), indent=1) + "\n"


def from_json(kind: type[Kind], found: Any) -> Kind:
    """Read a dataclass back from what JSON made of it."""
    return TypeAdapter(kind).validate_python(found)
