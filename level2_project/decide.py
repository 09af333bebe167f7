"""Decide: an offer goes where it is expected to bring more than it costs."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import beta as beta_distribution
from sklearn.isotonic import IsotonicRegression

from level2_project.config import Economics

Floats = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]


class Value(NamedTuple):
    """What offers bring, USD; parts sum to `total_usd`."""

    kept_usd: float  # margin of leavers whom the offer keeps
    discounts_usd: float  # negative: taken by all who stay, kept or not
    contacts_usd: float  # negative

    @property
    def total_usd(self) -> float:
        return sum(self)


class Campaign(NamedTuple):
    """What the expected maximum profit asks; by default the published values."""

    clv_usd: float = 200.0  # of a customer who is kept
    offer_usd: float = 10.0  # paid when the offer is taken
    contact_usd: float = 1.0
    alpha: float = 6.0  # of the beta distribution of the save rate
    beta: float = 14.0


PUBLISHED = Campaign()


def decide(
    p_churn: Floats, monthly_fee_usd: Floats, free: Bools, economics: Economics
) -> Bools:
    """Offer where p x save rate x customer value exceeds the cost.

    The cost is the contact, and the discount for all who then stay. A customer whose
    fee is unknown gets no offer.

    Args:
        p_churn: chance of leaving within the horizon without an offer.  # (n,)
        monthly_fee_usd: USD for one month.  # (n,)
        free: reachable, and no offer within the last `rest_months`.  # (n,)
        economics: the assumed save rate, and the money.
    """
    saved = p_churn * economics.save_rate
    stays = 1 - p_churn + saved
    cost_usd = economics.contact_usd + stays * discount_usd(monthly_fee_usd, economics)
    return (saved * value_usd(monthly_fee_usd, economics) > cost_usd) & free


def reachable(rows: pd.DataFrame) -> Bools:
    """Mark whom an offer can reach: a discount does not pay a failed invoice.

    Args:
        rows: one row per customer and cutoff, with `is_unpaid`.
    """
    return ~(rows["is_unpaid"].to_numpy() > 0)


def value_usd(monthly_fee_usd: Floats, economics: Economics) -> Floats:
    """Give the margin of a customer who is kept, before his discount."""
    return economics.gross_margin * economics.months_kept * monthly_fee_usd


def discount_usd(monthly_fee_usd: Floats, economics: Economics) -> Floats:
    """Give what the discount costs if it is taken for all its months."""
    return economics.discount * economics.discount_months * monthly_fee_usd


def realised_value(
    offer: Bools, left: Bools, monthly_fee_usd: Floats, economics: Economics
) -> Value:
    """Give what offers would have brought where it is known who left without one.

    Of leavers the assumed `save_rate` is kept; all who did not leave take the discount.
    An offer to a customer whose fee is unknown costs its contact.
    """
    fee_usd = np.nan_to_num(monthly_fee_usd[offer])
    saved = left[offer] * economics.save_rate
    stays = ~left[offer] + saved
    return Value(
        kept_usd=float(np.sum(saved * value_usd(fee_usd, economics))),
        discounts_usd=-float(np.sum(stays * discount_usd(fee_usd, economics))),
        contacts_usd=-economics.contact_usd * int(offer.sum()),
    )


def rested(offers: pd.DataFrame, rows: pd.DataFrame, rest_months: int) -> Bools:
    """Tell who is free for an offer: none within `rest_months`, as far as is known.

    Args:
        offers: one row per offer made or withheld; what arrived at or after a row's
            cutoff is not known to it.
        rows: `customer_id` and `cutoff`, one row per customer per cutoff.
        rest_months: 0 frees everybody.
    """
    made = offers.loc[offers["arm"] == "treated"]
    pairs = rows[["customer_id", "cutoff"]].assign(row=np.arange(len(rows)))
    pairs = pairs.merge(made[["customer_id", "event_at", "arrived_at"]])
    rest = pd.DateOffset(months=rest_months)
    rests = pairs["event_at"].dt.normalize() + rest > pairs["cutoff"]
    known = pairs["arrived_at"] < pairs["cutoff"]
    return ~np.isin(np.arange(len(rows)), pairs.loc[rests & known, "row"])


def campaign_of(economics: Economics, monthly_fee_usd: Floats) -> Campaign:
    """Put the economics in the terms of the expected maximum profit, at the mean fee.

    The save rate is spread as in the published values, around the assumed one.
    """
    fee_usd = np.array(np.nanmean(monthly_fee_usd))
    save_rate = np.clip(economics.save_rate, 1e-6, 1 - 1e-6)  # 0 and 1 have no spread
    weight = PUBLISHED.alpha + PUBLISHED.beta
    return Campaign(
        clv_usd=float(value_usd(fee_usd, economics)),
        offer_usd=float(discount_usd(fee_usd, economics)),
        contact_usd=economics.contact_usd,
        alpha=weight * save_rate,
        beta=weight * (1 - save_rate),
    )


def expected_maximum_profit(
    p_churn: Floats, left: Bools, campaign: Campaign = PUBLISHED
) -> float:
    """Give the profit per customer, USD, of the best cut through a ranking.

    The save rate is not known but drawn from a beta distribution; for each draw the
    ranking is cut where profit is highest. Only the order of `p_churn` counts.

    The cuts that can be best are the corners of the ROC curve's convex hull, which
    isotonic regression finds (`rate`: leavers between two corners). Going on past a
    corner pays for save rates above `least`, so each leaver there adds in proportion
    to the mean excess of the save rate over it.

    Source:
        Verbraken, Verbeke & Baesens 2013, "A novel profit maximizing metric for
        measuring classification performance of customer churn prediction models",
        IEEE TKDE 25(5): the measure and its defaults. Fawcett & Niculescu-Mizil 2007,
        "PAV and the ROC convex hull", Machine Learning 68: the hull.
    """
    taken = campaign.clv_usd - campaign.offer_usd
    if taken <= 0:
        return 0.0
    rate = IsotonicRegression().fit_transform(p_churn, left.astype(float))[left]
    wasted = campaign.offer_usd + campaign.contact_usd
    least = (wasted * (1 - rate) / rate + campaign.contact_usd) / taken
    excess = _mean_excess(least, campaign.alpha, campaign.beta)
    return float(taken * excess.sum() / len(left))


def _mean_excess(least: Floats, alpha: float, beta: float) -> Floats:
    """Give E[max(x - least, 0)] of a beta-distributed x."""
    mean = alpha / (alpha + beta)
    above: Floats = beta_distribution.sf(least, alpha, beta)
    weighted: Floats = beta_distribution.sf(least, alpha + 1, beta)
    return mean * weighted - least * above
