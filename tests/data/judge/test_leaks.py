"""Leaks: predictions that follow the outcomes more than luck allows have seen them."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from data.__main__ import verdict
from data.judge.exam import examined
from data.judge.metrics import expected_auc
from data.judge.policies import full_information, offers_at_random
from data.judge.result import Result
from data.judge.year import Cutoff, Decision, Policy, Setting, live
from data.report.compare import Comparison
from data.report.kept import Kept
from data.report.pool import leaks, pooled
from data.world.beliefs import World
from tests.worlds import judge_of


def guess(cutoff: Cutoff, noise: float = 1.4) -> np.ndarray:
    """Return what an honest model could say: true odds, blurred."""
    blur = np.random.default_rng(cutoff.month).standard_normal(len(cutoff.p_churn))
    return np.clip(cutoff.p_churn * np.exp(noise * blur), 0, 1)


def honest(cutoff: Cutoff) -> Decision:
    return Decision(np.zeros(len(cutoff.state), bool), guess(cutoff))


def peeking(judge: Setting, share: float) -> Policy:
    """Predict as an honest model does, and the outcome itself of a share of customers.

    The outcomes are those of the life without offers.
    """

    def decide(cutoff: Cutoff) -> Decision:
        left = judge.untouched[cutoff.month - judge.world.open_months].left > 0
        seen = np.random.default_rng(1_000 + cutoff.month).random(len(left)) < share
        p_churn = np.where(seen, left.astype(float), guess(cutoff))
        return Decision(np.zeros(len(left), bool), p_churn)

    return decide


def generous(judge: Setting) -> Policy:
    """Predict as an honest model does and make offers to a random tenth."""
    lottery = offers_at_random(judge.streams)
    return lambda cutoff: Decision(lottery(cutoff).offers, guess(cutoff))


def test_the_honest_model_ranks_as_well_as_the_records_allow(judge):
    """So the guard is tried where it matters, not at the truth nor at a coin."""
    months = live(judge, honest)

    areas = [
        expected_auc(
            m.cutoff.p_churn[m.cutoff.scored], guess(m.cutoff)[m.cutoff.scored]
        )
        for m in months
    ]

    assert 0.76 < np.mean(areas) < 0.80


@pytest.mark.parametrize(("share", "least_z"), [(0.05, 4.0), (0.30, 20.0)])
def test_an_honest_model_that_peeks_at_some_outcomes_is_caught(judge, share, least_z):
    """One world is enough, though the truth would rank better."""
    result = examined(judge, peeking(judge, share))

    assert result.excess_auc_z is not None
    assert result.excess_auc_z > least_z
    assert leaks([result])


@pytest.mark.parametrize("policy", [honest, full_information])
def test_a_model_that_has_seen_no_outcome_is_no_leak(judge, policy):
    assert not leaks([examined(judge, policy)])


def test_offers_that_change_who_leaves_are_no_leak(judge):
    assert not leaks([examined(judge, generous(judge))])


@cache
def small_worlds() -> list[Setting]:
    return [judge_of(World(customers=400, open_months=6), s) for s in range(60, 100)]


@pytest.mark.long
@pytest.mark.parametrize("policy", [honest, full_information])
def test_over_many_worlds_the_excess_of_an_honest_model_is_standard_normal(
    policy,
):
    """Mean 0 and spread 1, each within 3 standard errors of 40 worlds."""
    z = np.array([examined(judge, policy).excess_auc_z for judge in small_worlds()])

    n = len(z)
    assert abs(z.mean()) < 3 / n**0.5
    assert abs(z.std(ddof=1) - 1) < 3 / (2 * n) ** 0.5


def test_worlds_add_up_what_each_of_them_leaves_open(judge):
    """Two standard errors in one world are luck; in five worlds they are not."""
    result = replace(examined(judge, honest), excess_auc_z=2.0)

    assert not leaks([result])
    assert not leaks([result] * 2)
    assert leaks([result] * 5)


# --- what follows from it ------------------------------------------------------------


def leaking(judge: Setting) -> Result:
    return examined(judge, peeking(judge, 1.0))


def test_a_leak_is_named_in_the_report(judge):
    kept = [Kept("fake", 20_000, seed, "", 0.0, leaking(judge)) for seed in (1, 2)]

    assert pooled(kept, judge.world, ["fake"]).leaks == ["fake"]


@pytest.mark.parametrize("caught", [[], ["level1_notebook"]])
def test_an_exam_with_a_leak_ends_with_1_and_one_line(capsys, caught):
    comparison = Comparison(World(), ["level1_notebook"], [1], Path())

    code = verdict(comparison, caught)

    said = capsys.readouterr().err
    assert code == len(caught)
    assert said.count("\n") == len(caught)
    assert all(name in said for name in caught)
