"""Usage: which customer was active on which day, and for how long.

Nine tenths of all rows are here, so they are drawn in blocks. One word of 64 random
bits serves one customer and day. It is cut into four numbers of 16 bits, which decide:
active or not, how many minutes, how many sessions, which client.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.calendar import days_in, first_day, is_weekend
from data.world.beliefs import CLIENTS, World
from data.world.company import Company
from data.world.state import Bools, Floats, Ints
from data.world.step import VOLUNTARY, Events

BLOCK = 8192  # customers; 2 MB of draws, which stay in the cache
ARRIVES_AFTER = np.timedelta64(27, "h")  # collected at three the next morning
LEVELS = 1 << 16  # values of a 16-bit number

Thresholds = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Quantiles:
    """What each 16-bit number means; arrays of shape (LEVELS,)."""

    minutes: npt.NDArray[np.int16]  # exponential above the first minute
    sessions: npt.NDArray[np.int8]  # geometric
    client: npt.NDArray[np.int8]  # position in CLIENTS


@dataclass(frozen=True)
class Usage:
    """One month's active customer-days; arrays of shape (n_rows,)."""

    month: int
    position: npt.NDArray[np.int32]  # of the customer in the state
    day: npt.NDArray[np.int8]  # 0 is the first of the month
    minutes: npt.NDArray[np.int16]
    sessions: npt.NDArray[np.int8]
    client: npt.NDArray[np.int8]  # position in CLIENTS

    def __len__(self) -> int:
        return len(self.position)


def usage(company: Company, events: Events) -> Usage:
    """Draw the month's active days of all customers with access."""
    blocks = list(_blocks(company, events))
    columns = (np.concatenate(column) for column in zip(*blocks, strict=True))
    return Usage(events.month, *columns)


def _blocks(
    company: Company, events: Events
) -> Iterator[tuple[npt.NDArray[np.generic], ...]]:
    """Yield the columns of `Usage` behind `month`, block by block."""
    n_days = days_in(events.month)
    bits = company.streams("usage", events.month).bit_generator
    meaning = _quantiles(company.world)
    for start, thresholds in _thresholds(company.world, events):
        words = bits.random_raw(thresholds.size)
        active = words.view(np.uint16)[::4] < thresholds.reshape(-1)
        rows = np.flatnonzero(active).astype(np.int32)
        position = rows // np.int32(n_days)
        _, how_long, how_often, where = words[rows].view(np.uint16).reshape(-1, 4).T
        yield (
            position + np.int32(start),
            (rows - position * np.int32(n_days)).astype(np.int8),
            meaning.minutes[how_long],
            meaning.sessions[how_often],
            meaning.client[where],
        )


def _quantiles(world: World) -> Quantiles:
    """Compute what 16-bit numbers mean: rarer minutes and sessions for higher ones."""
    tail = 1 - (np.arange(LEVELS) + 0.5) / LEVELS  # probability of a higher number
    exponential = -np.log(tail).astype(np.float32)  # mean 1
    minutes = 1 + np.float32(world.minutes_per_day) * exponential
    sessions = 1 + np.log(tail) / np.log(world.session_again)
    client = np.searchsorted(np.cumsum(world.client_mix)[:-1], 1 - tail)
    return Quantiles(
        minutes.astype(np.int16), sessions.astype(np.int8), client.astype(np.int8)
    )


def access_days(events: Events) -> tuple[Ints, Ints]:
    """Return the first day of access in the month and the day past the last.

    Days count from 0.  # each (n_customers and newcomers,)
    """
    state, n_days = events.state, days_in(events.month)
    first = np.where(events.return_day > 0, events.return_day - 1, 0)
    access_runs_on = (events.left == VOLUNTARY) & (state.months_paid_ahead > 0)
    ends = (events.left > 0) & ~access_runs_on
    past = np.where(ends, events.left_day, n_days)
    renewal_missed = ~state.active & (state.access_left == 1)
    past = np.where(renewal_missed, state.traits.billing_day - 1, past)
    past = np.where(state.has_access | (events.return_day > 0), past, 0)
    newcomer_first = events.joined.traits.billing_day - 1
    newcomer_past = np.full(len(newcomer_first), n_days)
    return (
        np.concatenate([first, newcomer_first], dtype=np.int8),
        np.concatenate([past, newcomer_past], dtype=np.int8),
    )


def _pace(world: World, events: Events) -> Floats:
    """Return active occasions per weekday, without decays; newcomers are last."""
    old, new = events.state.log_usage(world), events.joined.log_usage(world)
    notice = world.notice_usage * (~events.state.active)
    return np.exp(np.concatenate([old + notice, new]))


def _thresholds(world: World, events: Events) -> Iterator[tuple[int, Thresholds]]:
    """Yield each block's first customer and thresholds.  # (n_block, n_days)

    A customer is active on a day if a 16-bit number falls below the threshold.
    """
    weekend = is_weekend(events.month)
    daily = np.where(weekend, world.weekend_usage, 1.0)
    days = np.arange(len(weekend), dtype=np.int8)
    pace, may_decay = _pace(world, events), _may_decay(events)
    first, past = access_days(events)
    for start in range(0, max(len(pace), 1), BLOCK):
        here = np.arange(start, min(start + BLOCK, len(pace)))
        usual = _threshold(pace[here])
        less = _threshold(world.weekend_usage * pace[here])
        block = np.where(weekend, less[:, None], usual[:, None])
        decays = here[may_decay[here]]
        share = _decay_share(events, decays, days)
        block[decays - start] = _threshold(pace[decays, None] * daily * share)
        partial = here[(first[here] > 0) | (past[here] < len(days))]
        inside = (days >= first[partial, None]) & (days < past[partial, None])
        block[partial - start] *= inside
        yield start, block


def _threshold(occasions: Floats) -> Thresholds:
    """Turn expected occasions a day into the probability of one or more."""
    return (-np.expm1(-occasions) * (LEVELS - 1)).astype(np.uint16)


def _may_decay(events: Events) -> Bools:
    """Mark customers with a decay on some day of the month."""
    old = events.state.in_decay | (events.drift.decay_day > 0)
    return np.concatenate([old, np.zeros(len(events.joined), bool)])


def _decay_share(events: Events, who: Ints, days: Ints) -> Floats:
    """Return the share of usage kept on each day.  # (n_who, n_days)"""
    state, turn = events.state, events.drift.decay_day[who, None]
    after_turn = (turn > 0) & (days >= turn - 1)
    in_decay = state.in_decay[who, None] ^ after_turn
    return np.where(in_decay, state.traits.decay_depth[who, None], 1.0)


def usage_table(usage: Usage, customer_id: Ints) -> pd.DataFrame:
    """Return usage as published: one row per customer and active day."""
    days = (first_day(usage.month) + np.arange(days_in(usage.month))).astype("M8[s]")
    arrives = days + ARRIVES_AFTER
    return pd.DataFrame(
        {
            "customer_id": customer_id.astype(np.int32)[usage.position],
            "day": days[usage.day],
            "client": pd.Categorical.from_codes(usage.client, CLIENTS),
            "minutes": usage.minutes,
            "sessions": usage.sessions,
            "arrived_at": arrives[usage.day],
        },
        copy=False,
    )
