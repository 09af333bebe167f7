"""Message: the ladder's result in one sentence, which follows from its intervals."""

from comparison.ladder.rungs import RUNGS
from comparison.pooled import Effect
from data.judge.interval import Interval

ON_THE_MODEL = ("lightgbm", "selection", "tuning")  # work on the model alone


def message(ladder: dict[str, Effect]) -> str:
    """Say where the gain in average precision comes from, and where it does not."""
    steps = {
        name: effect.difference.happened["average_precision"]
        for name, effect in ladder.items()
    }
    kept = {name: step for name, step in steps.items() if RUNGS[name].is_kept}
    largest = max(kept, key=lambda name: kept[name].mean)
    if not steps[largest].is_above_zero:
        return "No practice clearly raises the average precision"
    how_much = "Most" if _is_most(kept[largest], kept) else "The largest part"
    none = [name for name in ON_THE_MODEL if not steps[name].is_above_zero]
    return (
        f"{how_much} of the gain in average precision comes from "
        f"{RUNGS[largest].noun}{_none_from(none)}"
    )


def _is_most(step: Interval, steps: dict[str, Interval]) -> bool:
    gain = sum(one.mean for one in steps.values())
    return step.low is not None and step.low > gain / 2


def _none_from(names: list[str]) -> str:
    *nouns, last = [RUNGS[name].noun for name in names] or [""]
    listed = f"{', '.join(nouns)} or {last}" if nouns else last
    return f", none from {listed}" if listed else ""
