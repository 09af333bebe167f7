"""The world can be learned from what it records, and not too well."""

from typing import NamedTuple

import numpy as np
import pytest
from lightgbm import LGBMClassifier

from data.judge.ceiling.record import Record
from data.judge.ceiling.recorded import Recorded
from data.judge.metrics import expected_auc, expected_log_loss
from data.world.beliefs import World
from data.world.company import Company
from data.world.history import history

WORLD, SEED = World(customers=5_000), 41
TRAIN, TEST = range(6, 20), range(21, 24)  # months; between them the last labels mature


class Cutoffs(NamedTuple):
    """Customers at several cutoffs: what was recorded, what was true, what came."""

    recorded: np.ndarray  # (n, n_recorded)
    p: np.ndarray  # (n,) true probability of leaving within the month
    left: np.ndarray  # (n,)

    @classmethod
    def joined(cls, parts: list["Cutoffs"]) -> "Cutoffs":
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))


@pytest.fixture(scope="module")
def months() -> dict[int, Cutoffs]:
    """Every cutoff of the open months but the first, of which there is no record."""
    company = Company(WORLD, SEED)
    record = Record(company, Recorded(WORLD), {})
    seen = {}
    for lived in history(company, WORLD.open_months):
        events, here = lived.events, lived.events.state.active
        if events.month:
            recorded = record.recorded.features()[here]
            p, left = events.risk.leaving[here], events.left[here] > 0
            seen[events.month] = Cutoffs(recorded, p, left)
        record.watch(events, lived.after)
    return seen


@pytest.fixture(scope="module")
def sides(months) -> tuple[Cutoffs, Cutoffs]:
    train = Cutoffs.joined([months[m] for m in TRAIN])
    test = Cutoffs.joined([months[m] for m in TEST])
    return train, test


@pytest.fixture(scope="module")
def predicted(sides) -> np.ndarray:
    """What a model with usual settings says of the test months."""
    train, test = sides
    model = LGBMClassifier(
        n_estimators=120, learning_rate=0.05, num_leaves=15, min_child_samples=100,
        n_jobs=1, random_state=0, verbosity=-1,
    )  # fmt: skip
    model.fit(train.recorded, train.left)
    return model.predict_proba(test.recorded)[:, 1]  # (n,)


def area_error(left: np.ndarray) -> float:
    """Return the standard error of an area under the curve near one half, at most."""
    leavers, stayers = left.sum(), (~left).sum()
    return float(np.sqrt((leavers + stayers + 1) / (12 * leavers * stayers)))


def test_a_model_ranks_better_than_a_dummy_and_worse_than_the_truth(sides, predicted):
    p = sides[1].p

    area = expected_auc(p, predicted)

    assert 0.6 < area < expected_auc(p, p) - 0.02
    assert area - 0.5 > 4 * area_error(sides[0].left)


def test_a_model_loses_less_than_a_dummy_and_more_than_the_truth(sides, predicted):
    train, test = sides
    dummy = np.full(len(test.p), train.left.mean())

    loss = expected_log_loss(test.p, predicted)

    assert loss < expected_log_loss(test.p, dummy)
    assert loss > expected_log_loss(test.p, test.p)


def test_no_recorded_column_alone_tells_who_will_leave(sides):
    """A column that does would have seen the outcome."""
    test = sides[1]
    best = expected_auc(test.p, test.p)

    areas = [expected_auc(test.p, column) for column in test.recorded.T]

    assert max(*areas, 1 - min(areas)) < best - 0.05
