"""Decide: an offer goes where it is expected to bring more than it costs."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from level2_project.config import Economics
from level2_project.measures.gain import gain_usd
from level2_project.point_in_time.keys import KEYS

Array = NDArray[Any]  # (n_customers,)


def decide(
    p_churn: Array, monthly_fee_usd: Array, free: Array, economics: Economics
) -> Array:
    """Mark the customers to whom an offer is worth more than it costs.

    Only `free` customers get one: reachable, and without an offer in `rest_months`.
    """
    return (gain_usd(p_churn, monthly_fee_usd, economics) > 0) & free


def offers(
    p_churn: Array, candidates: pd.DataFrame, economics: Economics
) -> pd.DataFrame:
    """List the customers who get an offer, the highest expected gain first."""
    fee_usd = candidates["monthly_fee_usd"].to_numpy(float)
    free = candidates["is_free"].to_numpy(bool)
    rows = candidates[[*KEYS, "monthly_fee_usd"]].assign(
        p_churn=p_churn, gain_usd=gain_usd(p_churn, fee_usd, economics)
    )
    made = rows[decide(p_churn, fee_usd, free, economics)]
    return made.sort_values("gain_usd", ascending=False, ignore_index=True)


def rested(offers: pd.DataFrame, rows: pd.DataFrame, rest_months: int) -> Array:
    """Mark the rows, one per customer and cutoff, without an offer in `rest_months`.

    An offer that arrived at or after a row's cutoff is not known to it.
    """
    made = offers.loc[offers["arm"] == "treated"]
    numbers, rest = np.arange(len(rows)), pd.DateOffset(months=rest_months)
    pairs = rows[KEYS].assign(row=numbers)
    pairs = pairs.merge(made[["customer_id", "event_at", "arrived_at"]])
    rests = pairs["event_at"].dt.normalize() + rest > pairs["cutoff"]
    known = pairs["arrived_at"] < pairs["cutoff"]
    return ~np.isin(numbers, pairs.loc[rests & known, "row"])
