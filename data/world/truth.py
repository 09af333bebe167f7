"""Truth: what only the world and its judge know. It is written under `sealed/`."""

import numpy as np
import pandas as pd

from data.world.beliefs import World
from data.world.hazard import offer_cut
from data.world.step import Events


def truth(world: World, events: Events) -> pd.DataFrame:
    """Return one row per customer active at the cutoff of the events' month.

    `p_churn` is the true probability of leaving within the month. It includes the
    company's own offers of that month; there are none in the sealed year. `offer_cut`
    is the share of the voluntary part that an offer made now would remove.
    """
    state, risk = events.state, events.risk
    who = np.flatnonzero(state.active)
    return pd.DataFrame(
        {
            "customer_id": state.customer_id[who],
            "p_churn": risk.leaving[who],
            "p_voluntary": risk.voluntary[who],
            "p_involuntary": risk.involuntary[who],
            "offer_cut": offer_cut(world, state)[who],
            "left": events.left[who].astype(np.int8),
            "fit": state.traits.fit[who],
            "price_sensitivity": state.traits.sensitivity[who],
            "engagement": state.engagement[who],
            "in_decay": state.in_decay[who],
            "irritation": state.irritation[who],
        }
    )
