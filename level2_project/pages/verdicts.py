"""Verdicts: what an interval says, in a sentence; no sign is taken for granted."""

from typing import Any

from level2_project.measures.interval import Interval
from level2_project.pages.words import label, with_ends

RECIPE = ["model", "imbalance", "recalibrate"]


def verdict(found: Interval, of: float, above: str, below: str, unclear: str) -> str:
    """Choose the words for the side of a number on which an interval lies.

    >>> verdict(Interval(0.02, -0.01, 0.05), 0, "a gain", "a loss", "unclear")
    'unclear'
    """
    if found.low > of:
        return above
    return below if found.high < of else unclear  # also where the ends are NaN


def of_profit(profit: Interval) -> str:
    """Say what the offers of a month would bring at the assumed save rate."""
    gain, loss = "the whole interval is a gain", "the whole interval is a loss"
    unclear = "the interval does not show whether that is a gain or a loss"
    ends = verdict(profit, 0, gain, f"{loss}, so do not use this rule", unclear)
    found = with_ends(profit, "profit")
    return f"If the assumed share of leavers is kept, they bring {found}: {ends}."


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


def of_recipe(recipe: dict[str, Any]) -> str:
    """Write a recipe in words."""
    right = "with" if recipe["recalibrate"] else "without"
    model, imbalance = label(recipe["model"]), label(recipe["imbalance"])
    return f"{model}, {imbalance} against imbalance, {right} recalibration"


def of_choice(found: str, choice: dict[str, Any]) -> str:
    """Say whether what a search found is used; `choice` is from `compare.choose`."""
    if choice["mean"] == choice["low"] == choice["high"] == 0:
        return f"The search found {found}: the plain way itself."
    difference = Interval(choice["mean"], choice["low"], choice["high"])
    ends = verdict(
        difference, 0, "it is worse, and the plain way stays", "it is better, and used",
        "searched, nothing gained, and the plain way stays",
    )  # fmt: skip
    told = with_ends(difference, "log_loss", "+")
    return (
        f"The search found {found}. On the months of confirmation, which it did not "
        f"see, its log loss differs from that of the plain way by {told}: {ends}."
    )
