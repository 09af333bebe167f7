"""Contract features: what a customer has signed, for how long, at which price."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from level2_project.point_in_time.grid import DAY, Floats, Grid, Known, know

FEE = "monthly_fee_usd"
Column = Floats | npt.NDArray[np.object_]


def contract_features(
    grid: Grid, subscriptions: pd.DataFrame
) -> tuple[dict[str, Column], Floats]:
    """Compute plan, seats, fee, prices, tenure and the place in the yearly term.

    Returns:
        The features, and when the running stay began in seconds since 1970.
    """
    deal, _ = pd.factorize(subscriptions["plan"] + "/" + subscriptions["contract"])
    subscriptions = subscriptions.assign(deal=deal)
    known = know(grid, subscriptions)
    event = known.rows["event"]
    terms = known.only(event != "cancel")
    seated = terms.only(terms.rows["seats"].notna())
    fee, seats = terms.last(terms.rows[FEE]), seated.last(seated.rows["seats"])
    begins = known.only(event.isin(["start", "return"]))
    began = begins.last(begins.at)
    changes, returns = (known.only(event == e) for e in ("change", "return"))
    return {
        **{name: terms.last_word(terms.rows[name]) for name in ("plan", "contract")},
        FEE: fee, "fee_change_90": terms.change(terms.rows[FEE], 90),
        "seats": seats, "seats_change_90": seated.change(seated.rows["seats"], 90),
        "fee_per_seat_usd": fee / seats,
        **_prices(terms, subscriptions), **_yearly_term(terms, began),
        "tenure_days": known.only(event == "start").days_since(),
        "days_since_change": changes.days_since(), "n_changes": changes.sums(),
        "n_returns": returns.sums(), "stay_days": begins.days_since(),
    }, began  # fmt: skip


def _prices(terms: Known, subscriptions: pd.DataFrame) -> dict[str, Column]:
    """Compare the price of a seat with earlier ones, for the customer's kind of deal.

    A price rise shows first in the contracts that other customers sign. A fee of 0 is
    no price: it is a test account's of which the CRM has not told yet.
    """
    signed = subscriptions["seats"].notna() & (subscriptions["event"] != "cancel")
    signed &= subscriptions[FEE] > 0
    deals = np.unique(subscriptions["deal"].to_numpy(np.int64))
    offered = subscriptions[signed].assign(customer_id=subscriptions["deal"])
    market = know(Grid(deals, terms.grid.cutoffs), offered)
    usd = market.rows[FEE] / market.rows["seats"]
    own = np.nan_to_num(terms.last(terms.rows["deal"])).astype(np.int64)
    cutoff = np.arange(len(terms.grid.cutoffs))
    rises = {days: market.change(usd, days) for days in (28, 90, 180)}
    return {f"price_rise_{days}": rise[own, cutoff] for days, rise in rises.items()}


def _yearly_term(terms: Known, began: Floats) -> dict[str, Column]:
    """Count whole months of the running year and days until renewal, if annual."""
    is_annual = terms.last(terms.rows["contract"] == "annual") > 0
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


def crm_features(grid: Grid, customers: pd.DataFrame) -> dict[str, Column]:
    """Look up region, channel and size of each customer's company."""
    known = know(grid, customers)
    sized = known.only(known.rows["company_size"].notna())
    size = sized.last(sized.rows["company_size"])
    words = {name: known.last_word(known.rows[name]) for name in ("region", "channel")}
    return words | {"company_size": size, "is_size_unknown": 1.0 * np.isnan(size)}
