"""Interval: a mean over worlds, and how sure it is."""

import numpy as np
from scipy.special import stdtrit

Interval = dict[str, float | None]


def interval(values: list[float]) -> Interval:
    """Give the mean over worlds and its 95 % t interval; none for a single world."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return {"mean": mean, "low": None, "high": None}
    error = float(np.std(values, ddof=1)) / len(values) ** 0.5
    reach = float(stdtrit(len(values) - 1, 0.975)) * error
    return {"mean": mean, "low": mean - reach, "high": mean + reach}


def cumulative(by_month: list[list[float]]) -> list[Interval]:
    """Add up each world's months, and give an interval over worlds for each month.

    Args:
        by_month: one list of months per world.
    """
    totals = np.cumsum(by_month, axis=1)  # (n_worlds, n_months)
    return [interval(month.tolist()) for month in totals.T]
