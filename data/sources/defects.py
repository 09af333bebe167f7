"""Defects: the ways in which a source's rows are damaged, one function each."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa

from data.calendar import first_day
from data.sources.formats import time_text
from data.sources.mess import KEYS, NOWHERE, Mess, Shipment
from data.sources.rows import keep_rows

ZONES = {"Z": 0, "-08:00": -8, "-05:00": -5, "+01:00": 1, "+02:00": 2}  # hours


def tracking_outage(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """For some days the android client records nothing."""
    late = shipment.month - mess.outage_month  # some of its rows arrive a month later
    if shipment.source != "usage" or late not in (0, 1):
        return shipment.rows
    first, past = (first_day(mess.outage_month) + d for d in mess.outage_days)
    day = shipment.rows["day"].to_numpy()
    lost = (
        (shipment.rows["client"] == "android").to_numpy()
        & (day >= first)
        & (day < past)
    )
    shipment.note("tracking_outage", np.flatnonzero(lost), repairable=False)
    shipment.ledger[-1]["file_row"] = NOWHERE
    return keep_rows(shipment.rows, ~lost)


def unit_change(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """For three months the ios client reports seconds instead of minutes."""
    first, past = mess.seconds_months
    if shipment.source != "usage" or not first <= shipment.month < past:
        return shipment.rows
    minutes = shipment.rows["minutes"].to_numpy(copy=True)
    sane = (minutes >= 0) & (minutes <= 1440)
    where = np.flatnonzero((shipment.rows["client"] == "ios").to_numpy() & sane)
    shipment.note("unit_change", where, "minutes")
    minutes[where] = np.minimum(minutes[where].astype(np.int32) * 60, 32_000)
    return shipment.rows.assign(minutes=minutes)


def spellings(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """People type regions and plans by hand."""
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
    style = shipment.generator.integers(0, len(styles), len(where))
    values = shipment.rows[column].to_numpy(dtype=object, copy=True)
    values[where] = [
        styles[k](text) for k, text in zip(style, values[where], strict=True)
    ]
    return shipment.rows.assign(**{column: values})


def missing_not_at_random(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """Small companies leave their size blank."""
    if shipment.source != "customers":
        return shipment.rows
    small = shipment.rows["company_size"].to_numpy() <= 5
    where = shipment.choose(mess.missing_not_at_random, small)
    shipment.note("missing_not_at_random", where, "company_size", repairable=False)
    size = shipment.rows["company_size"].astype("Int64").array
    size[where] = pd.NA
    return shipment.rows.assign(company_size=size)


def absurd_values(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """Seats below zero or in the thousands, days with more minutes than a day has."""
    column = {"subscriptions": "seats", "usage": "minutes"}.get(shipment.source)
    if column is None:
        return shipment.rows
    where = shipment.choose(mess.absurd_values)
    shipment.note("absurd_values", where, column, repairable=False)
    wrong = {"seats": (-1, 99_999), "minutes": (-1, 32_767)}[column]
    values = shipment.rows[column].to_numpy(copy=True)
    values[where] = shipment.generator.choice(wrong, len(where))
    return shipment.rows.assign(**{column: values})


def mixed_time_zones(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """The new payment gateway writes local time with its offset instead of UTC."""
    if shipment.source != "transactions" or shipment.month < mess.offset_from_month:
        return shipment.rows
    where = shipment.choose(mess.offset_share)
    shipment.note("mixed_time_zones", where, "event_at")
    names, hours = zip(*ZONES.items(), strict=True)
    zone = np.zeros(len(shipment.rows), int)
    zone[where] = 1 + shipment.generator.choice(len(ZONES) - 1, len(where))
    offset = (3600 * np.array(hours)[zone]).astype("m8[s]")
    local = shipment.rows["event_at"].to_numpy() + offset
    text = time_text(local, pa.array(names).take(pa.array(zone)))
    return shipment.rows.assign(event_at=text)


def schema_change(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """From some month on the ticket's `text` is called `body`."""
    if shipment.source != "tickets" or shipment.month < mess.schema_from_month:
        return shipment.rows
    shipment.note(
        "schema_change", np.array([-1]) if len(shipment.rows) else np.array([], int)
    )
    return shipment.rows.rename(columns={"text": "body"})


def orphans(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """Tickets and payments of customers whom the CRM has never heard of."""
    if shipment.source not in ("tickets", "transactions"):
        return shipment.rows
    extra = shipment.rows.iloc[shipment.choose(mess.orphans)].copy()
    extra["customer_id"] = -extra["customer_id"]
    extra[KEYS[shipment.source]] = -extra[KEYS[shipment.source]]
    return _add("orphans", shipment, extra)


def test_accounts(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """Colleagues sign up to try things out, with an address of the company's own."""
    if shipment.source not in ("customers", "subscriptions"):
        return shipment.rows
    numbers = 9_000_000 + 100 * shipment.month + np.arange(mess.test_accounts)
    extra = shipment.rows.iloc[: len(numbers)].copy()
    numbers = numbers[: len(extra)]
    extra["customer_id"] = numbers
    extra["event"] = "created" if shipment.source == "customers" else "start"
    if shipment.source == "customers":
        extra["email"] = [f"qa+{i}@churnthreeways.test" for i in numbers]
    else:
        extra["event_id"] = 1000 * numbers + shipment.month
    return _add("test_accounts", shipment, extra)


def duplicates(mess: Mess, shipment: Shipment) -> pd.DataFrame:
    """Rows are sent twice, the second time at the end of the file."""
    again = shipment.choose(mess.duplicates)
    return _add("duplicates", shipment, shipment.rows.iloc[again])


def _add(defect: str, shipment: Shipment, extra: pd.DataFrame) -> pd.DataFrame:
    rows = pd.concat([shipment.rows, extra], ignore_index=True)
    where = np.arange(len(shipment.rows), len(rows))
    Shipment(
        shipment.source, shipment.month, rows, shipment.generator, shipment.ledger
    ).note(defect, where)
    return rows


DEFECTS: tuple[Callable[[Mess, Shipment], pd.DataFrame], ...] = (
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
