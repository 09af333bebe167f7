"""State: what is true of every customer at a cutoff, most of it hidden."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from data.world.beliefs import World

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.signedinteger[Any]]
Bools = npt.NDArray[np.bool_]

FIRST_CUSTOMER_ID = 10_001
NEVER = 99  # months since something that has not happened
TERM_MONTHS = 12  # of an annual contract
ALL = slice(None)  # customers


@dataclass(frozen=True)
class Traits:
    """What never changes about a customer.  # arrays of shape (n_customers,)"""

    joined: Ints  # month of the first start; negative before the first record
    billing_day: Ints  # 1 to 28
    channel: Ints  # position in CHANNELS
    region: Ints  # position in REGIONS
    company_size: Ints  # employees
    fit: Floats  # standard deviations
    sensitivity: Floats  # to price, standard deviations
    reliability: Floats  # log-odds that an invoice fails, around the mean
    habit: Floats  # log usage, lasting
    decay_depth: Floats  # share of usage kept in a decay
    unexplained: Floats  # log-odds, never recorded
    client: Ints  # that they mostly use; position in CLIENTS
    session_length: Floats  # log minutes of a session, around the mean


@dataclass(frozen=True)
class State:
    """The company at the cutoff of `month`, one position per customer ever known.

    Hidden states also move on while a customer is away. So the luck of a customer is
    the same with and without an offer, and the effect of the offer is exact.
    """

    month: int
    n_before: int  # customers known before the first of these
    traits: Traits
    plan: Ints
    seats: Ints
    annual: Bools
    engagement: Floats  # log usage around the habit
    in_decay: Bools
    irritation: Floats  # log-odds
    since_price_ticket: Ints  # months, 1 = last month
    since_ticket: Ints  # months since the last ticket of any topic
    dunning_stage: Ints  # of last month's invoice; see `hazard`
    was_billed: Bools  # last month
    billed_usd: Floats  # on last month's invoice, if there was one
    active: Bools  # pays, and has given no notice
    access_left: Ints  # months of paid access after a notice
    access_ends: Bools  # after a notice last month, on this month's billing day
    away: Ints  # months since access ended, NEVER when it has not
    since_offer: Ints  # months since an offer with effect, NEVER if none
    cut: Floats  # share of the voluntary hazard that this offer removes
    discount_left: Ints  # months at a discount, this one included
    since_pilot: Ints  # months since the pilot drew the customer, NEVER if it has not

    def __len__(self) -> int:
        return len(self.plan)

    @property
    def tenure(self) -> Ints:
        """Return months since the first start."""
        return self.month - self.traits.joined

    @property
    def term_month(self) -> Ints:
        """Return the month of the yearly term, 0 to 11; the next invoice is in 11."""
        return (self.tenure - 1) % TERM_MONTHS

    @property
    def is_billed(self) -> Bools:
        """Mark the customers who get an invoice this month if they have access."""
        return ~self.annual | (self.term_month == TERM_MONTHS - 1)

    @property
    def months_paid_ahead(self) -> Ints:
        """Return the months after this one that annual customers have paid for."""
        return np.where(self.annual, TERM_MONTHS - 1 - self.term_month, 0)

    def log_usage(self, world: World) -> Floats:
        """Return log usage without a decay, as of an account with one seat."""
        return world.usage_level + self.traits.habit + self.engagement

    def log_occasions(self, world: World) -> Floats:
        """Return the log of the account's occasions on a weekday, without a decay."""
        return self.log_usage(world) + world.usage_by_seats * np.log(self.seats)

    @property
    def customer_id(self) -> Ints:
        return FIRST_CUSTOMER_ID + self.n_before + np.arange(len(self))

    @property
    def has_access(self) -> Bools:
        """Mark customers who have paid for this month, with or without a notice."""
        return self.active | (self.access_left > 0)

    def fee(self, world: World, who: Ints | slice = ALL) -> Floats:
        """Return the fee for one month in USD, in whole cents, without discounts."""
        price = np.asarray(world.seat_price)[self.plan[who]]
        annual = world.annual_months_paid / TERM_MONTHS
        months_paid = np.where(self.annual[who], annual, 1.0)
        level = world.price_level(self.month)
        return np.round(price * level * self.seats[who] * months_paid, 2)

    def invoice_usd(self, world: World) -> Floats:
        """Return this month's invoice: a year's fees, or a month's less a discount."""
        reduced = np.where(self.discount_left > 0, 1 - world.discount, 1.0)
        months = np.where(self.annual, float(TERM_MONTHS), reduced)
        return np.round(self.fee(world) * months, 2)


Rows = TypeVar("Rows", Traits, State)


def keep_customers(rows: Rows, where: Bools) -> Rows:
    """Return the customers that `where` marks."""
    return _rebuild(rows, lambda value, _: value[where], rows)


def append(old: Rows, new: Rows) -> Rows:
    """Return `old` customers with `new` ones behind them.

    Month and numbering come from `old`. The number types come from `new`, where they
    are small: the state is most of the memory.
    """
    return _rebuild(
        old,
        lambda a, b: np.concatenate([a, b], dtype=b.dtype, casting="same_kind"),
        new,
    )


def _rebuild(rows: Rows, combine: Callable[[Any, Any], Any], other: Rows) -> Rows:
    """Return `rows` with each array combined with the same array of `other`."""
    parts: dict[str, Any] = {}
    for name in (f.name for f in fields(rows)):
        mine, theirs = getattr(rows, name), getattr(other, name)
        if isinstance(mine, Traits):
            mine = _rebuild(mine, combine, theirs)
        elif isinstance(mine, np.ndarray):
            mine = combine(mine, theirs)
        parts[name] = mine
    return type(rows)(**parts)
