"""Hazard: each customer's true chance of leaving this month, and what an offer does."""

from dataclasses import dataclass

import numpy as np

from data.calendar import days_in
from data.world.beliefs import World
from data.world.state import NEVER, Bools, Floats, Ints, State

DUNNING_DAYS = (3, 7, 14)  # after the failed invoice; the last one settles it
PAID, LOST = 0, 4  # dunning stages; 1 to 3 are recoveries on DUNNING_DAYS


@dataclass(frozen=True)
class Risk:
    """Risk of leaving within the month, no new offer made.  # each (n_customers,)"""

    voluntary: Floats  # an offer in force included
    involuntary: Floats

    @property
    def leaving(self) -> Floats:
        return 1 - (1 - self.voluntary) * (1 - self.involuntary)


def monthly_risk(world: World, streams_season: float, state: State) -> Risk:
    """Give the true chances; `streams_season` is the month's log-odds of the season."""
    untouched = sigmoid(voluntary_logit(world, streams_season, state))
    voluntary = np.minimum(untouched * (1 - cut_in_force(world, state)), 1.0)
    return Risk(voluntary, involuntary(world, state))


def voluntary_logit(world: World, season: float, state: State) -> Floats:
    """Add up why a customer leaves of his own will, in log-odds a month."""
    onboarding = world.onboarding * np.maximum(
        0, 1 - (state.tenure - 1) / world.onboarding_months
    )
    return (
        np.asarray(world.base_logit)[state.plan]
        + world.fit_effect * state.traits.fit
        + state.traits.unexplained
        + onboarding
        + world.engagement_effect * state.engagement
        + world.decay_effect * state.in_decay
        + state.irritation
        + price_pressure(world, state)
        + competition(world, state)
        + np.where(state.annual, term_log_odds(world, state.term_month), 0.0)
        + season
    )


def term_log_odds(world: World, term_month: Ints) -> Floats:
    first, middle, last = np.log(world.annual_term_odds)
    return np.select([term_month == 0, term_month == 11], [first, last], middle)


def price_pressure(world: World, state: State) -> Floats:
    """Give the log-odds of a recent price rise: full for 2 months, faded after 6."""
    since = since_price_rise(world, state.month)
    if since == NEVER:
        return np.zeros(len(state))
    fresh, lasting = world.price_rise_effect
    fading = np.clip(1 - (since - 1) / 4, 0, 1)
    sensitive = world.sensitivity_effect * state.traits.sensitivity * fading
    return lasting + (fresh - lasting) * fading + sensitive


def since_price_rise(world: World, month: int) -> int:
    """Count months since the last rise; 0 in the month that brings it."""
    past = [month - raised for raised in world.price_rises if month >= raised]
    return min(past, default=NEVER)


def competition(world: World, state: State) -> Floats | float:
    if state.month < world.open_months + world.competitor_month:
        return 0.0
    mean, per_sd = world.competitor_effect
    return mean + per_sd * state.traits.sensitivity


def season(world: World, noise: float, month: int) -> float:
    """Give the month's log-odds; `noise` is a standard normal draw."""
    wave = np.cos(2 * np.pi * month / 12)
    return float(world.season_wave * wave + world.season_noise * noise)


def invoice_failure(world: World, state: State) -> Floats:
    """Give the chance that an invoice issued this month fails at first."""
    centre = np.log(world.invoice_failure / (1 - world.invoice_failure))
    spread_out = 0.45 * world.reliability_sd**2  # keeps the mean where it was
    return sigmoid(centre - spread_out + state.traits.reliability)


def involuntary(world: World, state: State) -> Floats:
    """Give the chance that dunning ends without payment within the month."""
    day = state.traits.billing_day
    lost = 1 - sum(world.recovery)
    settles = day + DUNNING_DAYS[-1] <= days_in(state.month)
    new = invoice_failure(world, state) * lost * (state.is_billed & settles)
    old = np.where(in_dunning(state), lost / unsettled(world, state), 0.0)
    return 1 - (1 - old) * (1 - new)  # after a short month both can settle


def in_dunning(state: State) -> Bools:
    """Mark who has an unpaid invoice from last month at the cutoff."""
    day, stage = state.traits.billing_day, state.dunning_stage
    settled_on = day + np.asarray((0, *DUNNING_DAYS, DUNNING_DAYS[-1]))[stage]
    unpaid = (stage != PAID) & (settled_on > days_in(state.month - 1))
    return unpaid & state.was_billed


def unsettled(world: World, state: State) -> Floats:
    """Give the share of failures that are still open as long after the invoice."""
    elapsed = days_in(state.month - 1) - state.traits.billing_day
    recovered = [
        share * (elapsed >= days)
        for share, days in zip(world.recovery, DUNNING_DAYS, strict=True)
    ]
    return 1 - np.sum(recovered, axis=0)


def cut_in_force(world: World, state: State) -> Floats:
    """Give the share of the voluntary hazard that an earlier offer removes now."""
    return np.where(state.since_offer < world.offer_months, state.cut, 0.0)


def offer_cut(world: World, state: State) -> Floats:
    """Give the share of the voluntary hazard that an offer made now would remove.

    Everything it depends on leaves traces in the recorded data, except the price
    sensitivity, which shows through tickets only. Negative: a sleeping dog.
    """
    price_rise = since_price_rise(world, state.month) < 4
    cut = (
        np.asarray(world.cut_by_plan)[state.plan]
        + world.cut_price_ticket * (state.since_price_ticket <= 3)
        + world.cut_price_rise * price_rise
        + world.cut_sensitivity * state.traits.sensitivity
        + world.cut_decay * state.in_decay
    )
    return np.where(
        is_sleeping_dog(world, state),
        world.sleeping_dog_cut,
        np.minimum(cut, world.cut_most),
    )


def is_sleeping_dog(world: World, state: State) -> Bools:
    """Mark who hardly uses the product and has not written for half a year."""
    quiet = state.since_ticket > 6
    return quiet & (state.log_usage(world) < world.sleeping_dog_usage)


def sigmoid(logit: Floats) -> Floats:
    return 1 / (1 + np.exp(-logit))
