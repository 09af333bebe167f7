"""Verdicts: what an interval says, in a sentence; no sign is taken for granted."""

from typing import Any

import pandas as pd

from level2_project.config import Training
from level2_project.measures.interval import Interval
from level2_project.pages.words import DECIMALS, label, percent, with_ends

LESS_IS_BETTER = {"log_loss"}
PARTS = ("difference", "low", "high")


def side(found: Interval, of: float = 0.0) -> str:
    """Return on which side of a number an interval lies, "unclear" if it holds it.

    >>> side(Interval(0.02, 0.01, 0.03)), side(Interval(0.02, -0.01, 0.05))
    ('above', 'unclear')
    """
    if found.low > of:
        return "above"
    return "below" if found.high < of else "unclear"  # also where the ends are NaN


def of_profit(profit: Interval) -> str:
    """Say what the offers of a month should bring."""
    ends = {
        "above": "the whole interval is a gain",
        "below": "the whole interval is a loss, so do not use this rule",
        "unclear": "the interval does not show whether that is a gain or a loss",
    }[side(profit)]
    return f"They should bring {with_ends(profit, 'profit')}: {ends}."


def of_groups(groups: pd.DataFrame) -> str:
    """Say what sets the customers with an offer apart from all others.

    Args:
        groups: one row for "an offer" and one for "no offer", as far as there are such.
    """
    if len(groups) < 2:
        return "All customers are treated alike."
    yes, no = groups.loc["an offer"], groups.loc["no offer"]
    return (
        "Customers with an offer have a mean probability of leaving within the month "
        f"of {percent(yes['mean_probability'])} (all others: "
        f"{percent(no['mean_probability'])}) and a median fee of "
        f"{yes['median_fee_usd']:,.0f} USD a month ({no['median_fee_usd']:,.0f})."
    )


def of_calibration(calibration: Interval) -> str:
    """Say whether as many customers leave as are predicted."""
    ends = {
        "above": "more leavers are predicted than leave",
        "below": "fewer leavers are predicted than leave",
        "unclear": "no bias can be told from luck",
    }[side(calibration, of=1)]
    found = with_ends(calibration, "calibration")
    return f"Predicted leavers per leaver: {found}; {ends}."


def of_lift(lift: Interval) -> str:
    """Say whether the ranking finds leavers."""
    ends = {
        "above": "the ranking finds leavers",
        "below": "the ranking is worse than drawing lots",
        "unclear": "the ranking cannot be told from drawing lots",
    }[side(lift, of=1)]
    return (
        "The tenth of the customers with the highest probability leaves "
        f"{with_ends(lift, 'lift_at_10_percent')} times as often as the mean: {ends}."
    )


def of_handling(summary: pd.DataFrame, model: str, imbalance: str, figure: str) -> str:
    """Say how a way to handle imbalance fared against doing nothing, same model.

    Args:
        summary: one row per recipe, as `compare.summary` returns it.
        model: "lightgbm" or another.
        imbalance: "smote" or another; without recalibration.
        figure: one of the columns that have an interval, such as "log_loss".
    """
    is_row = (summary["model"] == model) & (summary["imbalance"] == imbalance)
    row = summary[is_row & ~summary["recalibrate"]].iloc[0]
    difference = Interval(*(row[f"{figure}_{part}"] for part in PARTS))
    better, worse = "is better than", "is worse than"
    if figure in LESS_IS_BETTER:
        better, worse = worse, better
    found = {"above": better, "below": worse, "unclear": "cannot be told from"}
    return (
        f"By {label(figure)}, {label(imbalance)} {found[side(difference)]} doing "
        f"nothing: {with_ends(difference, figure, '+')}."
    )


def briefly(figure: str, mean: float, difference: float, high: float) -> str:
    """Write a mean and, in brackets, by how much it differs; 0 from itself.

    >>> briefly("log_loss", 0.16, -0.02, -0.01), briefly("log_loss", 0.18, 0, 0)
    ('0.1600 (-0.0200 ± 0.0100)', '0.1800')
    """
    digits = DECIMALS.get(figure, 4)
    apart = f" ({difference:+,.{digits}f} ± {high - difference:,.{digits}f})"
    return f"{mean:,.{digits}f}{apart if difference else ''}"


def of_choice(best: dict[str, Any], used: Training) -> str:
    """Say which recipe was best in the comparison, and which one is used."""
    recipes = [
        f"{label(model)}, {label(imbalance)} against imbalance, "
        f"{'with' if again else 'without'} recalibration"
        for model, imbalance, again in (
            (best["model"], best["imbalance"], best["recalibrate"]),
            (used.model, used.imbalance, used.recalibrate),
        )
    ]
    ends = "this is used" if len(set(recipes)) == 1 else f"used is {recipes[1]}"
    return (
        f"Best by profit, then average precision, then log loss: {recipes[0]}; {ends}."
    )
