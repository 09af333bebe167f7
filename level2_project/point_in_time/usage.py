"""Usage features: how much a customer uses the product, and against his own habit.

The day before a cutoff is never seen: its rows come at three in the morning. Days on
which a client's tracking was out count as days without use; they were only four.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from data.calendar import first_day
from level2_project.point_in_time.grid import DAY, Floats, Grid, Known, know

USAGE_MONTHS = 12  # drops of usage in which all of these features lie
CLIENTS = ("web", "ios", "android")
YEAR = 365  # days; the longest window
WINDOWS = (7, 14, 28, 56, 90, 180, YEAR)
AMOUNT_WINDOWS = (7, 28, 90)
TRENDS = ((7, 28), (14, 56), (14, YEAR), (28, 90), (28, 180), (28, YEAR), (90, YEAR))
WEEKEND = 0.53  # of a weekday's active customers; measured on the open months


class Seen(NamedTuple):
    """Use in one window; each of the grid's shape."""

    active: Floats  # days with use
    of: Floats  # days on which use could be seen, a weekend day at its share

    @property
    def rate(self) -> Floats:
        """Return active days per day, as if half a day in 1.5 more had been active."""
        return np.minimum((self.active + 0.5) / (self.of + 1.5), 0.99)


def usage_features(grid: Grid, usage: pd.DataFrame, began: Floats) -> dict[str, Floats]:
    """Compute levels, trends and recency; `began` is when the running stay began."""
    known = know(grid, usage, happened="day")
    active, last_use = known.windows("active_days", WINDOWS), known.days_since()
    of = [_visible(grid, began, days) for days in WINDOWS]
    seen = dict(zip(WINDOWS, map(Seen, active.values(), of), strict=True))
    return {
        "days_since_last_use": np.where(last_use <= YEAR, last_use, np.nan),
        **active, **{f"active_rate_{days}": one.rate for days, one in seen.items()},
        **_trends(seen), **_amounts(known, "minutes"), **_amounts(known, "sessions"),
        **_clients(known),
    }  # fmt: skip


def _visible(grid: Grid, began: Floats, days: int) -> Floats:
    """Count days on which use could be seen: after the start, and after recording."""
    recorded = first_day(0).astype("M8[s]").astype(np.int64)
    first = np.maximum(grid.cutoffs - days * DAY, np.fmax(began, recorded))
    end = np.broadcast_to(grid.cutoffs - DAY, grid.shape)  # the last day is not in yet
    stretch = (np.minimum(first, end), end)
    since, until = (times.astype("M8[s]").astype("M8[D]") for times in stretch)
    weekdays = np.busday_count(since, until)
    return weekdays + WEEKEND * ((until - since).astype(np.int64) - weekdays)


def _trends(seen: dict[int, Seen]) -> dict[str, Floats]:
    """Hold recent use against the rest of a longer window."""
    trends = {}
    for days, longer in TRENDS:
        recent, whole = seen[days], seen[longer]
        rest = Seen(whole.active - recent.active, whole.of - recent.of)
        # Uses a day: a day with two of them counts as one active day.
        pace, habit = np.log1p(-recent.rate), np.log1p(-rest.rate)
        trends[f"use_{days}_to_{longer}"] = np.log(pace / habit)
        trends[f"surprise_{days}_to_{longer}"] = _surprise(recent, rest)
    return trends


def _surprise(recent: Seen, rest: Seen) -> Floats:
    """Compute by how many standard deviations recent use is above the habit.

    The fewer days the habit was seen on, the less it foretells.
    """
    habit = rest.rate
    spread = habit * (1 - habit) * recent.of * (1 + recent.of / (rest.of + 2))
    return (recent.active - habit * recent.of) / np.sqrt(spread + 0.1)


def _amounts(known: Known, name: str) -> dict[str, Floats]:
    """Sum minutes or sessions; an absurd value counts as none."""
    total = known.windows(name, AMOUNT_WINDOWS, known.rows[name].fillna(0))
    week, month, quarter = total.values()
    return {
        **total,
        f"{name}_7_to_28": np.log((week + 1) / (month - week + 3)),
        f"{name}_28_to_90": np.log((month + 1) / (quarter - month + 2)),
    }


def _clients(known: Known) -> dict[str, Floats]:
    client = known.rows["client"]
    days = {f"{c}_days_28": known.sums(client == c, 28) for c in CLIENTS}
    return days | {"n_clients_28": np.sum([1.0 * (n > 0) for n in days.values()], 0)}
