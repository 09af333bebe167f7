"""Newcomers: the customers who join in a month, and all that they bring along."""

from dataclasses import replace

import numpy as np

from data.world.beliefs import World
from data.world.company import Company
from data.world.days import work_day
from data.world.state import NEVER, Floats, Ints, State, Traits

BILLING_DAYS = 28  # every month has these days
UNIFORM = (
    *("plan", "channel", "region", "annual", "size", "client"),
    *("decay", "decay_depth"),
)
NORMAL = (
    "seats",
    "session_length",
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
    billing_day = work_day(company, "join.billing_day", month, n, BILLING_DAYS)
    joined = State(
        month=month,
        n_before=n_before,
        traits=_traits(world, month, seats, billing_day, uniform, normal),
        plan=plan,
        seats=seats,
        annual=uniform["annual"] < np.asarray(world.annual_share)[plan],
        engagement=world.engagement_sd * normal["engagement"],
        in_decay=uniform["decay"] < world.first_decays,
        irritation=np.zeros(n),
        since_price_ticket=never,
        since_ticket=never,
        dunning_stage=zeros,
        was_billed=np.ones(n, bool),
        billed_usd=np.zeros(n),
        active=np.ones(n, bool),
        access_left=zeros,
        access_ends=np.zeros(n, bool),
        away=never,
        since_offer=never,
        cut=np.zeros(n),
        discount_left=zeros,
        since_pilot=never,
    )
    return replace(joined, billed_usd=joined.invoice_usd(world))


def joins(company: Company, month: int) -> int:
    """Draw the number of newcomers in a month; no decision changes it."""
    world = company.world
    times = world.campaign_joins if world.in_campaign(month) else 1.0
    mean = world.joins * times * world.customers
    shape = 1 / world.joins_spread**2  # of a negative binomial count
    generator = company.streams("joins", month)
    return int(generator.negative_binomial(shape, shape / (shape + mean)))


def _seats(world: World, plan: Ints, normal: Floats) -> Ints:
    spread = np.where(plan == 0, 0.0, world.seats_spread)  # a solo is one person
    seats = np.asarray(world.median_seats)[plan] * np.exp(spread * normal)
    fewest = np.asarray(world.fewest_seats)[plan]
    return np.maximum(np.rint(seats), fewest).astype(np.int32)


def _traits(  # noqa: PLR0913 - what is drawn, and two that hang together
    world: World,
    month: int,
    seats: Ints,
    billing_day: Ints,
    uniform: dict[str, Floats],
    normal: dict[str, Floats],
) -> Traits:
    in_campaign = world.in_campaign(month)
    mix = world.campaign_channel_mix if in_campaign else world.channel_mix
    channel = _choose(uniform["channel"], mix)
    fit = np.asarray(world.channel_fit)[channel] + normal["fit"]
    usage_by_fit, usage_by_habit = world.usage_spread
    least_kept, most_kept = world.decay_depth
    tail, most = world.company_size
    employees = np.minimum(seats * (1 - uniform["size"]) ** -tail, most)
    return Traits(
        joined=np.full(len(channel), month, np.int16),
        billing_day=billing_day.astype(np.int8),
        channel=channel,
        region=_choose(uniform["region"], world.region_mix),
        company_size=np.rint(employees).astype(np.int32),  # at least the seats
        fit=fit,
        sensitivity=normal["sensitivity"],
        reliability=world.reliability_sd * normal["reliability"],
        habit=usage_by_fit * fit + usage_by_habit * normal["habit"],
        decay_depth=least_kept + (most_kept - least_kept) * uniform["decay_depth"],
        unexplained=world.unexplained_sd * normal["unexplained"],
        client=_choose(uniform["client"], world.client_mix),
        session_length=world.session_minutes[1] * normal["session_length"],
    )


def _choose(uniform: Floats, shares: tuple[float, ...]) -> Ints:
    """Return for each draw the position in `shares` that it falls upon."""
    positions = np.searchsorted(np.cumsum(shares)[:-1], uniform, side="right")
    return positions.astype(np.int8)
