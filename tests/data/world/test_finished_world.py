"""What the finished world shows: properties of the world, never of a level."""

from dataclasses import dataclass

import numpy as np
import pytest

from data.judge.metrics import expected_auc
from data.judge.policies import best_policy, offers_to_everybody
from data.judge.scores import profit
from data.judge.year import live, setting
from data.report.compare import committed
from data.report.kept import MODELLED
from data.world.beliefs import World
from data.world.company import Company
from data.world.hazard import offer_cut
from data.world.history import history
from data.world.step import INVOLUNTARY, Events
from tests.data.world.cuts import is_dog

WORLD, SEEDS = World(customers=10_000), (11, 12, 13)


@dataclass(frozen=True)
class Sight:
    """What one world showed, month by month; each array has one value a month."""

    churn: np.ndarray
    involuntary_share: np.ndarray
    auc: np.ndarray
    correlation: np.ndarray
    dogs: np.ndarray
    cut: np.ndarray
    offers: np.ndarray  # by the best policy, per customer, of 12 months
    everybody: float  # USD


def sight(seed: int) -> Sight:
    """Live through all months without offers but the company's own."""
    lived = list(history(Company(WORLD, seed), WORLD.months))
    rows = np.array([month_of(month.events) for month in lived]).T
    judge = setting(Company(WORLD, seed), lived[WORLD.open_months - 1])
    year = live(judge, best_policy(judge))
    offers = [m.decision.offers.sum() / m.cutoff.roster.sum() for m in year]
    everybody = profit(live(judge, offers_to_everybody)).profit
    return Sight(*rows, np.array(offers), everybody)


def month_of(events: Events) -> tuple[float, ...]:
    state, here = events.state, events.state.active
    left, risk = events.left[here], events.risk.leaving[here]
    cut = offer_cut(WORLD, state)[here]
    return (
        (left > 0).mean(),
        (left == INVOLUNTARY).sum() / (left > 0).sum(),
        expected_auc(risk, risk),
        np.corrcoef(risk, cut)[0, 1],
        is_dog(state)[here].mean(),
        cut.mean(),
    )


@pytest.fixture(scope="module")
def sights() -> list[Sight]:
    return [sight(seed) for seed in SEEDS]


@pytest.mark.parametrize(
    ("property_", "least", "most"),
    [
        ("churn", 0.030, 0.035),
        ("involuntary_share", 0.22, 0.29),
        ("auc", 0.84, 0.87),
        ("correlation", -0.2, 0.0),
        ("dogs", 0.07, 0.13),
        ("cut", 0.11, 0.28),
        ("offers", 0.05, 0.40),
    ],
)
def test_a_property_lies_where_the_facts_want_it(sights, property_, least, most):
    means = [getattr(world, property_).mean() for world in sights]

    assert least <= np.mean(means) <= most
    error = np.std(means, ddof=1) / np.sqrt(len(means))
    assert error < (most - least) / 8  # three worlds are enough to tell


def test_offering_to_everybody_loses_money_in_every_world(sights):
    assert all(world.everybody < 0 for world in sights)


# --- ceilings, in the worlds that are shown -----------------------------------------


@pytest.fixture(scope="module")
def shown():
    """What the committed report says of the ceilings; without them it is refused."""
    pooled = committed().pooled
    return {name: pooled[name] for name in (*MODELLED, "best_policy")}


def test_the_observable_ceiling_leaves_room_below_full_information(shown):
    best = shown["full_information"].happened["roc_auc"].mean

    assert 0.77 <= shown["observable"].happened["roc_auc"].mean <= best - 0.03


def test_what_is_recorded_keeps_at_least_half_of_the_best_policys_profit(shown):
    profit = shown["observable"].profit.mean

    assert 0.5 <= profit / shown["best_policy"].profit.mean < 1.0


def test_the_ceilings_stand_in_their_order(shown):
    profits = [0.0, *(shown[name].profit.mean for name in (*MODELLED, "best_policy"))]

    assert profits == sorted(profits)
    assert shown["observable"].happened["calibration"].mean == pytest.approx(1, abs=0.1)
