"""Ceilings: the best that could be computed from what was recorded, or from all.

Models see many more customers than any level has and are fitted straight to true
values instead of outcomes. They are fitted in worlds of their own, and then live
through the very worlds that are shown.

The observable ceiling sees the recorded columns, clean. The worlds that it is fitted in
go on in their last year as the open months went: with a price rise like the one before,
in a month of no special number, with no competitor and no campaign. So it knows nothing
of the sealed year that the records have not shown by the cutoff. Full information sees
all hidden states at the cutoff, and is fitted in worlds with all that the sealed year
holds.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from data.judge.ceiling.best_models import (
    ROUNDS,
    Models,
    See,
    best_offers,
    fit,
    hidden,
    risk_of,
    together,
    untouched_year,
)
from data.judge.ceiling.record import Record, open_months
from data.judge.exam import judged
from data.judge.policies import full_information
from data.judge.result import Result
from data.judge.year import Cutoff, Decision, Policy, Setting, live, setting
from data.world.beliefs import World
from data.world.company import Company
from data.world.company_offers import no_offers
from data.world.history import history

TRAIN_SEEDS = (1001, 1002, 1003, 1004, 1005)
RISE_MONTHS = (1, 3, 5, 7, 9)  # of the last year of each of these worlds
TRAIN_CUSTOMERS = 24_000  # in each of them
NAMES = ("observable", "full_information")


class Ceiling(NamedTuple):
    """What one ceiling reached in one world."""

    name: str
    seed: int
    result: Result


def ceilings(
    world: World, seeds: list[int], say: Callable[[str], None] = print
) -> Iterator[Ceiling]:
    """Fit the models, then let them live through the worlds of `seeds`."""
    trained = replace(world, customers=TRAIN_CUSTOMERS)
    say(f"fitting on {TRAIN_CUSTOMERS * len(TRAIN_SEEDS):,} customers, ten minutes")
    models = fit_observable(trained), fit_informed(trained)
    for seed in seeds:
        say(f"living through world {seed}")
        judge, record = open_months(world, seed)
        for name, result in zip(NAMES, both(judge, record, *models), strict=True):
            yield Ceiling(name, seed, result)


def fit_observable(world: World, rounds: int = ROUNDS) -> Models:
    """Fit on what was recorded of worlds whose last year is like the open months."""
    years = []
    for number, seed in enumerate(TRAIN_SEEDS):
        judge, record = open_months(calm(world, RISE_MONTHS[number]), seed)
        years.append(untouched_year(judge, number, record.see, record.watch))
    return fit(together(years), world.offer_months, rounds)


def calm(world: World, rise_month: int) -> World:
    """Return a world whose sealed year holds nothing that is new."""
    usual_rise, usual_month = world.price_rise[0], world.price_rise_month[0]
    return replace(
        world,
        price_rise=(usual_rise, usual_rise),
        price_rise_month=(usual_month, rise_month),
        competitor_effect=(0.0, 0.0),
        campaign=(0, 0),
    )


def fit_informed(world: World, rounds: int = ROUNDS) -> Models:
    """Fit on all that is true of worlds like those that are shown."""
    years = []
    for number, seed in enumerate(TRAIN_SEEDS):
        company = Company(world, seed)
        *_, last = history(company, world.open_months)
        judge = setting(company, last)
        years.append(untouched_year(judge, number, informed(world)))
    return fit(together(years), world.offer_months, rounds, sees_risk=True)


def informed(world: World) -> See:
    return lambda cutoff: hidden(world, cutoff)


def both(
    judge: Setting, record: Record, observable: Models, informs: Models
) -> Iterator[Result]:
    """Let both ceilings live through one world, with their offers and without."""
    shadow = record.copied()
    months = live(judge, best_offers(judge, observable, record.see), record.watch)
    yield judged(judge, months, live(judge, predicts(observable, shadow), shadow.watch))
    months = live(judge, best_offers(judge, informs, informed(judge.world)))
    yield judged(judge, months, live(judge, full_information))


def predicts(models: Models, record: Record) -> Policy:
    """Predict from the record; make no offer."""

    def decide(cutoff: Cutoff) -> Decision:
        risk = risk_of(models, record.see(cutoff), cutoff)
        return Decision(no_offers(cutoff.state), risk)

    return decide
