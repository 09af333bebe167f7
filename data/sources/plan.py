"""Plan: which world is told by its sources, with which mess, into which folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from data.sources.deliver import Arrivals, arrive
from data.sources.emit import emit
from data.sources.flat import Totals, month_totals
from data.sources.mess import Mess
from data.world.beliefs import World
from data.world.company import Company
from data.world.step import Events


class Emitted(NamedTuple):
    arrivals: Arrivals
    totals: Totals


@dataclass(frozen=True)
class Plan:
    """What is to be simulated, and where it goes."""

    world: World
    seed: int
    folder: Path

    @property
    def mess(self) -> Mess:
        return Mess(open_months=self.world.open_months)

    @property
    def company(self) -> Company:
        return Company(self.world, self.seed)

    @property
    def manifest(self) -> dict[str, object]:
        return {
            "customers": self.world.customers,
            "months": self.world.months,
            "seed": self.seed,
            "beliefs": self.world.fingerprint(),
        }


def emit_month(plan: Plan, events: Events) -> Emitted:
    """Emit one month's rows, split by the month in which they arrive."""
    emitted = emit(plan.company, events)
    totals = month_totals(emitted, len(events.state) + len(events.joined))
    arrivals = arrive(plan.mess, plan.company.streams, events.month, emitted)
    return Emitted(arrivals, totals)
