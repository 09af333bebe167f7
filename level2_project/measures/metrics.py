"""Metrics: how good the probabilities of leaving are, one number each."""

import numpy as np
import pandas as pd
from sklearn.metrics import log_loss as mean_log_loss
from sklearn.metrics import roc_auc_score

from level2_project.measures.gain import Array


def roc_auc(left: Array, p_churn: Array) -> float:
    """Return the probability that a leaver ranks above a stayer; ties count half."""
    return float(roc_auc_score(left, p_churn))


def average_precision(left: Array, p_churn: Array) -> float:
    """Return the mean precision at each leaver's rank; equals are in random order."""
    groups = pd.Series(left).groupby(-p_churn).agg(["size", "sum"])  # riskiest first
    n, n_left = groups.to_numpy(float).T
    ahead, left_ahead = (np.cumsum(n) - n).astype(int), np.cumsum(n_left) - n_left
    inverse = np.add.reduceat(1 / np.arange(1, len(left) + 1), ahead) / n  # of the rank
    # Of the other equals, so many come first, divided by the rank.
    equals = (1 - (ahead + 1) * inverse) / np.maximum(n - 1, 1) * (n_left - 1)
    return float(np.sum(n_left * ((1 + left_ahead) * inverse + equals)) / left.sum())


def log_loss(left: Array, p_churn: Array) -> float:
    """Return the mean log loss in nats; certain and wrong costs at most 34.5."""
    p_churn = np.clip(p_churn, 1e-15, 1 - 1e-15)
    return float(mean_log_loss(left, p_churn, labels=[False, True]))


def calibration(left: Array, p_churn: Array) -> float:
    """Return predicted leavers per leaver; 1 is right on average."""
    return float(p_churn.sum() / left.sum())


def lift_at_10_percent(left: Array, p_churn: Array) -> float:
    """Return the leaving rate of the riskiest tenth over the mean; equals share it."""
    riskiest = np.argsort(-p_churn, kind="stable")[: max(1, round(len(left) / 10))]
    shared = pd.Series(left, dtype=float).groupby(p_churn).transform("mean")
    return float(shared.iloc[riskiest].mean() / left.mean())


METRICS = [roc_auc, average_precision, log_loss, calibration, lift_at_10_percent]
UNITS = {
    "roc_auc": "probability that a leaver ranks above a stayer",
    "average_precision": "mean precision at the leavers' ranks",
    "log_loss": "nats per customer and month",
    "calibration": "predicted leavers per leaver",
    "lift_at_10_percent": "leaving rate of the riskiest tenth over the mean rate",
    "profit": "USD per 1,000 customers and month, at the assumed save rate",
}
