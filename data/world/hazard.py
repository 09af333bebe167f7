"""Hazard: the true probability of leaving this month, and what an offer does to it."""

from dataclasses import dataclass

import numpy as np

from data.calendar import days_in
from data.world.beliefs import CHANNELS, World
from data.world.state import NEVER, TERM_MONTHS, Bools, Floats, Ints, State

# Stages of an unpaid invoice. Stages 1 to 3 say which retry will recover it.
PAID, LOST = 0, 4


@dataclass(frozen=True)
class Risk:
    """Probabilities of leaving within the month.  # each (n_customers,)"""

    voluntary: Floats  # after the effect of an offer in force
    involuntary: Floats

    @property
    def leaving(self) -> Floats:
        return 1 - (1 - self.voluntary) * (1 - self.involuntary)


def monthly_risk(world: World, season: float, state: State) -> Risk:
    """Compute the true probabilities; `season` is the month's log-odds."""
    untouched = sigmoid(voluntary_logit(world, season, state))
    voluntary = np.minimum(untouched * (1 - cut_in_force(world, state)), 1.0)
    return Risk(voluntary, involuntary(world, state))


# --- customers who decide to leave ---------------------------------------------------


def voluntary_logit(world: World, season: float, state: State) -> Floats:
    """Add up the reasons to leave, in log-odds a month."""
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
    """Return the effect of an annual contract, by the month of its term."""
    first, middle, last = np.log(world.annual_term_odds)
    is_last = term_month == TERM_MONTHS - 1
    return np.select([term_month == 0, is_last], [first, last], middle)


def price_pressure(world: World, state: State) -> Floats:
    """Compute the log-odds that a recent price rise adds.

    They are full in the month of the rise and the next one. Then they fade.
    """
    since = since_price_rise(world, state.month)
    if since == NEVER:
        return np.zeros(len(state))
    fresh, lasting = world.price_rise_effect
    fading = np.clip(1 - (since - 1) / world.price_rise_fade_months, 0, 1)
    sensitive = world.sensitivity_effect * state.traits.sensitivity * fading
    return lasting + (fresh - lasting) * fading + sensitive


def since_price_rise(world: World, month: int) -> int:
    """Count months since the last price rise; 0 in the month of the rise."""
    past = [month - raised for raised in world.price_rises if month >= raised]
    return min(past, default=NEVER)


def competition(world: World, state: State) -> Floats | float:
    """Compute the log-odds that the competitor of the sealed year adds."""
    if state.month < world.open_months + world.competitor_month:
        return 0.0
    mean, per_sd = world.competitor_effect
    return mean + per_sd * state.traits.sensitivity


def season(world: World, noise: float, month: int) -> float:
    """Compute the log-odds of the month; `noise` is a standard normal draw."""
    wave = np.cos(2 * np.pi * month / 12)
    return float(world.season_wave * wave + world.season_noise * noise)


# --- customers lost to failed payments -----------------------------------------------


def invoice_failure(world: World, state: State) -> Floats:
    """Compute the probability that an invoice issued this month fails at first."""
    centre = np.log(world.invoice_failure / (1 - world.invoice_failure))
    # A logistic function of a spread has a higher mean: shift it back.
    shift = world.reliability_shift * world.reliability_sd**2
    return sigmoid(centre - shift + state.traits.reliability)


def involuntary(world: World, state: State) -> Floats:
    """Compute the probability that the last retry fails within the month."""
    day = state.traits.billing_day
    lost = 1 - sum(world.recovery)
    settles = day + world.dunning_days[-1] <= days_in(state.month)
    new = invoice_failure(world, state) * lost * (state.is_billed & settles)
    unpaid = in_dunning(world, state)
    old = np.where(unpaid, lost / _still_unpaid(world, state), 0.0)
    return 1 - (1 - old) * (1 - new)  # after a short month both can settle


def in_dunning(world: World, state: State) -> Bools:
    """Mark customers with an unpaid invoice from last month at the cutoff."""
    day, stage = state.traits.billing_day, state.dunning_stage
    last_retry = world.dunning_days[-1]
    settled_after = np.asarray((0, *world.dunning_days, last_retry))  # by stage
    settled_on = day + settled_after[stage]
    unpaid = (stage != PAID) & (settled_on > days_in(state.month - 1))
    return unpaid & state.was_billed


def _still_unpaid(world: World, state: State) -> Floats:
    """Return the share of failed invoices that no retry has recovered so far."""
    elapsed = days_in(state.month - 1) - state.traits.billing_day
    recovered = [
        share * (elapsed >= days)
        for share, days in zip(world.recovery, world.dunning_days, strict=True)
    ]
    return 1 - np.sum(recovered, axis=0)


# --- what an offer does --------------------------------------------------------------


def cut_in_force(world: World, state: State) -> Floats:
    """Return the share of the voluntary hazard that an earlier offer removes now."""
    return np.where(state.since_offer < world.offer_months, state.cut, 0.0)


def offer_cut(world: World, state: State) -> Floats:
    """Compute the share of the voluntary hazard that an offer made now removes.

    All that it depends on leaves traces in the recorded data, and none of it is the
    whole. A sleeping dog has a negative share: the offer harms.
    """
    rise = since_price_rise(world, state.month) < world.cut_price_rise_months
    ticket = state.since_price_ticket <= world.cut_price_ticket_months
    by_search = state.traits.channel == CHANNELS.index("paid_search")
    cut = (
        np.asarray(world.cut_by_plan)[state.plan]
        + world.cut_price_ticket * ticket
        + world.cut_price_rise * (rise & ~state.annual)
        + world.cut_paid_search * by_search
        + world.cut_first_year * (state.tenure <= world.cut_first_year_months)
        + world.cut_decay * state.in_decay
    )
    return np.where(
        is_sleeping_dog(world, state),
        world.sleeping_dog_cut,
        np.minimum(cut, world.cut_most),
    )


def is_sleeping_dog(world: World, state: State) -> Bools:
    """Mark customers who hardly use the product and have long written no ticket."""
    silent = state.since_ticket > world.sleeping_dog_months
    return silent & (state.log_usage(world) < world.sleeping_dog_usage)


def sigmoid(logit: Floats) -> Floats:
    return 1 / (1 + np.exp(-logit))
