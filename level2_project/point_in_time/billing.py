"""Billing features: invoices, trouble with their payment, offers and discounts."""

import numpy as np
import pandas as pd

from level2_project.point_in_time.grid import DAY, Floats, Grid, know

KINDS = ("paid", "failed", "retry_paid", "retry_failed", "refund")
MONTH = 30 * DAY  # of a discount


def billing_features(grid: Grid, transactions: pd.DataFrame) -> dict[str, Floats]:
    """Compute how invoices were paid, and whether one is open."""
    known = know(grid, transactions)
    kind = known.rows["kind"]
    since = {f"days_since_{k}": known.only(kind == k).days_since() for k in KINDS}
    attempts, failed = known.only(kind != "refund"), known.only(kind == "failed")
    # An invoice is unpaid if the last attempt to collect has failed.
    is_failure = attempts.rows["kind"].isin(["failed", "retry_failed"])
    unpaid = np.nan_to_num(attempts.last(is_failure))
    invoices = known.only(kind.isin(["paid", "failed"]))  # first attempts to collect
    usd = invoices.rows["amount_usd"]
    n_failed, n_invoices = failed.sums(), invoices.sums()
    return {
        **since, "is_unpaid": unpaid,
        "unpaid_days": np.where(unpaid > 0, since["days_since_failed"], 0.0),
        **failed.windows("n_failed_payments", [90]), "n_failed_payments": n_failed,
        "days_since_invoice": invoices.days_since(),
        "billing_day": invoices.last(invoices.rows["event_at"].dt.day),
        "invoice_usd": invoices.last(usd),
        **{f"invoice_change_{d}": invoices.change(usd, d) for d in (28, 90, 180)},
        "n_invoices": n_invoices, "failed_share": (n_failed + 0.5) / (n_invoices + 10),
    }  # fmt: skip


def offer_features(grid: Grid, offers: pd.DataFrame) -> dict[str, Floats]:
    """Count the offers made, and mark a discount that still runs."""
    made = know(grid, offers[offers["arm"] == "treated"])
    runs_until = made.last(made.at + MONTH * made.rows["discount_months"])
    discount = (runs_until > grid.cutoffs).astype(float)
    since, n_offers = made.days_since(), made.sums()
    return {"days_since_offer": since, "n_offers": n_offers, "has_discount": discount}
