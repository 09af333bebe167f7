"""Deliver: put each row into the month in which it arrives, damaged on the way.

A drop whose file came short is sent again on the second day of the next month: whole,
and under a name of its own, such as `2022-06.r2`.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from data.calendar import first_day, month_name
from data.sources.defects import DEFECTS
from data.sources.mess import LEDGER_COLUMNS, NOWHERE, Mess, Shipment, keys
from data.sources.rows import Frames, keep_rows
from data.world.state import Bools, Ints
from data.world.streams import Streams

SOURCES = ("customers", "subscriptions", "transactions", "tickets", "usage", "offers")
TRANSFERRED = ("transactions",)  # where it comes short, its transfer broke in mid-row
GONE = -2  # as a place in the file: the row is lost
NO_KEYS = np.zeros(2, np.uint64)


@dataclass(frozen=True)
class Arrivals:
    """One month's clean rows, by the month of their arrival."""

    now: Frames
    next_month: Frames
    ledger: list[pd.DataFrame]  # of rows made late


class Drop(NamedTuple):
    """One folder as it is sent: the published rows, and the ledger of planted defects.

    Where a transfer broke, `meant` holds all rows of the file that was to be sent.
    """

    month: int
    sources: Frames
    ledger: pd.DataFrame
    sent_at: np.datetime64
    edition: int = 1
    meant: Frames = {}  # noqa: RUF012  never changed

    @property
    def name(self) -> str:
        return drop_name(self.month, self.edition)


def drop_name(month: int, edition: int = 1) -> str:
    """Return "2022-06", or "2022-06.r2" for the drop as it is sent again."""
    return month_name(month) + ("" if edition == 1 else f".r{edition}")


def editions(mess: Mess | None, month: int) -> list[int]:
    """List the editions of a month's drop: a second where the first came short."""
    return [1, 2] if mess and mess.cut(month) else [1]


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
        now[source] = keep_rows(rows, ~is_late)
        later[source] = keep_rows(rows, is_late)
    return Arrivals(now, later, ledger)


def late_rows(
    mess: Mess | None, streams: Streams, month: int, source: str, rows: pd.DataFrame
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return the rows, some usage and tickets delayed, and the ledger of these."""
    if mess is None or source not in ("usage", "tickets"):
        return rows, []
    shipment = Shipment(source, month, rows, keys(streams, "late_rows", source, month))
    where = shipment.choose(mess.late_rows)
    # The file is not known yet: it depends on the new time of arrival.
    shipment.note("late_rows", where, "arrived_at", in_file=False)
    least, past = mess.late_days
    days = least + shipment.draw(where, past - least)
    next_ends = first_day(month + 2).astype("M8[s]") - np.timedelta64(1, "s")
    arrived = rows["arrived_at"].to_numpy(copy=True)
    delayed = arrived[where] + days.astype("m8[D]").astype("m8[s]")
    arrived[where] = np.minimum(delayed, next_ends)
    return rows.assign(arrived_at=arrived), shipment.ledger


def deliver(
    mess: Mess | None, streams: Streams, month: int, arrivals: Arrivals, late: Frames
) -> list[Drop]:
    """Damage what arrived in `month`: its own rows and the last month's late ones.

    This empties `arrivals.now` and `late`: a month is too large to be in memory twice.

    Args:
        arrivals: `arrive(month)`.
        late: `arrive(month - 1).next_month`; empty in the first month.

    Returns:
        The month's drop; where it comes short, also the whole one that is sent again.
    """
    sources, ledger = {}, list(arrivals.ledger)
    for source in SOURCES:
        rows = _join(source, late, arrivals.now)
        shipment = _damage(mess, streams, Shipment(source, month, rows, NO_KEYS))
        sources[source] = shipment.rows
        ledger += shipment.ledger
    noted = pd.concat(ledger) if ledger else pd.DataFrame(columns=LEDGER_COLUMNS)
    ends = first_day(month + 1).astype("M8[s]")
    whole = Drop(month, sources, noted.reset_index(drop=True), ends)
    cut = mess.cut(month) if mess else None
    if mess is None or cut is None:
        return [whole]
    source, days = cut
    arrived = sources[source]["arrived_at"].to_numpy()
    is_lost = arrived >= first_day(month) + days
    again_at = ends + np.timedelta64(mess.resent_after_hours, "h")
    return [_short(whole, source, is_lost), _again(whole, source, is_lost, again_at)]


def _join(source: str, late: Frames, now: Frames) -> pd.DataFrame:
    parts = [frames.pop(source) for frames in (late, now) if source in frames]
    return pd.concat(parts, ignore_index=True)


def _damage(mess: Mess | None, streams: Streams, shipment: Shipment) -> Shipment:
    """Return the rows after all defects, one after the other, as they will be sent."""
    for defect in DEFECTS:
        if mess is not None:
            own = keys(streams, defect.__name__, shipment.source, shipment.month)
            shipment = replace(shipment, keys=own)
            shipment = replace(shipment, rows=defect(mess, shipment))
    # Usage has too many rows to sort; their order is by delivery and customer.
    return shipment if shipment.source == "usage" else _in_order(shipment)


def _in_order(shipment: Shipment) -> Shipment:
    """Sort rows by arrival, and move the ledger's places along."""
    arrived = shipment.rows["arrived_at"].to_numpy()
    order = np.argsort(arrived, kind="stable")
    place = np.full(len(order) + 1, NOWHERE)  # the last stands for NOWHERE itself
    place[order] = np.arange(len(order))
    rows = shipment.rows.iloc[order].reset_index(drop=True)
    return replace(shipment, rows=rows, ledger=_moved(shipment.ledger, place))


def _moved(ledger: list[pd.DataFrame], place: Ints) -> list[pd.DataFrame]:
    """Write into the ledger where its rows have gone."""
    return [rows.assign(file_row=place[rows["file_row"]]) for rows in ledger]


def _short(whole: Drop, source: str, is_lost: Bools) -> Drop:
    """Return the drop as it comes first, with one file that lacks its last rows.

    The ledger notes each lost row, and no other damage to it.
    """
    rows, ledger = whole.sources[source], whole.ledger
    lost = Shipment(source, whole.month, rows, NO_KEYS)
    lost.note("truncated_drop", np.flatnonzero(is_lost), in_file=False)
    place = np.append(np.where(is_lost, GONE, np.cumsum(~is_lost) - 1), NOWHERE)
    here = (ledger["source"] == source).to_numpy()
    (moved,) = _moved([ledger[here]], place)
    noted = [ledger[~here], moved[moved["file_row"] != GONE], *lost.ledger]
    return whole._replace(
        sources=whole.sources | {source: keep_rows(rows, ~is_lost)},
        ledger=pd.concat(noted, ignore_index=True),
        meant={source: rows} if source in TRANSFERRED else {},
    )


def _again(whole: Drop, source: str, is_lost: Bools, at: np.datetime64) -> Drop:
    """Return the whole drop as it is sent again: its lost rows arrive only now."""
    rows = whole.sources[source]
    late = Shipment(source, whole.month, rows, NO_KEYS)
    where = np.flatnonzero(is_lost)
    late.note("truncated_drop", where, "arrived_at", repairable=False)
    arrived = np.where(is_lost, at, rows["arrived_at"].to_numpy())
    return whole._replace(
        sources=whole.sources | {source: rows.assign(arrived_at=arrived)},
        ledger=pd.concat([whole.ledger, *late.ledger], ignore_index=True),
        sent_at=at,
        edition=2,
    )
