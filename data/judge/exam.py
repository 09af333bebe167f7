"""Exam: run contenders through the sealed year; hold claims against the truth."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from data.calendar import first_day
from data.judge.contract import Level, level, read_claim, read_predictions
from data.judge.desk import Desk
from data.judge.policies import baselines
from data.judge.result import Claim, Exam, Result
from data.judge.scores import (
    calibration_groups,
    leak,
    monthly_profit,
    predictive,
    profit,
)
from data.judge.year import (
    Cutoff,
    Decision,
    Month,
    Setting,
    live,
    realised_profit,
    setting,
)
from data.sources.plan import Plan
from data.world.beliefs import World
from data.world.history import Lived, history
from data.world.state import FIRST_CUSTOMER_ID, State
from data.world.step import Events


def exam(levels: list[str], world: World, seed: int, folder: Path) -> Exam:
    """Examine all baselines and `levels` in one world.

    Args:
        folder: scratch space; emptied first.
    """
    judge = open_world(Plan(world, seed, folder), [])
    results = dict(baseline_results(judge))
    for name in levels:
        results[name] = level_result(name, world, seed, folder / name)
    return Exam(seed, judge.customers, results)


def baseline_results(judge: Setting) -> Iterator[tuple[str, Result]]:
    """Examine the contenders that need no level, one after the other."""
    for name, policy in baselines(judge).items():
        yield name, judged(judge, live(judge, policy))


def level_result(name: str, world: World, seed: int, folder: Path) -> Result:
    """Examine one level in a world of its own, which its offers change.

    Args:
        folder: scratch space; emptied first.

    Raises:
        UnknownLevel: there is no such level.
        BadPredictions: one of its files breaks the contract.
    """
    shutil.rmtree(folder, ignore_errors=True)
    adapter = level(name)
    desk = Desk(Plan(world, seed, folder), adapter.READS, folder, late={})
    desk.inbox.mkdir(parents=True)
    desk.outbox.mkdir()
    return _examine(open_world(desk.plan, [desk]), adapter, desk)


def open_world(plan: Plan, desks: list[Desk]) -> Setting:
    """Live through the open months, telling every desk; prepare the judge."""
    for lived in history(plan.company, plan.world.open_months):
        for desk in desks:
            desk.receive(lived.events)
    return setting(plan.company, lived)


def _examine(judge: Setting, adapter: Level, desk: Desk) -> Result:
    """Fit once, then let the level predict and decide at every cutoff."""
    desk.lay_out(judge.begin)
    adapter.fit(desk.inbox, desk.outbox)
    claim = read_claim(desk.outbox)

    def decide(cutoff: Cutoff) -> Decision:
        return _ask(adapter, desk, cutoff)

    def watch(events: Events, after: State) -> None:
        desk.receive(events)
        desk.lay_out(Lived(events, after))

    return judged(judge, live(judge, decide, watch), claim)


def _ask(adapter: Level, desk: Desk, cutoff: Cutoff) -> Decision:
    day = str(first_day(cutoff.month))
    wanted = pd.Index(cutoff.state.customer_id[cutoff.roster])
    (desk.outbox / "predictions.parquet").unlink(missing_ok=True)
    adapter.predict(desk.inbox, day, desk.outbox)
    rows = read_predictions(desk.outbox, day, wanted)
    position = wanted.to_numpy() - FIRST_CUSTOMER_ID
    offers = np.zeros(len(cutoff.state), bool)
    p_churn = np.full(len(cutoff.state), np.nan)
    offers[position], p_churn[position] = rows["offer"], rows["p_churn"]
    return Decision(offers, p_churn)


def judged(judge: Setting, months: list[Month], claim: Claim | None = None) -> Result:
    """Compute what happened to one contender."""
    rosters = sum(int(month.cutoff.roster.sum()) for month in months)
    offers = sum(int(month.decision.offers.sum()) for month in months)
    predicts = months[0].decision.p_churn is not None
    return Result(
        money=profit(months).per(judge.customers),
        realised=realised_profit(judge, months).per(judge.customers),
        offer_share=offers / rosters,
        profit_by_month=monthly_profit(judge, months),
        happened=predictive(months) if predicts else None,
        happened_by_month=[predictive([m]) for m in months] if predicts else [],
        calibration_curve=calibration_groups(months) if predicts else [],
        excess_auc=leak(months) if predicts else [],
        claimed=claim,
    )
