import numpy as np
import pandas as pd

from level2_project.grid import Floats, Grid, days_since, know, last, only, sums, DAY

KINDS = ("paid", "failed", "retry_paid", "retry_failed", "refund")


def billing_features(grid: Grid, transactions: pd.DataFrame) -> dict[str, Floats]:
    known = know(grid, transactions)
    kind = known.rows["kind"]
    attempts = only(known, kind != "refund")
    failing = attempts.rows["kind"].isin(["failed", "retry_failed"])
    invoices = only(known, kind.isin(["paid", "failed"]))
    failed = only(known, kind == "failed")
    since = {f"days_since_{k}": days_since(only(known, kind == k)) for k in KINDS}
    open_ = last(attempts, failing)
    n_failed, n_invoices = sums(failed), sums(invoices)
    return {
        **since,
        "in_dunning": open_,
        "open_invoice_days": np.where(open_ > 0, since["days_since_failed"], 0),
        "n_failed_90": sums(failed, days=90),
        "n_failed": n_failed,
        "failed_rate": (n_failed + 0.5) / (n_invoices + 10),
        "n_invoices": n_invoices,
        "billing_day": last(invoices, invoices.rows["event_at"].dt.day),
        "days_since_invoice": days_since(invoices),
        "invoice_usd": last(invoices, invoices.rows["amount_usd"]),
        **{f"invoice_change_{d}": last(invoices, invoices.rows["amount_usd"])/last(invoices, invoices.rows["amount_usd"], d) for d in (28, 90, 180)},
    }
