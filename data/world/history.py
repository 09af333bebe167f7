"""History: the company's months with no offers but the company's own."""

from collections.abc import Iterator
from typing import NamedTuple

from data.world.company import Company
from data.world.company_offers import company_offers
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
        offers = company_offers(company, state).offered
        state, events = step(company, state, offers)
        yield Lived(events, state)
