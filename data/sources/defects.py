"""Defects: the ways in which a source's rows are damaged, one function each."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa

from data.calendar import first_day
from data.sources.formats import time_text
from data.sources.mess import KEYS, NOWHERE, Mess, Spot
from data.sources.rows import pick

ZONES = {"Z": 0, "-08:00": -8, "-05:00": -5, "+01:00": 1, "+02:00": 2}  # hours


def tracking_outage(mess: Mess, spot: Spot) -> pd.DataFrame:
    """For some days the android client records nothing."""
    late = spot.month - mess.outage_month  # some of its rows arrive a month later
    if spot.source != "usage" or late not in (0, 1):
        return spot.rows
    first, past = (first_day(mess.outage_month) + d for d in mess.outage_days)
    day = spot.rows["day"].to_numpy()
    lost = (spot.rows["client"] == "android").to_numpy() & (day >= first) & (day < past)
    spot.note("tracking_outage", np.flatnonzero(lost), repairable=False)
    spot.ledger[-1]["file_row"] = NOWHERE
    return pick(spot.rows, ~lost)


def unit_change(mess: Mess, spot: Spot) -> pd.DataFrame:
    """For three months the ios client reports seconds instead of minutes."""
    first, past = mess.seconds_months
    if spot.source != "usage" or not first <= spot.month < past:
        return spot.rows
    minutes = spot.rows["minutes"].to_numpy(copy=True)
    sane = (minutes >= 0) & (minutes <= 1440)
    where = np.flatnonzero((spot.rows["client"] == "ios").to_numpy() & sane)
    spot.note("unit_change", where, "minutes")
    minutes[where] = np.minimum(minutes[where].astype(np.int32) * 60, 32_000)
    return spot.rows.assign(minutes=minutes)


def spellings(mess: Mess, spot: Spot) -> pd.DataFrame:
    """People type regions and plans by hand."""
    column = {"customers": "region", "subscriptions": "plan"}.get(spot.source)
    if column is None:
        return spot.rows
    where = spot.choose(mess.spellings)
    spot.note("spellings", where, column)
    styles: tuple[Callable[[str], str], ...] = (
        str.upper,
        str.title,
        lambda text: f" {text} ",
        lambda text: text.replace("_", " ") + ".",
    )
    style = spot.generator.integers(0, len(styles), len(where))
    values = spot.rows[column].to_numpy(dtype=object, copy=True)
    values[where] = [
        styles[k](text) for k, text in zip(style, values[where], strict=True)
    ]
    return spot.rows.assign(**{column: values})


def missing_not_at_random(mess: Mess, spot: Spot) -> pd.DataFrame:
    """Small companies leave their size blank."""
    if spot.source != "customers":
        return spot.rows
    small = spot.rows["company_size"].to_numpy() <= 5
    where = spot.choose(mess.missing_not_at_random, small)
    spot.note("missing_not_at_random", where, "company_size", repairable=False)
    size = spot.rows["company_size"].astype("Int64").array
    size[where] = pd.NA
    return spot.rows.assign(company_size=size)


def absurd_values(mess: Mess, spot: Spot) -> pd.DataFrame:
    """Seats below zero or in the thousands, days with more minutes than a day has."""
    column = {"subscriptions": "seats", "usage": "minutes"}.get(spot.source)
    if column is None:
        return spot.rows
    where = spot.choose(mess.absurd_values)
    spot.note("absurd_values", where, column, repairable=False)
    wrong = {"seats": (-1, 99_999), "minutes": (-1, 32_767)}[column]
    values = spot.rows[column].to_numpy(copy=True)
    values[where] = spot.generator.choice(wrong, len(where))
    return spot.rows.assign(**{column: values})


def mixed_time_zones(mess: Mess, spot: Spot) -> pd.DataFrame:
    """The new payment gateway writes local time with its offset instead of UTC."""
    if spot.source != "transactions" or spot.month < mess.offset_from_month:
        return spot.rows
    where = spot.choose(mess.offset_share)
    spot.note("mixed_time_zones", where, "event_at")
    names, hours = zip(*ZONES.items(), strict=True)
    zone = np.zeros(len(spot.rows), int)
    zone[where] = 1 + spot.generator.choice(len(ZONES) - 1, len(where))
    offset = (3600 * np.array(hours)[zone]).astype("m8[s]")
    local = spot.rows["event_at"].to_numpy() + offset
    text = time_text(local, pa.array(names).take(pa.array(zone)))
    return spot.rows.assign(event_at=text)


def schema_change(mess: Mess, spot: Spot) -> pd.DataFrame:
    """From some month on the ticket's `text` is called `body`."""
    if spot.source != "tickets" or spot.month < mess.schema_from_month:
        return spot.rows
    spot.note("schema_change", np.array([-1]) if len(spot.rows) else np.array([], int))
    return spot.rows.rename(columns={"text": "body"})


def orphans(mess: Mess, spot: Spot) -> pd.DataFrame:
    """Tickets and payments of customers whom the CRM has never heard of."""
    if spot.source not in ("tickets", "transactions"):
        return spot.rows
    extra = spot.rows.iloc[spot.choose(mess.orphans)].copy()
    extra["customer_id"] = -extra["customer_id"]
    extra[KEYS[spot.source]] = -extra[KEYS[spot.source]]
    return _add("orphans", spot, extra)


def test_accounts(mess: Mess, spot: Spot) -> pd.DataFrame:
    """Colleagues sign up to try things out, with an address of the company's own."""
    if spot.source not in ("customers", "subscriptions"):
        return spot.rows
    numbers = 9_000_000 + 100 * spot.month + np.arange(mess.test_accounts)
    extra = spot.rows.iloc[: len(numbers)].copy()
    numbers = numbers[: len(extra)]
    extra["customer_id"] = numbers
    extra["event"] = "created" if spot.source == "customers" else "start"
    if spot.source == "customers":
        extra["email"] = [f"qa+{i}@churnthreeways.test" for i in numbers]
    else:
        extra["event_id"] = 1000 * numbers + spot.month
    return _add("test_accounts", spot, extra)


def duplicates(mess: Mess, spot: Spot) -> pd.DataFrame:
    """Rows are sent twice, the second time at the end of the file."""
    again = spot.choose(mess.duplicates)
    return _add("duplicates", spot, spot.rows.iloc[again])


def _add(defect: str, spot: Spot, extra: pd.DataFrame) -> pd.DataFrame:
    rows = pd.concat([spot.rows, extra], ignore_index=True)
    where = np.arange(len(spot.rows), len(rows))
    Spot(spot.source, spot.month, rows, spot.generator, spot.ledger).note(defect, where)
    return rows


DAMAGES: tuple[Callable[[Mess, Spot], pd.DataFrame], ...] = (
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
