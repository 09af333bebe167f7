"""Customers: the CRM's rows, one per customer created or changed."""

import numpy as np
import pandas as pd

from data.sources.rows import Times, minutes_later, moment
from data.sources.subscriptions import first_start, joined_at
from data.world.beliefs import CHANNELS, REGIONS
from data.world.state import Ints, State
from data.world.step import Events
from data.world.streams import Streams


def customers(streams: Streams, events: Events) -> pd.DataFrame:
    """Give the month's CRM rows; the first month lists those at the start."""
    state, joined, day = events.state, events.joined, events.drift.change_day
    new = np.arange(len(joined))
    changed = np.flatnonzero((day > 0) & state.active)
    changed_at = moment(streams, "change", events.month, day, changed)
    parts = [
        _rows(joined, "created", joined_at(streams, joined), new),
        _rows(state, "updated", changed_at, changed),
    ]
    if events.month == 0:
        at = first_start(streams, state)
        parts.insert(0, _rows(state, "created", at, np.arange(len(state))))
    return pd.concat(parts, ignore_index=True)


def _rows(state: State, event: str, at: Times, who: Ints) -> pd.DataFrame:
    customer_id, traits = state.customer_id[who], state.traits
    return pd.DataFrame(
        {
            "customer_id": customer_id,
            "event": event,
            "event_at": at,
            "arrived_at": minutes_later(at, 20),
            "email": [f"user{i}@example.com" for i in customer_id.tolist()],
            "region": np.asarray(REGIONS, object)[traits.region[who]],
            "channel": np.asarray(CHANNELS, object)[traits.channel[who]],
            "company_size": traits.company_size[who],
        }
    )
