"""Money: nobody offers is nothing, parts make the whole, averages come out."""

from collections.abc import Callable
from dataclasses import asdict, astuple, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.judge.account import Account, realised
from data.judge.policies import (
    best_policy,
    offers_at_random,
    offers_to_everybody,
    offers_to_none,
    offers_to_riskiest,
)
from data.judge.scores import profit
from data.judge.year import Cutoff, Decision, Policy, Setting, live, realised_profit
from data.world.beliefs import World
from data.world.company_offers import no_offers
from data.world.step import Events
from tests.worlds import judge_of

PARTS = list(asdict(Account()))


@pytest.fixture(scope="module")
def village() -> Setting:
    """A world small enough to live in many times."""
    return judge_of(World(customers=300), seed=9)


def only(customers: set[int], month: int) -> Policy:
    """Offer to some customers, by position, in one month of the sealed year."""

    def decide(cutoff: Cutoff) -> Decision:
        offers = no_offers(cutoff.state)
        if cutoff.month == 24 + month:
            offers[list(customers)] = True
        return Decision(offers)

    return decide


def both(judge: Setting, policy: Policy) -> tuple[Account, Account]:
    """Count a policy's money in expectation and as it came out."""
    months = live(judge, policy)
    return profit(months), realised_profit(judge, months)


def as_parts(accounts: tuple[Account, Account]) -> np.ndarray:
    return np.array([astuple(account) for account in accounts])  # (2, n_parts)


def pushy_policy(cutoff: Cutoff) -> Decision:
    """Offer to everybody every month, in force or not."""
    return Decision(cutoff.roster)


POLICIES: dict[str, Callable[[Setting], Policy]] = {
    "everybody": lambda judge: offers_to_everybody,
    "pushy": lambda judge: pushy_policy,
    "random": lambda judge: offers_at_random(judge.streams),
    "risk-ranked": lambda judge: offers_to_riskiest,
    "best": best_policy,
}

# --- nothing is nothing --------------------------------------------------------------


@settings(max_examples=6)
@given(st.integers(0, 10_000), st.integers(1, 400))
def test_offering_to_nobody_is_exactly_nothing(seed, customers):
    judge = judge_of(World(customers=customers, open_months=4), seed)

    for account in both(judge, offers_to_none):
        assert account == Account(0.0, 0.0, 0.0, 0.0)
        assert account.profit == 0


def test_offering_to_nobody_is_exactly_nothing_in_a_large_world(judge):
    assert both(judge, offers_to_none) == (Account(), Account())


# --- parts and whole -----------------------------------------------------------------


@given(*4 * [st.floats(-1e6, 1e6)], st.integers(1, 10**6))
def test_parts_sum_to_the_profit_per_thousand_customers(a, b, c, d, customers):
    figures = asdict(Account(a, b, c, d).per(customers))

    whole = figures.pop("profit")

    assert list(figures) == PARTS
    assert sum(figures.values()) == pytest.approx(whole, abs=1e-6)
    assert figures["contacts"] == pytest.approx(1000 * d / customers)


@given(st.tuples(*4 * [st.floats(-1e6, 1e6)]), st.tuples(*4 * [st.floats(-1e6, 1e6)]))
def test_accounts_add_part_by_part(mine, theirs):
    added = Account(*mine) + Account(*theirs)

    assert astuple(added) == tuple(x + y for x, y in zip(mine, theirs, strict=True))


@pytest.mark.parametrize("name", POLICIES)
def test_months_sum_to_the_year_and_costs_are_no_gains(village, name):
    months = live(village, POLICIES[name](village))

    year = profit(months)

    assert year.profit == pytest.approx(sum(m.account.profit for m in months))
    for account in (year, realised_profit(village, months)):
        assert account.discounts <= 0
        made = sum(int((m.decision.offers & m.cutoff.roster).sum()) for m in months)
        assert account.contacts == pytest.approx(-0.50 * made)


# --- one customer's money ------------------------------------------------------------


@settings(max_examples=12)
@given(
    st.sets(st.integers(0, 399), min_size=1, max_size=12),
    st.sets(st.integers(0, 399), min_size=1, max_size=12),
    st.integers(0, 11),
)
def test_an_offer_to_one_changes_nobody_elses_money(village, mine, others, month):
    """Both together bring what each brings alone."""
    others = others - mine

    alone = as_parts(both(village, only(mine, month)))
    apart = as_parts(both(village, only(others, month)))
    together = as_parts(both(village, only(mine | others, month)))

    assert together == pytest.approx(alone + apart, abs=1e-6)


def test_an_offer_to_who_has_left_costs_the_contact_only(judge):
    """News of some endings is late: they are still in the list."""

    def decide(cutoff: Cutoff) -> Decision:
        return Decision(cutoff.roster & ~cutoff.state.active)

    months = live(judge, decide)

    n = sum(int(month.decision.offers.sum()) for month in months)
    assert n > 500
    for account in (profit(months), realised_profit(judge, months)):
        assert astuple(account)[:3] == (0, 0, 0)
        assert account.contacts == pytest.approx(-0.50 * n)


def test_an_offer_in_force_is_paid_for_again_and_brings_no_more(village):
    customers = set(range(0, 300, 3))
    twice = [only(customers, 0), only(customers, 1)]

    def again(cutoff: Cutoff) -> Decision:
        return Decision(np.logical_or.reduce([p(cutoff).offers for p in twice]))

    once, more = (both(village, policy) for policy in (twice[0], again))

    for one, two in zip(once, more, strict=True):
        assert two.margin_sealed_year == pytest.approx(one.margin_sealed_year)
        assert two.margin_run_off == pytest.approx(one.margin_run_off)
        assert two.discounts < one.discounts
        assert two.contacts < one.contacts


# --- one life against another --------------------------------------------------------


@st.composite
def two_lives(draw) -> tuple[list[bool], ...]:
    """Draw, for 20 customers, who is annual and who has access, in two lives."""
    marks = st.lists(st.booleans(), min_size=20, max_size=20)
    return tuple(draw(marks) for _ in range(4))


def month_of(village: Setting, annual: list[bool], access: list[bool]) -> Events:
    """Return a month in which the first 20 customers have these contracts."""
    events = village.untouched[3]
    state, n = events.state, len(events.state)
    here = np.arange(n) < 20
    is_annual, has_access = state.annual.copy(), np.zeros(n, bool)
    is_annual[:20], has_access[:20] = annual, access
    quiet = replace(
        state,
        annual=is_annual,
        active=has_access & here,
        access_left=np.zeros(n, int),
        discount_left=np.zeros(n, int),
    )
    return replace(events, state=quiet, offers=no_offers(state))


@settings(max_examples=60)
@given(two_lives())
def test_each_life_pays_its_own_fee_for_its_own_access(village, lives):
    """Who left and came back pays the monthly fee; in the other life the annual one."""
    annual, access, other_annual, other_access = lives
    mine = month_of(village, annual, access)
    theirs = month_of(village, other_annual, other_access)

    earned = realised(village.world, [mine], [theirs])

    fees = [events.state.fee(village.world)[:20] for events in (mine, theirs)]
    usd = np.sum(fees[0] * access) - np.sum(fees[1] * other_access)
    assert earned.profit == pytest.approx(village.world.gross_margin * usd)
    back = realised(village.world, [theirs], [mine])
    assert back.profit == pytest.approx(-earned.profit)


@given(st.integers(0, 35))
def test_two_equal_lives_differ_by_exactly_nothing(village, month):
    life = [village.untouched[month]]

    assert realised(village.world, life, life) == Account()


# --- averages ------------------------------------------------------------------------


def off(policy: str, world: World, seeds: range) -> dict[str, float]:
    """Say by how many errors realised money differs from expected, by part."""
    rows = []
    for judge in (judge_of(world, seed) for seed in seeds):
        expected, realised = as_parts(both(judge, POLICIES[policy](judge)))
        rows.append([*(realised - expected), sum(realised - expected)])
    mean, error = np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1) / len(rows) ** 0.5
    return dict(zip([*PARTS, "profit"], mean / np.maximum(error, 1e-9), strict=True))


@pytest.mark.parametrize("policy", ["everybody", "best"])
def test_expected_money_is_the_mean_of_what_comes_out_in_few_worlds(policy):
    errors = off(policy, World(customers=500), range(100, 110))

    assert max(map(abs, errors.values())) < 4


@pytest.mark.long
@pytest.mark.parametrize("policy", POLICIES)
def test_expected_money_is_the_mean_of_what_comes_out(policy):
    errors = off(policy, World(customers=3_000), range(200, 240))

    assert max(map(abs, errors.values())) < 4
