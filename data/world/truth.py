"""Truth: what only the world and its judge know, written apart under `sealed/`."""

import numpy as np
import pandas as pd

from data.world.beliefs import World
from data.world.hazard import offer_cut
from data.world.step import Events


def truth(world: World, events: Events) -> pd.DataFrame:
    """Give one row per customer active at the cutoff of the events' month.

    `p_churn` is the true chance of leaving within the month, the company's own offers
    of that month included (there are none in the sealed year); `offer_cut` the share of
    the voluntary part that an offer now would remove.
    """
    state, who = events.state, np.flatnonzero(events.state.active)
    return pd.DataFrame(
        {
            "customer_id": state.customer_id[who],
            "p_churn": events.risk.leaving[who],
            "p_voluntary": events.risk.voluntary[who],
            "p_involuntary": events.risk.involuntary[who],
            "offer_cut": offer_cut(world, state)[who],
            "left": events.left[who].astype(np.int8),
            "fit": state.traits.fit[who],
            "price_sensitivity": state.traits.sensitivity[who],
            "engagement": state.engagement[who],
            "in_decay": state.in_decay[who],
            "irritation": state.irritation[who],
        }
    )
