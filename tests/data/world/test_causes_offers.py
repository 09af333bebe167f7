"""What an offer does to those who get it, on the same luck."""

import numpy as np
import pandas as pd
import pytest

from data.world.beliefs import World
from data.world.company import Company
from data.world.company_offers import no_offers
from data.world.state import State
from data.world.step import INVOLUNTARY, VOLUNTARY, step
from tests.data.world.cuts import RISE, believed_cut, is_dog
from tests.worlds import errors_off, live_on, state_at

WORLD, SEED = World(customers=20_000), 31
COMPANY = Company(WORLD, SEED)


def everybody(state: State) -> np.ndarray:
    return np.ones(len(state), bool)


@pytest.fixture(scope="module")
def fates() -> pd.DataFrame:
    """One row per customer and month: do they leave without an offer, and with one?"""
    return pd.concat([fates_in(month) for month in states()], ignore_index=True)


def states() -> list[State]:
    """Return the states of the first 20 months, lived without offers."""
    state, months = state_at(WORLD, SEED, 0), []
    for events, _ in live_on(COMPANY, state, no_offers(state), 20):
        months.append(events.state)
    return months


def fates_in(state: State) -> pd.DataFrame:
    alone = step(COMPANY, state, no_offers(state))[1]
    offered = step(COMPANY, state, everybody(state))[1]
    rows = {
        "month": state.month,
        "plan": state.plan,
        "price_ticket": state.since_price_ticket <= 3,
        "decay": state.in_decay,
        "monthly": ~state.annual,
        "paid_search": state.traits.channel == 1,
        "first_year": state.tenure <= 12,
        "dog": is_dog(state),
        "cut": believed_cut(state),
        "p_voluntary": alone.risk.voluntary * (1 - alone.risk.involuntary),
        "alone": alone.left,
        "offered": offered.left,
    }
    return pd.DataFrame(rows)[state.active]


GROUPS = {
    "solo": lambda r: r["plan"] == 0,
    "team": lambda r: r["plan"] == 1,
    "business": lambda r: r["plan"] == 2,
    "no price ticket": lambda r: ~r["price_ticket"],
    "price ticket": lambda r: r["price_ticket"],
    "paid search": lambda r: r["paid_search"],
    "another channel": lambda r: ~r["paid_search"],
    "first year": lambda r: r["first_year"],
    "later years": lambda r: ~r["first_year"],
    "price rise, monthly contract": (
        lambda r: r["monthly"] & r["month"].between(RISE, RISE + 3)
    ),
    "no price rise": lambda r: ~r["month"].between(RISE, RISE + 3),
    "usage decays": lambda r: r["decay"],
    "usage does not decay": lambda r: ~r["decay"],
}


@pytest.mark.parametrize("group", GROUPS)
def test_an_offer_keeps_the_believed_share_of_those_who_would_leave(fates, group):
    grateful = GROUPS[group](fates) & ~fates["dog"] & (fates["cut"] >= 0)
    leavers = fates[grateful & (fates["alone"] == VOLUNTARY)]

    off = errors_off(leavers["offered"] != VOLUNTARY, leavers["cut"])

    assert leavers["cut"].sum() > 60
    assert abs(off) < 4


def test_an_offer_wakes_the_believed_share_of_sleeping_dogs(fates):
    dogs = fates[fates["dog"]]

    woken = (dogs["alone"] != VOLUNTARY) & (dogs["offered"] == VOLUNTARY)

    assert woken.sum() > 60
    assert abs(errors_off(woken, 0.35 * dogs["p_voluntary"])) < 4
    assert not ((dogs["alone"] == VOLUNTARY) & (dogs["offered"] != VOLUNTARY)).any()


def test_an_offer_drives_away_nobody_else(fates):
    others = fates[~fates["dog"] & (fates["cut"] >= 0)]

    assert not ((others["alone"] == 0) & (others["offered"] > 0)).any()


def test_an_offer_saves_nobody_from_failed_payments(fates):
    lost = fates[fates["alone"] == INVOLUNTARY]

    assert len(lost) > 1_000
    assert (lost["offered"] == INVOLUNTARY).all()


# --- how long it lasts ---------------------------------------------------------------


def test_an_offer_works_for_six_months_and_then_no_more():
    state = state_at(WORLD, SEED, 10)
    cut, n = believed_cut(state), len(state)
    lives = [
        live_on(COMPANY, state, offers, 9)
        for offers in (everybody(state), no_offers(state))
    ]
    kept = []
    for (mine, _), (theirs, _) in zip(*lives, strict=True):
        both = mine.state.active[:n] & theirs.state.active[:n] & (cut >= 0)
        both &= state.active & (state.since_offer >= 6)
        would_leave = both & (theirs.left[:n] == VOLUNTARY)
        kept.append((mine.left[:n] != VOLUNTARY)[would_leave])
        if len(kept) <= 6:
            assert abs(errors_off(kept[-1], cut[would_leave])) < 4

    assert [month.any() for month in kept] == 6 * [True] + 3 * [False]


def test_an_offer_made_again_soon_gives_a_discount_and_no_more():
    state = state_at(WORLD, SEED, 10)
    state, _ = step(COMPANY, state, everybody(state))

    again, repeated = step(COMPANY, state, everybody(state))
    once, single = step(COMPANY, state, no_offers(state))

    first_time = state.since_offer >= 6
    assert (repeated.left == single.left)[~first_time].all()
    known, active = len(state), once.active[: len(state)] & ~first_time
    assert (again.since_offer == once.since_offer)[:known][active].all()
    assert (again.discount_left > once.discount_left)[:known][active].all()
