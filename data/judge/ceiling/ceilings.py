"""Ceilings: the best that could be computed from what was recorded, or from all.

Models see many more customers than any level has and are fitted straight to true
values instead of outcomes: to the probability of leaving, and to what an offer is
worth. Two see the recorded columns, clean; one sees all hidden states at the cutoff.
How they do in other worlds is what a level could hope for. The result is kept in
`results/ceilings.json`, with a key of the code and the beliefs that computed it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from data.judge.ceiling.best_models import (
    Models,
    copied,
    fit,
    informed_policy,
    observed_policy,
    open_months,
)
from data.judge.interval import Interval, cumulative
from data.judge.policies import best_policy
from data.judge.scores import monthly_profit, predictive, profit
from data.judge.year import Cutoff, Decision, live
from data.world.beliefs import World
from data.world.company_offers import no_offers

TRAIN_SEED, CHOICE_SEED = 900_001, 900_002
TEST_SEEDS = (900_101, 900_102, 900_103)
LEAST_WORTH = (0.0, 0.1, 0.2, 0.3, 0.4)  # monthly fees
TRAIN_CUSTOMERS, TEST_CUSTOMERS = 200_000, 40_000


@dataclass(frozen=True)
class Least:
    """The worth of an offer above which each policy makes it, in monthly fees."""

    observable: float
    full_information: float


@dataclass(frozen=True)
class Ceilings:
    """The best that could be computed: means over test worlds."""

    beliefs: str  # their fingerprint
    fitted_on_customers: int
    tested_on_customers: int
    test_worlds: int
    least_worth_in_monthly_fees: Least
    observable: dict[str, float]  # metrics and profits, USD per 1,000 customers
    standard_errors: dict[str, float]  # of `observable`
    cumulative_profit: dict[str, list[Interval]]  # by policy, month by month


def choose_least(world: World, seed: int, models: Models) -> Least:
    """Find the least worth at which to offer, in a world of its own.

    A margin pays: an offer now stands in the way of a better one later.
    """
    judge, record = open_months(world, seed)

    def observed(least: float) -> float:
        mine = copied(record)
        policy = observed_policy(models, mine.recorded, least)
        return profit(live(judge, policy, mine.watch)).profit

    def informed(least: float) -> float:
        return profit(live(judge, informed_policy(world, models, least))).profit

    return Least(max(LEAST_WORTH, key=observed), max(LEAST_WORTH, key=informed))


class Examined(NamedTuple):
    """How the models did in one world."""

    figures: dict[str, float]
    profit_by_month: dict[str, list[float]]  # USD per 1,000 customers, by policy


def examine(world: World, seed: int, models: Models, least: Least) -> Examined:
    """Let the models predict a world left alone, and decide in the same one."""
    judge, record = open_months(world, seed)
    alone = copied(record)

    def predict_only(cutoff: Cutoff) -> Decision:
        columns = alone.recorded.features()
        risk = np.asarray(models.risk.predict(columns))
        return Decision(no_offers(cutoff.state), risk)

    figures = predictive(live(judge, predict_only, alone.watch))
    observed = observed_policy(models, record.recorded, least.observable)
    informed = informed_policy(world, models, least.full_information)
    by_month = {
        "observable": monthly_profit(judge, live(judge, observed, record.watch)),
        "full_information": monthly_profit(judge, live(judge, informed)),
        "best_policy": monthly_profit(judge, live(judge, best_policy(judge))),
    }
    earned = {
        "profit": sum(by_month["observable"]),
        "full_information_profit": sum(by_month["full_information"]),
        "best_policy_profit": sum(by_month["best_policy"]),
    }
    return Examined(figures | earned, by_month)


def ceilings(world: World, say: Callable[[str], None] = print) -> Ceilings:
    """Fit the models, examine them in the test worlds, and take the means."""
    say(f"fitting on {TRAIN_CUSTOMERS:,} customers, some minutes")
    models = fit(replace(world, customers=TRAIN_CUSTOMERS), TRAIN_SEED)
    tested = replace(world, customers=TEST_CUSTOMERS)
    say("choosing when to offer")
    least = choose_least(tested, CHOICE_SEED, models)
    rows = []
    for seed in TEST_SEEDS:
        say(f"examining world {seed}")
        rows.append(examine(tested, seed, models, least))
    figures = {k: np.array([row.figures[k] for row in rows]) for k in rows[0].figures}
    shares = {
        "share_of_full_information": figures["full_information_profit"],
        "share_of_best_policy": figures["best_policy_profit"],
    }
    figures |= {name: figures["profit"] / whole for name, whole in shares.items()}
    errors = {k: float(np.std(v, ddof=1) / len(v) ** 0.5) for k, v in figures.items()}
    return Ceilings(
        beliefs=world.fingerprint(),
        fitted_on_customers=TRAIN_CUSTOMERS,
        tested_on_customers=TEST_CUSTOMERS,
        test_worlds=len(TEST_SEEDS),
        least_worth_in_monthly_fees=least,
        observable={name: float(np.mean(v)) for name, v in figures.items()},
        standard_errors=errors,
        cumulative_profit={
            policy: cumulative([row.profit_by_month[policy] for row in rows])
            for policy in rows[0].profit_by_month
        },
    )
