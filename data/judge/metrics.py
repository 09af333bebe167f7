"""Metrics: how good predictions are, in expectation over who leaves.

`p` is each customer's true probability of leaving, so no outcome has to be drawn. Log
loss is an exact expectation. The other figures are ratios whose two sides are exact
expectations: they meet the mean ratio up to one part in the number of leavers.

Customers with equal predictions stand in a random order: a figure that depends on the
order is its mean over all orders. So a constant prediction has a lift of exactly 1.
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


def auc_error(p: Floats, predicted: Floats) -> float:
    """Return the standard error of `realised_auc` around `expected_auc`.

    With outcomes y, k_ij = [score_i > score_j] (ties: 1/2) and the expected area a, the
    sum over pairs of y_i (1 - y_j) (k_ij - a) has mean 0. It is quadratic in y, and
    outcomes are independent, so its variance is exact. The error is its root over the
    expected number of pairs.

    Source: Hoeffding 1948 (a sum over pairs, split into its first and second order).
    """
    area, ranked = expected_auc(p, predicted), np.sort(predicted)
    below = np.searchsorted(ranked, predicted, side="left")
    level = np.searchsorted(ranked, predicted, side="right") - below - 1
    lean = 1 - 2 * area  # of every pair's second order
    slope = below + level / 2 - (len(p) - 1) * area - lean * (p.sum() - p)
    spread = p * (1 - p)
    first, second = spread * slope**2, (spread.sum() ** 2 - np.sum(spread**2)) / 2
    variance = float(first.sum() + lean**2 * second)
    return variance**0.5 / float(p.sum() * (1 - p).sum() - spread.sum())


def expected_average_precision(p: Floats, predicted: Floats) -> float:
    """Return the mean precision at each leaver's rank.

    Among m customers with equal predictions behind `ahead` others, ranks are a random
    order: 1 / rank is on average `inverse`, and the share of the other m - 1 that come
    first is in proportion to the rank.
    """
    ranked = p[np.argsort(-predicted, kind="stable")]
    m = np.unique(-predicted, return_counts=True)[1]  # sizes of groups of equals
    ahead = np.cumsum(m) - m
    inverse = np.add.reduceat(1 / np.arange(1, len(p) + 1), ahead) / m
    found = np.add.reduceat(ranked, ahead)
    found_ahead = np.cumsum(found) - found
    first = (1 + found_ahead) * inverse
    others_first = (1 - (ahead + 1) * inverse) / np.maximum(m - 1, 1)
    group = np.repeat(np.arange(len(m)), m)
    precision = first[group] + others_first[group] * (found[group] - ranked)
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
    lowest_first = np.argsort(predicted, kind="stable")
    both = np.column_stack([predicted, _shared(p, predicted)])[lowest_first]  # (n, 2)
    return np.array([group.mean(axis=0) for group in np.array_split(both, groups)])


def _shared(p: Floats, predicted: Floats) -> Floats:
    """Return the mean of `p` over the customers with the same prediction, for each."""
    _, alike = np.unique(predicted, return_inverse=True)
    return (np.bincount(alike, p) / np.bincount(alike))[alike]


def expected_lift(p: Floats, predicted: Floats, share: float = 0.10) -> float:
    """Return the leaving rate among the `share` ranked highest, over the mean rate."""
    n = max(1, round(share * len(p)))
    highest = np.argsort(-predicted, kind="stable")[:n]
    return float(_shared(p, predicted)[highest].mean() / p.mean())


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
