"""Completeness: does every month's news reach the end of its month?

A file that was cut between two rows looks like any other; that nothing in it happened
after the 9th gives it away. Usage that is missing reads as customers who stopped using
the product, so such a drop is refused until the source has sent the rest.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.calendar import first_day
from level2_project.sources.schema import SEND_AGAIN, SOURCES, Place, file_of

Ints = npt.NDArray[np.int64]

DAY = 86_400  # seconds
USUAL_SILENCE = 3 * DAY  # choice: usage of the last day comes in the next month
FEWEST_MISSING = 30  # choice: rows expected in a silence that cannot be chance


def check_completeness(rows: pd.DataFrame, source: str, drops: range) -> None:
    """Refuse a month of which nothing is known to have happened near its end.

    Args:
        rows: one source's, with `drop`; what was sent again is among them.
        source: its name.
        drops: the months that were read.

    Raises:
        BadDrop: a month ends early, and the rest did not come with a later drop.
    """
    if rows.empty or SOURCES[source].comes_in_campaigns:
        return
    latest = _latest(rows, SOURCES[source].happened, drops)
    silence = _starts(drops) + _lengths(drops) - latest
    a_second = rows["drop"].value_counts().median() / _lengths(drops)
    ends_early = (silence > USUAL_SILENCE) & (silence * a_second > FEWEST_MISSING)
    for month in np.asarray(drops)[ends_early][:1]:
        place = Place(file_of(source, int(month)), SOURCES[source].happened, "last")
        wanted = f"rows up to the end of the month ({first_day(month + 1)})"
        day = np.datetime64(int(latest[month - drops.start]), "s").astype("M8[D]")
        raise place.refuse(wanted, f"none after {day}", SEND_AGAIN)


def _latest(rows: pd.DataFrame, happened: str, drops: range) -> Ints:
    """Give when the last row of each month happened, seconds since 1970."""
    latest = _starts(drops)
    at = rows[happened].to_numpy().astype("M8[s]").astype(np.int64)
    month = np.searchsorted(latest, at, side="right") - 1
    last = pd.Series(at).groupby(month).max().drop(-1, errors="ignore")
    latest[last.index] = last
    return latest


def _starts(drops: range) -> Ints:
    days = np.array([first_day(month) for month in drops], "M8[s]")
    return days.astype(np.int64)


def _lengths(drops: range) -> Ints:
    return np.diff(_starts(range(drops.start, drops.stop + 1)))
