"""Usage: which customer was active on which day, and for how long.

This is nine tenths of all rows, so it is drawn in blocks: one 64-bit word per
customer and day, cut into four 16-bit uniforms (active? how long? how often? where?).
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
LEVELS = 1 << 16
_TAIL = 1 - (np.arange(LEVELS) + 0.5) / LEVELS
_EXPONENTIAL = -np.log(_TAIL).astype(np.float32)  # quantiles, mean 1
_SESSIONS = (1 + np.log(_TAIL) / np.log(0.55)).astype(np.int8)  # geometric
_CLIENT = np.searchsorted([0.55, 0.80], 1 - _TAIL).astype(np.int8)

Thresholds = npt.NDArray[np.uint16]


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
    """Draw the month's active days of everyone who has access."""
    blocks = list(_blocks(company, events))
    columns = (np.concatenate(column) for column in zip(*blocks, strict=True))
    return Usage(events.month, *columns)


def _blocks(
    company: Company, events: Events
) -> Iterator[tuple[npt.NDArray[np.generic], ...]]:
    world, streams = company.world, company.streams
    n_days = days_in(events.month)
    bits = streams("usage", events.month).bit_generator
    minutes = (1 + np.float32(world.minutes_per_day) * _EXPONENTIAL).astype(np.int16)
    for start, chance in _active_chances(world, events):
        words = bits.random_raw(chance.size)
        active = words.view(np.uint16)[::4] < chance.reshape(-1)
        rows = np.flatnonzero(active).astype(np.int32)
        position = rows // np.int32(n_days)
        _, how_long, how_often, where = words[rows].view(np.uint16).reshape(-1, 4).T
        yield (
            position + np.int32(start),
            (rows - position * np.int32(n_days)).astype(np.int8),
            minutes[how_long],
            _SESSIONS[how_often],
            _CLIENT[where],
        )


def access_days(events: Events) -> tuple[Ints, Ints]:
    """Give the first day of access in the month and the day past the last, 0-based."""
    state, n_days = events.state, days_in(events.month)
    first = np.where(events.return_day > 0, events.return_day - 1, 0)
    access_runs_on = state.annual & (events.left == VOLUNTARY) & (state.term_month < 11)
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
    """Give active occasions per weekday, decay left out; newcomers stand last."""
    old, new = events.state.log_usage(world), events.joined.log_usage(world)
    notice = 0.5 * (~events.state.active)  # those who gave notice use it less
    return np.exp(np.concatenate([old - notice, new]))


def _active_chances(world: World, events: Events) -> Iterator[tuple[int, Thresholds]]:
    """Give each block's first customer and chances of activity, times 65,536.

    The chances have shape (n_block, n_days).
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
        chance = np.where(weekend, less[:, None], usual[:, None])
        decays = here[may_decay[here]]
        share = _decay_share(events, decays, days)
        chance[decays - start] = _threshold(pace[decays, None] * daily * share)
        partial = here[(first[here] > 0) | (past[here] < len(days))]
        inside = (days >= first[partial, None]) & (days < past[partial, None])
        chance[partial - start] *= inside
        yield start, chance


def _threshold(occasions: Floats) -> Thresholds:
    """Turn expected occasions a day into the chance of at least one."""
    return (-np.expm1(-occasions) * (LEVELS - 1)).astype(np.uint16)


def _may_decay(events: Events) -> Bools:
    old = events.state.in_decay | (events.drift.decay_day > 0)
    return np.concatenate([old, np.zeros(len(events.joined), bool)])


def _decay_share(events: Events, who: Ints, days: Ints) -> Floats:
    """Give the share of usage kept on each day.  # (n_who, n_days)"""
    state, turn = events.state, events.drift.decay_day[who, None]
    after_turn = (turn > 0) & (days >= turn - 1)
    in_decay = state.in_decay[who, None] ^ after_turn
    return np.where(in_decay, state.traits.decay_depth[who, None], 1.0)


def usage_table(usage: Usage, customer_id: Ints) -> pd.DataFrame:
    """Lay usage out as published: one row per customer and active day."""
    days = (first_day(usage.month) + np.arange(days_in(usage.month))).astype("M8[s]")
    arrives = days + np.timedelta64(27, "h")  # collected at three the next morning
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
