"""Plan: which world is simulated, with which mess, into which folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from data.sources.deliver import Arrivals, arrive
from data.sources.emit import emit
from data.sources.flat import Totals, month_totals
from data.sources.mess import Mess
from data.world.beliefs import World
from data.world.company import Company
from data.world.state import Bools
from data.world.step import Events


class Emitted(NamedTuple):
    arrivals: Arrivals
    totals: Totals


@dataclass(frozen=True)
class Plan:
    """A world to simulate, and the folder it goes into."""

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
        """Return what a folder says of its world; the seed stands under `sealed/`."""
        return {
            "customers": self.world.customers,
            "months": self.world.months,
            "beliefs": self.world.fingerprint(),
        }


def emit_month(plan: Plan, events: Events, withheld: Bools | None = None) -> Emitted:
    """Return one month's clean rows, by the month of their arrival, and its totals.

    Args:
        withheld: customers from whom a level withholds its offer on purpose.
    """
    emitted = emit(plan.company, events, withheld)
    totals = month_totals(emitted, len(events.state) + len(events.joined))
    arrivals = arrive(plan.mess, plan.company.streams, events.month, emitted)
    return Emitted(arrivals, totals)
