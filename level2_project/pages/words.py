"""Words: how names and numbers of the code read on a page."""

import re
from pathlib import Path
from typing import Any

import pandas as pd

from level2_project.measures.interval import Interval

DICTIONARY = Path(__file__).parents[1] / "point_in_time" / "dictionary.csv"
NAMES = {
    "cutoff": "month", "tested": "month", "n_test": "rows tested",
    "n_train": "training rows", "lift_at_10_percent": "lift at 10 %",
    "roc_auc": "ROC AUC", "lightgbm": "LightGBM",
    "logistic": "logistic regression", "neural_net": "small neural net",
    "recalibrate": "recalibrated", "smote": "SMOTE", "under_sampling": "under-sampling",
}  # fmt: skip
DECIMALS = {"calibration": 2, "lift_at_10_percent": 1}


def label(name: str) -> str:
    """Write a name of the code in words; a number at its end is a window of days.

    >>> label("n_customers"), label("is_unpaid"), label("use_7_to_28")
    ('customers', 'unpaid', 'use, 7 to 28 days')
    """
    words = re.sub("^(n|is)_", "", name).replace("_", " ").replace(" usd", ", USD")
    return NAMES.get(name) or re.sub(r" (\d+ to \d+|\d+)$", r", \1 days", words)


def meanings(columns: pd.Series) -> pd.DataFrame:
    """Look columns up in the feature dictionary: one row per column, in its order."""
    names = columns.str.replace(r"^(topic|tone)_\d+_", r"\1_NN_", regex=True)
    known = pd.read_csv(DICTIONARY).set_index("name").reindex(names)
    known.insert(0, "column", columns.map(label).to_numpy())
    return known[["column", "meaning", "source", "window"]]


def plain(value: Any) -> str:
    """Write a value: a month, a count with commas, other numbers with four digits."""
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return "-"
    if isinstance(value, pd.Timestamp):
        return f"{value:%B %Y}"
    if type(value).__name__.startswith("bool"):  # Python's, and NumPy's
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else f"{value:,}"


def percent(share: float, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f} %"


def number(value: float, name: str, sign: str = "") -> str:
    """Write a figure with its own number of decimals."""
    decimals = 0 if name.startswith("profit") else DECIMALS.get(name, 4)
    return f"{value:{sign},.{decimals}f}"


def with_ends(found: Interval, name: str, sign: str = "") -> str:
    """Write an interval of a figure; `sign` is "+" for a difference.

    >>> with_ends(Interval(-0.02, -0.03, -0.01), "log_loss", "+")
    '-0.0200 (-0.0300 to -0.0100)'
    """
    mean, low, high = (number(value, name, sign) for value in found)
    unit = " USD" if name.startswith("profit") else ""
    return mean + unit if pd.isna(found.low) else f"{mean}{unit} ({low} to {high})"
