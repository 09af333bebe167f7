"""Offers: one row per offer made, and per customer of the pilot's control group."""

import numpy as np
import pandas as pd

from data.sources.rows import arrives, offers_made_at, row_id
from data.world.company import Company
from data.world.company_offers import company_offers
from data.world.step import Events


def offers(company: Company, events: Events) -> pd.DataFrame:
    """Return the month's rows; an offer that is not the company's is a level's."""
    in_pilot = events.state.since_pilot == 0
    ad_hoc = company_offers(company, events.state).ad_hoc
    campaign = np.select([in_pilot, ad_hoc], ["pilot", "ad_hoc"], "level")
    where = np.flatnonzero(events.offers | in_pilot)
    is_control = ~events.offers[where]
    at = np.full(len(where), offers_made_at(events.month))
    customer_id, world = events.state.customer_id[where], company.world
    return pd.DataFrame(
        {
            "offer_id": row_id(events.month, customer_id, "offer"),
            "customer_id": customer_id,
            "event_at": at,
            "arrived_at": arrives("offers", at),
            "campaign": campaign[where],
            "arm": np.where(is_control, "control", "treated"),
            "discount": np.where(is_control, 0.0, world.discount),
            "discount_months": np.where(is_control, 0, world.discount_months),
        }
    )
