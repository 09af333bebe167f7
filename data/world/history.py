"""History: the company's months as they were lived, with its own offers alone."""

from collections.abc import Iterator
from typing import NamedTuple

from data.world.company import Company
from data.world.company_offers import company_offers
from data.world.state import State
from data.world.step import Events, start, step


class Lived(NamedTuple):
    """One month behind us: what happened, and the state that it led to."""

    events: Events
    after: State


def history(company: Company, months: int) -> Iterator[Lived]:
    """Live through `months` months with nothing but the company's own offers."""
    state = start(company)
    for _ in range(months):
        offers = company_offers(company, state).offered
        state, events = step(company, state, offers)
        yield Lived(events, state)
