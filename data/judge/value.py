"""Value: what a customer, and an offer to that customer, is worth in expectation.

With the probabilities of `Future`, a customer's expected margin follows month by month
from the last one backwards; no luck is drawn. `PARTS` keeps the margin of the
sealed year apart from that of the run-off: arrays of shape (..., 2, n_customers).
"""

from typing import NamedTuple

import numpy as np

from data.judge.future import MONTHS, Future, Life
from data.world.beliefs import SEALED_MONTHS, World
from data.world.state import Bools, Floats, Ints

PARTS = ("margin_sealed_year", "margin_run_off")


class Worth(NamedTuple):
    """Expected margin from each month on, USD.  # each (MONTHS + 1, 2, n)"""

    first: Floats  # still under the first contract
    again: Floats  # come back under a monthly one
    gone: Floats  # access ended in the month before: the customer may come back


class Gain(NamedTuple):
    """What one offer adds to expected margins, USD.  # each (SEALED_MONTHS, 2, n)"""

    first: Floats
    again: Floats


class Schedule(NamedTuple):
    """The best months for offers.  # each (SEALED_MONTHS, n)"""

    first: Bools
    again: Bools


class Contract(NamedTuple):
    """What decides a month under one contract: chances, margins, access paid ahead."""

    life: Life
    margin: Floats  # of each month of access.  # (MONTHS, 2, n)
    paid_ahead: Floats | None  # margin after a notice, until the renewal
    gone_in: (
        Ints | None
    )  # month in which access has ended after a notice.  # (MONTHS, n)


def contracts(world: World, future: Future) -> tuple[Contract, Contract]:
    """Return the first contract and the monthly one that a customer comes back to."""
    in_year = np.arange(MONTHS) < SEALED_MONTHS
    parts = np.stack([in_year, ~in_year], axis=1)[:, :, None]
    margin, margin_again = (
        world.gross_margin * life.fee[:, None, :] * parts
        for life in (future.first, future.again)
    )
    so_far = np.concatenate([np.zeros_like(margin[:1]), np.cumsum(margin, axis=0)])
    gone_in = np.minimum(np.arange(1, MONTHS + 1)[:, None] + future.runs_on, MONTHS)
    until = np.take_along_axis(so_far, gone_in[:, None, :], axis=0)
    first = Contract(future.first, margin, until - so_far[1:], gone_in)
    return first, Contract(future.again, margin_again, None, None)


def worth(world: World, future: Future) -> Worth:
    """Value everyone from each month on if no new offer is ever made."""
    old, new = contracts(world, future)
    shape = old.margin.shape[1:]
    first, again, gone = (np.zeros((MONTHS + 1, *shape)) for _ in range(3))
    away = np.zeros((world.return_months + 1, *shape))
    for t in reversed(range(MONTHS)):
        first[t] = month_value(old, t, first[t + 1], gone)
        again[t] = month_value(new, t, again[t + 1], gone)
        away = come_back(world, away, again[t + 1])
        gone[t] = away[0]
    return Worth(first, again, gone)


def come_back(world: World, away: Floats, again: Floats) -> Floats:
    """Move the value of those away (by months away) one month back in time."""
    stays_away = np.concatenate([away[1:], np.zeros_like(away[:1])])
    returns = world.return_probability
    earlier = returns * again + (1 - returns) * stays_away
    earlier[-1] = 0  # away too long
    return earlier


def month_value(
    contract: Contract, t: int, stays: Floats, gone: Floats, cut: Floats | float = 0.0
) -> Floats:
    """Value month `t`: its margin, and what follows staying or leaving.  # (2, n)

    Args:
        stays: value from month t + 1 on of a customer who stays.  # (2, n)
        gone: value from each month on of who is gone by then.  # (MONTHS + 1, 2, n)
        cut: share of the voluntary probability that an offer removes.  # (n,)
    """
    lost = contract.life.involuntary[t]
    notice = (1 - lost) * np.minimum(contract.life.voluntary[t] * (1 - cut), 1.0)
    after_notice = gone[t + 1]
    if contract.paid_ahead is not None and contract.gone_in is not None:
        later = np.take_along_axis(gone, contract.gone_in[t][None, None, :], axis=0)[0]
        after_notice = contract.paid_ahead[t] + later
    return (
        contract.margin[t]
        + (1 - lost - notice) * stays
        + lost * gone[t + 1]
        + notice * after_notice
    )


def with_offer(
    world: World, contract: Contract, t: int, after: Floats, gone: Floats
) -> Floats:
    """Value everyone from month `t` on with an offer made then, its cost left out.

    Args:
        after: value from each month on once the offer has run out.
        gone: value from each month on of who is gone by then.
    """
    end = min(t + world.offer_months, MONTHS)
    value = after[end]
    for month in reversed(range(t, end)):
        value = month_value(contract, month, value, gone, contract.life.cut[t])
    return value  # (2, n)


def gain(world: World, future: Future, without: Worth) -> Gain:
    """Return what an offer adds to expected margins, by month of the sealed year."""
    old, new = contracts(world, future)
    first, again = without.first, without.again
    months = range(SEALED_MONTHS)
    return Gain(
        np.stack([with_offer(world, old, t, first, without.gone) for t in months])
        - first[:SEALED_MONTHS],
        np.stack([with_offer(world, new, t, again, without.gone) for t in months])
        - again[:SEALED_MONTHS],
    )


def offer_cost(world: World, future: Future, t: int, again: bool) -> Floats:
    """Return the expected cost of an offer in month `t`, USD: discounts and contact."""
    life = future.again if again else future.first
    goes = np.minimum(life.voluntary[t] * (1 - life.cut[t]), 1.0)
    stays = (1 - life.involuntary[t]) * (1 - goes)
    monthly = life.fee[t] + stays * life.fee[t + 1]
    at_once = world.discount_months * life.fee[t]
    base = monthly if again else np.where(future.annual, at_once, monthly)
    return world.contact_usd + world.discount * base


def best_schedule(world: World, future: Future, without: Worth) -> Schedule:
    """Find when an offer beats waiting, by dynamic programming from the last month.

    An offer that takes blocks the next `offer_months`, so making one is weighed
    against every later chance. No policy can expect more on these futures: this one
    knows the chances of months to come, which nobody has at the cutoff.
    """
    old, new = (_in_one(contract) for contract in contracts(world, future))
    first, again, gone = (part.sum(axis=1, keepdims=True) for part in without)
    away = _away_at_the_end(world, again)
    decided: list[list[Bools]] = []
    for t in reversed(range(SEALED_MONTHS)):
        away = come_back(world, away, again[t + 1])
        offers = []
        for contract, value in ((old, first), (new, again)):
            wait = month_value(contract, t, value[t + 1], gone)
            act = with_offer(world, contract, t, value, gone)
            act = act - offer_cost(world, future, t, again=contract is new)
            offers.append((act > wait)[0])
            value[t] = np.maximum(wait, act)
        gone[t] = away[0]
        decided.insert(0, offers)
    return Schedule(*(np.stack(side) for side in zip(*decided, strict=True)))


def _in_one(contract: Contract) -> Contract:
    """Put the margins of the sealed year and of the run-off together."""
    ahead = contract.paid_ahead
    return contract._replace(
        margin=contract.margin.sum(axis=1, keepdims=True),
        paid_ahead=None if ahead is None else ahead.sum(axis=1, keepdims=True),
    )


def _away_at_the_end(world: World, again: Floats) -> Floats:
    """Value those away at the end of the sealed year, when no offer can follow."""
    away = np.zeros((world.return_months + 1, *again.shape[1:]))
    for t in reversed(range(SEALED_MONTHS, MONTHS)):
        away = come_back(world, away, again[t + 1])
    return away
