"""Deliver: put each row into the month in which it arrives, damaged on the way."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from data.calendar import first_day
from data.sources.defects import DEFECTS
from data.sources.mess import LEDGER_COLUMNS, NOWHERE, Mess, Shipment
from data.sources.rows import Frames, keep_rows
from data.world.state import Bools
from data.world.streams import Streams

SOURCES = ("customers", "subscriptions", "transactions", "tickets", "usage", "offers")
RESENT = "resent"  # marks rows on their way that were sent before


@dataclass(frozen=True)
class Arrivals:
    """One month's clean rows by when they arrive."""

    now: Frames
    next_month: Frames
    ledger: list[pd.DataFrame]  # of rows made late


class Drop(NamedTuple):
    """One month's folder: the published sources and what was planted in them."""

    month: int
    sources: Frames
    ledger: pd.DataFrame


def arrive(
    mess: Mess | None, streams: Streams, month: int, emitted: Frames
) -> Arrivals:
    """Split a month's rows by the month in which they arrive.

    Args:
        mess: rates of the defects; None for a world without mess.
        emitted: the clean rows that happened in `month`.
    """
    now, later, ledger = {}, {}, []
    ends = first_day(month + 1).astype("M8[s]")
    for source, rows in emitted.items():
        if mess is not None:
            rows, noted = late_rows(mess, streams, month, source, rows)  # noqa: PLW2901
            ledger += noted
        is_late = rows["arrived_at"].to_numpy() >= ends
        cut, resent = _cut(mess, month, source, rows)
        now[source] = keep_rows(rows, ~(is_late | cut))
        later[source] = pd.concat([keep_rows(rows, is_late & ~cut), resent])
    return Arrivals(now, later, ledger)


def late_rows(
    mess: Mess, streams: Streams, month: int, source: str, rows: pd.DataFrame
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Delay some devices' usage and some tickets by 2 days to 3 weeks."""
    if source not in ("usage", "tickets"):
        return rows, []
    shipment = Shipment(source, month, rows, streams(f"mess.late_rows.{source}", month))
    where = shipment.choose(mess.late_rows)
    shipment.note("late_rows", where, "arrived_at")
    shipment.ledger[-1]["file_row"] = NOWHERE  # it lands where its time takes it
    delay = 86400 * shipment.generator.integers(2, 22, len(where))
    ends = first_day(month + 2).astype("M8[s]") - np.timedelta64(1, "s")
    arrived = rows["arrived_at"].to_numpy(copy=True)
    arrived[where] = np.minimum(arrived[where] + delay.astype("m8[s]"), ends)
    return rows.assign(arrived_at=arrived), shipment.ledger


def _cut(
    mess: Mess | None, month: int, source: str, rows: pd.DataFrame
) -> tuple[Bools, pd.DataFrame]:
    """Mark what a cut drop loses, and give the whole drop as it is sent again."""
    days = (
        [d for s, m, d in mess.cut_drops if (s, m) == (source, month)] if mess else []
    )
    if not days:
        return np.zeros(len(rows), bool), rows[:0]
    happened = rows["day" if source == "usage" else "event_at"].to_numpy()
    lost = happened >= first_day(month) + days[0]
    sent_again = first_day(month + 1).astype("M8[s]") + np.timedelta64(32, "h")
    return lost, rows.assign(arrived_at=sent_again, **{RESENT: ~lost})


def deliver(
    mess: Mess | None, streams: Streams, month: int, arrivals: Arrivals, late: Frames
) -> Drop:
    """Damage what arrived in `month`: its own rows and the last month's late ones.

    It takes the rows out of `arrivals.now` and `late`: a month is too large to lie in
    memory twice.

    Args:
        arrivals: `arrive(month)`.
        late: `arrive(month - 1).next_month`; empty in the first month.
    """
    sources, ledger = {}, list(arrivals.ledger)
    for source in SOURCES:
        generator = streams("mess.truncated_drop", month)
        shipment = Shipment(source, month, _join(source, late, arrivals.now), generator)
        shipment = _damage(mess, streams, _note_resent(shipment))
        sources[source] = shipment.rows
        ledger += shipment.ledger
    noted = pd.concat(ledger) if ledger else pd.DataFrame(columns=LEDGER_COLUMNS)
    return Drop(month, sources, noted.reset_index(drop=True))


def _join(source: str, late: Frames, now: Frames) -> pd.DataFrame:
    parts = [frames.pop(source) for frames in (late, now) if source in frames]
    columns = max((rows.columns for rows in parts), key=len)
    parts = [rows.reindex(columns=columns, fill_value=False) for rows in parts]
    rows = pd.concat(parts, ignore_index=True)
    if source == "usage":  # too many rows to sort; its order is by delivery
        return rows
    return rows.sort_values("arrived_at", kind="stable", ignore_index=True)


def _note_resent(shipment: Shipment) -> Shipment:
    if RESENT not in shipment.rows:
        return shipment
    shipment.note("truncated_drop", np.flatnonzero(shipment.rows[RESENT]))
    return replace(shipment, rows=shipment.rows.drop(columns=RESENT))


def _damage(mess: Mess | None, streams: Streams, shipment: Shipment) -> Shipment:
    if mess is None:
        return shipment
    for defect in DEFECTS:
        address = f"mess.{defect.__name__}.{shipment.source}"
        shipment = replace(shipment, generator=streams(address, shipment.month))
        shipment = replace(shipment, rows=defect(mess, shipment))
    return shipment
