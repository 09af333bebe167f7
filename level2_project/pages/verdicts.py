"""Verdicts: what an interval says, in a sentence; no sign is taken for granted."""

from typing import Any

import pandas as pd

from level2_project.measures.interval import Interval
from level2_project.pages.words import label, with_ends

RECIPE = ["model", "imbalance", "recalibrate"]
PARTS = ("difference", "low", "high")


def verdict(found: Interval, of: float, above: str, below: str, unclear: str) -> str:
    """Choose the words for the side of a number on which an interval lies.

    >>> verdict(Interval(0.02, -0.01, 0.05), 0, "a gain", "a loss", "unclear")
    'unclear'
    """
    if found.low > of:
        return above
    return below if found.high < of else unclear  # also where the ends are NaN


def of_profit(profit: Interval) -> str:
    """Say what the offers of a month should bring."""
    gain, loss = "the whole interval is a gain", "the whole interval is a loss"
    unclear = "the interval does not show whether that is a gain or a loss"
    ends = verdict(profit, 0, gain, f"{loss}, so do not use this rule", unclear)
    return f"They should bring {with_ends(profit, 'profit')}: {ends}."


def of_calibration(calibration: Interval) -> str:
    """Say whether as many customers leave as are predicted."""
    than = "leavers are predicted than leave"
    unclear = "no bias can be told from luck"
    ends = verdict(calibration, 1, f"more {than}", f"fewer {than}", unclear)
    found = with_ends(calibration, "calibration")
    return f"Predicted leavers per leaver: {found}; {ends}."


def of_lift(lift: Interval) -> str:
    """Say whether the ranking finds leavers."""
    worse, unclear = "is worse than drawing lots", "cannot be told from drawing lots"
    return (
        "The tenth of the customers with the highest probability leaves "
        f"{with_ends(lift, 'lift_at_10_percent')} times as often as the mean: "
        f"the ranking {verdict(lift, 1, 'finds leavers', worse, unclear)}."
    )


def of_handling(summary: pd.DataFrame, model: str, imbalance: str, figure: str) -> str:
    """Say how a way to handle imbalance fared against doing nothing, same model."""
    row = summary.set_index(RECIPE).loc[(model, imbalance, False)]
    difference = Interval(*(row[f"{figure}_{part}"] for part in PARTS))
    more, less = "is better than", "is worse than"
    if figure == "log_loss":
        more, less = less, more
    ends = verdict(difference, 0, more, less, "cannot be told from")
    found = with_ends(difference, figure, "+")
    return f"By {label(figure)}, {label(imbalance)} {ends} doing nothing: {found}."


def of_choice(best: dict[str, Any], used: dict[str, Any]) -> str:
    """Say which recipe was best in the comparison, and which one is used."""
    first, second = (
        f"{label(recipe['model'])}, {label(recipe['imbalance'])} against imbalance, "
        f"{'with' if recipe['recalibrate'] else 'without'} recalibration"
        for recipe in (best, used)
    )
    ends = "this is used" if first == second else f"used is {second}"
    return f"Best by profit, then average precision, then log loss: {first}; {ends}."
