"""Interval: a mean over worlds, and how sure it is."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit


@dataclass(frozen=True)
class Interval:
    """A mean over worlds with its 95 % interval; a single world has no interval."""

    mean: float
    low: float | None = None
    high: float | None = None

    @property
    def half_width(self) -> float:
        """Return the distance from the mean to an end; 0 for a single world."""
        return 0.0 if self.high is None else self.high - self.mean

    @property
    def is_above_zero(self) -> bool:
        return self.low is not None and self.low > 0

    @property
    def is_below_zero(self) -> bool:
        return self.high is not None and self.high < 0

    @property
    def is_clear(self) -> bool:
        """Tell whether the interval leaves out 0; that of a single world never does."""
        return self.is_above_zero or self.is_below_zero


def interval(values: list[float]) -> Interval:
    """Return the mean over worlds and its 95 % t interval."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return Interval(mean)
    error = float(np.std(values, ddof=1)) / len(values) ** 0.5
    reach = float(stdtrit(len(values) - 1, 0.975)) * error
    return Interval(mean, mean - reach, mean + reach)


def cumulative(by_month: list[list[float]]) -> list[Interval]:
    """Add up each world's months; return an interval over worlds for each month.

    Args:
        by_month: one list of months per world.
    """
    totals = np.cumsum(by_month, axis=1)  # (n_worlds, n_months)
    return [interval(month.tolist()) for month in totals.T]
