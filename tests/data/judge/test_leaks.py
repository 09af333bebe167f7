"""Leaks: a level that ranks leavers better than the truth can has seen the outcome."""

from pathlib import Path

import numpy as np
import pytest

from data.__main__ import verdict
from data.judge.exam import judged
from data.judge.policies import full_information, offers_at_random
from data.judge.result import Result
from data.judge.year import Cutoff, Decision, Policy, Setting, live
from data.report.compare import Comparison
from data.report.kept import Kept
from data.report.pool import leaks, pooled
from data.world.beliefs import World
from tests.worlds import judge_of


def outcomes(judge: Setting, cutoff: Cutoff) -> np.ndarray:
    """Look who will leave this month if nobody gets an offer."""
    return judge.untouched[cutoff.month - judge.world.open_months].left > 0


def peeking(judge: Setting, share: float) -> Policy:
    """Predict true probabilities, and the outcome itself of a share of customers."""

    def decide(cutoff: Cutoff) -> Decision:
        left = outcomes(judge, cutoff)
        seen = np.random.default_rng(cutoff.month).random(len(left)) < share
        p_churn = np.where(seen, left.astype(float), cutoff.p_churn)
        return Decision(np.zeros(len(left), bool), p_churn)

    return decide


def honest_and_generous(judge: Setting) -> Policy:
    """Predict the true probabilities and make offers to a random tenth."""
    generous = offers_at_random(judge.streams)

    def decide(cutoff: Cutoff) -> Decision:
        return Decision(generous(cutoff).offers, cutoff.p_churn)

    return decide


def examined(judge: Setting, policy: Policy) -> Result:
    """Return the exam's result of one contender in one world."""
    return judged(judge, live(judge, policy))


@pytest.mark.parametrize("share", [1.0, 0.3, 0.1])
def test_a_level_that_has_seen_outcomes_is_caught(judge, share):
    assert leaks([examined(judge, peeking(judge, share))])


def test_the_true_probabilities_are_no_leak(judge):
    assert not leaks([examined(judge, full_information)])


def test_the_true_probabilities_are_no_leak_when_offers_change_who_leaves(judge):
    assert not leaks([examined(judge, honest_and_generous(judge))])


def test_the_true_probabilities_are_no_leak_over_many_worlds():
    """The excess has a mean of zero, within 3 standard errors either way."""
    worlds = [judge_of(World(customers=800), seed) for seed in range(60, 66)]
    results = [examined(judge, full_information) for judge in worlds]

    excess = np.concatenate([r.excess_auc for r in results])

    error = np.std(excess, ddof=1) / np.sqrt(len(excess))
    assert len(excess) == 72
    assert abs(excess.mean()) < 3 * error
    assert not leaks(results)


def test_a_worse_model_than_the_truth_is_no_leak(judge):
    def decide(cutoff: Cutoff) -> Decision:
        noise = np.random.default_rng(cutoff.month).standard_normal(len(cutoff.p_churn))
        return Decision(cutoff.roster & False, cutoff.p_churn * np.exp(noise))

    assert not leaks([examined(judge, decide)])


# --- what follows from it ------------------------------------------------------------


def test_a_leak_is_named_in_the_report(judge):
    result = examined(judge, peeking(judge, 1.0))
    kept = [Kept("fake", 20_000, seed, "", 0.0, result) for seed in (1, 2)]

    assert pooled(kept, judge.world, ["fake"], None).leaks == ["fake"]


@pytest.mark.parametrize("caught", [[], ["level1_notebook"]])
def test_an_exam_with_a_leak_ends_with_1_and_one_line(capsys, caught):
    comparison = Comparison(World(), ["level1_notebook"], [1], Path())

    code = verdict(comparison, caught)

    said = capsys.readouterr().err
    assert code == len(caught)
    assert said.count("\n") == len(caught)
    assert all(name in said for name in caught)
