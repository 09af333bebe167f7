"""Effects: what offers truly did, held against lives lived with and without them."""

import numpy as np
import pytest

from data.judge.exam import judged
from data.judge.policies import offers_at_random
from data.judge.scores import effect, profit
from data.judge.shadow import predicted, riskiest
from data.judge.year import Cutoff, Decision, Setting, live, without_offers
from data.world.beliefs import World
from tests.worlds import judge_of, live_on


@pytest.fixture(scope="module")
def town() -> Setting:
    return judge_of(World(customers=3_000), seed=17)


def once(cutoff: Cutoff) -> Decision:
    """Offer to everybody who is free, at the first cutoff only."""
    return Decision(cutoff.free & (cutoff.month == 24))


# --- the mean effect -----------------------------------------------------------------


def left_within(judge: Setting, offers: np.ndarray, months: int) -> np.ndarray:
    """Mark who leaves within some months after offers at the first cutoff."""
    state, n = judge.begin.after, len(judge.begin.after)
    gone = np.zeros(n, bool)
    for events, _ in live_on(judge.company, state, offers, months):
        gone |= events.left[:n] > 0
    return gone


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "months"), [("reduction_in_month", 1), ("reduction_in_force", 6)]
)
def test_the_reduction_is_that_of_customers_who_leave_on_average_over_worlds(
    name, months
):
    """The same luck with and without the offers; within 4 standard errors."""
    off = []
    for seed in range(30, 42):
        judge = judge_of(World(customers=800, open_months=8), seed)
        state = judge.begin.after
        free = state.active & (state.since_offer >= judge.world.offer_months)
        saved = left_within(judge, free & False, months).astype(int)
        saved -= left_within(judge, free, months)
        first = live(judge, lambda cutoff: Decision(cutoff.free & (cutoff.month == 8)))
        off.append(saved[free].mean() - getattr(effect(judge, first), name))

    error = np.std(off, ddof=1) / len(off) ** 0.5
    assert abs(np.mean(off)) < 4 * error
    assert error < 0.003


def test_an_offer_while_another_is_in_force_reduces_nothing_and_counts(town):
    def twice(cutoff: Cutoff) -> Decision:
        return Decision(cutoff.roster & (cutoff.month in (24, 25)))

    months = live(town, twice)
    second = effect(town, months[1:2])

    state = months[1].events.state
    fresh = (months[1].events.offers & state.active & (state.since_offer == 0)).mean()
    assert fresh < 0.1  # newcomers, and those whose earlier offer has run out
    assert second.offers > 2_500
    assert abs(second.reduction_in_month) < 0.002


def test_the_year_is_the_mean_of_its_offers(town):
    """Months weigh by their offers; the money is that of the account."""
    months = live(town, offers_at_random(town.streams, 0.3))
    parts = [effect(town, [month]) for month in months]

    whole = effect(town, months)

    n = np.array([part.offers for part in parts])
    for name in ("reduction_in_month", "reduction_in_force"):
        values = [getattr(part, name) for part in parts]
        assert getattr(whole, name) == pytest.approx(np.average(values, weights=n))
    made = sum(int(month.events.offers.sum()) for month in months)
    assert whole.net_gain_usd * made == pytest.approx(profit(months).profit)
    assert whole.offers == n.sum() < made


def test_no_offer_has_no_effect(town):
    assert effect(town, live(town, without_offers(once))) is None


# --- the riskiest tenth by predictions -----------------------------------------------


def known(cutoff: Cutoff) -> Decision:
    """Predict the truth of customers with an even position; nothing of the others."""
    even = np.arange(len(cutoff.state)) % 2 == 0
    return Decision(cutoff.roster & False, np.where(even, cutoff.p_churn, np.nan))


def test_a_customer_without_a_prediction_keeps_the_last_one(town):
    def first_month(cutoff: Cutoff) -> Decision:
        p = cutoff.p_churn if cutoff.month == 24 else np.full(len(cutoff.state), np.nan)
        return Decision(cutoff.roster & False, p)

    months = live(town, first_month)
    table = predicted(months)

    n = len(town.begin.after)
    assert table.shape == (12, len(months[-1].cutoff.state))
    assert (table[:, :n] == months[0].cutoff.p_churn).all()
    assert (table[:, n:] == 0).all()


def test_the_tenth_is_that_of_the_highest_predictions_and_only_the_free_get_offers(
    town,
):
    table = predicted(live(town, known))

    for month in live(town, riskiest(table, 24)):
        cutoff, offers = month.cutoff, month.decision.offers
        guess = table[cutoff.month - 24, : len(cutoff.state)]
        n = round(0.10 * cutoff.roster.sum())
        least = np.sort(guess[cutoff.roster])[-n]

        assert (offers <= cutoff.free).all()
        assert guess[offers].min() >= least
        assert (offers | ~cutoff.free)[cutoff.roster & (guess > least)].all()
        assert not offers[1::2].any()


def test_it_is_a_policy_that_predicts_nothing(town):
    table = predicted(live(town, known))

    result = judged(town, live(town, riskiest(table, 24)))

    assert result.happened is None
    assert 0 < result.offer_share < 0.10
