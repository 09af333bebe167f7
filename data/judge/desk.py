"""Desk: where one level works; news comes in, predictions go out."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from data.sources.deliver import deliver
from data.sources.files import write_drop, write_source
from data.sources.flat import Totals, flat
from data.sources.plan import Plan, emit_month
from data.sources.rows import Frames
from data.sources.subscriptions import roster
from data.world.history import Lived
from data.world.step import Events


@dataclass
class Desk:
    """Where one level works: the judge fills the inbox as news arrives.

    Unlike the rest of the world this has a memory: what has been published so far.
    """

    plan: Plan
    reads: str
    folder: Path
    late: Frames
    totals: Totals | None = None

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    def receive(self, events: Events) -> None:
        """Add one month's news to the inbox."""
        arrivals, totals = emit_month(self.plan, events)
        self.totals = totals if self.totals is None else self.totals + totals
        if self.reads == "drops":
            mess, streams = self.plan.mess, self.plan.company.streams
            drop = deliver(mess, streams, events.month, arrivals, self.late)
            write_drop(drop, self.inbox, mess)
        self.late = arrivals.next_month

    def lay_out(self, lived: Lived) -> None:
        """Write what a level gets at a cutoff besides the drops."""
        company = self.plan.company
        customers = roster(company, lived.after, lived.events)
        active = pd.DataFrame({"customer_id": lived.after.customer_id[customers]})
        write_source(active, self.inbox / "active.csv")
        if self.reads == "flat" and self.totals is not None:
            export = flat(company, lived.after, self.totals, customers)
            write_source(export, self.inbox / "flat.csv")
