"""Usage features: how much a customer uses the product, and against his own habit.

A window's right edge is the cutoff, and the day before it never counts: its rows come
at three in the morning. A tracking outage is left as it is: the features show fewer
days, for one client, on four days of one month.
"""

import numpy as np
import pandas as pd

from level2_project.grid import (
    DAY,
    Floats,
    Grid,
    Ints,
    Known,
    days_since,
    know,
    only,
    sums,
)

CLIENTS = ("web", "ios", "android")
WINDOWS = (7, 14, 28, 56, 90, 180)  # days
VOLUME_WINDOWS = (7, 28, 90)
WEEKEND = 0.53  # activity on a weekend day, a weekday's being 1; open months, measured
LEVEL = 3650  # days: all that is known


def usage_features(
    grid: Grid, usage: pd.DataFrame, began: Floats
) -> dict[str, Floats]:
    """Give levels, trends and recency of usage.

    Args:
        began: when the running stay began, seconds since 1970.  # grid.shape
    """
    known = know(grid, usage, happened="day")
    n_days = {days: sums(known, days=days) for days in (*WINDOWS, LEVEL)}
    chances = {days: _weekdays(grid, began, days) for days in n_days}
    return {
        **{f"usage_{days}_days": n_days[days] for days in WINDOWS},
        **_rates(n_days, chances),
        **_trends(n_days, chances),
        **_volumes(known, n_days),
        **_clients(known),
        "days_since_use": days_since(known),
    }


def _weekdays(grid: Grid, began: Floats, days: int) -> Floats:
    """Count days on which usage could be seen, weekend days at their share."""
    last = grid.cutoffs - DAY  # its rows have not arrived
    first = np.maximum(grid.cutoffs - days * DAY, np.nan_to_num(began))
    start, end = (_date(t) for t in (first, np.broadcast_to(last, first.shape)))
    end = np.maximum(start, end)
    weekdays = np.busday_count(start, end)
    return weekdays + WEEKEND * ((end - start).astype(int) - weekdays)


def _date(times: Floats) -> np.ndarray:
    return times.astype("M8[s]").astype("M8[D]")


def _rates(n_days, chances):
    return {
        f"usage_{days}_rate": _rate(n_days[days], chances[days])
        for days in (7, 28, 90, LEVEL)
    }


def _rate(n: Floats, chances: Floats) -> Floats:
    return (n + 0.5) / (chances + 1.5)


def _trends(n_days, chances):
    out = {}
    for recent, long in ((7, 28), (14, 56), (14, 90), (28, 90), (28, 180), (28, LEVEL), (90, LEVEL), (7, LEVEL), (14, LEVEL)):
        n0, e0 = n_days[recent], chances[recent]
        n1, e1 = n_days[long] - n0, np.maximum(chances[long] - e0, 0)
        out[f"usage_{recent}_against_{long}"] = np.log(_pace(n0, e0) / _pace(n1, e1))
        p = _rate(n1, e1)
        out[f"usage_{recent}_surprise_{long}"] = (n0 - p * e0) / np.sqrt(np.clip(p * (1 - p), .02, None) * (e0 + e0**2/(e1+2)) + .1)
    return out


def _pace(n, e):
    return -np.log1p(-np.clip(_rate(n, e), 0.001, 0.99))


def _volumes(known, n_days):
    out = {}
    for name in ("minutes", "sessions"):
        amount = known.rows[name].fillna(0).to_numpy(float)
        for days in VOLUME_WINDOWS:
            out[f"{name}_{days}"] = sums(known, amount, days)
        out[f"{name}_28_against_90"] = np.log((out[f"{name}_28"]+10) / (out[f"{name}_90"]-out[f"{name}_28"]+20))
        out[f"{name}_per_day_28"] = out[f"{name}_28"]/np.maximum(n_days[28],1)
    return out


def _clients(known):
    out = {}
    for c in CLIENTS:
        out[f"{c}_days_28"] = sums(known, known.rows["client"] == c, 28)
    return out
