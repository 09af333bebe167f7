"""Metrics: exact expectations, held against pairs counted by hand and drawn luck."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from data.judge.metrics import (
    all_metrics,
    auc_error,
    calibration,
    calibration_curve,
    expected_auc,
    expected_average_precision,
    expected_lift,
    expected_log_loss,
    realised_auc,
)

CHANCES = st.lists(st.floats(0.001, 0.999), min_size=2, max_size=30).map(np.array)
SCORES = st.integers(0, 9)  # few, so that many are tied


def customers(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Return true chances, about 9 % on average, and a prediction of some worth."""
    generator = np.random.default_rng(seed)
    logit = -3 + 1.5 * generator.standard_normal(n)
    guess = 0.7 * logit - 0.5 + generator.standard_normal(n)
    return tuple(1 / (1 + np.exp(-x)) for x in (logit, guess))


def pairs_won(p: np.ndarray, predicted: np.ndarray) -> float:
    """Count all pairs of a leaver and a stayer one by one, ties as a half."""
    won = pairs = 0.0
    for i in range(len(p)):
        for j in range(len(p)):
            if i != j:
                weight = p[i] * (1 - p[j])
                pairs += weight
                won += weight * (predicted[i] > predicted[j])
                won += weight * (predicted[i] == predicted[j]) / 2
    return won / pairs


# --- area under the ROC curve --------------------------------------------------------


@given(st.data(), CHANCES)
def test_the_expected_area_counts_every_pair(data, p):
    scores = data.draw(st.lists(SCORES, min_size=len(p), max_size=len(p)))
    predicted = np.array(scores) / 10

    area = expected_auc(p, predicted)

    assert area == pytest.approx(pairs_won(p, predicted))


@given(CHANCES)
def test_the_true_chances_get_the_closed_form_over_pairs(p):
    """Pairs of different customers, ranked by the chances themselves."""
    assert expected_auc(p, p) == pytest.approx(pairs_won(p, p))


def test_the_true_chances_get_the_area_of_the_facts():
    """As the facts write it, each customer paired with himself: a little less."""
    p, _ = customers(1, n=2_000)
    by_hand = sum(x * np.sum(1 - p[p < x]) for x in p) / (p.sum() * (1 - p).sum())

    area = expected_auc(p, p)

    assert area == pytest.approx(by_hand, abs=1 / len(p))


@given(CHANCES, st.floats(0, 1))
def test_a_constant_gets_an_area_of_one_half(p, constant):
    assert expected_auc(p, np.full(len(p), constant)) == pytest.approx(0.5)


def test_shuffled_predictions_get_one_half_within_error():
    p, predicted = customers(2)
    generator = np.random.default_rng(3)

    areas = [expected_auc(p, generator.permutation(predicted)) for _ in range(200)]

    error = np.std(areas, ddof=1) / np.sqrt(len(areas))
    assert abs(np.mean(areas) - 0.5) < 4 * error
    assert error < 0.005


@given(CHANCES, st.data())
def test_the_area_asks_for_order_only(p, data):
    whole = data.draw(st.lists(SCORES, min_size=len(p), max_size=len(p)))
    predicted = np.array(whole, float)

    for change in (np.exp, np.cbrt, lambda x: 3 * x - 7, lambda x: x / (1 + x)):
        assert expected_auc(p, change(predicted)) == expected_auc(p, predicted)
    assert expected_auc(p, -predicted) == pytest.approx(1 - expected_auc(p, predicted))


@given(CHANCES, st.data())
def test_nobody_ranks_better_than_the_true_chances(p, data):
    other = data.draw(st.lists(st.floats(0, 1), min_size=len(p), max_size=len(p)))

    assert expected_auc(p, np.array(other)) <= expected_auc(p, p) + 1e-12


@settings(max_examples=20)
@given(st.integers(0, 999))
def test_the_realised_area_is_that_of_scikit_learn(seed):
    p, predicted = customers(seed)
    left = np.random.default_rng(seed).random(len(p)) < p
    rounded = np.round(predicted, 2)  # with ties

    assert realised_auc(left, rounded) == pytest.approx(roc_auc_score(left, rounded))


# --- calibration curve ---------------------------------------------------------------


@given(CHANCES, st.integers(1, 10))
def test_the_true_chances_lie_on_the_diagonal(p, groups):
    curve = calibration_curve(p, p, min(groups, len(p)))

    assert curve[:, 0] == pytest.approx(curve[:, 1])


@given(CHANCES, st.floats(0.1, 10))
def test_predictions_of_twice_the_truth_have_half_of_it_happen(p, times):
    """Or of any number of times."""
    predicted, true = calibration_curve(p, times * p, groups=2).T

    assert true == pytest.approx(predicted / times)


def test_groups_hold_equally_many_customers_the_lowest_predictions_first():
    p, predicted = customers(12, n=120)
    order = np.argsort(predicted)

    curve = calibration_curve(p, predicted)

    by_hand = [[predicted[twelve].mean(), p[twelve].mean()]
               for twelve in order.reshape(10, 12)]  # fmt: skip
    assert curve == pytest.approx(np.array(by_hand))


@pytest.mark.parametrize("n", [101, 109])
def test_groups_that_cannot_be_equal_differ_by_one_customer(n):
    rank = np.arange(n, dtype=float)

    predicted = calibration_curve(rank, rank)[:, 0]

    lowest_first = np.split(rank, np.cumsum([n // 10 + (i < n % 10) for i in range(9)]))
    assert predicted == pytest.approx([group.mean() for group in lowest_first])


@given(CHANCES, st.data())
def test_the_order_of_customers_predicted_alike_does_not_count(p, data):
    scores = data.draw(st.lists(SCORES, min_size=len(p), max_size=len(p)))
    predicted, shuffled = (
        np.array(scores) / 10,
        data.draw(st.permutations(range(len(p)))),
    )

    curve = calibration_curve(p[shuffled], predicted[shuffled], groups=2)

    assert curve == pytest.approx(calibration_curve(p, predicted, groups=2))


def test_a_constant_is_one_point_at_the_mean_true_chance():
    p, _ = customers(13)

    curve = calibration_curve(p, np.full(len(p), 0.2))

    assert curve == pytest.approx(np.tile([0.2, p.mean()], (10, 1)))


# --- held against luck ---------------------------------------------------------------


def luck(p: np.ndarray, draws: int) -> np.ndarray:
    """Draw who leaves, many times.  # (draws, n)"""
    return np.random.default_rng(4).random((draws, len(p))) < p


def off(expected: float, drawn: list[float]) -> float:
    """Return by how many standard errors drawn values differ from the expected one."""
    error = np.std(drawn, ddof=1) / np.sqrt(len(drawn))
    return float((np.mean(drawn) - expected) / error)


def test_the_expected_log_loss_is_the_mean_over_luck():
    p, predicted = customers(5)

    drawn = [log_loss(left, predicted) for left in luck(p, 1_500)]

    assert abs(off(expected_log_loss(p, predicted), drawn)) < 4


def test_the_expected_area_is_that_of_a_random_pair():
    """Each draw counts by its pairs: all pairs won over all pairs."""
    p, predicted = customers(6)
    drawn = luck(p, 1_500)
    pairs = drawn.sum(axis=1) * (~drawn).sum(axis=1)

    areas = np.array([roc_auc_score(left, predicted) for left in drawn])

    residual = (areas - expected_auc(p, predicted)) * pairs
    assert abs(off(0.0, list(residual))) < 4


@pytest.mark.parametrize(("n", "draws"), [(400, 2_000), (3_000, 600)])
def test_the_expected_average_precision_is_the_mean_over_luck(n, draws):
    """To one part in the expected count of leavers: a ratio's mean is no mean ratio."""
    p, predicted = customers(7, n)

    drawn = [average_precision_score(left, predicted) for left in luck(p, draws)]

    expected, error = expected_average_precision(p, predicted), np.std(drawn)
    one_part = expected / p.sum()
    assert abs(np.mean(drawn) - expected) < one_part + 4 * error / np.sqrt(draws)
    assert one_part < 0.01


@given(CHANCES)
def test_the_expected_average_precision_of_a_sure_order_is_by_hand(p):
    """Ranks and sums written out; no two predictions are equal."""
    predicted = np.linspace(0, 1, len(p))

    ranked, precision = p[::-1], 0.0
    for rank, chance in enumerate(ranked, start=1):
        precision += chance * (1 + sum(ranked[: rank - 1])) / rank

    assert expected_average_precision(p, predicted) == pytest.approx(
        precision / sum(ranked)
    )


def test_the_expected_lift_is_the_mean_over_luck():
    p, predicted = customers(8)
    highest = predicted >= np.sort(predicted)[-40]

    drawn = luck(p, 1_500)
    excess = drawn[:, highest].mean(axis=1) - expected_lift(p, predicted) * drawn.mean(
        axis=1
    )

    assert highest.sum() == 40
    assert abs(off(0.0, list(excess))) < 4


# --- small cases by hand -------------------------------------------------------------


@given(CHANCES, st.floats(0.1, 10))
def test_calibration_is_predicted_over_expected_leavers(p, times):
    assert calibration(p, p * times) == pytest.approx(times)


def test_no_prediction_has_a_lower_log_loss_than_the_truth():
    p, predicted = customers(9)
    entropy = -np.mean(p * np.log(p) + (1 - p) * np.log(1 - p))

    assert expected_log_loss(p, p) == pytest.approx(entropy)
    assert expected_log_loss(p, predicted) > entropy


@pytest.mark.parametrize("certain", [0.0, 1.0])
def test_certain_and_wrong_costs_much_but_not_everything(certain):
    loss = expected_log_loss(np.array([1 - certain]), np.array([certain]))

    assert 34 < loss < 35


def ordered(p: np.ndarray, scores: list[int]) -> list[np.ndarray]:
    """Return the true chances in every order in which equal scores may stand."""
    orders = permutations(range(len(p)))
    falling = (o for o in orders if all(scores[a] >= scores[b] for a, b in pairwise(o)))
    return [p[list(order)] for order in falling]


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.floats(0.01, 0.99), st.integers(0, 2)), min_size=2, max_size=6
    )
)
def test_customers_with_equal_predictions_count_as_in_a_random_order(rows):
    """The mean over all orders, counted one by one."""
    p, scores = np.array([row[0] for row in rows]), [row[1] for row in rows]

    def precision(ranked: np.ndarray) -> float:
        before = np.cumsum(ranked) - ranked
        ranks = np.arange(1, len(ranked) + 1)
        return float(np.sum(ranked * (1 + before) / ranks) / ranked.sum())

    orders, predicted = ordered(p, scores), np.array(scores, float)
    lifts = [order[: max(1, round(len(p) / 2))].mean() / p.mean() for order in orders]

    assert expected_average_precision(p, predicted) == pytest.approx(
        np.mean([precision(order) for order in orders])
    )
    assert expected_lift(p, predicted, 0.5) == pytest.approx(np.mean(lifts))


@given(CHANCES, st.floats(0, 1), st.randoms(use_true_random=False))
def test_a_constant_has_no_lift_whoever_stands_first(p, constant, random):
    """Customers who joined early stand first in every file, and they leave less."""
    p = np.sort(p)
    shuffled = np.array(random.sample(list(p), len(p)))

    for order in (p, p[::-1], shuffled):
        assert expected_lift(order, np.full(len(p), constant)) == pytest.approx(1.0)
        assert expected_average_precision(order, np.full(len(p), 0.5)) == pytest.approx(
            expected_average_precision(p, np.full(len(p), constant))
        )


def test_a_constant_has_the_base_rate_as_average_precision():
    """Up to one part in the number of leavers: a leaver is among those it counts."""
    p, _ = customers(10, n=3_000)

    precision = expected_average_precision(p, np.full(len(p), 0.5))

    assert precision == pytest.approx(p.mean(), rel=10 / p.sum())
    assert precision > p.mean()


# --- the error of a realised area ----------------------------------------------------


@settings(max_examples=20, derandomize=True)
@given(st.integers(0, 999))
def test_the_error_of_the_realised_area_is_its_spread_over_luck(seed):
    """Of predictions with and without ties: 400 draws, within 4 standard errors."""
    p, predicted = customers(seed, n=1_500)
    if seed % 2:
        predicted = np.round(predicted, 2)
    expected, error = expected_auc(p, predicted), auc_error(p, predicted)

    generator = np.random.default_rng(seed)
    outcomes = generator.random((400, len(p))) < p
    z = (
        np.array([realised_auc(left, predicted) - expected for left in outcomes])
        / error
    )

    assert abs(z.mean()) < 4 / 400**0.5
    assert abs(z.std(ddof=1) - 1) < 4 / 800**0.5


def test_a_constant_leaves_no_luck_in_its_area():
    p, _ = customers(14)

    assert auc_error(p, np.full(len(p), 0.3)) == pytest.approx(0.0, abs=1e-12)


# --- a whole by pencil ----------------------------------------------------------------


def test_all_metrics_of_a_toy_are_those_of_the_pencil():
    p, predicted = np.array([0.5, 0.25, 0.25]), np.array([0.6, 0.3, 0.1])

    figures = all_metrics(p, predicted)

    won = 0.5 * 0.75 * 2 + 0.25 * 0.75  # first above both, second above third
    pairs = won + 0.25 * 0.5 * 2 + 0.25 * 0.75
    assert figures["roc_auc"] == pytest.approx(won / pairs)
    assert figures["average_precision"] == pytest.approx(
        0.5 * 1 + 0.25 * 1.5 / 2 + 0.25 * 1.75 / 3
    )
    assert figures["calibration"] == pytest.approx(1.0)
    assert figures["lift_at_10_percent"] == pytest.approx(1.5)
