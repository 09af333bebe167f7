"""Days: on which day of a month people act. Few do so at weekends."""

import numpy as np

from data.calendar import days_in, is_weekend
from data.world.beliefs import World
from data.world.company import Company
from data.world.state import Bools, Floats, Ints


def any_day(company: Company, purpose: str, month: int, n: int) -> Ints:
    """Draw a day from 1 for each customer, all days of the month alike.  # (n,)"""
    return 1 + (company.uniform(purpose, month, n) * days_in(month)).astype(np.int64)


def work_day(
    company: Company, purpose: str, month: int, n: int, last: int | None = None
) -> Ints:
    """Draw a day from 1 on which each customer does something.  # (n,)

    Args:
        last: the last day that is drawn; that of the month where None.
    """
    edges = _edges(work(company.world, month)[:last])
    return 1 + np.searchsorted(edges, company.uniform(purpose, month, n), "right")


def work(world: World, month: int) -> Floats:
    """Return how much is done on each day, as a share of a weekday's.  # (n_days,)"""
    return np.where(is_weekend(month), world.weekend_work, 1.0)


def leaving_day(
    world: World, month: int, uniform: Floats, billing_day: Ints, is_billed: Bools
) -> Ints:
    """Return the day of each cancellation: more of them shortly before an invoice.

    Args:
        uniform: one draw per customer who cancels.  # (n_leavers,)
        is_billed: whether an invoice is due this month.
    """
    n_days = days_in(month)
    before, after, times = world.leave_near_billing
    days = np.arange(1, n_days + 1)
    ahead = billing_day[:, None].astype(int) - days  # days to the invoice
    near = (-after <= ahead) & (ahead <= before) | (ahead + n_days <= before)
    weights = np.where(near & is_billed[:, None], times, 1.0) * work(world, month)
    return day_of(uniform, weights)


def day_of(uniform: Floats, weights: Floats) -> Ints:
    """Return the day from 1 of each draw; `weights` has a row for each.  # (n,)"""
    return 1 + (uniform[:, None] >= _edges(weights)).sum(axis=1)


def _edges(weights: Floats) -> Floats:
    """Return the draws at which the second and each later day begins."""
    sums = np.cumsum(weights, axis=-1)
    return sums[..., :-1] / sums[..., -1:]
