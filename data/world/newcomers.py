"""Newcomers: the customers who join in a month, and all that they bring along."""

import numpy as np

from data.world.beliefs import World
from data.world.company import Company
from data.world.state import NEVER, Floats, Ints, State, Traits

BILLING_DAYS = 28  # every month has these days
UNIFORM = ("plan", "channel", "region", "annual", "billing_day", "size", "decay_depth")
NORMAL = (
    "seats",
    "fit",
    "sensitivity",
    "reliability",
    "habit",
    "engagement",
    "unexplained",
)


def newcomers(company: Company, month: int, n: int, n_before: int = 0) -> State:
    """Draw `n` customers who start in `month`, as they stand at its cutoff.

    They become active when the month ends. Until then nothing can happen to them.

    Args:
        n_before: customers known before; the numbering goes on from there.
    """
    world = company.world
    uniform = {name: company.uniform(f"join.{name}", month, n) for name in UNIFORM}
    normal = {name: company.normal(f"join.{name}", month, n) for name in NORMAL}
    in_campaign = world.in_campaign(month)
    mix = world.campaign_plan_mix if in_campaign else world.plan_mix
    plan = _choose(uniform["plan"], mix)
    seats = _seats(world, plan, normal["seats"])
    never, zeros = np.full(n, NEVER, np.int8), np.zeros(n, np.int8)
    return State(
        month=month,
        n_before=n_before,
        traits=_traits(world, month, seats, uniform, normal),
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
    spread = np.where(plan == 0, 0.0, world.seats_spread)  # a solo is one person
    seats = np.asarray(world.median_seats)[plan] * np.exp(spread * normal)
    fewest = np.asarray(world.fewest_seats)[plan]
    return np.maximum(np.rint(seats), fewest).astype(np.int32)


def _traits(
    world: World,
    month: int,
    seats: Ints,
    uniform: dict[str, Floats],
    normal: dict[str, Floats],
) -> Traits:
    in_campaign = world.in_campaign(month)
    mix = world.campaign_channel_mix if in_campaign else world.channel_mix
    channel = _choose(uniform["channel"], mix)
    fit = np.asarray(world.channel_fit)[channel] + normal["fit"]
    usage_by_fit, usage_by_habit = world.usage_spread
    least_kept, most_kept = world.decay_depth
    least, more = world.company_size
    employees = np.rint(seats * np.exp(least + more * uniform["size"]))
    return Traits(
        joined=np.full(len(channel), month, np.int16),
        billing_day=1 + (uniform["billing_day"] * BILLING_DAYS).astype(np.int8),
        channel=channel,
        region=_choose(uniform["region"], world.region_mix),
        company_size=employees.astype(np.int32),
        fit=fit,
        sensitivity=normal["sensitivity"],
        reliability=world.reliability_sd * normal["reliability"],
        habit=usage_by_fit * fit + usage_by_habit * normal["habit"],
        decay_depth=least_kept + (most_kept - least_kept) * uniform["decay_depth"],
        unexplained=world.unexplained_sd * normal["unexplained"],
    )


def _choose(uniform: Floats, shares: tuple[float, ...]) -> Ints:
    """Return for each draw the position in `shares` that it falls upon."""
    positions = np.searchsorted(np.cumsum(shares)[:-1], uniform, side="right")
    return positions.astype(np.int8)
