"""Gain: what an offer brings to each customer, less what it costs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from level2_project.config import Economics

Floats = NDArray[np.floating[Any]]


def gain_usd(
    p_churn: NDArray[Any], monthly_fee_usd: NDArray[Any], economics: Economics
) -> Floats:
    """Compute the gain of an offer, expected from a probability or known afterwards.

    Of leavers the assumed `save_rate` is kept. All customers who then stay take the
    discount. An offer to a customer whose fee is unknown costs its contact.

    Args:
        p_churn: probability of leaving without an offer; where it is known who left,
            0 or 1.  # (n,)
        monthly_fee_usd: USD for one month.  # (n,)
        economics: the assumed save rate, and the money.
    """
    fee_usd = np.nan_to_num(monthly_fee_usd)
    margin_usd = economics.gross_margin * economics.months_kept * fee_usd
    discount_usd = economics.discount * economics.discount_months * fee_usd
    saved = p_churn * economics.save_rate
    stays = 1 - p_churn + saved
    return saved * margin_usd - stays * discount_usd - economics.contact_usd


def profit_per_1000_usd(
    offer: NDArray[np.bool_],
    left: NDArray[np.bool_],
    monthly_fee_usd: Floats,
    economics: Economics,
) -> float:
    """Compute what offers would have brought, USD per 1,000 customers.

    Args:
        offer: customers who get one.  # (n,)
        left: customers known to have left without one.  # (n,)
        monthly_fee_usd: USD for one month.  # (n,)
        economics: the assumed save rate, and the money.
    """
    gain = gain_usd(left.astype(float), monthly_fee_usd, economics)
    return float(1_000 * gain[offer].sum() / len(left))
