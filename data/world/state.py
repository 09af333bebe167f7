"""State: what is true of every customer at a cutoff, most of it hidden."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from data.world.beliefs import World
from data.world.company import Company

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.signedinteger[Any]]
Bools = npt.NDArray[np.bool_]

FIRST_CUSTOMER_ID = 10_001
NEVER = 99  # months since something that has not happened
ALL = slice(None)  # customers


@dataclass(frozen=True)
class Traits:
    """What a customer is born with: arrays of shape (n_customers,)."""

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


@dataclass(frozen=True)
class State:
    """The company at the cutoff of `month`, one position per customer ever known.

    Hidden states run on while a customer is away, so that his luck is the same
    whether or not an offer kept him.
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
    dunning_stage: Ints  # of last month's invoice; see hazard.DUNNING_DAYS
    was_billed: Bools  # last month
    active: Bools  # pays, and has given no notice
    access_left: Ints  # months of paid access after a notice
    away: Ints  # months since access ended, NEVER when it has not
    since_offer: Ints  # months since an offer that took, NEVER if none
    cut: Floats  # share of the voluntary hazard that this offer removes
    discount_left: Ints  # months at a discount, this one included

    def __len__(self) -> int:
        return len(self.plan)

    @property
    def tenure(self) -> Ints:
        """Count months since the first start."""
        return self.month - self.traits.joined

    @property
    def term_month(self) -> Ints:
        """Give the month of the yearly term, 0 to 11; the next invoice falls in 11."""
        return (self.tenure - 1) % 12

    @property
    def is_billed(self) -> Bools:
        """Mark who gets an invoice this month if he has access."""
        return ~self.annual | (self.term_month == 11)

    def log_usage(self, world: World) -> Floats:
        """Give the log of weekday usage, decay left out."""
        return (
            np.asarray(world.usage_level)[self.plan]
            + self.traits.habit
            + self.engagement
        )

    @property
    def customer_id(self) -> Ints:
        return FIRST_CUSTOMER_ID + self.n_before + np.arange(len(self))

    @property
    def has_access(self) -> Bools:
        """Mark who has paid for this month, notice given or not."""
        return self.active | (self.access_left > 0)

    def fee(self, world: World, who: Ints | slice = ALL) -> Floats:
        """Give the fee for one month in USD, whole cents, discounts left out."""
        price = np.asarray(world.seat_price)[self.plan[who]]
        months_paid = np.where(self.annual[who], world.annual_months_paid / 12, 1.0)
        level = world.price_level(self.month)
        return np.round(price * level * self.seats[who] * months_paid, 2)


Rows = TypeVar("Rows", Traits, State)


def keep_customers(rows: Rows, where: Bools) -> Rows:
    """Keep the customers that `where` marks."""
    return _rebuild(rows, lambda value, _: value[where], rows)


def append(old: Rows, new: Rows) -> Rows:
    """Put `new` customers behind `old` ones; month and numbering are the old ones'.

    The types are the new ones', which are small: the state is most of the memory.
    """
    return _rebuild(
        old,
        lambda a, b: np.concatenate([a, b], dtype=b.dtype, casting="same_kind"),
        new,
    )


def _rebuild(rows: Rows, combine: Callable[[Any, Any], Any], other: Rows) -> Rows:
    parts: dict[str, Any] = {}
    for name in (f.name for f in fields(rows)):
        mine, theirs = getattr(rows, name), getattr(other, name)
        if isinstance(mine, Traits):
            mine = _rebuild(mine, combine, theirs)
        elif isinstance(mine, np.ndarray):
            mine = combine(mine, theirs)
        parts[name] = mine
    return type(rows)(**parts)


def newcomers(company: Company, month: int, n: int, n_before: int = 0) -> State:
    """Draw `n` customers who start in `month`, as they stand at its cutoff.

    They become active when the month ends; until then nothing can happen to them.
    """
    world, streams = company.world, company.streams
    uniform = {name: streams(f"join.{name}", month).random(n) for name in _UNIFORM}
    normal = {
        name: streams(f"join.{name}", month).standard_normal(n) for name in _NORMAL
    }
    campaign = world.in_campaign(month)
    plan = _choose(
        uniform["plan"], world.campaign_plan_mix if campaign else world.plan_mix
    )
    seats = _seats(world, plan, normal["seats"])
    size = np.rint(seats * np.exp(0.3 + 0.8 * uniform["size"])).astype(np.int32)
    never, zeros = np.full(n, NEVER, np.int8), np.zeros(n, np.int8)
    return State(
        month=month,
        n_before=n_before,
        traits=_traits(world, month, uniform, normal, size),
        plan=plan,
        seats=seats,
        annual=uniform["annual"] < np.asarray(world.annual_share)[plan],
        engagement=world.engagement_sd * normal["engagement"],
        in_decay=np.zeros(n, bool),
        irritation=np.zeros(n),
        since_price_ticket=never,
        since_ticket=never,
        dunning_stage=zeros,
        was_billed=np.ones(n, bool),
        active=np.ones(n, bool),
        access_left=zeros,
        away=never,
        since_offer=never,
        cut=np.zeros(n),
        discount_left=zeros,
    )


def _seats(world: World, plan: Ints, normal: Floats) -> Ints:
    spread = np.where(plan == 0, 0.0, world.seats_spread)
    seats = np.asarray(world.median_seats)[plan] * np.exp(spread * normal)
    return np.maximum(np.rint(seats), 1 + (plan > 0)).astype(np.int32)


def _traits(
    world: World,
    month: int,
    uniform: dict[str, Floats],
    normal: dict[str, Floats],
    company_size: Ints,
) -> Traits:
    campaign = world.in_campaign(month)
    mix = world.campaign_channel_mix if campaign else world.channel_mix
    channel = _choose(uniform["channel"], mix)
    fit = np.asarray(world.channel_fit)[channel] + normal["fit"]
    fit_usage, habit_usage = world.usage_spread
    low, high = world.decay_depth
    return Traits(
        joined=np.full(len(channel), month, np.int16),
        billing_day=1 + (uniform["billing_day"] * 28).astype(np.int8),
        channel=channel,
        region=_choose(uniform["region"], world.region_mix),
        company_size=company_size,
        fit=fit,
        sensitivity=normal["sensitivity"],
        reliability=world.reliability_sd * normal["reliability"],
        habit=fit_usage * fit + habit_usage * normal["habit"],
        decay_depth=low + (high - low) * uniform["decay_depth"],
        unexplained=world.unexplained_sd * normal["unexplained"],
    )


_UNIFORM = ("plan", "channel", "region", "annual", "billing_day", "size", "decay_depth")
_NORMAL = ("seats fit sensitivity reliability habit engagement unexplained").split()


def _choose(uniform: Floats, shares: tuple[float, ...]) -> Ints:
    """Turn uniform draws into positions in `shares`."""
    positions = np.searchsorted(np.cumsum(shares)[:-1], uniform, side="right")
    return positions.astype(np.int8)
