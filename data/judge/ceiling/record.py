"""Record: reads along while a world is lived through, as a perfect repair would."""

from dataclasses import dataclass, replace

import pandas as pd

from data.judge.ceiling.recorded import Recorded
from data.judge.year import Cutoff, Setting, setting
from data.sources.deliver import Arrivals, arrive
from data.sources.emit import emit
from data.sources.rows import Frames
from data.world.beliefs import World
from data.world.company import Company
from data.world.history import Lived, history
from data.world.state import Floats, State
from data.world.step import Events


@dataclass
class Record:
    """What has been recorded of a company so far."""

    company: Company
    recorded: Recorded
    late: Frames

    def watch(self, events: Events, after: State) -> None:
        """Take in one month of life."""
        emitted = emit(self.company, events)
        arrivals: Arrivals = arrive(None, self.company.streams, events.month, emitted)
        arrived = {s: _both(self.late.get(s), rows) for s, rows in arrivals.now.items()}
        self.recorded.learn(events.month, arrived, len(after))
        self.late = arrivals.next_month

    def see(self, _: Cutoff) -> Floats:
        """Return what a policy that knows the records alone looks at."""
        return self.recorded.features()

    def copied(self) -> "Record":
        """Copy the record, so that two lives can go on from it."""
        memory = {name: values.copy() for name, values in self.recorded.memory.items()}
        return replace(self, recorded=replace(self.recorded, memory=memory))


def _both(late: pd.DataFrame | None, now: pd.DataFrame) -> pd.DataFrame:
    return now if late is None else pd.concat([late, now], ignore_index=True)


def recorded_history(company: Company) -> tuple[Record, Lived]:
    """Live through the open months; return their record and the last of them."""
    record = Record(company, Recorded(company.world), {})
    for lived in history(company, company.world.open_months):
        record.watch(lived.events, lived.after)
    return record, lived


def open_months(world: World, seed: int) -> tuple[Setting, Record]:
    """Live and record a world up to its first sealed cutoff."""
    company = Company(world, seed)
    record, last = recorded_history(company)
    return setting(company, last), record
