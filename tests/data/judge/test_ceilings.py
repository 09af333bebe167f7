"""Ceilings: in the worlds that are asked for, of models fitted elsewhere."""

from dataclasses import replace

import numpy as np
import pytest

import data.judge.ceiling.ceilings as module
from data.judge.ceiling.best_models import Cutoffs, earned, waiting
from data.judge.ceiling.ceilings import both, calm, fit_informed, fit_observable
from data.judge.ceiling.record import open_months
from data.judge.policies import best_policy
from data.judge.scores import profit
from data.judge.year import live
from data.world.beliefs import World

SMALL = World(customers=300)


@pytest.fixture(scope="module")
def examined():
    """One small world, and what both ceilings reach in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "TRAIN_SEEDS", (1001, 1002))
        models = fit_observable(SMALL, rounds=20), fit_informed(SMALL, rounds=20)
    judge, record = open_months(SMALL, 7)
    return judge, list(both(judge, record, *models))


def test_the_policy_ceiling_is_above_both_models(examined):
    judge, results = examined
    best = profit(live(judge, best_policy(judge))).per(judge.customers).profit

    assert all(result.money.profit < best for result in results)


def test_full_information_ranks_better_than_the_records_and_is_calibrated(examined):
    _, (observable, informed) = examined

    assert informed.happened["roc_auc"] > observable.happened["roc_auc"]
    assert informed.happened["calibration"] == pytest.approx(1.0)


def test_a_ceilings_months_add_up_to_its_profit(examined):
    for result in examined[1]:
        assert sum(result.profit_by_month) == pytest.approx(result.money.profit)
        assert len(result.happened_by_month) == 12


def test_a_calm_world_lives_its_open_months_like_any_other_and_then_holds_no_news():
    quiet = calm(World(), rise_month=5)

    assert quiet.price_rises == (World().price_rises[0], World().open_months + 5)
    assert quiet.price_rise[0] == quiet.price_rise[1] == World().price_rise[0]
    assert quiet.competitor_effect == (0.0, 0.0)
    assert not any(quiet.in_campaign(month) for month in range(quiet.months))


# --- waiting, by hand ----------------------------------------------------------------


def year(t: list[int], brings: list[float], free: list[bool] | None = None) -> Cutoffs:
    """One customer with a fee of 10 USD at the cutoffs `t`."""
    n = len(t)
    numbers = np.zeros(n, int)
    return Cutoffs(
        world=numbers, t=np.array(t), who=numbers, seen=np.zeros((n, 1)),
        p_churn=np.zeros(n), brings=np.array(brings), fee=np.full(n, 10.0),
        free=np.array(free or n * [True]),
    )  # fmt: skip


def test_waiting_is_worth_the_next_offer_of_the_policy_that_an_offer_now_blocks():
    lived = year([0, 1, 2], [1.0, 0.0, 3.0])

    beyond = waiting(lived, np.array([True, False, True]), offer_months=6)

    assert beyond == pytest.approx([3.0, 3.0, 0.0])  # monthly fees


def test_waiting_for_an_offer_that_comes_after_the_block_anyway_is_worth_nothing():
    lived = year(list(range(8)), 7 * [0.0] + [2.0])

    beyond = waiting(lived, np.arange(8) == 7, offer_months=6)

    assert beyond[:2] == pytest.approx([0.0, 0.0])  # both ways it is made in month 7
    assert beyond[2:7] == pytest.approx(5 * [2.0])


def test_a_rule_earns_nothing_by_offers_while_one_is_in_force():
    lived = year(list(range(12)), 12 * [1.0])

    assert earned(lived, np.ones(12, bool), offer_months=6) == pytest.approx(20.0)
    bound = replace_free(lived, [False] * 12)
    assert earned(bound, np.ones(12, bool), offer_months=6) == 0.0


def replace_free(lived: Cutoffs, free: list[bool]) -> Cutoffs:
    return lived._replace(free=np.array(free))


def test_nothing_that_happens_after_the_cutoff_changes_what_is_recorded():
    """A price that no invoice has shown yet is not known."""
    month = SMALL.price_rises[1]
    dearer = replace(SMALL, price_rise=(SMALL.price_rise[0], 0.5))
    seen = []
    for world in (SMALL, dearer):
        judge, record = open_months(world, 7)
        rows = []

        def look(cutoff, record=record, rows=rows):
            rows.append(record.see(cutoff))
            return module.Decision(np.zeros(len(cutoff.state), bool))

        live(judge, look, record.watch)
        seen.append(rows)

    at_the_rise = month - SMALL.open_months
    for t in range(at_the_rise + 1):
        assert np.array_equal(seen[0][t], seen[1][t])
    assert not np.array_equal(seen[0][at_the_rise + 1], seen[1][at_the_rise + 1])
