"""Value: what a customer, and an offer to him, is worth in expectation.

Given the chances that await him (`Future`), a customer's expected margin follows month
by month from the last one backwards; no luck is drawn. `PARTS` keeps the margin of the
sealed year apart from that of the run-off: arrays of shape (2, n_customers).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from data.future import MONTHS, Future, Life
from data.state import Bools, Floats
from data.world import SEALED_MONTHS, World

PARTS = ("margin_sealed_year", "margin_run_off")


class Worth(NamedTuple):
    """Expected margin from a month on, USD; arrays of shape (MONTHS + 1, 2, n)."""

    first: Floats  # still under the first contract
    again: Floats  # come back under a monthly one
    gone: Floats  # access ended in the month before: he may come back


@dataclass(frozen=True)
class Gain:
    """Expected effect of one offer, USD; arrays of shape (SEALED_MONTHS, 2, n)."""

    first: Floats
    again: Floats


def margins(world: World, future: Future) -> Floats:
    """Give the margin of each month of access, by part.  # (MONTHS, 2, n)"""
    in_year = np.arange(MONTHS) < SEALED_MONTHS
    parts = np.stack([in_year, ~in_year], axis=1)
    return world.gross_margin * future.fee[:, None, :] * parts[:, :, None]


def worth(world: World, future: Future) -> Worth:
    """Value everyone from each month on if no new offer is ever made."""
    margin = margins(world, future)
    _, n_parts, n = margin.shape
    first, again, gone = (np.zeros((MONTHS + 1, n_parts, n)) for _ in range(3))
    away = np.zeros((world.return_months + 1, n_parts, n))
    runs_on = residual(margin, future)
    for t in reversed(range(MONTHS)):
        first[t] = month_value(t, margin, future.first, first[t + 1], gone, runs_on)
        again[t] = month_value(t, margin, future.again, again[t + 1], gone, None)
        away = come_back(world, away, again[t + 1])
        gone[t] = away[0]
    return Worth(first, again, gone)


def come_back(world: World, away: Floats, again: Floats) -> Floats:
    """Move the value of those away (by months away) one month back in time."""
    stay_away = np.concatenate([away[1:], np.zeros_like(away[:1])])
    earlier = world.return_chance * again + (1 - world.return_chance) * stay_away
    earlier[-1] = 0  # away too long
    return earlier


class Residual(NamedTuple):
    """What a voluntary leaver under an annual contract still brings."""

    margin: Floats  # until the renewal.  # (MONTHS, 2, n)
    ends: np.ndarray  # month in which he is gone, at most MONTHS.  # (MONTHS, n)


def residual(margin: Floats, future: Future) -> Residual:
    so_far = np.concatenate([np.zeros_like(margin[:1]), np.cumsum(margin, axis=0)])
    month = np.arange(MONTHS)[:, None]
    ends = np.minimum(month + 1 + future.runs_on, MONTHS)
    until_end = np.take_along_axis(so_far, ends[:, None, :], axis=0)
    return Residual(until_end - so_far[1:], ends)


def month_value(
    t: int,
    margin: Floats,
    life: Life,
    stays: Floats,
    gone: Floats,
    runs_on: Residual | None,
    cut: Floats | float = 0.0,
) -> Floats:
    """Value month `t`: its margin, and what follows if he stays or leaves.

    Args:
        stays: value from month t + 1 on if he stays.  # (2, n)
        gone: value from each month on for who is gone by then.  # (MONTHS + 1, 2, n)
        runs_on: access paid beyond a notice; None for monthly contracts.
        cut: share of the voluntary chance that an offer removes.  # (n,)
    """
    lost = life.involuntary[t]
    notice = (1 - lost) * np.minimum(life.voluntary[t] * (1 - cut), 1.0)
    after_notice = gone[t + 1]
    if runs_on is not None:
        later = np.take_along_axis(gone, runs_on.ends[t][None, None, :], axis=0)[0]
        after_notice = runs_on.margin[t] + later
    return (
        margin[t]
        + (1 - lost - notice) * stays
        + lost * gone[t + 1]
        + notice * after_notice
    )


def gain(world: World, future: Future, without: Worth) -> Gain:
    """Give what one offer in each month of the sealed year adds to expected margins."""
    margin = margins(world, future)
    runs_on = residual(margin, future)
    first, again = [], []
    for t in range(SEALED_MONTHS):
        one = with_offer(world, t, margin, future.first, without.first, without.gone,
                         runs_on, future.cut[t])  # fmt: skip
        two = with_offer(world, t, margin, future.again, without.again, without.gone,
                         None, future.cut_again[t])  # fmt: skip
        first.append(one - without.first[t])
        again.append(two - without.again[t])
    return Gain(np.stack(first), np.stack(again))


def with_offer(
    world: World,
    t: int,
    margin: Floats,
    life: Life,
    after: Floats,
    gone: Floats,
    runs_on: Residual | None,
    cut: Floats,
) -> Floats:
    """Value everyone from month `t` on with an offer in force, costs left out.  # (2, n)

    Args:
        after: value from each month on once the offer has run out.
    """
    end = min(t + world.offer_months, MONTHS)
    value = after[end]
    for month in reversed(range(t, end)):
        value = month_value(month, margin, life, value, gone, runs_on, cut)
    return value


def offer_cost(world: World, future: Future, t: int, again: bool) -> Floats:
    """Give the expected cost of one offer in month `t`: discounts and the contact."""
    life, cut = (
        (future.again, future.cut_again) if again else (future.first, future.cut)
    )
    stays = (1 - life.involuntary[t]) * (
        1 - np.minimum(life.voluntary[t] * (1 - cut[t]), 1.0)
    )
    monthly = future.fee[t] + stays * future.fee[t + 1]
    at_once = world.discount_months * future.fee[t]
    base = monthly if again else np.where(future.annual, at_once, monthly)
    return world.contact_usd + world.discount * base


class Schedule(NamedTuple):
    """The best months for offers; arrays of shape (SEALED_MONTHS, n_customers)."""

    first: Bools
    again: Bools


def best_schedule(world: World, future: Future, without: Worth) -> Schedule:
    """Find when an offer beats waiting, by dynamic programming from the last month.

    An offer that takes blocks the next `offer_months`, so making one is weighed
    against every later chance. No policy can expect more on these futures: this one
    knows the chances of months to come, which nobody has at the cutoff.
    """
    margin = margins(world, future).sum(axis=1, keepdims=True)
    runs_on = residual(margin, future)
    first, again, gone = (v.sum(axis=1, keepdims=True) for v in without)
    away = _away_at_the_end(world, without)
    decide_first, decide_again = [], []
    for t in reversed(range(SEALED_MONTHS)):
        wait = month_value(t, margin, future.first, first[t + 1], gone, runs_on)
        act = with_offer(world, t, margin, future.first, first, gone, runs_on, future.cut[t])
        act = act - offer_cost(world, future, t, again=False)
        wait_again = month_value(t, margin, future.again, again[t + 1], gone, None)
        act_again = with_offer(world, t, margin, future.again, again, gone, None,
                               future.cut_again[t])  # fmt: skip
        act_again = act_again - offer_cost(world, future, t, again=True)
        decide_first.insert(0, (act > wait)[0])
        decide_again.insert(0, (act_again > wait_again)[0])
        away = come_back(world, away, again[t + 1])
        first[t], again[t] = np.maximum(wait, act), np.maximum(wait_again, act_again)
        gone[t] = away[0]
    return Schedule(np.stack(decide_first), np.stack(decide_again))


def _away_at_the_end(world: World, without: Worth) -> Floats:
    """Value those away at the end of the sealed year, when no offer can follow."""
    again = without.again.sum(axis=1, keepdims=True)
    away = np.zeros((world.return_months + 1, *again.shape[1:]))
    for t in reversed(range(SEALED_MONTHS, MONTHS)):
        away = come_back(world, away, again[t + 1])
    return away
