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
