"""Emit: turn a month's events into the clean rows of the six sources.

Each source has a module of its own. Every row has the time when it happened and the
time when it arrived, both in UTC. A row may arrive up to one month after its own month.
"""

import numpy as np

from data.sources.customers import customers
from data.sources.offers import offers
from data.sources.rows import Frames
from data.sources.subscriptions import subscriptions
from data.sources.tickets import tickets
from data.sources.transactions import transactions
from data.sources.usage import usage, usage_table
from data.world.company import Company
from data.world.state import Bools
from data.world.step import Events


def emit(company: Company, events: Events, withheld: Bools | None = None) -> Frames:
    """Return the rows of one month by source, in the columns of the data card.

    Args:
        withheld: customers from whom a level withholds its offer on purpose.
    """
    known, new = events.state.customer_id, events.joined.customer_id
    days = usage(company, events)
    return {
        "customers": customers(company, events),
        "subscriptions": subscriptions(company, events),
        "transactions": transactions(company, events),
        "tickets": tickets(company, events),
        "usage": usage_table(days, np.concatenate([known, new])),
        "offers": offers(company, events, withheld),
    }
