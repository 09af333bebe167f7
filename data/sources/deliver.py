"""Deliver: put each row into the month in which it arrives, damaged on the way."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from data.calendar import first_day
from data.sources.defects import DEFECTS
from data.sources.mess import LEDGER_COLUMNS, Mess, Shipment
from data.sources.rows import Frames, keep_rows
from data.world.state import Bools
from data.world.streams import Streams

SOURCES = ("customers", "subscriptions", "transactions", "tickets", "usage", "offers")
RESENT = "resent"  # column that marks rows which were in the short drop already


@dataclass(frozen=True)
class Arrivals:
    """One month's clean rows, by the month of their arrival."""

    now: Frames
    next_month: Frames
    ledger: list[pd.DataFrame]  # of rows made late


class Drop(NamedTuple):
    """One month's folder: the published rows, and the ledger of planted defects."""

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
    for source, clean in emitted.items():
        rows, noted = late_rows(mess, streams, month, source, clean)
        ledger += noted
        is_late = rows["arrived_at"].to_numpy() >= ends
        is_cut, resent = _cut(mess, month, source, rows)
        now[source] = keep_rows(rows, ~(is_late | is_cut))
        later[source] = pd.concat([keep_rows(rows, is_late & ~is_cut), resent])
    return Arrivals(now, later, ledger)


def late_rows(
    mess: Mess | None, streams: Streams, month: int, source: str, rows: pd.DataFrame
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return the rows, some usage and tickets delayed, and the ledger of these."""
    if mess is None or source not in ("usage", "tickets"):
        return rows, []
    generator = streams(f"mess.late_rows.{source}", month)
    shipment = Shipment(source, month, rows, generator)
    where = shipment.choose(mess.late_rows)
    # The file is not known yet: it depends on the new time of arrival.
    shipment.note("late_rows", where, "arrived_at", in_file=False)
    delay = 86400 * generator.integers(*mess.late_days, len(where))
    next_ends = first_day(month + 2).astype("M8[s]") - np.timedelta64(1, "s")
    arrived = rows["arrived_at"].to_numpy(copy=True)
    arrived[where] = np.minimum(arrived[where] + delay.astype("m8[s]"), next_ends)
    return rows.assign(arrived_at=arrived), shipment.ledger


def _cut(
    mess: Mess | None, month: int, source: str, rows: pd.DataFrame
) -> tuple[Bools, pd.DataFrame]:
    """Mark the rows that a short drop loses, and return the drop as sent again."""
    drops = mess.cut_drops if mess else []
    days = [d for s, m, d in drops if (s, m) == (source, month)]
    if mess is None or not days:
        return np.zeros(len(rows), bool), rows[:0]
    happened = rows["day" if source == "usage" else "event_at"].to_numpy()
    is_cut = happened >= first_day(month) + days[0]
    delay = np.timedelta64(mess.resent_after_hours, "h")
    sent_again = first_day(month + 1).astype("M8[s]") + delay
    return is_cut, rows.assign(arrived_at=sent_again, **{RESENT: ~is_cut})


def deliver(
    mess: Mess | None, streams: Streams, month: int, arrivals: Arrivals, late: Frames
) -> Drop:
    """Damage what arrived in `month`: its own rows and the last month's late ones.

    This empties `arrivals.now` and `late`: a month is too large to be in memory twice.

    Args:
        arrivals: `arrive(month)`.
        late: `arrive(month - 1).next_month`; empty in the first month.
    """
    sources, ledger = {}, list(arrivals.ledger)
    for source in SOURCES:
        generator = streams("mess.truncated_drop", month)
        rows = _join(source, late, arrivals.now)
        shipment = _note_resent(Shipment(source, month, rows, generator))
        sources[source] = _damage(mess, streams, shipment)
        ledger += shipment.ledger
    noted = pd.concat(ledger) if ledger else pd.DataFrame(columns=LEDGER_COLUMNS)
    return Drop(month, sources, noted.reset_index(drop=True))


def _join(source: str, late: Frames, now: Frames) -> pd.DataFrame:
    """Return late and new rows of a source, in the order of their arrival."""
    parts = [frames.pop(source) for frames in (late, now) if source in frames]
    columns = max((rows.columns for rows in parts), key=len)
    parts = [rows.reindex(columns=columns, fill_value=False) for rows in parts]
    rows = pd.concat(parts, ignore_index=True)
    if source == "usage":  # too many rows to sort; their order is by delivery
        return rows
    return rows.sort_values("arrived_at", kind="stable", ignore_index=True)


def _note_resent(shipment: Shipment) -> Shipment:
    if RESENT not in shipment.rows:
        return shipment
    shipment.note("truncated_drop", np.flatnonzero(shipment.rows[RESENT]))
    return replace(shipment, rows=shipment.rows.drop(columns=RESENT))


def _damage(mess: Mess | None, streams: Streams, shipment: Shipment) -> pd.DataFrame:
    """Return the rows after all defects, one after the other."""
    if mess is None:
        return shipment.rows
    for defect in DEFECTS:
        address = f"mess.{defect.__name__}.{shipment.source}"
        shipment = replace(shipment, generator=streams(address, shipment.month))
        shipment = replace(shipment, rows=defect(mess, shipment))
    return shipment.rows
