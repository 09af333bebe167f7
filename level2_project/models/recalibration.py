"""Recalibration: probabilities put back to what happens, the ranking left as it is."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.floating[Any]]

HELD_BACK = 3  # last cutoffs on which recalibration is fitted


class Recalibration(NamedTuple):
    """Platt's sigmoid: a shift and a stretch of log-odds."""

    shift: float
    stretch: float

    def __call__(self, p_churn: Floats) -> Floats:
        return np.asarray(expit(self.shift + self.stretch * log_odds(p_churn)))


def platt(p: Floats, left: NDArray[np.bool_]) -> Recalibration:
    """Fit shift and stretch; the shift alone if the stretch would turn the ranking.

    Isotonic regression would tie customers whom the model tells apart.

    Source: Platt 1999, "Probabilistic outputs for support vector machines".
    """
    x = log_odds(p)
    line = LogisticRegression(C=np.inf).fit(x[:, None], left)
    if (stretch := float(line.coef_[0, 0])) > 0.05:
        return Recalibration(float(line.intercept_[0]), stretch)
    return Recalibration(brentq(lambda s: np.mean(expit(s + x) - left), -50, 50), 1.0)


def log_odds(p: Floats) -> Floats:
    return np.asarray(logit(np.clip(p.astype(float), 1e-9, 1 - 1e-9)))


def before_and_after(
    snapshots: pd.DataFrame, horizon_months: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hold back the last cutoffs, and leave out rows whose labels reach into them."""
    cutoff = snapshots["cutoff"]
    held_from = sorted(cutoff.unique())[-HELD_BACK:][0]
    label_ends = cutoff + pd.DateOffset(months=horizon_months)
    return snapshots[label_ends <= held_from], snapshots[cutoff >= held_from]
