"""Pooled: outcomes of several worlds put together, for the page and the picture."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from comparison.outcome import Comparison, Outcome
from data.judge.interval import Interval, interval
from data.report.freshness import ROOT

FILE = ROOT / "results" / "mistakes.json"
FURTHER = ROOT / "results" / "mistakes_further.json"  # the same of other worlds
DIGITS = 6  # a millionth is far below what worlds differ by


@dataclass(frozen=True)
class Figures:
    """Intervals by metric, as claimed and as happened."""

    claimed: dict[str, Interval]
    happened: dict[str, Interval]

    def get(self, side: str, metric: str) -> Interval | None:
        """Return one interval, or None where nothing was measured."""
        intervals: dict[str, Interval] = getattr(self, side)
        return intervals.get(metric)


@dataclass(frozen=True)
class Effect:
    """A mistake or a practice, the same without it, and the paired differences."""

    done: Figures
    without: Figures
    difference: Figures


@dataclass(frozen=True)
class Pooled:
    """All that was measured.

    Attributes:
        customers: of each world.
        seeds: one per world.
        mistakes: by the register's ids.
        ladder: by rung, from the lowest up; each is compared with the last one before
            it that level 2 keeps.
    """

    customers: int
    seeds: list[int]
    mistakes: dict[str, Effect]
    ladder: dict[str, Effect]


JSON = TypeAdapter(Pooled)


def read_pooled(path: Path = FILE) -> Pooled:
    return JSON.validate_json(path.read_bytes())


def write_pooled(pooled: Pooled, path: Path = FILE) -> None:
    path.write_bytes(JSON.dump_json(pooled, indent=1) + b"\n")


def mistake_effect(worlds: list[Comparison]) -> Effect:
    """Pool one mistake over worlds."""
    return _effect([one.mistaken for one in worlds], [one.right for one in worlds])


def ladder_effects(
    ladders: dict[str, list[Outcome]], before: dict[str, str]
) -> dict[str, Effect]:
    """Pool each rung over worlds, and compare it with the rung before.

    Args:
        ladders: each rung's outcomes, one per world; from the lowest rung up.
        before: the rung that each one is compared with; the first, with itself.
    """
    return {
        name: _effect(outcomes, ladders[before[name]])
        for name, outcomes in ladders.items()
    }


def _effect(done: list[Outcome], without: list[Outcome]) -> Effect:
    pairs = zip(done, without, strict=True)
    differences = [one.less(other) for one, other in pairs]
    return Effect(_figures(done), _figures(without), _figures(differences))


def _figures(outcomes: list[Outcome]) -> Figures:
    return Figures(
        _intervals([one.claimed for one in outcomes]),
        _intervals([one.happened for one in outcomes]),
    )


def _intervals(worlds: list[dict[str, float]]) -> dict[str, Interval]:
    """Return the interval of every metric that all worlds have, but its errors."""
    shared = [name for name in worlds[0] if all(name in world for world in worlds)]
    return {
        name: _rounded([world[name] for world in worlds])
        for name in shared
        if not name.endswith("_error")
    }


def _rounded(values: list[float]) -> Interval:
    found = interval(values)
    return Interval(round(found.mean, DIGITS), _round(found.low), _round(found.high))


def _round(end: float | None) -> float | None:
    return None if end is None else round(end, DIGITS)
