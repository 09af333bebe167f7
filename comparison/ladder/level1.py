"""Level 1: its outcome in one world, as the judge's exam finds it."""

from pathlib import Path

from comparison.outcome import Outcome, happened
from data.judge.exam import level_result
from data.world.beliefs import World

LEVEL = "level1_notebook"


def level1(world: World, seed: int, folder: Path) -> Outcome:
    """Return what level 1 claims and what happens to it.

    Args:
        folder: scratch space; emptied first.
    """
    result = level_result(LEVEL, world, seed)
    return Outcome(result.claimed or {}, happened(result))
