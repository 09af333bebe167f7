"""Defects: the ways in which a source's rows are damaged, one function each.

Each function returns the damaged rows and notes the damage in the defect ledger. It
returns the rows as they are where the defect does not concern the source or the month.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from data.calendar import first_day
from data.sources.formats import time_text
from data.sources.mess import Mess, Shipment, Words, below, hashed
from data.sources.rows import arrives, keep_rows, row_id
from data.world.beliefs import CHANNELS, PLANS, REGIONS
from data.world.state import Ints

ZONES = {"Z": 0, "-08:00": -8, "-05:00": -5, "+01:00": 1, "+02:00": 2}  # hours
MINUTES_A_DAY = 24 * 60
MOST_SECONDS = 32_000  # fits the column's 16 bits
FIRST_TEST_ACCOUNT = 9_000_000  # far above every customer_id
# Makes numbers those of a month which is never reached (see `row_id`).
FREE_NUMBERS = {
    "transactions": {"transaction_id": 500 * 100, "invoice_id": 500},
    "tickets": {"ticket_id": 500 * 10},
}

Defect = Callable[[Mess, Shipment], pd.DataFrame]


def tracking_outage(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """Drop what the android client recorded on some days."""
    months_ago = shipment.month - mess.outage_month
    if shipment.source != "usage" or months_ago not in (0, 1):  # 1: its late rows
        return shipment.rows
    rows, day = shipment.rows, shipment.rows["day"].to_numpy()
    first, past = (first_day(mess.outage_month) + d for d in mess.outage_days)
    is_android = (rows["client"] == "android").to_numpy()
    lost = is_android & (day >= first) & (day < past)
    where = np.flatnonzero(lost)
    shipment.note("tracking_outage", where, repairable=False, in_file=False)
    return keep_rows(rows, ~lost)


def unit_change(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """Write seconds instead of minutes for the ios client, for some months."""
    first, past = mess.seconds_months
    if shipment.source != "usage" or not first <= shipment.month < past:
        return shipment.rows
    minutes = shipment.rows["minutes"].to_numpy(copy=True)
    is_ios = (shipment.rows["client"] == "ios").to_numpy()
    where = np.flatnonzero(is_ios & (minutes >= 0) & (minutes <= MINUTES_A_DAY))
    shipment.note("unit_change", where, "minutes")
    seconds = 60 * minutes[where].astype(np.int32)
    minutes[where] = np.minimum(seconds, MOST_SECONDS)
    return shipment.rows.assign(minutes=minutes)


def spellings(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """Write regions and plans as people type them by hand."""
    column = {"customers": "region", "subscriptions": "plan"}.get(shipment.source)
    if column is None:
        return shipment.rows
    where = shipment.choose(mess.spellings)
    shipment.note("spellings", where, column)
    styles: tuple[Callable[[str], str], ...] = (
        str.upper,
        str.title,
        lambda text: f" {text} ",
        lambda text: text.replace("_", " ") + ".",
    )
    style = shipment.draw(where, len(styles))
    values = shipment.rows[column].to_numpy(dtype=object, copy=True)
    values[where] = [
        styles[k](text) for k, text in zip(style, values[where], strict=True)
    ]
    return shipment.rows.assign(**{column: values})


def missing_not_at_random(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """Leave the company size blank for some small companies."""
    if shipment.source != "customers":
        return shipment.rows
    is_small = shipment.rows["company_size"].to_numpy() <= mess.small_company
    where = shipment.choose(mess.missing_not_at_random, is_small)
    shipment.note("missing_not_at_random", where, "company_size", repairable=False)
    size = shipment.rows["company_size"].astype("Int64").array
    size[where] = pd.NA
    return shipment.rows.assign(company_size=size)


def absurd_values(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """Write seats or minutes that cannot be: below zero, or far too many."""
    column = {"subscriptions": "seats", "usage": "minutes"}.get(shipment.source)
    if column is None:
        return shipment.rows
    where = shipment.choose(mess.absurd_values)
    shipment.note("absurd_values", where, column, repairable=False)
    absurd = {"seats": mess.absurd_seats, "minutes": mess.absurd_minutes}[column]
    values = shipment.rows[column].to_numpy(copy=True)
    values[where] = np.array(absurd)[shipment.draw(where, len(absurd))]
    return shipment.rows.assign(**{column: values})


def mixed_time_zones(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """Write local times with their offset, as the new payment gateway does."""
    if shipment.source != "transactions" or shipment.month < mess.offset_from_month:
        return shipment.rows
    where = shipment.choose(mess.offset_share)
    shipment.note("mixed_time_zones", where, "event_at")
    names, hours = zip(*ZONES.items(), strict=True)
    zone = np.zeros(len(shipment.rows), int)  # UTC
    zone[where] = 1 + shipment.draw(where, len(ZONES) - 1)
    offset = (3600 * np.array(hours)[zone]).astype("m8[s]")
    local = shipment.rows["event_at"].to_numpy() + offset
    text = time_text(local, pa.array(names).take(pa.array(zone)))
    return shipment.rows.assign(event_at=text)


def schema_change(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """Rename the ticket's `text` to `body`, from some month on."""
    if shipment.source != "tickets" or shipment.month < mess.schema_from_month:
        return shipment.rows
    last_row = np.array([-1][: len(shipment.rows)], int)  # stands for the whole file
    shipment.note("schema_change", last_row)
    return shipment.rows.rename(columns={"text": "body"})


def orphans(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """Add tickets and payments of customers that the CRM does not know.

    They are booked a second time, on the number of a customer whom the CRM had deleted
    before the first record.
    """
    if shipment.source not in FREE_NUMBERS:
        return shipment.rows
    where = shipment.choose(mess.orphans)
    extra = shipment.rows.iloc[where].copy()
    first, past = mess.deleted_customers
    extra["customer_id"] = first + shipment.draw(where, past - first)
    for column, later in FREE_NUMBERS[shipment.source].items():
        extra[column] += later
    return _add("orphans", shipment, extra)


def test_accounts(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """Add accounts of colleagues, with addresses of the company itself.

    They are made on the month's second morning, ten minutes apart, and pay nothing.
    """
    if shipment.source not in ("customers", "subscriptions"):
        return shipment.rows
    n = np.arange(mess.test_accounts)
    customer_id = FIRST_TEST_ACCOUNT + 100 * shipment.month + n
    hour, apart = mess.test_accounts_at
    morning = first_day(shipment.month).astype("M8[s]") + np.timedelta64(hour, "h")
    at = morning + (apart * n).astype("m8[m]").astype("m8[s]")
    extra = pd.DataFrame({"customer_id": customer_id, "event_at": at})
    extra["arrived_at"] = arrives(shipment.source, at)
    fill = {"customers": _created, "subscriptions": _started}[shipment.source]
    drawn = hashed(customer_id.astype(np.uint64), shipment.keys[0])
    size = 1 + below(mess.colleagues, drawn)
    columns = fill(shipment.month, customer_id, drawn, size)
    return _add("test_accounts", shipment, extra.assign(**columns))


def _created(month: int, who: Ints, drawn: Words, size: Ints) -> dict[str, object]:
    """Return the CRM's columns of test accounts."""
    return {
        "event": "created",
        "email": [f"qa+{i}@churnthreeways.test" for i in who.tolist()],
        "region": np.asarray(REGIONS, object)[below(len(REGIONS), drawn)],
        "channel": CHANNELS[0],
        "company_size": size,
    }


def _started(month: int, who: Ints, drawn: Words, size: Ints) -> dict[str, object]:
    """Return the subscriptions' columns of test accounts."""
    return {
        "event_id": row_id(month, who, "start"),
        "event": "start",
        "plan": np.asarray(PLANS, object)[below(len(PLANS), drawn)],
        "contract": "monthly",
        "seats": size,
        "monthly_fee_usd": 0.0,
    }


def duplicates(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """Add copies of some rows at the end of the file."""
    again = shipment.choose(mess.duplicates)
    return _add("duplicates", shipment, shipment.rows.iloc[again])


def _add(defect: str, shipment: Shipment, extra: pd.DataFrame) -> pd.DataFrame:
    rows = pd.concat([shipment.rows, extra], ignore_index=True)
    where = np.arange(len(shipment.rows), len(rows))
    replace(shipment, rows=rows).note(defect, where)
    return rows


DEFECTS: tuple[Defect, ...] = (
    tracking_outage,
    absurd_values,
    unit_change,
    spellings,
    missing_not_at_random,
    mixed_time_zones,
    orphans,
    test_accounts,
    duplicates,
    schema_change,
)
