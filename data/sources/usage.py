"""Usage: which customer was active on which day, and for how long.

Nine tenths of all rows are here, so they are drawn in blocks. One word of 64 random
bits serves one customer and day. It is cut into four numbers of 16 bits, which decide:
active or not, how long a session, how many sessions, which client.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import gamma
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.calendar import days_in, first_day, is_weekend
from data.world.beliefs import CLIENTS, World
from data.world.company import Company
from data.world.state import Bools, Floats, Ints
from data.world.step import INVOLUNTARY, VOLUNTARY, Events

BLOCK = 8192  # customers; 2 MB of draws, which stay in the cache
ARRIVES_AFTER = np.timedelta64(27, "h")  # collected at three the next morning
LEVELS = 1 << 16  # values of a 16-bit number
MOST_SESSIONS = 127  # the largest number of 8 bits
OWN = -1  # stands for the customer's own client


class Quantiles(NamedTuple):
    """What each 16-bit number means; arrays of shape (LEVELS,)."""

    times: npt.NDArray[np.float32]  # the mean: Weibull, with mean 1
    client: npt.NDArray[np.int8]  # position in CLIENTS, OWN for the customer's own


class Habits(NamedTuple):
    """How customers use the product; the month's newcomers are last.  # each (n,)"""

    occasions: Floats  # on a weekday, without decays
    session_minutes: npt.NDArray[np.float32]
    client: Ints


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
    world, habits = company.world, _habits(company, events)
    meaning = _quantiles(world)
    for start, occasions in _occasions(world, events, habits.occasions):
        words = bits.random_raw(occasions.size)
        probability = -np.expm1(-occasions)
        thresholds = (probability * (LEVELS - 1)).astype(np.uint16)
        active = words.view(np.uint16)[::4] < thresholds
        rows = np.flatnonzero(active).astype(np.int32)
        position = rows // np.int32(n_days)
        _, how_long, how_often, where = words[rows].view(np.uint16).reshape(-1, 4).T
        per_active_day = occasions[rows] / probability[rows]
        day = (rows - position * np.int32(n_days)).astype(np.int8)
        position += np.int32(start)
        sessions = np.rint(per_active_day * meaning.times[how_often])
        sessions = np.clip(sessions, 1, MOST_SESSIONS)
        length = habits.session_minutes[position] * meaning.times[how_long]
        client = meaning.client[where]
        yield (
            position,
            day,
            _minutes(world, sessions * length),
            sessions.astype(np.int8),
            np.where(client == OWN, habits.client[position], client),
        )


def _habits(company: Company, events: Events) -> Habits:
    world, old, new = company.world, events.state, events.joined
    away = ~old.active & (events.return_day == 0)
    log_old = old.log_occasions(world) + world.notice_usage * away
    occasions = np.exp(np.concatenate([log_old, new.log_occasions(world)]))
    length = np.concatenate([s.traits.session_length for s in (old, new)])
    return Habits(
        occasions=occasions * ~_silent(company, events),
        session_minutes=(world.session_minutes[0] * np.exp(length)).astype(np.float32),
        client=np.concatenate([s.traits.client for s in (old, new)]),
    )


def _silent(company: Company, events: Events) -> Bools:
    """Draw the customers who do not use the product for a month, small ones mostly."""
    seats = events.state.seats
    uniform = company.uniform("usage.silent", events.month, len(seats))
    silent = uniform < company.world.silent_month / seats
    return np.concatenate([silent, np.zeros(len(events.joined), bool)])


def _minutes(world: World, spent: npt.NDArray[np.float32]) -> npt.NDArray[np.int16]:
    """Return minutes with someone at work: in a large account sessions overlap."""
    most = np.float32(world.most_minutes)
    return (1 - most * np.expm1(-spent / most)).astype(np.int16)


def _quantiles(world: World) -> Quantiles:
    """Compute what 16-bit numbers mean."""
    middle = (np.arange(LEVELS) + 0.5) / LEVELS
    times = (-np.log(1 - middle)) ** (1 / world.day_shape)
    any_client = (middle - world.own_client) / (1 - world.own_client)
    client = np.searchsorted(np.cumsum(world.client_mix)[:-1], any_client)
    client[any_client < 0] = OWN
    mean = gamma(1 + 1 / world.day_shape)
    return Quantiles((times / mean).astype(np.float32), client.astype(np.int8))


def access_days(events: Events) -> tuple[Ints, Ints]:
    """Return the first day of access in the month and the day past the last.

    Days count from 0.  # each (n_customers and newcomers,)
    """
    state, n_days = events.state, days_in(events.month)
    back, billing_day = events.return_day > 0, state.traits.billing_day
    first = np.where(back & ~state.access_ends, events.return_day - 1, 0)
    gave_notice = events.left == VOLUNTARY
    paid_up = gave_notice & ~events.access_runs_on & (state.months_paid_ahead == 0)
    last_month = ~state.active & ~back & ((state.access_left == 1) | state.access_ends)
    past = np.select(
        [events.left == INVOLUNTARY, paid_up | last_month],
        [events.left_day, billing_day - 1],
        n_days,
    )
    has_access = state.has_access | state.access_ends | back
    newcomer_first = events.joined.traits.billing_day - 1
    newcomer_past = np.full(len(newcomer_first), n_days)
    return (
        np.concatenate([first, newcomer_first], dtype=np.int8),
        np.concatenate([np.where(has_access, past, 0), newcomer_past], dtype=np.int8),
    )


def _occasions(
    world: World, events: Events, on_weekday: Floats
) -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
    """Yield each block's first customer and occasions.  # (n_block * n_days,)"""
    weekend = is_weekend(events.month)
    daily = np.where(weekend, world.weekend_usage, 1.0).astype(np.float32)
    days = np.arange(len(weekend), dtype=np.int8)
    turns = _turns(events)
    first, past = access_days(events)
    for start in range(0, max(len(on_weekday), 1), BLOCK):
        here = np.arange(start, min(start + BLOCK, len(on_weekday)))
        block = np.outer(on_weekday[here].astype(np.float32), daily)
        changing = here[turns.happen[here]]
        block[changing - start] *= _share(world, turns, changing, days)
        partial = here[(first[here] > 0) | (past[here] < len(days))]
        inside = (days >= first[partial, None]) & (days < past[partial, None])
        block[partial - start] *= inside
        yield start, block.reshape(-1)


class Turns(NamedTuple):
    """What lowers usage from some day on; newcomers are last.  # each (n,)"""

    in_decay: Bools  # when the month begins
    decay_day: Ints  # on which a decay starts or ends, 0 if none
    decay_depth: Floats
    notice_day: Ints  # 0 if none

    @property
    def happen(self) -> Bools:
        return self.in_decay | (self.decay_day > 0) | (self.notice_day > 0)


def _turns(events: Events) -> Turns:
    old, new = events.state, events.joined
    none = np.zeros(len(new), np.int64)
    notice_day = np.where(events.left == VOLUNTARY, events.left_day, 0)
    return Turns(
        np.concatenate([old.in_decay, new.in_decay]),
        np.concatenate([events.drift.decay_day, none]),
        np.concatenate([old.traits.decay_depth, new.traits.decay_depth]),
        np.concatenate([notice_day, none]),
    )


def _share(world: World, turns: Turns, who: Ints, days: Ints) -> Floats:
    """Return the share of usage kept on each day.  # (n_who, n_days)"""
    turn, notice = turns.decay_day[who, None], turns.notice_day[who, None]
    after_turn = (turn > 0) & (days >= turn - 1)
    in_decay = turns.in_decay[who, None] ^ after_turn
    share = np.where(in_decay, turns.decay_depth[who, None], 1.0)
    after_notice = (notice > 0) & (days >= notice)
    return share * np.where(after_notice, np.exp(world.notice_usage), 1.0)


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
