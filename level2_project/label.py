"""Label: who left within the horizon after the cutoff?

All that defines a leaver is in this file. A customer's life is a row of *stays*, from
a start or a return to the cancellation that ends it; a cutoff asks of the stays that
are running how soon they end. The section `label` of the config says:

- `voluntary`, `involuntary`: which endings count. Involuntary is a payment that failed
  for good. After an ending that does not count the customer is gone all the same.
- `date`: a stay ends with the decision, or when the paid access ends.
- `returners`: whether stays that began with a return are looked at.
"""

import numpy as np
import pandas as pd

from level2_project.config import Labelling
from level2_project.point_in_time.grid import seconds, spread
from level2_project.point_in_time.keys import KEYS

STAY = ["customer_id", "stay"]


def label(
    subscriptions: pd.DataFrame,
    cutoffs: pd.DatetimeIndex,
    horizon: pd.DateOffset,
    known_by: pd.Timestamp,
    labelling: Labelling,
) -> pd.DataFrame:
    """Mark the customers at every cutoff who left within `horizon`.

    Returns:
        One row per `customer_id` and `cutoff` with `left`: customers as far as news
        had arrived by the cutoff, less those whom later news shows to have left before.

    Args:
        known_by: what had arrived before this tells who left. News that is still on
            its way counts as no leaving, so leave time for the delay.

    Raises:
        ValueError: a horizon ends after `known_by`.
    """
    if (late := cutoffs[cutoffs + horizon > known_by]).size:
        fault = f"its horizon ends after {known_by:%Y-%m-%d}: read later drops"
        raise ValueError(f"cannot label {late[0]:%Y-%m-%d}: {fault}")
    news = subscriptions[subscriptions["arrived_at"] < known_by]
    rows = _running(stays(news, labelling), cutoffs, until="ends_at")
    rows = roster(news, cutoffs, labelling).merge(rows, on=KEYS)
    left = rows["counts"] & (rows["ends_at"] < rows["cutoff"] + horizon)
    return rows[KEYS].assign(left=left)


def roster(
    subscriptions: pd.DataFrame, cutoffs: pd.DatetimeIndex, labelling: Labelling
) -> pd.DataFrame:
    """Return one row per customer and cutoff, by what had arrived before it."""
    rosters = []
    for at in range(len(cutoffs)):  # later news may join stays in another way
        cutoff = cutoffs[at : at + 1]
        news = subscriptions[subscriptions["arrived_at"] < cutoff[0]]
        rosters.append(_running(stays(news, labelling), cutoff, until="heard_at"))
    return pd.concat(rosters)[KEYS].drop_duplicates(ignore_index=True)


def stays(subscriptions: pd.DataFrame, labelling: Labelling) -> pd.DataFrame:
    """Join every start or return with the cancellation that ends it.

    Returns:
        One row per stay: `known_at` (it had begun and this was known), `ends_at`,
        `heard_at` (it had ended and this was known), `counts` (its end is a leaving).
        Of a stay that runs the ends are NaT.
    """
    rows = subscriptions[subscriptions["event"].isin(["start", "return", "cancel"])]
    rows = rows.sort_values(["customer_id", "event_at"], kind="stable")
    is_end = rows["event"] == "cancel"
    rows["stay"] = is_end.groupby(rows["customer_id"]).cumsum() - is_end
    begins = rows[~is_end].drop_duplicates(STAY)
    if not labelling.returners:
        begins = begins[begins["event"] != "return"]
    ends = rows[is_end].assign(ends_at=rows["event_at"])
    if labelling.date == "access_end":
        ends["ends_at"] = ends["ends_on"].fillna(ends["ends_at"])
    ends = ends[[*STAY, "ends_at", "arrived_at", "reason"]]
    lives = begins.merge(ends, on=STAY, how="left", suffixes=("", "_end"))
    is_involuntary = lives["reason_end"] == "payment_failed"
    return lives.assign(
        known_at=lives[["event_at", "arrived_at"]].max(axis=1),
        heard_at=lives[["ends_at", "arrived_at_end"]].max(axis=1),
        counts=np.where(is_involuntary, labelling.involuntary, labelling.voluntary),
    )


def _running(lives: pd.DataFrame, cutoffs: pd.Index, until: str) -> pd.DataFrame:
    """Repeat each stay for every cutoff after it was known and up to its `until`."""
    at = seconds(cutoffs.to_series())
    which, when = spread(at, lives["known_at"], lives[until])
    rows = lives.iloc[which].assign(cutoff=cutoffs[when])
    return rows.sort_values(["cutoff", "customer_id"], ignore_index=True)
