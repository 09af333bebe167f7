"""Customers: the rows of the CRM, one per customer created or changed."""

import numpy as np
import pandas as pd

from data.sources.rows import Times, arrives, moment
from data.sources.subscriptions import changed_here, first_start, joined_at
from data.world.beliefs import CHANNELS, REGIONS
from data.world.company import Company
from data.world.state import Ints, State
from data.world.step import Events


def customers(company: Company, events: Events) -> pd.DataFrame:
    """Return the month's rows; the first month lists the customers at the start."""
    state, joined, day = events.state, events.joined, events.drift.change_day
    new, changed = np.arange(len(joined)), changed_here(events)
    changed_at = moment(company, "change", events.month, day, changed)
    parts = [
        _rows(joined, "created", joined_at(company, joined), new),
        _rows(state, "updated", changed_at, changed),
    ]
    if events.month == 0:
        at = first_start(company, state)
        parts.insert(0, _rows(state, "created", at, np.arange(len(state))))
    return pd.concat(parts, ignore_index=True)


def _rows(state: State, event: str, at: Times, who: Ints) -> pd.DataFrame:
    customer_id, traits = state.customer_id[who], state.traits
    return pd.DataFrame(
        {
            "customer_id": customer_id,
            "event": event,
            "event_at": at,
            "arrived_at": arrives("customers", at),
            "email": [f"user{i}@example.com" for i in customer_id.tolist()],
            "region": np.asarray(REGIONS, object)[traits.region[who]],
            "channel": np.asarray(CHANNELS, object)[traits.channel[who]],
            "company_size": traits.company_size[who],
        }
    )
