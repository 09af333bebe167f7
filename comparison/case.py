"""Case: one world as its records describe it, and the judge, who knows its truth.

The sealed year is lived through once, without new offers, and described at its twelve
cutoffs. Every practice predicts from the same snapshots and is scored on the same
customers, those who are there in this life: two practices with equal probabilities
have equal metrics. Money is counted with the offers made. A customer kept by an offer
has no snapshot after the month of leaving without it (a few in ten thousand).
"""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from data.calendar import first_day
from data.judge.desk import Desk
from data.judge.policies import offers_to_none
from data.judge.year import Month, Setting, live, setting
from data.sources.flat import flat
from data.sources.plan import Plan
from data.sources.subscriptions import roster
from data.world.beliefs import SEALED_MONTHS, World
from data.world.history import Lived, history
from data.world.state import State
from data.world.step import Events
from level2_project.config import Config, read_config
from level2_project.exam import INTERIM, described, opened
from level2_project.load import Sources, load
from level2_project.point_in_time.keys import KEYS
from level2_project.snapshots import candidates, snapshots

CUTOFF = "cutoff"


@dataclass(frozen=True)
class Case:
    """One world.

    Attributes:
        config: level 2's; all practices share its seed, economics and cutoffs.
        judge: all that the judge knows.
        without_offers: the sealed year in which no level makes an offer.
        inbox: the folder of all drops.
        sources: all drops up to the last sealed cutoff, as level 2 repairs them.
        past: one row per customer and open cutoff, with features and `left`.
        sealed: one row per customer and sealed cutoff, with features and `is_free`;
            at the cutoff with the short drop as level 2 describes it in the exam.
        short: the same rows with the features that the short drop leads to.
        flats: the flat exports: one row per customer ever known and cutoff. The first
            was made at the end of the open months.
    """

    seed: int
    config: Config
    judge: Setting
    without_offers: list[Month]
    inbox: Path
    sources: Sources
    past: pd.DataFrame
    sealed: pd.DataFrame
    short: pd.DataFrame
    flats: pd.DataFrame


@dataclass
class Recorder:
    """Writes every month's drop; keeps the customers to be scored and the exports.

    Attributes:
        refused: the customers at the cutoff of the short drop, as level 2 describes
            them while the drop is not sent again.
    """

    desk: Desk
    config: Config
    rosters: list[pd.DataFrame] = field(default_factory=list)
    flats: list[pd.DataFrame] = field(default_factory=list)
    refused: pd.DataFrame = field(default_factory=pd.DataFrame)

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
        _, cut, _ = plan.mess.cut_sealed
        if after.month == plan.world.open_months + cut + 1:
            self.refused = described(
                self.desk.inbox, self.rosters[-1], self.config, self.desk.outbox
            )


def case(world: World, seed: int, folder: Path) -> Case:
    """Live through a world and describe it as level 2 does.

    Args:
        folder: an empty one, for the drops.
    """
    plan = Plan(world, seed, folder)
    config = read_config()
    recorder = Recorder(Desk(plan, "drops", folder, late={}), config)
    recorder.desk.inbox.mkdir(parents=True)
    judge, without_offers = _live(plan, recorder)
    past, sources = _described(recorder, config)
    rows = pd.concat(recorder.rosters[:SEALED_MONTHS], ignore_index=True)
    short = candidates(sources, rows, config)
    return Case(
        seed=seed,
        config=config,
        judge=judge,
        without_offers=without_offers,
        inbox=recorder.desk.inbox,
        sources=sources,
        past=past,
        sealed=_replaced(short, recorder.refused),
        short=short,
        flats=pd.concat(recorder.flats[:SEALED_MONTHS], ignore_index=True),
    )


def _live(plan: Plan, recorder: Recorder) -> tuple[Setting, list[Month]]:
    for lived in history(plan.company, plan.world.open_months):
        recorder.watch(*lived)
    judge = setting(plan.company, Lived(*lived))
    return judge, live(judge, offers_to_none, recorder.watch)


def _described(recorder: Recorder, config: Config) -> tuple[pd.DataFrame, Sources]:
    """Return the open months' snapshots, and all sources up to the last cutoff."""
    desk, last = recorder.desk, recorder.rosters[SEALED_MONTHS - 1][CUTOFF].iloc[0]
    interim = desk.outbox / INTERIM
    known, config = opened(desk.inbox, config, interim)
    return snapshots(known, config), load(desk.inbox, last, interim=interim).sources


def _replaced(rows: pd.DataFrame, by: pd.DataFrame) -> pd.DataFrame:
    """Put other descriptions in the place of the rows with the same cutoff."""
    here = rows[CUTOFF].isin(by[CUTOFF])
    keys = pd.MultiIndex.from_frame(rows.loc[here, KEYS])
    other = by.set_index(KEYS).loc[keys].reset_index().set_axis(rows.index[here])
    return pd.concat([rows[~here], other[list(rows)]]).sort_index().astype(rows.dtypes)
