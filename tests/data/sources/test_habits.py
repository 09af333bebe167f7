"""Usage knows the account's size, and each customer's habits."""

import numpy as np
import pandas as pd
import pytest

from data.sources.usage import access_days, usage
from data.world.beliefs import World
from data.world.company import Company
from data.world.history import history
from tests.worlds import share_off

WORLD, COMPANY = World(customers=4_000), Company(World(customers=4_000), 71)


@pytest.fixture(scope="module")
def used() -> pd.DataFrame:
    """One row per customer and month of a year, if active all month."""
    return pd.concat([month_of(m.events) for m in history(COMPANY, 12)])


def month_of(events) -> pd.DataFrame:
    state, days = events.state, usage(COMPANY, events)
    n = len(state) + len(events.joined)
    first, past = access_days(events)
    all_month = (first == 0) & (past == past.max())
    rows = pd.DataFrame(
        {
            "customer": np.arange(len(state)),
            "month": events.month,
            "seats": state.seats,
            "days": np.bincount(days.position, minlength=n)[: len(state)],
            "minutes": np.bincount(days.position, days.minutes, n)[: len(state)],
            "sessions": np.bincount(days.position, days.sessions, n)[: len(state)],
            "log_pace": state.log_usage(WORLD),
        }
    )
    still = state.active & (events.left == 0) & all_month[: len(state)]
    calm = ~state.in_decay & (events.drift.decay_day == 0)
    return rows.assign(calm=calm)[still]


def test_large_accounts_have_far_more_use_than_small_ones(used):
    means = used.groupby(pd.cut(used["seats"], [0, 1, 9, 49, 1_000]))[
        ["days", "minutes", "sessions"]
    ].mean()

    assert (means.diff().iloc[1:] > 0).all(axis=None)
    assert means["minutes"].iloc[-1] > 4 * means["minutes"].iloc[0]
    assert means["sessions"].iloc[-1] > 5 * means["sessions"].iloc[0]


def test_use_and_seats_are_clearly_correlated(used):
    logs = np.log1p(used[["seats", "minutes"]])

    assert logs.corr().iloc[0, 1] > 0.4


def test_sessions_grow_with_the_seats_as_believed(used):
    """Log sessions per log seats, of accounts that are in use every day."""
    rows = used[used["calm"] & (used["seats"] >= 5) & (used["sessions"] > 40)]
    log_sessions = np.log(rows["sessions"]) - rows["log_pace"]
    by_customer = pd.DataFrame(
        {"y": log_sessions, "x": np.log(rows["seats"]), "who": rows["customer"]}
    )
    by_customer = by_customer.groupby("who").mean()

    slope, _ = np.polyfit(by_customer["x"], by_customer["y"], 1)

    assert abs(slope - WORLD.usage_by_seats) < 0.08


@pytest.mark.parametrize("seats", [1, 6])
def test_minutes_have_a_memory_from_month_to_month(used, seats):
    """Among accounts of one size, on active days."""
    rows = used[(used["seats"] == seats) & (used["days"] > 4)]
    per_day = np.log(rows["minutes"] / rows["days"])
    wide = per_day.groupby([rows["customer"], rows["month"]]).first().unstack()

    one_apart = wide.iloc[:, 0].corr(wide.iloc[:, 1])
    ten_apart = wide.iloc[:, 0].corr(wide.iloc[:, 10])

    assert len(wide) > 100
    assert one_apart > 0.5
    assert ten_apart > 0.3  # a level that lasts


def test_two_to_five_in_a_hundred_have_a_silent_month(used):
    silent = used["days"] == 0

    assert 0.02 < silent.mean() < 0.05
    small, large = (silent[used["seats"] == 1], silent[used["seats"] >= 20])
    assert small.mean() > 0.04
    assert large.mean() < 0.01


def test_customers_mostly_use_a_client_of_their_own():
    events = next(iter(history(COMPANY, 1))).events
    days = usage(COMPANY, events)
    own = np.concatenate([events.state.traits.client, events.joined.traits.client])

    on_own = days.client == own[days.position]

    other = 1 - WORLD.own_client
    for client, share in enumerate(WORLD.client_mix):
        rows = on_own[own[days.position] == client]
        assert abs(share_off(rows.sum(), len(rows), 1 - other * (1 - share))) < 4
        of_customers = np.sum(own == client)
        assert abs(share_off(of_customers, len(own), share)) < 4
