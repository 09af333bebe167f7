"""Billing features: invoices, trouble with their payment, offers and discounts."""

import numpy as np
import pandas as pd

from level2_project.point_in_time.grid import (
    DAY,
    Floats,
    Grid,
    Known,
    days_since,
    know,
    last,
    only,
    sums,
)

KINDS = ("paid", "failed", "retry_paid", "retry_failed", "refund")
INVOICE = ["paid", "failed"]  # the first attempt to collect
FAILURE = ["failed", "retry_failed"]
MONTH = 30 * DAY  # of a discount


def billing_features(grid: Grid, transactions: pd.DataFrame) -> dict[str, Floats]:
    """Compute how invoices were paid, and whether one is open.

    Args:
        transactions: one row per attempt to collect, or refund.
    """
    known = know(grid, transactions)
    kind = known.rows["kind"]
    since = {f"days_since_{k}": days_since(only(known, kind == k)) for k in KINDS}
    unpaid = _unpaid(only(known, kind != "refund"))
    failed = only(known, kind == "failed")
    return {
        **since,
        "is_unpaid": unpaid,
        "unpaid_days": np.where(unpaid > 0, since["days_since_failed"], 0.0),
        "n_failed_payments_90": sums(failed, days=90),
        "n_failed_payments": sums(failed),
        **_invoices(only(known, kind.isin(INVOICE)), sums(failed)),
    }


def _unpaid(attempts: Known) -> Floats:
    """Mark customers whose last attempt to collect has failed."""
    return np.nan_to_num(last(attempts, attempts.rows["kind"].isin(FAILURE)))


def _invoices(invoices: Known, n_failed: Floats) -> dict[str, Floats]:
    usd = invoices.rows["amount_usd"]
    now = last(invoices, usd)
    n_invoices = sums(invoices)
    return {
        "days_since_invoice": days_since(invoices),
        "billing_day": last(invoices, invoices.rows["event_at"].dt.day),
        "invoice_usd": now,
        **{
            f"invoice_change_{days}": now / last(invoices, usd, days)
            for days in (28, 90, 180)
        },
        "n_invoices": n_invoices,
        "failed_share": (n_failed + 0.5) / (n_invoices + 10),
    }


def offer_features(grid: Grid, offers: pd.DataFrame) -> dict[str, Floats]:
    """Count the offers made, and mark a discount that still runs.

    Args:
        offers: one row per offer made, or withheld by lot.
    """
    known = know(grid, offers)
    made = only(known, known.rows["arm"] == "treated")
    runs_until = last(made, made.at + MONTH * made.rows["discount_months"])
    return {
        "days_since_offer": days_since(made),
        "n_offers": sums(made),
        "has_discount": (runs_until > grid.cutoffs).astype(float),
    }
