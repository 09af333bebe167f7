"""Desk: where one level works; news comes in, predictions go out."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from data.sources.deliver import Drop, deliver
from data.sources.files import write_drop, write_source
from data.sources.flat import Totals, flat
from data.sources.plan import Plan, emit_month
from data.sources.rows import Frames
from data.sources.subscriptions import roster
from data.world.history import Lived
from data.world.state import Bools
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
    again: list[Drop] = field(default_factory=list)  # to be sent again next month

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    def receive(self, events: Events, withheld: Bools | None = None) -> None:
        """Add one month's news to the inbox, and what is sent again in that month.

        Args:
            withheld: customers from whom the level withheld its offer on purpose.
        """
        arrivals, totals = emit_month(self.plan, events, withheld)
        self.totals = totals if self.totals is None else self.totals + totals
        if self.reads == "drops":
            mess, streams = self.plan.mess, self.plan.company.streams
            now, *later = deliver(mess, streams, events.month, arrivals, self.late)
            for drop in (*self.again, now):
                write_drop(drop, self.inbox)
            self.again = later
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
