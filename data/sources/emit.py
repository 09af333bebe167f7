"""Emit: turn a month's events into the clean rows that its sources record.

Each source has a module of its own. Every row has the time it happened and the time it
arrived, UTC; rows may arrive up to one month later.
"""

import numpy as np

from data.sources.customers import customers
from data.sources.offers import offers
from data.sources.rows import Frames
from data.sources.subscriptions import subscriptions
from data.sources.tickets import tickets
from data.sources.transactions import transactions
from data.sources.usage import usage, usage_table
from data.world.beliefs import World
from data.world.step import Events
from data.world.streams import Streams


def emit(world: World, streams: Streams, events: Events) -> Frames:
    """Give the six clean sources of one month, in the columns of the data card."""
    known, new = events.state.customer_id, events.joined.customer_id
    days = usage(world, streams, events)
    return {
        "customers": customers(streams, events),
        "subscriptions": subscriptions(world, streams, events),
        "transactions": transactions(world, streams, events),
        "tickets": tickets(world, streams, events),
        "usage": usage_table(days, np.concatenate([known, new])),
        "offers": offers(world, streams, events),
    }
