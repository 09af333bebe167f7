"""Metrics: how good predictions are, in expectation over who leaves.

`p` is each customer's true probability of leaving, so no outcome has to be drawn. The
area under the ROC curve, log loss and lift are exact expectations; average precision is
exact up to one part in the number of customers.
"""

import numpy as np

from data.judge.result import Metrics
from data.world.state import Bools, Floats

METRICS = (  # the names, in the order of every table
    "roc_auc",
    "average_precision",
    "log_loss",
    "calibration",
    "lift_at_10_percent",
)


def expected_auc(p: Floats, predicted: Floats) -> float:
    """Return the probability that a leaver ranks above a stayer; ties count half.

    sum over pairs i != j of p_i (1 - p_j) [score_i > score_j], over the same sum
    without the bracket.
    """
    order = np.argsort(predicted, kind="stable")
    p, predicted = p[order], predicted[order]
    stays = 1 - p
    before = np.concatenate([[0.0], np.cumsum(stays)])
    first = np.searchsorted(predicted, predicted, side="left")
    past = np.searchsorted(predicted, predicted, side="right")
    below, level = before[first], before[past] - before[first] - stays
    won = np.sum(p * (below + level / 2))
    return float(won / (p.sum() * stays.sum() - np.sum(p * stays)))


def expected_average_precision(p: Floats, predicted: Floats) -> float:
    """Return the mean precision at each leaver's rank, ties broken by position."""
    ranked = p[np.argsort(-predicted, kind="stable")]
    found_before = np.cumsum(ranked) - ranked
    precision = (1 + found_before) / np.arange(1, len(ranked) + 1)
    return float(np.sum(ranked * precision) / ranked.sum())


def expected_log_loss(p: Floats, predicted: Floats) -> float:
    """Return the mean log loss in nats; certain and wrong costs at most 34.5."""
    q = np.clip(predicted, 1e-15, 1 - 1e-15)
    return float(-np.mean(p * np.log(q) + (1 - p) * np.log1p(-q)))


def calibration(p: Floats, predicted: Floats) -> float:
    """Return predicted leavers per expected leaver; 1 is right on average."""
    return float(predicted.sum() / p.sum())


def calibration_curve(p: Floats, predicted: Floats, groups: int = 10) -> Floats:
    """Return mean predicted and mean true probability by group.  # (groups, 2)

    The groups are equal in size; the one with the lowest predictions comes first.
    Customers with equal predictions share their mean true probability, so it does not
    matter which of them falls into which group.
    """
    _, alike = np.unique(predicted, return_inverse=True)
    shared = (np.bincount(alike, p) / np.bincount(alike))[alike]
    lowest_first = np.argsort(predicted, kind="stable")
    both = np.column_stack([predicted, shared])[lowest_first]  # (n_customers, 2)
    return np.array([group.mean(axis=0) for group in np.array_split(both, groups)])


def expected_lift(p: Floats, predicted: Floats, share: float = 0.10) -> float:
    """Return the leaving rate among the `share` ranked highest, over the mean rate."""
    n = max(1, round(share * len(p)))
    highest = np.argsort(-predicted, kind="stable")[:n]
    return float(p[highest].mean() / p.mean())


def realised_auc(left: Bools, predicted: Floats) -> float:
    """Return the area under the ROC curve for the customers who really left."""
    return expected_auc(left.astype(float), predicted)


def all_metrics(p: Floats, predicted: Floats) -> Metrics:
    """Return every metric by its name."""
    figures = (
        expected_auc(p, predicted),
        expected_average_precision(p, predicted),
        expected_log_loss(p, predicted),
        calibration(p, predicted),
        expected_lift(p, predicted),
    )
    return dict(zip(METRICS, figures, strict=True))
