"""Label: who left within the horizon after the cutoff?

All that defines a leaver is in this file. A customer's life is a row of *stays*, from
a start or a return to the cancellation that ends it; a cutoff asks of the stays that
are running how soon they end. The section `label` of the config says:

- `voluntary`, `involuntary`: which endings count. Involuntary is a payment that failed
  for good. After an ending that does not count the customer is gone all the same.
- `date`: a stay ends with the decision, or when the paid access ends.
- `returners`: whether stays that began with a return are looked at.

>>> from dataclasses import replace
>>> from io import StringIO
>>> events = pd.read_csv(StringIO('''
... customer_id event  event_at   arrived_at ends_on    reason
... 1           start  2022-01-10 2022-01-10 -          -
... 1           cancel 2022-03-20 2022-04-15 2022-06-10 price
... 2           start  2022-01-05 2022-01-05 -          -
... 2           cancel 2022-02-10 2022-02-10 2022-02-10 payment_failed
... 2           return 2022-03-05 2022-03-05 -          -
... '''), sep=" ", skipinitialspace=True, na_values="-", parse_dates=[2, 3, 4])
>>> cutoffs = pd.date_range("2022-02-01", "2022-04-01", freq="MS")
>>> usual = Labelling(
...     voluntary=True, involuntary=True, date="decision", returners=True
... )
>>> def show(labelling, known_by="2022-06-01", cutoffs=cutoffs):
...     month = pd.DateOffset(months=1)
...     rows = label(events, cutoffs, month, pd.Timestamp(known_by), labelling)
...     print(rows.to_string(index=False))

Customer 1, with a yearly contract, decides in March. The news comes in the middle of
April: on the first he still counts as a customer, but by June we know that there was
nothing left to predict. Customer 2 is lost in February and comes back in March.

>>> roster(events, cutoffs, usual).groupby("cutoff")["customer_id"].agg(list).tolist()
[[1, 2], [1], [1, 2]]
>>> show(usual)
 customer_id     cutoff  left
           1 2022-02-01 False
           2 2022-02-01  True
           1 2022-03-01  True
           2 2022-04-01 False

A label is no better than the news. Without the delay customer 1 seems to stay:

>>> show(usual, known_by="2022-04-01", cutoffs=cutoffs[1:2])
 customer_id     cutoff  left
           1 2022-03-01 False

By the end of access customer 1 leaves in June, which no cutoff here can see.

>>> show(replace(usual, date="access_end"))
 customer_id     cutoff  left
           1 2022-02-01 False
           2 2022-02-01  True
           1 2022-03-01 False
           1 2022-04-01 False
           2 2022-04-01 False

Without involuntary endings customer 2 is not a leaver in February, and still gone in
March; without returners he is not looked at again.

>>> show(replace(usual, involuntary=False, returners=False))
 customer_id     cutoff  left
           1 2022-02-01 False
           2 2022-02-01 False
           1 2022-03-01  True
"""

import numpy as np
import pandas as pd

from level2_project.config import Labelling
from level2_project.point_in_time.grid import first_after, seconds, spread

NEVER = pd.Timestamp("2999-01-01")
INVOLUNTARY = "payment_failed"  # as the reason of a cancellation
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
        subscriptions: one row per event, as loaded.
        cutoffs: midnights, ascending.
        known_by: what had arrived before this tells who left. News that is still on
            its way counts as no leaving, so leave time for the delay.

    Raises:
        ValueError: a horizon ends after `known_by`.
    """
    _check_horizons(cutoffs, horizon, known_by)
    news = subscriptions[subscriptions["arrived_at"] < known_by]
    lives = stays(news, labelling)
    rows = _running(lives, cutoffs, until="ends_at")
    left = rows["counts"] & (rows["ends_at"] < rows["cutoff"] + horizon)
    return rows[["customer_id", "cutoff"]].assign(left=left)


def roster(
    subscriptions: pd.DataFrame, cutoffs: pd.DatetimeIndex, labelling: Labelling
) -> pd.DataFrame:
    """List the customers at each cutoff, by what had arrived before it.

    Returns:
        One row per `customer_id` and `cutoff`.
    """
    rows = _running(stays(subscriptions, labelling), cutoffs, until="heard_at")
    return rows[["customer_id", "cutoff"]].drop_duplicates(ignore_index=True)


def stays(subscriptions: pd.DataFrame, labelling: Labelling) -> pd.DataFrame:
    """Join every start or return with the cancellation that ends it.

    Returns:
        One row per stay: `known_at` (it had begun and this was known), `ends_at`,
        `heard_at` (it had ended and this was known), `counts` (its end is a leaving).
    """
    rows = subscriptions[subscriptions["event"].isin(["start", "return", "cancel"])]
    rows = rows.sort_values(["customer_id", "event_at"], kind="stable")
    is_end = rows["event"] == "cancel"
    rows["stay"] = is_end.groupby(rows["customer_id"]).cumsum() - is_end
    lives = rows[~is_end].drop_duplicates(STAY)
    if not labelling.returners:
        lives = lives[lives["event"] != "return"]
    ends = rows[is_end].rename(
        columns={"event_at": "ends_at", "arrived_at": "end_arrived_at"}
    )
    if labelling.date == "access_end":
        ends["ends_at"] = ends["ends_on"].fillna(ends["ends_at"])
    columns = [*STAY, "ends_at", "end_arrived_at", "reason"]
    lives = lives[[*STAY, "event_at", "arrived_at"]].merge(
        ends[columns], on=STAY, how="left"
    )
    is_involuntary = lives["reason"] == INVOLUNTARY
    return lives.assign(
        known_at=lives[["event_at", "arrived_at"]].max(axis=1),
        ends_at=lives["ends_at"].fillna(NEVER),
        heard_at=lives[["ends_at", "end_arrived_at"]].max(axis=1).fillna(NEVER),
        counts=np.where(is_involuntary, labelling.involuntary, labelling.voluntary),
    )


def _running(
    lives: pd.DataFrame, cutoffs: pd.DatetimeIndex, until: str
) -> pd.DataFrame:
    """Repeat each stay for every cutoff after it was known and up to its `until`."""
    at = seconds(cutoffs.to_series())
    first, past = (first_after(at, seconds(lives[c])) for c in ("known_at", until))
    which, when = spread(first, past)
    rows = lives.iloc[which].assign(cutoff=cutoffs[when])
    return rows.sort_values(["cutoff", "customer_id"], ignore_index=True)


def _check_horizons(
    cutoffs: pd.DatetimeIndex, horizon: pd.DateOffset, known_by: pd.Timestamp
) -> None:
    too_late = cutoffs[cutoffs + horizon > known_by]
    if len(too_late):
        raise ValueError(
            f"cannot label {too_late[0]:%Y-%m-%d}: its horizon ends after "
            f"{known_by:%Y-%m-%d}, before which the news was read; label earlier "
            "cutoffs, or read later drops"
        )
