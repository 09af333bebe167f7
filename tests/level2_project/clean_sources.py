"""Clean sources: what a perfect repair would give, of a whole world or made by hand."""

import numpy as np
import pandas as pd

from data.sources.rows import Frames
from level2_project.load import Sources

LATE_SHARE = 0.01
COLUMNS = {
    "customers": "customer_id event event_at arrived_at email region channel "
    "company_size",
    "subscriptions": "event_id customer_id event event_at arrived_at plan contract "
    "seats monthly_fee_usd ends_on reason",
    "transactions": "transaction_id invoice_id customer_id kind event_at arrived_at "
    "amount_usd",
    "tickets": "ticket_id customer_id event event_at arrived_at text",
    "usage": "customer_id day client minutes sessions arrived_at",
    "offers": "offer_id customer_id event_at arrived_at campaign arm discount "
    "discount_months",
}
TIMES = {"event_at", "arrived_at", "ends_on", "day"}
WORDS = set("event email region channel plan contract reason kind text client "
            "campaign arm".split())  # fmt: skip


def clean_sources(emitted: Frames) -> Sources:
    """Put clean rows in order of arrival; 1 % are days late, small companies silent."""
    frames = {name: _arriving(rows) for name, rows in emitted.items()}
    for source, column in (("customers", "company_size"), ("subscriptions", "seats")):
        frames[source] = frames[source].astype({column: float})
    small = frames["customers"]["company_size"] < 3
    frames["customers"].loc[small, "company_size"] = np.nan
    return Sources(**frames)


def _arriving(rows: pd.DataFrame) -> pd.DataFrame:
    generator = np.random.default_rng(len(rows))
    is_late = generator.random(len(rows)) < LATE_SHARE
    delay = 86_400 * generator.integers(2, 22, len(rows)) * is_late
    arrived_at = rows["arrived_at"] + pd.to_timedelta(delay, unit="s")
    rows = rows.assign(arrived_at=arrived_at)
    return rows.sort_values("arrived_at", kind="stable", ignore_index=True)


def rows_of(source: str, *rows: dict[str, object]) -> pd.DataFrame:
    """Lay out rows by hand; what is not given is missing, or 0 in a number of a row."""
    columns = COLUMNS[source].split()
    frame = pd.DataFrame(list(rows), columns=columns)
    numbers = [name for name in columns if name.endswith("_id")]
    frame[numbers] = frame[numbers].fillna(0)
    return frame.astype({name: _type(name) for name in columns})


def _type(column: str) -> str:
    if column in TIMES:
        return "datetime64[s]"
    if column in WORDS:
        return "str"
    return "int64" if column.endswith("_id") else "float64"


def sources_of(**rows: list[dict[str, object]]) -> Sources:
    """Return six sources; those not named are empty."""
    return Sources(**{name: rows_of(name, *rows.get(name, [])) for name in COLUMNS})


def made_up_text(tickets: pd.DataFrame) -> pd.DataFrame:
    """Read tickets without sense: numbers that depend on the ticket alone."""
    opened = tickets.loc[tickets["event"] == "opened", "ticket_id"]
    numbers = {"topic_00": np.sin(opened), "tone": np.cos(opened)}
    return pd.DataFrame({"ticket_id": opened, **numbers}).reset_index(drop=True)
