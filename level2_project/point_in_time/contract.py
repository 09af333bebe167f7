"""Contract features: what a customer has signed, for how long, at which price."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from level2_project.point_in_time.grid import (
    DAY,
    Floats,
    Grid,
    Known,
    days_since,
    know,
    last,
    last_word,
    only,
    sums,
)

FEE = "monthly_fee_usd"
PRICE_WINDOWS = (28, 90, 180)  # days
Column = Floats | npt.NDArray[np.object_]


def contract_features(
    grid: Grid, subscriptions: pd.DataFrame
) -> tuple[dict[str, Column], Floats]:
    """Compute plan, seats, fee, prices, tenure and the place in the yearly term.

    Returns:
        The features, and when the running stay began in seconds since 1970.

    Args:
        subscriptions: one row per start, return, change or cancellation.
    """
    deal, _ = pd.factorize(subscriptions["plan"] + "/" + subscriptions["contract"])
    subscriptions = subscriptions.assign(deal=deal)
    known = know(grid, subscriptions)
    event = known.rows["event"]
    terms = only(known, event != "cancel")
    begins = only(known, event.isin(["start", "return"]))
    began = last(begins, begins.at)
    return {
        "plan": last_word(terms, terms.rows["plan"]),
        "contract": last_word(terms, terms.rows["contract"]),
        **_terms(terms),
        **_prices(terms, subscriptions),
        **_yearly_term(terms, began),
        **_history(known),
        "stay_days": days_since(begins),
    }, began


def _terms(terms: Known) -> dict[str, Column]:
    seated = only(terms, terms.rows["seats"].notna())
    seats, fee = last(seated, seated.rows["seats"]), last(terms, terms.rows[FEE])
    return {
        FEE: fee,
        "fee_change_90": fee / last(terms, terms.rows[FEE], 90),
        "seats": seats,
        "seats_change_90": seats / last(seated, seated.rows["seats"], 90),
        "fee_per_seat_usd": fee / seats,
    }


def _prices(terms: Known, subscriptions: pd.DataFrame) -> dict[str, Column]:
    """Compare the price of a seat with earlier ones, for the customer's kind of deal.

    A price rise shows first in the contracts that other customers sign.
    """
    signed = subscriptions["seats"].notna() & (subscriptions["event"] != "cancel")
    deals = np.unique(subscriptions["deal"].to_numpy(np.int64))
    offered = subscriptions[signed].assign(customer_id=subscriptions["deal"])
    market = know(Grid(deals, terms.grid.cutoffs), offered)
    usd = market.rows[FEE] / market.rows["seats"]
    now = last(market, usd)
    own = np.nan_to_num(last(terms, terms.rows["deal"])).astype(np.int64)
    cutoff = np.arange(len(terms.grid.cutoffs))
    return {
        f"price_rise_{days}": (now / last(market, usd, days))[own, cutoff]
        for days in PRICE_WINDOWS
    }


def _yearly_term(terms: Known, began: Floats) -> dict[str, Column]:
    """Count whole months of the running year and days until renewal, if annual."""
    is_annual = last(terms, terms.rows["contract"] == "annual") > 0
    start = np.nan_to_num(began).astype("M8[s]")
    now = terms.grid.cutoffs.astype("M8[s]")
    first = start.astype("M8[M]")
    months = (now.astype("M8[M]") - first).astype(np.int64) - 1
    renewal = (first + 12 * (months // 12 + 1)).astype("M8[s]") + (start - first)
    days = (renewal - now).astype(np.int64) / DAY
    return {
        "term_month": np.where(is_annual, months % 12, np.nan),
        "days_to_renewal": np.where(is_annual, days, np.nan),
    }


def _history(known: Known) -> dict[str, Column]:
    event = known.rows["event"]
    changes, returns = (only(known, event == e) for e in ("change", "return"))
    return {
        "tenure_days": days_since(only(known, event == "start")),
        "days_since_change": days_since(changes),
        "n_changes": sums(changes),
        "n_returns": sums(returns),
    }


def crm_features(grid: Grid, customers: pd.DataFrame) -> dict[str, Column]:
    """Look up region, channel and size of each customer's company.

    Args:
        customers: one row per customer created or changed in the CRM.
    """
    known = know(grid, customers)
    sized = only(known, known.rows["company_size"].notna())
    size = last(sized, sized.rows["company_size"])
    return {
        "region": last_word(known, known.rows["region"]),
        "channel": last_word(known, known.rows["channel"]),
        "company_size": size,
        "is_size_unknown": np.isnan(size).astype(float),
    }
