"""Exam: run levels through the sealed year, hold their claims against the truth."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.calendar import first_day
from data.judge.contract import Level, level, read_claim, read_predictions
from data.judge.desk import Desk
from data.judge.policies import (
    best_policy,
    everybody_policy,
    full_information,
    nobody_policy,
    random_policy,
    risk_ranked_policy,
)
from data.judge.scores import leak, monthly_profit, predicted_groups, predictive, profit
from data.judge.year import (
    Cutoff,
    Decision,
    Month,
    Policy,
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

Result = dict[str, Any]


def exam(levels: list[str], world: World, seed: int, folder: Path) -> Result:
    """Examine `levels` in one world, beside the baselines and the ceilings.

    Args:
        folder: scratch space; emptied first.

    Returns:
        Figures by contender: profit (USD per 1,000 customers, by part), offers made,
        and, where it predicts, each metric as claimed and as happened.
    """
    plan = Plan(world, seed, folder)
    shutil.rmtree(folder, ignore_errors=True)
    desks = {name: _desk(plan, name, level(name)) for name in levels}
    begin = _open_months(plan, list(desks.values()))
    judge = setting(plan.company, begin)
    contenders: Result = {}
    for name, policy in baselines(judge).items():
        contenders[name] = judged(judge, live(judge, policy))
    for name, desk in desks.items():
        contenders[name] = _examine(judge, level(name), desk)
    return {"seed": seed, "customers": judge.customers, "contenders": contenders}


def _desk(plan: Plan, name: str, adapter: Level) -> Desk:
    desk = Desk(plan, adapter.READS, plan.folder / name, late={})
    desk.inbox.mkdir(parents=True)
    desk.outbox.mkdir()
    return desk


def _open_months(plan: Plan, desks: list[Desk]) -> Lived:
    """Live through the open months, telling every desk; give the last month."""
    for lived in history(plan.company, plan.world.open_months):
        for desk in desks:
            desk.receive(lived.events)
    return lived


def baselines(judge: Setting) -> dict[str, Policy]:
    return {
        "nobody": nobody_policy,
        "everybody": everybody_policy,
        "random": random_policy(judge.streams),
        "risk_ranked": risk_ranked_policy,
        "full_information": full_information,
        "best_policy": best_policy(judge),
    }


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

    return {**judged(judge, live(judge, decide, watch)), "claimed": claim}


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


def judged(judge: Setting, months: list[Month]) -> Result:
    """Say what happened to one contender."""
    rosters = sum(int(month.cutoff.roster.sum()) for month in months)
    offers = sum(int(month.decision.offers.sum()) for month in months)
    result: Result = {
        "money": profit(months).per(judge.customers),
        "realised": realised_profit(judge, months).per(judge.customers),
        "offer_share": offers / rosters,
        "profit_by_month": monthly_profit(judge, months),
    }
    if months[0].decision.p_churn is not None:
        result["happened"] = predictive(months)
        result["happened_by_month"] = [predictive([month]) for month in months]
        result["calibration_curve"] = _curve(months)
        result["excess_auc"] = leak(months)
    return result


def _curve(months: list[Month]) -> list[dict[str, float]]:
    groups = predicted_groups(months).round(6).tolist()  # a millionth is far below luck
    return [{"predicted": predicted, "true": true} for predicted, true in groups]


def exams(
    levels: list[str], world: World, seeds: list[int], folder: Path, workers: int = 2
) -> Iterator[Result]:
    """Examine in several worlds, each with its own seed, as they finish in order."""
    jobs = [(levels, world, seed, folder / f"seed{seed}") for seed in seeds]
    if workers == 1 or len(seeds) == 1:
        yield from (exam(*job) for job in jobs)
        return
    context = get_context("spawn")  # the progress bar has a thread: do not fork
    with ProcessPoolExecutor(workers, context) as pool:
        yield from (f.result() for f in [pool.submit(exam, *job) for job in jobs])
