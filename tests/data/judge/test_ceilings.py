"""Ceilings: computed in miniature, by month and in sum."""

from functools import partial

import pytest

import data.judge.ceilings
from data.judge.best_models import fit
from data.judge.ceilings import ceilings
from data.world.beliefs import World


@pytest.fixture(scope="module")
def small():
    """What `make ceilings` would write, of few customers and two test worlds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data.judge.ceilings, "TRAIN_CUSTOMERS", 150)
        patch.setattr(data.judge.ceilings, "TEST_CUSTOMERS", 100)
        patch.setattr(data.judge.ceilings, "TEST_SEEDS", (900_101, 900_102))
        patch.setattr(data.judge.ceilings, "LEAST_WORTH", (0.2,))
        patch.setattr(data.judge.ceilings, "fit", partial(fit, rounds=20))
        return ceilings(World(), say=lambda _: None)


@pytest.mark.parametrize(
    ("policy", "figure"),
    [
        ("observable", "profit"),
        ("full_information", "full_information_profit"),
        ("best_policy", "best_policy_profit"),
    ],
)
def test_a_ceilings_months_add_up_to_its_profit(small, policy, figure):
    months = small.cumulative_profit[policy]

    assert len(months) == 12
    assert months[-1].mean == pytest.approx(small.observable[figure])
    assert months[0].mean != months[-1].mean


def test_the_policy_ceiling_is_above_both_models(small):
    last = {name: months[-1] for name, months in small.cumulative_profit.items()}

    assert last["best_policy"].mean > last["full_information"].mean
    assert last["best_policy"].mean > last["observable"].mean
