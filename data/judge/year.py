"""Year: a policy lives through the sealed year; its offers change what comes next."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from data.judge.account import Account, expected, realised
from data.judge.future import MONTHS, Future, foresee
from data.judge.value import Gain, Schedule, Worth, best_schedule, gain, worth
from data.sources.subscriptions import roster
from data.world.beliefs import SEALED_MONTHS, World
from data.world.company import Company
from data.world.company_offers import no_offers
from data.world.drift import month_season
from data.world.hazard import monthly_risk
from data.world.history import Lived
from data.world.state import Bools, Floats, State
from data.world.step import Events, step
from data.world.streams import Streams


@dataclass(frozen=True)
class Setting:
    """One world at its first sealed cutoff, and all that the judge knows of it."""

    company: Company
    begin: Lived  # the last open month
    future: Future
    without: Worth
    gain: Gain
    schedule: Schedule
    untouched: list[Events]  # the sealed year and the run-off without offers

    @property
    def world(self) -> World:
        return self.company.world

    @property
    def streams(self) -> Streams:
        return self.company.streams

    @property
    def customers(self) -> int:
        """Count the active customers at the first sealed cutoff."""
        return int(self.begin.after.active.sum())


class Cutoff(NamedTuple):
    """One decision day; arrays of shape (n_customers,)."""

    month: int
    state: State
    roster: Bools  # customers as far as news has arrived
    came_back: Bools  # left and returned within the sealed year
    p_churn: Floats  # true probability of leaving without a new offer
    offer_months: int  # that an offer's effect lasts

    @property
    def free(self) -> Bools:
        """Mark customers without an offer in force; another would be wasted on them."""
        return self.roster & (self.state.since_offer >= self.offer_months)

    @property
    def scored(self) -> Bools:
        """Mark customers that predictions are scored on: those truly still there."""
        return self.roster & self.state.active


class Decision(NamedTuple):
    """What a policy decides at one cutoff; arrays of shape (n_customers,)."""

    offers: Bools
    p_churn: Floats | None = None  # None where a policy predicts nothing
    withheld: Bools | None = None  # by the policy's own lot; None where it draws none


class Month(NamedTuple):
    """One month of a policy's sealed year."""

    cutoff: Cutoff
    decision: Decision
    events: Events
    account: Account


Policy = Callable[[Cutoff], Decision]
Watcher = Callable[[Events, State], None]


def without_offers(policy: Policy) -> Policy:
    """Return the policy that predicts the same and makes no offer: its shadow."""

    def decide(cutoff: Cutoff) -> Decision:
        return Decision(no_offers(cutoff.state), policy(cutoff).p_churn)

    return decide


def setting(company: Company, begin: Lived) -> Setting:
    """Prepare the judge's knowledge of one world.

    Args:
        begin: the last open month, as lived with the company's own offers.
    """
    world = company.world
    future = foresee(company, begin.after)
    without = worth(world, future)
    return Setting(
        company=company,
        begin=begin,
        future=future,
        without=without,
        gain=gain(world, future, without),
        schedule=best_schedule(world, future, without),
        untouched=list(_run(company, begin.after)),
    )


def _run(company: Company, state: State, months: int = MONTHS) -> Iterator[Events]:
    for _ in range(months):
        state, events = step(company, state, no_offers(state))
        yield events


def live(
    setting: Setting, policy: Policy, watch: Watcher = lambda events, after: None
) -> list[Month]:
    """Let a policy decide at each of the twelve cutoffs.

    Args:
        watch: told of each month's events and the state that they led to.
    """
    company, world = setting.company, setting.world
    last, state = setting.begin
    came_back = np.zeros(len(state), bool)
    months = []
    for _ in range(SEALED_MONTHS):
        cutoff = _cutoff(setting, last, state, came_back)
        decision = policy(cutoff)
        offers = decision.offers & cutoff.roster
        state, last = step(company, state, offers)
        account = expected(world, setting.future, setting.gain, last, came_back, offers)
        months.append(Month(cutoff, decision, last, account))
        came_back = np.append(
            came_back | (last.return_day > 0), np.zeros(len(last.joined), bool)
        )
        watch(last, state)
    return months


def _cutoff(setting: Setting, last: Events, state: State, came_back: Bools) -> Cutoff:
    company, world = setting.company, setting.world
    season = month_season(company, state.month)
    p_churn = monthly_risk(world, season, state).leaving
    known = roster(company, state, last)
    return Cutoff(state.month, state, known, came_back, p_churn, world.offer_months)


def realised_profit(setting: Setting, months: list[Month]) -> Account:
    """Count on the same luck: the policy's year and run-off against no offers."""
    world, last = setting.world, months[-1]
    after, _ = step(setting.company, last.cutoff.state, last.events.offers)
    events = [month.events for month in months]
    events += _run(setting.company, after, MONTHS - SEALED_MONTHS)
    return realised(world, events, setting.untouched)
