"""Offers: one row per offer made, and per customer whom the pilot's lot kept out."""

import numpy as np
import pandas as pd

from data.calendar import first_day
from data.sources.rows import minutes_later, row_id
from data.world.company import Company
from data.world.company_offers import company_offers
from data.world.step import Events


def offers(company: Company, events: Events) -> pd.DataFrame:
    """One row per offer made, and per customer whom the pilot's lot kept out."""
    past = company_offers(company, events.state)
    campaign = np.select(
        [past.pilot | past.control, past.ad_hoc], ["pilot", "ad_hoc"], "level"
    )
    where = np.flatnonzero(events.offers | past.control)
    at = first_day(events.month).astype("M8[s]") + np.timedelta64(9, "h")
    customer_id = events.state.customer_id[where]
    return pd.DataFrame(
        {
            "offer_id": row_id(events.month, customer_id, "offer"),
            "customer_id": customer_id,
            "event_at": np.full(len(where), at),
            "arrived_at": np.full(len(where), minutes_later(at, 60)),
            "campaign": campaign[where],
            "arm": np.where(past.control[where], "control", "treated"),
            "discount": np.where(past.control[where], 0.0, company.world.discount),
            "discount_months": np.where(
                past.control[where], 0, company.world.discount_months
            ),
        }
    )
