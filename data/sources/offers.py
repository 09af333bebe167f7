"""Offers: one row per offer made or withheld, and per customer of a control group."""

import numpy as np
import pandas as pd

from data.sources.rows import arrives, offers_made_at, row_id
from data.world.company import Company
from data.world.company_offers import company_offers
from data.world.state import Bools
from data.world.step import Events


def offers(
    company: Company, events: Events, withheld: Bools | None = None
) -> pd.DataFrame:
    """Return the month's rows; an offer that is not the company's is a level's.

    Args:
        withheld: customers from whom a level withholds its offer on purpose.
    """
    in_pilot = events.state.since_pilot == 0
    ad_hoc = company_offers(company, events.state).ad_hoc
    campaign = np.select([in_pilot, ad_hoc], ["pilot", "ad_hoc"], "level")
    is_control = in_pilot & ~events.offers
    untreated = is_control if withheld is None else is_control | withheld
    where = np.flatnonzero(events.offers | untreated)
    arm = np.select([is_control, events.offers], ["control", "treated"], "withheld")
    is_made = arm[where] == "treated"
    at = np.full(len(where), offers_made_at(events.month))
    customer_id, world = events.state.customer_id[where], company.world
    return pd.DataFrame(
        {
            "offer_id": row_id(events.month, customer_id, "offer"),
            "customer_id": customer_id,
            "event_at": at,
            "arrived_at": arrives("offers", at),
            "campaign": campaign[where],
            "arm": arm[where],
            "discount": np.where(is_made, world.discount, 0.0),
            "discount_months": np.where(is_made, world.discount_months, 0),
        }
    )
