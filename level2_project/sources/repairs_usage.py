"""Repairs of usage: a client in seconds, and the days of which nothing was recorded."""

import numpy as np
import pandas as pd

from level2_project.sources.repairs import Repaired

MOST_MINUTES = 24 * 60
OVERFLOW = 32_767  # the largest that the field can hold; not a number of seconds
SECONDS_JUMP = 20  # choice: between 1 and 60, as a ratio of medians
ROWS_FOR_MEDIANS = 500_000  # choice: thousands for each drop and client
SILENT_SHARE = 0.1  # choice: of a client's usual day; a weekend still has a third
FEWEST_ROWS = 30  # choice: on a usual day, else a silent one may be chance


def settle_units(usage: pd.DataFrame) -> Repaired:
    """Turn minutes that a client reported in seconds back into minutes.

    A client's unit holds for a whole drop. Its median gives it away: people use every
    client for about as long, so what is in seconds stands out as long as most drops of
    most clients are in minutes. What is absurd is left for `blank_absurd_values`.
    """
    minutes = usage["minutes"]
    sane = (minutes > 0) & (minutes < OVERFLOW)
    stride = len(usage) // ROWS_FOR_MEDIANS + 1
    cells = usage.loc[sane, ["drop", "client", "minutes"]].iloc[::stride]
    medians = cells.groupby(["drop", "client"], observed=True)["minutes"].median()
    in_seconds = medians.index[medians > SECONDS_JUMP * medians.median()]
    wrong = np.zeros(len(usage), bool)
    for drop, client in in_seconds:
        wrong |= (usage["drop"] == drop) & (usage["client"] == client) & sane
    return Repaired(
        usage.assign(minutes=minutes.mask(wrong, minutes / 60)), int(wrong.sum())
    )


def silent_days(usage: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """List the days on which a client recorded next to nothing: its tracking was out.

    Args:
        usage: one row per customer and day.
        until: nothing that arrived later is known; days whose rows would usually
            arrive later are left out.

    Returns:
        One row per `client` and `day`.
    """
    if usage.empty:
        return usage[["client", "day"]]
    delay = (usage["arrived_at"] - usage["day"]).median()
    first = (usage["arrived_at"].min() - delay).ceil("D")
    last = (until - delay - pd.Timedelta(1, "s")).floor("D")
    days = pd.date_range(first, last, name="day", unit="s")
    n_rows = usage.groupby(["client", "day"], observed=False).size().unstack("client")
    n_rows = n_rows.reindex(days, fill_value=0)
    usual = n_rows.median()
    silent = (n_rows < SILENT_SHARE * usual) & (usual >= FEWEST_ROWS)
    cells = silent.stack()
    return cells[cells].reset_index()[["client", "day"]]
