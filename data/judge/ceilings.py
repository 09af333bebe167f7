"""Ceilings: the best that could be computed from what was recorded, or from all.

Models see many more customers than any level has and are fitted straight to true
values instead of outcomes: to the chance of leaving, and to what an offer is worth.
Two see the recorded columns, clean; one sees all hidden states at the cutoff. How they
do in other worlds is what a level could hope for. The result is kept in
`results/ceilings.json`, keyed by the beliefs' fingerprint.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from data.judge.interval import cumulative
from data.judge.recorded import Recorded
from data.judge.value import offer_cost
from data.judge.year import (
    Cutoff,
    Decision,
    Policy,
    Setting,
    best_policy,
    live,
    monthly_profit,
    nobody_policy,
    predictive,
    profit,
    setting,
)
from data.simulate import history
from data.sources.deliver import Arrivals, arrive
from data.sources.emit import emit
from data.sources.rows import Frames
from data.world.beliefs import World
from data.world.company_offers import nobody
from data.world.hazard import offer_cut
from data.world.state import Floats, State
from data.world.step import Events
from data.world.streams import Streams

if TYPE_CHECKING:
    from lightgbm import Booster

FILE = Path("results/ceilings.json")
TRAIN_SEED, CHOICE_SEED = 900_001, 900_002
TEST_SEEDS = (900_101, 900_102, 900_103)
LEAST_WORTH = (0.0, 0.1, 0.2, 0.3, 0.4)  # monthly fees
TRAIN_CUSTOMERS, TEST_CUSTOMERS = 200_000, 40_000
ROUNDS = 400


class StaleCeilings(ValueError):
    """The kept ceilings are not those of this world."""


class Lesson(NamedTuple):
    """What the models learn from; one row per customer and cutoff."""

    recorded: Floats  # (n, n_recorded)
    hidden: Floats  # (n, n_hidden)
    p_churn: Floats  # (n,)
    worth: Floats  # of an offer, in monthly fees, its cost taken off.  # (n,)


class Models(NamedTuple):
    """Risk and value from what was recorded, and value from all that is true."""

    risk: "Booster"
    value: "Booster"
    full_value: "Booster"


class Least(NamedTuple):
    """The worth above which each offers, in monthly fees."""

    observable: float
    full_information: float


@dataclass
class Record:
    """Reads along while a world is lived through."""

    world: World
    streams: Streams
    recorded: Recorded
    late: Frames

    def watch(self, events: Events, after: State) -> None:
        emitted = emit(self.world, self.streams, events)
        arrivals: Arrivals = arrive(None, self.streams, events.month, emitted)
        arrived = {s: _both(self.late.get(s), rows) for s, rows in arrivals.now.items()}
        self.recorded.learn(events.month, arrived, len(after))
        self.late = arrivals.next_month


def _both(late: pd.DataFrame | None, now: pd.DataFrame) -> pd.DataFrame:
    return now if late is None else pd.concat([late, now], ignore_index=True)


def open_months(world: World, seed: int) -> tuple[Setting, Record]:
    """Live and record a world up to its first sealed cutoff."""
    streams = Streams(seed)
    record = Record(world, streams, Recorded(world), {})
    for lived in history(world, streams, world.open_months):
        record.watch(lived.events, lived.after)
    return setting(world, streams, lived), record


def lessons(world: World, seed: int) -> Iterator[Lesson]:
    """Give each sealed cutoff of a world that is left alone."""
    judge, record = open_months(world, seed)
    seen: list[Lesson] = []

    def look(cutoff: Cutoff) -> Decision:
        seen.append(_lesson(judge, record.recorded, cutoff))
        return nobody_policy(cutoff)

    live(judge, look, record.watch)
    yield from seen


def _lesson(judge: Setting, recorded: Recorded, cutoff: Cutoff) -> Lesson:
    who, t = cutoff.scored, cutoff.month - judge.world.open_months
    return Lesson(
        recorded.features(cutoff.state)[who],
        hidden(judge.world, cutoff)[who],
        cutoff.p_churn[who],
        offer_worth(judge, cutoff, t)[who],
    )


def offer_worth(judge: Setting, cutoff: Cutoff, t: int) -> Floats:
    """Give what an offer adds in expectation less its cost, in monthly fees."""
    n = len(cutoff.state)
    usd = [
        gained[t].sum(axis=0) - offer_cost(judge.world, judge.future, t, again)
        for gained, again in ((judge.gain.first, False), (judge.gain.again, True))
    ]
    mine = np.where(cutoff.came_back, usd[1][:n], usd[0][:n])
    return mine / np.maximum(judge.future.first.fee[t, :n], 0.01)


def hidden(world: World, cutoff: Cutoff) -> Floats:
    """Give all that is true of each customer at the cutoff.  # (n, n_hidden)"""
    state, traits = cutoff.state, cutoff.state.traits
    cut = offer_cut(world, state)
    return np.column_stack(
        [
            np.full(len(state), cutoff.month),
            np.where(state.annual, state.term_month, -1),
            *(state.plan, state.tenure, state.seats, state.fee(world)),
            *(traits.fit, traits.sensitivity, traits.reliability, traits.habit),
            *(traits.unexplained, state.engagement, state.in_decay, state.irritation),
            *(state.since_price_ticket, state.since_ticket, state.since_offer),
            *(cutoff.p_churn, cut, cutoff.p_churn * cut),
        ]
    ).astype(np.float32)


def fit(world: World, seed: int, rounds: int = ROUNDS) -> Models:
    """Fit the models on the sealed year of one large world."""
    import lightgbm  # here: it takes seconds, and who simulates needs none

    recorded, hidden_now, p_churn, worth = (
        np.concatenate(part) for part in zip(*lessons(world, seed), strict=True)
    )
    settings = {
        "learning_rate": 0.05, "num_leaves": 63, "min_data_in_leaf": 200,
        "feature_fraction": 0.5, "bagging_fraction": 0.5, "bagging_freq": 1,
        "seed": 1, "deterministic": True, "num_threads": 2, "verbosity": -1,
        "max_bin": 127,
    }  # fmt: skip

    def model(objective: str, columns: Floats, target: Floats) -> "Booster":
        rows = lightgbm.Dataset(columns, target, params=settings)
        return lightgbm.train({**settings, "objective": objective}, rows, rounds)

    return Models(
        risk=model("cross_entropy", recorded, p_churn),
        value=model("regression", recorded, worth),
        full_value=model("regression", hidden_now, worth),
    )


def observed_policy(models: Models, recorded: Recorded, least: float) -> Policy:
    """Offer where the recorded columns promise more than `least` fees."""

    def decide(cutoff: Cutoff) -> Decision:
        columns = recorded.features(cutoff.state)
        worth = np.asarray(models.value.predict(columns))
        risk = np.asarray(models.risk.predict(columns))
        return Decision(cutoff.free & (worth > least), risk)

    return decide


def informed_policy(world: World, models: Models, least: float) -> Policy:
    """Offer where all that is true at the cutoff promises more than `least` fees."""

    def decide(cutoff: Cutoff) -> Decision:
        worth = np.asarray(models.full_value.predict(hidden(world, cutoff)))
        return Decision(cutoff.free & (worth > least))

    return decide


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
        columns = alone.recorded.features(cutoff.state)
        risk = np.asarray(models.risk.predict(columns))
        return Decision(nobody(cutoff.state), risk)

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


def copied(record: Record) -> Record:
    """Copy a record, so that two lives can go on from it."""
    memory = {name: values.copy() for name, values in record.recorded.memory.items()}
    return replace(record, recorded=replace(record.recorded, memory=memory))


def ceilings(world: World, say: Callable[[str], None] = print) -> dict[str, Any]:
    """Compute the ceilings: means over test worlds, and how sure they are."""
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
    return {
        "beliefs": world.fingerprint(),
        "fitted_on_customers": TRAIN_CUSTOMERS,
        "tested_on_customers": TEST_CUSTOMERS,
        "test_worlds": len(TEST_SEEDS),
        "least_worth_in_monthly_fees": least._asdict(),
        "observable": {name: float(np.mean(v)) for name, v in figures.items()},
        "standard_errors": errors,
        "cumulative_profit": {
            policy: cumulative([row.profit_by_month[policy] for row in rows])
            for policy in rows[0].profit_by_month
        },
    }


def read_ceilings(world: World, path: Path = FILE) -> dict[str, Any]:
    """Read the committed ceilings.

    Raises:
        StaleCeilings: they are missing, or were computed under other beliefs.
    """
    found = json.loads(path.read_text()) if path.exists() else {}
    if found.get("beliefs") != world.fingerprint():
        raise StaleCeilings(
            f"wanted ceilings for beliefs {world.fingerprint()} in {path}, found "
            f"{found.get('beliefs', 'none')}: run `make ceilings`"
        )
    return found
