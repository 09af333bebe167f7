"""History: the company's months with no offers but the company's own."""

from collections.abc import Iterator
from typing import NamedTuple

from data.world.company import Company
from data.world.company_offers import company_offers, enter_pilot
from data.world.state import State
from data.world.step import Events, start, step


class Lived(NamedTuple):
    """One past month: its events, and the state at its end."""

    events: Events
    after: State


def history(company: Company, months: int) -> Iterator[Lived]:
    """Yield the first `months` months, one after the other."""
    state = start(company)
    for _ in range(months):
        groups = company_offers(company, state)
        state = enter_pilot(state, groups)
        state, events = step(company, state, groups.offered)
        yield Lived(events, state)
