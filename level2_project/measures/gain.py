"""Gain: what an offer brings to each customer, less what it costs."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from level2_project.config import Economics

Array = NDArray[Any]  # (n_customers,)


def gain_usd(p_churn: Array, monthly_fee_usd: Array, economics: Economics) -> Array:
    """Compute the gain of an offer: expected, or known if `p_churn` is 0 or 1.

    Of leavers the assumed `save_rate` is kept. All customers who then stay take the
    discount. An offer to a customer whose fee is unknown costs its contact.
    """
    fee_usd = np.nan_to_num(monthly_fee_usd)
    margin_usd = economics.gross_margin * economics.months_kept * fee_usd
    discount_usd = economics.discount * economics.discount_months * fee_usd
    saved = p_churn * economics.save_rate
    stays = 1 - p_churn + saved
    return saved * margin_usd - stays * discount_usd - economics.contact_usd


def profit_per_1000_usd(
    offer: Array, left: Array, monthly_fee_usd: Array, economics: Economics
) -> float:
    """Compute what offers brought, USD per 1,000 customers, given who `left` anyway."""
    gain = gain_usd(left.astype(float), monthly_fee_usd, economics)
    return float(1_000 * gain[offer].sum() / len(left))


def reachable(rows: pd.DataFrame) -> Array:
    """Mark the customers without an unpaid invoice: a discount does not pay it."""
    return ~(rows["is_unpaid"].to_numpy() > 0)
