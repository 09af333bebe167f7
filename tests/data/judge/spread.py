"""Spread: what rules, rankings and models earn in the same worlds, for tests."""

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from data.judge.ceiling.best_models import Cutoffs, earned, fit, together
from data.judge.ceiling.ceilings import calm
from data.judge.ceiling.record import open_months
from data.judge.ceiling.traces import TRACES, marked_year
from data.judge.policies import best_policy, offers_to_everybody
from data.judge.scores import profit
from data.judge.year import Cutoff, Decision, Policy, Setting, live
from data.world.beliefs import World
from data.world.company_offers import no_offers
from data.world.hazard import offer_cut

TESTED, TRAINED = (11, 12, 13), (14, 15, 16)  # seeds
RISE_MONTHS = (1, 4, 7)
TRAIN_CUSTOMERS = 20_000  # in each; with fewer, the model falls short of the ceiling
ROUNDS = 150


@dataclass(frozen=True)
class Spread:
    """One world; profits in USD per 1,000 customers, in expectation."""

    by_trace: dict[str, float]
    by_two: dict[str, float]
    by_true_risk: float  # x one mean effect, at the best of several thresholds
    observable: float
    best_policy: float
    everybody: float
    mean_cut: float
    correlation: float  # of risk and effect
    dogs: float  # share of sleeping dogs


def spreads(world: World) -> list[Spread]:
    """Fit a model of value in worlds of its own; look at three others."""
    trained = _trained(replace(world, customers=TRAIN_CUSTOMERS))
    models = fit(together(trained), world.offer_months, ROUNDS)
    return [_spread(world, seed, models) for seed in TESTED]


def _trained(world: World) -> list[Cutoffs]:
    years = []
    for number, seed in enumerate(TRAINED):
        judge, record = open_months(calm(world, RISE_MONTHS[number]), seed)
        years.append(seen_year(judge, record, number))
    return years


def seen_year(judge, record, number=0) -> Cutoffs:
    from data.judge.ceiling.best_models import untouched_year

    mine = record.copied()
    return untouched_year(judge, number, mine.see, mine.watch)


def _spread(world: World, seed: int, models) -> Spread:
    judge, record = open_months(world, seed)
    year, marks = seen_year(judge, record), marked_year(judge, record).seen > 0
    usd = Usd(judge, year)
    worth = np.concatenate(
        [models.worth(year.seen[year.t == t], t) for t in range(12)]
    )  # rows stand in the order of the cutoffs
    risk, cut = _truth(judge)
    return Spread(
        by_trace={n: usd(m) for n, m in zip(TRACES, marks.T, strict=True)},
        by_two=_by_two(usd, marks),
        by_true_risk=max(
            usd(risk * cut.mean() * 0.8 * months > 0.3 + 0.5 / year.fee)
            for months in (8, 10, 12, 14, 16, 20, 24, 30)
        ),
        observable=usd(worth > 0),
        best_policy=usd.of(best_policy(judge)),
        everybody=usd.of(offers_to_everybody),
        mean_cut=float(cut.mean()),
        correlation=float(np.corrcoef(risk, cut)[0, 1]),
        dogs=float((cut == world.sleeping_dog_cut).mean()),
    )


@dataclass(frozen=True)
class Usd:
    """Count what a rule or a policy earns in one world, per 1,000 customers."""

    judge: Setting
    year: Cutoffs

    def __call__(self, wanted: np.ndarray) -> float:
        usd = earned(self.year, wanted, self.judge.world.offer_months)
        return 1000 * usd / self.judge.customers

    def of(self, policy: Policy) -> float:
        return 1000 * profit(live(self.judge, policy)).profit / self.judge.customers


def _by_two(usd: Usd, marks: np.ndarray) -> dict[str, float]:
    """Try every two traces, together and each enough."""
    found = {}
    for a, b in combinations(range(len(TRACES)), 2):
        names = list(TRACES)[a], list(TRACES)[b]
        found[" and ".join(names)] = usd(marks[:, a] & marks[:, b])
        found[" or ".join(names)] = usd(marks[:, a] | marks[:, b])
    return found


def _truth(judge: Setting) -> tuple[np.ndarray, np.ndarray]:
    """Return true risk and effect of everybody scored in a year without offers."""
    rows = []

    def look(cutoff: Cutoff) -> Decision:
        here = cutoff.scored
        cut = offer_cut(judge.world, cutoff.state)[here]
        rows.append((cutoff.p_churn[here], cut))
        return Decision(no_offers(cutoff.state))

    live(judge, look)
    risk, cut = (np.concatenate(part) for part in zip(*rows, strict=True))
    return risk, cut


SMALL = replace(World(), customers=7_000)
