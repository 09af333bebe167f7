"""Metrics: what predictions are worth, in expectation over the luck of who leaves.

`p` is each customer's true chance, so no outcome has to be drawn: the area under the
ROC curve, log loss and lift are exact expectations, average precision is exact up to
one part in the number of customers.
"""

import numpy as np

from data.world.state import Bools, Floats


def expected_auc(p: Floats, predicted: Floats) -> float:
    """Give the chance that a leaver is ranked above a stayer; ties count half.

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
    """Give the mean precision at each leaver's rank, ties broken by position."""
    ranked = p[np.argsort(-predicted, kind="stable")]
    found_before = np.cumsum(ranked) - ranked
    precision = (1 + found_before) / np.arange(1, len(ranked) + 1)
    return float(np.sum(ranked * precision) / ranked.sum())


def expected_log_loss(p: Floats, predicted: Floats) -> float:
    """Give the mean log loss in nats; certain and wrong costs at most 34.5."""
    q = np.clip(predicted, 1e-15, 1 - 1e-15)
    return float(-np.mean(p * np.log(q) + (1 - p) * np.log1p(-q)))


def calibration(p: Floats, predicted: Floats) -> float:
    """Give predicted leavers per expected leaver; 1 is right on average."""
    return float(predicted.sum() / p.sum())


def calibration_curve(p: Floats, predicted: Floats, groups: int = 10) -> Floats:
    """Give the mean predicted and the mean true chance of equal groups.  # (groups, 2)

    The group with the lowest predictions comes first. Customers predicted alike share
    their mean true chance, so it does not matter which of them falls on which side.
    """
    _, alike = np.unique(predicted, return_inverse=True)
    shared = (np.bincount(alike, p) / np.bincount(alike))[alike]
    lowest_first = np.argsort(predicted, kind="stable")
    both = np.column_stack([predicted, shared])[lowest_first]  # (n_customers, 2)
    return np.array([group.mean(axis=0) for group in np.array_split(both, groups)])


def expected_lift(p: Floats, predicted: Floats, share: float = 0.10) -> float:
    """Give the leaving rate among the `share` ranked highest, over the mean rate."""
    n = max(1, round(share * len(p)))
    highest = np.argsort(-predicted, kind="stable")[:n]
    return float(p[highest].mean() / p.mean())


def realised_auc(left: Bools, predicted: Floats) -> float:
    """Give the area for who really left: the same pairs, with outcomes for chances."""
    return expected_auc(left.astype(float), predicted)


def all_metrics(p: Floats, predicted: Floats) -> dict[str, float]:
    return {
        "roc_auc": expected_auc(p, predicted),
        "average_precision": expected_average_precision(p, predicted),
        "log_loss": expected_log_loss(p, predicted),
        "calibration": calibration(p, predicted),
        "lift_at_10_percent": expected_lift(p, predicted),
    }
