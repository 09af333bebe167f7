"""Verdicts: what the numbers say, in plain sentences; no sign is taken for granted."""

from typing import Any

import pandas as pd

from level2_project.measures.interval import Interval, interval

MORE_IS_BETTER = {
    "average_precision": True,
    "profit_per_1000_usd": True,
    "roc_auc": True,
    "log_loss": False,
}
FIGURES = {
    "average_precision": "average precision",
    "profit_per_1000_usd": "profit in USD per 1,000 customers",
    "roc_auc": "ROC AUC",
    "log_loss": "log loss",
}
TITLES = {
    "average_precision": "Average precision by handling of imbalance",
    "profit_per_1000_usd": "Profit by handling of imbalance",
}
DECIMALS = {
    "average_precision": 4,
    "profit_per_1000_usd": 0,
    "roc_auc": 4,
    "log_loss": 4,
}
PARTS = ("difference", "low", "high")
WORDS = {
    "model": {"lightgbm": "LightGBM", "logistic": "logistic regression",
              "neural_net": "a small neural net"},
    "imbalance": {"nothing": "nothing done about imbalance",
                  "class_weights": "class weights", "smote": "SMOTE",
                  "under_sampling": "under-sampling"},
}  # fmt: skip


def won(difference: Interval, more_is_better: bool) -> str:
    """Say whether the first of two "won", "lost" or neither: "drew".

    >>> won(Interval(-0.02, -0.03, -0.01), more_is_better=True)
    'lost'
    >>> won(Interval(-0.02, -0.03, -0.01), more_is_better=False)
    'won'
    >>> won(Interval(-0.02, -0.05, 0.01), more_is_better=True)
    'drew'
    """
    if not (difference.low > 0 or difference.high < 0):
        return "drew"
    return "won" if (difference.mean > 0) == more_is_better else "lost"


def of_handling(summary: pd.DataFrame, model: str, imbalance: str, figure: str) -> str:
    """Say how a way to handle imbalance fared against doing nothing, same model.

    Args:
        summary: one row per recipe, as `compare.summary` gives it.
        model: "lightgbm" or another.
        imbalance: "smote" or another; without recalibration.
        figure: one of `FIGURES`.
    """
    is_row = (summary["model"] == model) & (summary["imbalance"] == imbalance)
    row = summary[is_row & ~summary["recalibrate"]].iloc[0]
    parts = (row[f"{figure}_{part}"] for part in PARTS)
    difference = Interval(*parts)
    name, against = WORDS["imbalance"][imbalance], "against doing nothing"
    ends = {
        "won": f"{name} won {against}",
        "lost": f"{name} lost {against}",
        "drew": f"{name} cannot be told from doing nothing",
    }[won(difference, MORE_IS_BETTER[figure])]
    return f"By {FIGURES[figure]}, {ends}: {shown(difference, figure)}."


def of_choice(chosen: dict[str, Any]) -> str:
    """Say which recipe is used from here on."""
    model, imbalance = (WORDS[what][chosen[what]] for what in ("model", "imbalance"))
    again = "with" if chosen["recalibrate"] else "without"
    return (
        "Chosen by profit, then average precision, then log loss: "
        f"{model}, {imbalance}, {again} recalibration."
    )


def of_peer(peers: pd.DataFrame, contender: str, figure: str) -> str:
    """Say how ours fared against another contender, cutoff by cutoff."""
    difference = paired(peers, "ours", contender, figure)
    ends = {"won": "ours won", "lost": "ours lost", "drew": "neither won"}
    found = ends[won(difference, MORE_IS_BETTER[figure])]
    return (
        f"Against {contender}, by {FIGURES[figure]}, {found}: "
        f"{shown(difference, figure)}."
    )


def paired(peers: pd.DataFrame, here: str, there: str, figure: str) -> Interval:
    """Give the mean difference over cutoffs, first less second, with its interval."""
    by_cutoff = peers.pivot(index="cutoff", columns="contender", values=figure)
    return interval((by_cutoff[here] - by_cutoff[there]).to_numpy(float))


def briefly(difference: Interval, figure: str) -> str:
    """Write an interval of differences in a table.

    >>> briefly(Interval(-0.02, -0.03, -0.01), "log_loss")
    '-0.0200 ± 0.0100'
    """
    digits = DECIMALS[figure]
    reach = difference.high - difference.mean
    return f"{difference.mean:+,.{digits}f} ± {reach:,.{digits}f}"


def shown(difference: Interval, figure: str) -> str:
    """Write an interval of differences.

    >>> shown(Interval(-0.02, -0.03, -0.01), "log_loss")
    '-0.0200 (-0.0300 to -0.0100)'
    """
    digits = DECIMALS[figure]
    mean, low, high = (f"{value:+,.{digits}f}" for value in difference)
    return f"{mean} ({low} to {high})"
