"""Rows: how the sources number their rows and date them."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.calendar import first_day
from data.world.state import ALL, Bools, Floats, Ints
from data.world.streams import Streams

Frames = dict[str, pd.DataFrame]  # one per source
Times = npt.NDArray[np.datetime64]  # seconds, UTC

KINDS = ("start", "return", "change", "cancel", "paid", "failed", "refund", "offer")


def keep_rows(rows: pd.DataFrame, where: Bools) -> pd.DataFrame:
    """Keep the rows that `where` marks; pandas would look up each by its number."""
    kept = {
        name: pd.Series(column.array[where], dtype=column.dtype, copy=False)
        for name, column in rows.items()
    }
    return pd.DataFrame(kept, copy=False)


def row_id(month: int, customer_id: Ints, kind: str, part: int = 0) -> Ints:
    """Number a row by what it is, so that nobody else's fate can renumber it."""
    return (customer_id * 1000 + month) * 100 + KINDS.index(kind) * 10 + part


def moment(
    streams: Streams, purpose: str, month: int, day: Ints, who: Ints | slice = ALL
) -> Times:
    """Give a second of the working day (7 to 21 h) on `day` (1 is the month's first).

    Position i of the stream is customer i's, so `day` covers all customers; `who` says
    whose moments are wanted.
    """
    uniform = streams(f"{purpose}.second", month).random(len(day))
    seconds = 3600 * (7 + 14 * uniform[who])
    whole_days = (day[who] - 1).astype("m8[D]")
    return first_day(month).astype("M8[s]") + whole_days + seconds.astype("m8[s]")


def minutes_later(times: Times, minutes: Floats | int) -> Times:
    return times + np.asarray(60 * minutes).astype("m8[s]")
