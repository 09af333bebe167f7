"""Best models: fitted to the truth, on what was recorded or on all that is true."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from data.judge.policies import offers_to_none
from data.judge.recorded import Recorded
from data.judge.value import offer_cost
from data.judge.year import Cutoff, Decision, Policy, Setting, live, setting
from data.sources.deliver import Arrivals, arrive
from data.sources.emit import emit
from data.sources.rows import Frames
from data.world.beliefs import World
from data.world.company import Company
from data.world.hazard import offer_cut
from data.world.history import history
from data.world.state import Floats, State
from data.world.step import Events

if TYPE_CHECKING:
    from lightgbm import Booster


ROUNDS = 400


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


@dataclass
class Record:
    """Reads along while a world is lived through."""

    company: Company
    recorded: Recorded
    late: Frames

    def watch(self, events: Events, after: State) -> None:
        emitted = emit(self.company, events)
        arrivals: Arrivals = arrive(None, self.company.streams, events.month, emitted)
        arrived = {s: _both(self.late.get(s), rows) for s, rows in arrivals.now.items()}
        self.recorded.learn(events.month, arrived, len(after))
        self.late = arrivals.next_month


def _both(late: pd.DataFrame | None, now: pd.DataFrame) -> pd.DataFrame:
    return now if late is None else pd.concat([late, now], ignore_index=True)


def open_months(world: World, seed: int) -> tuple[Setting, Record]:
    """Live and record a world up to its first sealed cutoff."""
    company = Company(world, seed)
    record = Record(company, Recorded(world), {})
    for lived in history(company, world.open_months):
        record.watch(lived.events, lived.after)
    return setting(company, lived), record


def lessons(world: World, seed: int) -> Iterator[Lesson]:
    """Return a lesson from each sealed cutoff of a world that is left alone."""
    judge, record = open_months(world, seed)
    seen: list[Lesson] = []

    def look(cutoff: Cutoff) -> Decision:
        seen.append(_lesson(judge, record.recorded, cutoff))
        return offers_to_none(cutoff)

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
    """Return what an offer adds in expectation less its cost, in monthly fees."""
    n = len(cutoff.state)
    usd = [
        gained[t].sum(axis=0) - offer_cost(judge.world, judge.future, t, again)
        for gained, again in ((judge.gain.first, False), (judge.gain.again, True))
    ]
    mine = np.where(cutoff.came_back, usd[1][:n], usd[0][:n])
    return mine / np.maximum(judge.future.first.fee[t, :n], 0.01)


def hidden(world: World, cutoff: Cutoff) -> Floats:
    """Return all that is true of each customer at the cutoff.  # (n, n_hidden)"""
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


def copied(record: Record) -> Record:
    """Copy a record, so that two lives can go on from it."""
    memory = {name: values.copy() for name, values in record.recorded.memory.items()}
    return replace(record, recorded=replace(record.recorded, memory=memory))
