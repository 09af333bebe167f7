"""Level 1: its outcome in one world, as the judge's exam finds it."""

from comparison.outcome import Outcome, happened
from data.judge.exam import level_result
from data.world.beliefs import World

LEVEL = "level1_notebook"


def level1(world: World, seed: int) -> Outcome:
    """Return what level 1 claims and what happens to it."""
    result = level_result(LEVEL, world, seed)
    found = happened(result.happened or {}, result.money, result.offer_share)
    return Outcome(result.claimed or {}, found)
