"""Case: one world as its records describe it, and the judge, who knows its truth.

The sealed year is lived through once, without new offers, and described at its twelve
cutoffs. Every practice then predicts from the same snapshots, so two practices differ
in nothing else. The price: a customer whom an offer keeps has no snapshot after the
month in which that customer would have left (a few in ten thousand).
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from data.calendar import first_day
from data.judge.desk import Desk
from data.judge.policies import offers_to_none
from data.judge.year import Setting, live, setting
from data.sources.flat import flat
from data.sources.plan import Plan
from data.sources.subscriptions import roster
from data.world.beliefs import SEALED_MONTHS, World
from data.world.history import Lived, history
from data.world.state import State
from data.world.step import Events
from level2_project.config import Config, read_config
from level2_project.load import Sources, load
from level2_project.snapshots import candidates, snapshots

CUTOFF = "cutoff"
MONTH = pd.DateOffset(months=1)


@dataclass(frozen=True)
class Case:
    """One world.

    Attributes:
        config: level 2's; all practices share its seed, economics and cutoffs.
        judge: all that the judge knows.
        sources: all drops up to the last sealed cutoff, as level 2 repairs them.
        past: one row per customer and open cutoff, with features and `left`.
        sealed: one row per customer and sealed cutoff, with features and `is_free`.
            Where a drop is refused, the features of the month before; no one is free.
        short: the same rows with the features that the short drop leads to.
        flats: the flat exports: one row per customer ever known and cutoff. The first
            was made at the end of the open months.
    """

    seed: int
    config: Config
    judge: Setting
    sources: Sources
    past: pd.DataFrame
    sealed: pd.DataFrame
    short: pd.DataFrame
    flats: pd.DataFrame


@dataclass
class Recorder:
    """Writes every month's drop; keeps the customers to be scored and the exports."""

    desk: Desk
    rosters: list[pd.DataFrame]
    flats: list[pd.DataFrame]

    def watch(self, events: Events, after: State) -> None:
        """Record a month, and what is known at the cutoff after it."""
        self.desk.receive(events)
        if after.month < self.desk.plan.world.open_months:
            return
        plan, cutoff = self.desk.plan, pd.Timestamp(first_day(after.month))
        known = roster(plan.company, after, events)
        ids = after.customer_id[known]
        self.rosters.append(pd.DataFrame({"customer_id": ids, CUTOFF: cutoff}))
        assert self.desk.totals is not None  # a month was received
        export = flat(plan.company, after, self.desk.totals, known)
        self.flats.append(export.assign(**{CUTOFF: cutoff}))


def case(world: World, seed: int, folder: Path) -> Case:
    """Live through a world and describe it as level 2 does.

    Args:
        folder: an empty one, for the drops.
    """
    plan = Plan(world, seed, folder)
    recorder = Recorder(Desk(plan, "drops", folder, late={}), [], [])
    recorder.desk.inbox.mkdir(parents=True)
    judge = _live(plan, recorder)
    config = read_config()
    past, sources = _described(recorder, config)
    rows = pd.concat(recorder.rosters[:SEALED_MONTHS], ignore_index=True)
    short = candidates(sources, rows, config)
    return Case(
        seed=seed,
        config=config,
        judge=judge,
        sources=sources,
        past=past,
        sealed=_as_refused(short, _refused(plan)),
        short=short,
        flats=pd.concat(recorder.flats[:SEALED_MONTHS], ignore_index=True),
    )


def _live(plan: Plan, recorder: Recorder) -> Setting:
    for lived in history(plan.company, plan.world.open_months):
        recorder.watch(*lived)
    judge = setting(plan.company, Lived(*lived))
    live(judge, offers_to_none, recorder.watch)
    return judge


def _described(recorder: Recorder, config: Config) -> tuple[pd.DataFrame, Sources]:
    """Return the open months' snapshots, and all sources up to the last cutoff."""
    inbox, last = recorder.desk.inbox, recorder.rosters[SEALED_MONTHS - 1]
    known = load(inbox, pd.Timestamp(config.time.predict_at)).sources
    return snapshots(known, config), load(inbox, last[CUTOFF].iloc[0]).sources


def _refused(plan: Plan) -> pd.Timestamp:
    """Return the sealed cutoff at which the last drop is short."""
    _, month, _ = plan.mess.cut_sealed
    return pd.Timestamp(first_day(plan.world.open_months + month + 1))


def _as_refused(short: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    """Describe customers at `cutoff` by the month before, none of them free."""
    here, before = short[CUTOFF] == cutoff, short[CUTOFF] == cutoff - MONTH
    stale = short[before].set_index("customer_id")
    stale = stale.reindex(short.loc[here, "customer_id"]).reset_index()
    stale = stale.assign(**{CUTOFF: cutoff, "is_free": False})
    stale.index = short.index[here]
    rows = pd.concat([short[~here], stale[list(short)]])
    return rows.sort_index().astype(short.dtypes.to_dict())
