"""Interval: a mean, and how sure it is."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats


class Interval(NamedTuple):
    mean: Any  # a number, or an array of them
    low: Any
    high: Any


def interval(values: NDArray[Any]) -> Interval:
    """Return the mean over the first axis and its 95 % t interval; of one value, NaN.

    >>> [round(float(figure), 2) for figure in interval(np.array([1.0, 2.0, 3.0]))]
    [2.0, -0.48, 4.48]
    """
    mean, n = np.mean(values, axis=0), len(values)
    if n < 2:
        return Interval(mean, mean * np.nan, mean * np.nan)
    reach = stats.t.ppf(0.975, n - 1) * np.std(values, axis=0, ddof=1) / np.sqrt(n)
    return Interval(mean, mean - reach, mean + reach)


def prediction_error(figures: NDArray[Any], months: int) -> NDArray[Any]:
    """Return the standard error of forecasting the next months by the mean of all.

    Months that lie together may be alike (season, price rise): one by one they look
    surer than they are. Few whole periods may lie close by luck. The larger counts.

    Args:
        figures: one row per past month, in order of time.  # (n_months, n_figures)
        months: the length of a period.
    """
    periods = figures[len(figures) % months :].reshape(-1, months, figures.shape[1])
    errors = []
    for rows, ahead in ((figures, months), (periods.mean(axis=1), 1)):
        few = stats.t.ppf(0.975, len(rows) - 1) / stats.norm.ppf(0.975)
        luck = np.sqrt(1 / ahead + 1 / len(rows))  # of what comes, and of the past
        errors.append(few * luck * np.std(rows, axis=0, ddof=1))
    return np.maximum(*errors)
