"""Completeness: does every month's news reach its end, and is any day missing?

A file that was cut between two rows looks like any other; that nothing in it happened
after the 8th gives it away. Usage that is missing reads as customers who stopped using
the product, so such a drop is refused until the source has sent the rest.
"""

import pandas as pd

from data.calendar import FIRST_MONTH, first_day, month_name
from level2_project.sources.schema import SOURCES, Place, file_of, refusal

USUAL_SILENCE = pd.Timedelta(days=3)  # choice: the last day's usage comes a month later
LUCK = 1e-9  # choice: a year's exam asks a few hundred times whether a drop is short
SILENT_SHARE = 0.1  # choice: of a client's usual day; a weekend still has a third
FEWEST_ROWS = 30  # choice: on a usual day, else a silent one may be luck


def check_completeness(rows: pd.DataFrame, source: str, drops: range) -> None:
    """Refuse a drop that falls silent before its month ends, if that is not luck.

    How many rows to expect in the silence is told by the same days of the other
    months. A month alone cannot be judged.
    """
    if rows.empty or SOURCES[source].comes_in_campaigns or len(drops) < 2:
        return
    drop, happened = rows["drop"].to_numpy(), SOURCES[source].happened
    into = rows[happened] - pd.to_datetime((FIRST_MONTH + drop).astype("M8[s]"))
    latest = into.groupby(drop).max().reindex(drops).fillna(pd.Timedelta(0))
    for short, at in latest.items():  # how far into the month the last row lies
        begins, end = (pd.Timestamp(first_day(d)) for d in (short, short + 1))
        if end - begins - at <= USUAL_SILENCE:
            continue
        others = ((drop != short) & (into > at) & (into < end - begins)).sum()
        # Gamma-Poisson: the probability of none here, by how many the others have.
        if (1 + 1 / (len(drops) - 1)) ** -float(others) < LUCK:
            where = Place(file_of(source, month_name(short)), happened, "last")
            wanted = f"rows up to the end of the month ({end:%Y-%m-%d})"
            raise refusal(where, wanted, f"none after {begins + at:%Y-%m-%d}")


def silent_days(usage: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Return one row per `client` and `day` without records: its tracking was out.

    Days whose rows would usually arrive after `until` are left out.
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
    cells = ((n_rows < SILENT_SHARE * usual) & (usual >= FEWEST_ROWS)).stack()
    return cells[cells].reset_index()[["client", "day"]]
