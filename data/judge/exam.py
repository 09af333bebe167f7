"""Exam: run contenders through the sealed year; hold claims against the truth."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pandas as pd

from data.calendar import first_day
from data.judge.ceiling.record import recorded_history
from data.judge.ceiling.traces import best_trace, offers_on
from data.judge.contract import (
    ALL_MONTHS,
    ARM,
    CLAIM,
    MONTHS,
    PREDICTIONS,
    WITHHELD,
    Level,
    check_level,
    read_claim,
    read_predictions,
)
from data.judge.desk import Desk
from data.judge.level_process import started
from data.judge.policies import baselines
from data.judge.result import Claim, DatedClaim, Exam, Result
from data.judge.scores import (
    calibration_groups,
    effect,
    leak,
    leak_z,
    monthly_profit,
    offer_share,
    predictive,
    profit,
)
from data.judge.shadow import predicted, riskiest
from data.judge.year import (
    Cutoff,
    Decision,
    Month,
    Policy,
    Setting,
    live,
    realised_profit,
    setting,
    without_offers,
)
from data.sources.plan import Plan
from data.world.beliefs import World
from data.world.company_offers import no_offers
from data.world.history import Lived, history
from data.world.state import FIRST_CUSTOMER_ID, Bools, State
from data.world.step import Events

RISKIEST, ONE_TRACE = "riskiest_tenth", "one_trace"  # contenders
RANKED_BY = "level2_project"  # the level whose probabilities rank that tenth


def exam(levels: list[str], world: World, seed: int) -> Exam:
    """Examine all baselines and `levels` in one world."""
    judge = open_world(Plan(world, seed, Path()), [])
    results = dict(baseline_results(judge))
    for name in levels:
        results |= dict(level_results(name, world, seed))
    return Exam(seed, judge.customers, results)


def baseline_results(judge: Setting) -> Iterator[tuple[str, Result]]:
    """Examine the contenders that need no level, one after the other."""
    for name, policy in baselines(judge).items():
        yield name, examined(judge, policy)
    record, _ = recorded_history(judge.company)  # the open months once more
    months = live(judge, offers_on(best_trace(), record), record.watch)
    yield ONE_TRACE, judged(judge, months)


def examined(judge: Setting, policy: Policy) -> Result:
    """Examine a policy that keeps no memory between cutoffs."""
    months = live(judge, policy)
    if months[0].decision.p_churn is None:
        return judged(judge, months)
    return judged(judge, months, live(judge, without_offers(policy)))


def level_result(name: str, world: World, seed: int) -> Result:
    """Examine one level in a world of its own; see `level_results`."""
    _, result = next(level_results(name, world, seed))
    return result


def level_results(name: str, world: World, seed: int) -> Iterator[tuple[str, Result]]:
    """Examine one level in a world of its own, which its offers change.

    The level whose probabilities rank the riskiest tenth has that baseline judged next.

    Raises:
        UnknownLevel: there is no such level.
        LevelFailed: it ended with an error of its own.
        BadPredictions: one of its files breaks the contract.
    """
    check_level(name)
    # Names that say nothing, in a place that says nothing: see `contract`.
    with TemporaryDirectory() as folder, TemporaryDirectory() as another:
        year = _two_lives(name, Plan(world, seed, Path(folder)), Path(another))
    yield name, judged(year.judge, year.months, year.alone, year.claims)
    if name == RANKED_BY:
        tenth = riskiest(predicted(year.alone), world.open_months)
        yield RISKIEST, judged(year.judge, live(year.judge, tenth))


def open_world(plan: Plan, desks: list[Desk]) -> Setting:
    """Live through the open months, telling every desk; prepare the judge."""
    for lived in history(plan.company, plan.world.open_months):
        for desk in desks:
            desk.receive(lived.events)
    return setting(plan.company, lived)


class Year(NamedTuple):
    """A level's sealed year, lived twice from the same first cutoff."""

    judge: Setting
    months: list[Month]  # closed loop
    alone: list[Month]  # shadow life
    claims: dict[int, Claim]  # by the month in which each was written


def _two_lives(name: str, plan: Plan, another: Path) -> Year:
    """Let a level live through the year with its offers, then without them.

    Args:
        another: an empty folder for the second life.
    """
    with started(name, plan.folder) as level:
        life = Life(level, new_desk(plan, level.READS))
        judge = open_world(life.desk.plan, [life.desk])
        life.fit(judge.begin)

        def decide(cutoff: Cutoff) -> Decision:
            decision = life.decide(cutoff)
            if cutoff.month == plan.world.open_months:  # so far both lives are the same
                shadow.first, shadow.desk = decision, copied(life.desk, another)
            return decision

        shadow = Life(level, life.desk, makes_offers=False)
        months = live(judge, decide, life.watch)
    with started(name, another) as shadow.level:
        alone = live(judge, shadow.decide, shadow.watch)
    return Year(judge, months, alone, life.claims)


@dataclass
class Life:
    """A level in one of its two lives: asked at each cutoff, told what happened."""

    level: Level
    desk: Desk
    makes_offers: bool = True
    first: Decision | None = None  # at the first cutoff, where it is known already
    withheld: Bools | None = None  # at the last cutoff
    claims: dict[int, Claim] = field(default_factory=dict)  # by month, as written
    stamp: tuple[int, bytes] | None = None  # of the newest claim

    def fit(self, begin: Lived) -> None:
        self.desk.lay_out(begin)
        self.level.fit(self.desk.inbox, self.desk.outbox)
        self._read_claim(begin.after.month - 1)

    def decide(self, cutoff: Cutoff) -> Decision:
        decision, self.first = self.first or self._asked(cutoff), None
        if not self.makes_offers:
            return Decision(no_offers(cutoff.state), decision.p_churn)
        self.withheld = decision.withheld
        return decision

    def watch(self, events: Events, after: State) -> None:
        self.desk.receive(events, self.withheld)
        self.desk.lay_out(Lived(events, after))

    def _asked(self, cutoff: Cutoff) -> Decision:
        day = str(first_day(cutoff.month))
        wanted = pd.Index(cutoff.state.customer_id[cutoff.roster])
        (self.desk.outbox / PREDICTIONS).unlink(missing_ok=True)
        self.level.predict(self.desk.inbox, day, self.desk.outbox)
        self._read_claim(cutoff.month)
        rows = read_predictions(self.desk.outbox, day, wanted)
        position = wanted.to_numpy() - FIRST_CUSTOMER_ID
        offers, withheld = (np.zeros(len(cutoff.state), bool) for _ in range(2))
        p_churn = np.full(len(cutoff.state), np.nan)
        offers[position], p_churn[position] = rows["offer"], rows["p_churn"]
        withheld[position] = rows[ARM] == WITHHELD
        return Decision(offers, p_churn, withheld)

    def _read_claim(self, month: int) -> None:
        """Keep the claim under its month if it was written since the last look."""
        claim, path = read_claim(self.desk.outbox), self.desk.outbox / CLAIM
        stamp = path.stat().st_mtime_ns, path.read_bytes()
        if stamp != self.stamp:
            self.claims[month], self.stamp = claim, stamp


def new_desk(plan: Plan, reads: str) -> Desk:
    """Make a desk with empty folders."""
    desk = Desk(plan, reads, plan.folder, late={})
    desk.inbox.mkdir()
    desk.outbox.mkdir()
    return desk


def copied(desk: Desk, folder: Path) -> Desk:
    """Return a copy of a desk as it is now.

    Drops are written once, so both desks share them. The other files of the inbox are
    left out: they are written anew at each cutoff.
    """
    copy = replace(desk, folder=folder)
    drops = [path for path in desk.inbox.iterdir() if path.is_dir()]
    copy.inbox.mkdir()
    for drop in drops:
        shutil.copytree(drop, copy.inbox / drop.name, copy_function=os.link)
    shutil.copytree(desk.outbox, copy.outbox)
    return copy


def judged(
    judge: Setting,
    months: list[Month],
    alone: list[Month] | None = None,
    claims: dict[int, Claim] | None = None,
) -> Result:
    """Compute what happened to one contender.

    Args:
        months: its year with its offers.
        alone: its year in which none of them is made; None if it predicts nothing.
        claims: what it claimed, by the month in which it wrote that.
    """
    result = Result(
        money=profit(months).per(judge.customers),
        realised=realised_profit(judge, months).per(judge.customers),
        offer_share=offer_share(months),
        profit_by_month=monthly_profit(judge, months),
        effect=effect(judge, months),
        effect_by_month=[effect(judge, [month]) for month in months],
    )
    if alone is None:
        return result
    found = leak(alone)
    result = replace(
        result,
        happened=predictive(alone),
        happened_by_month=[predictive([month]) for month in alone],
        happened_with_offers=predictive(months),
        calibration_curve=calibration_groups(alone),
        excess_auc=[excess.auc for excess in found],
        excess_auc_error=[excess.error for excess in found],
        excess_auc_z=leak_z(found),
    )
    return _with_claims(result, judge.world.open_months, alone, claims or {})


def _with_claims(
    result: Result, begin: int, alone: list[Month], claims: dict[int, Claim]
) -> Result:
    """Put each claim beside what happened at the cutoffs that it is about.

    Args:
        begin: the first month of the sealed year; an earlier claim was made at fit.
    """
    dated = []
    for month, claim in claims.items():
        at = max(month - begin, 0)
        about = alone[at : at + int(claim.get(MONTHS, ALL_MONTHS))]
        figures = {name: value for name, value in claim.items() if name != MONTHS}
        day = str(first_day(begin + at))
        dated.append(DatedClaim(day, len(about), figures, predictive(about)))
    if not dated:
        return result
    at_fit, *later = dated
    return replace(
        result,
        claimed=at_fit.claimed,
        claimed_months=at_fit.months,
        happened_claimed=at_fit.happened,
        claims_by_month=later,
    )
