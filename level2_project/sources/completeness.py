"""Completeness: does every month's news reach its end, and is any day missing?

A file that was cut between two rows looks like any other; that nothing in it happened
after the 9th gives it away. Usage that is missing reads as customers who stopped using
the product, so such a drop is refused until the source has sent the rest.
"""

import pandas as pd

from data.calendar import FIRST_MONTH, first_day
from level2_project.sources.schema import SOURCES, Place, file_of, refusal

USUAL_SILENCE = pd.Timedelta(days=3)  # choice: the last day's usage comes a month later
FEWEST_MISSING = 30  # choice: rows expected in a silence that cannot be luck
SILENT_SHARE = 0.1  # choice: of a client's usual day; a weekend still has a third
FEWEST_ROWS = 30  # choice: on a usual day, else a silent one may be luck


def check_completeness(rows: pd.DataFrame, source: str, drops: range) -> None:
    """Refuse a month of which nothing is known to have happened near its end.

    The rest of a month may have come with a later drop.
    """
    if rows.empty or SOURCES[source].comes_in_campaigns:
        return
    at = rows[SOURCES[source].happened]
    month = (at.to_numpy().astype("M8[M]") - FIRST_MONTH).astype(int)
    begins = pd.to_datetime(pd.Series({m: first_day(m) for m in drops}))
    ends = begins + pd.DateOffset(months=1)
    latest = at.groupby(month).max().reindex(drops).fillna(begins)
    silence = ends - latest
    missing = rows["drop"].value_counts().median() * silence / (ends - begins)
    ends_early = (silence > USUAL_SILENCE) & (missing > FEWEST_MISSING)
    for short in latest.index[ends_early][:1]:
        wanted = f"rows up to the end of the month ({ends[short]:%Y-%m-%d})"
        found = f"none after {latest[short]:%Y-%m-%d}"
        where = Place(file_of(source, short), SOURCES[source].happened, "last")
        raise refusal(where, wanted, found)


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
