"""Ladder: from level 1 to level 2, one practice after the other."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from comparison.code_lines import NOTEBOOK, Code
from comparison.method import Bench, Way
from comparison.mistakes.rows import random_split
from comparison.practice import Outcome, outcome, over_one_half
from data.judge.result import Result
from level2_project import (
    evaluate,
    features,
    label,
    load,
    select,
    snapshots,
    split,
    train,
    tune,
)
from level2_project.decide import decide, reachable
from level2_project.measures import curves, interval
from level2_project.models import encode, studies, walk
from level2_project.point_in_time import billing, contract, grid, tickets, usage
from level2_project.sources import (
    completeness,
    drops,
    formats,
    repairs,
    repairs_usage,
    schema,
)
from level2_project.split import KEYS, LABEL
from level2_project.text import reader
from level2_project.train import Recipe, Trained

# What the flat export tells of a customer, as it was known at each cutoff.
PLAIN = (
    "plan contract region channel company_size seats monthly_fee_usd tenure_days "
    "active_days_365 minutes_90 days_since_last_use n_tickets n_failed_payments"
).split()


class Rung(NamedTuple):
    """One practice, and the code that it costs: whole files, modules or functions."""

    says: str
    code: tuple[Code, ...]


RUNGS = {
    "level1": Rung("level 1 as it is", (NOTEBOOK,)),
    "snapshots": Rung(
        "point-in-time snapshots", (snapshots, label, grid, features, contract)
    ),
    "sources": Rung(
        "six sources, repaired",
        (
            *(schema, drops, formats, load, repairs, repairs_usage),
            *(reader, billing, usage, tickets),
        ),
    ),
    "walk_forward": Rung(
        "walk-forward with a gap", (split, walk, evaluate, interval, curves)
    ),
    "lightgbm": Rung("LightGBM", (train, encode)),
    "selection": Rung("selected columns", (select,)),
    "tuning": Rung("tuned by Optuna", (tune, studies)),
    "expected_profit": Rung("offers by expected profit", (decide,)),
    "reachable": Rung("none to who has not paid", (reachable,)),
    "completeness": Rung("short drops refused", (completeness,)),
}


def climbed(bench: Bench) -> Iterator[tuple[str, Outcome]]:
    """Give what comes of each rung after the first, all earlier practices kept."""
    start = _everybody_is_free(bench.way)
    everything = list(start.past.columns.drop([*KEYS, LABEL]))
    plain = replace(
        start,
        columns=PLAIN,
        recipe=Recipe("logistic", params={"C": 1.0}),
        offers=over_one_half,
    )
    all_sources = replace(plain, columns=everything)
    boosted = replace(all_sources, recipe=Recipe())
    selected = replace(boosted, columns=bench.way.columns)
    tuned = replace(selected, recipe=bench.way.recipe)  # the reference's model
    paying = replace(tuned, offers=bench.way.offers)
    yield "snapshots", _judged(plain, _at_random(plain))
    by_chance = _judged(all_sources, _at_random(all_sources))
    yield "sources", by_chance
    yield "walk_forward", replace(by_chance, claimed=all_sources.claimed())
    yield "lightgbm", _judged(boosted)
    yield "selection", _judged(selected)
    claimed, model = bench.outcome.claimed, bench.model
    yield "tuning", _judged(tuned, claimed, model)
    yield "expected_profit", _judged(paying, claimed, model)
    yield "reachable", _judged(_only_reachable(paying), claimed, model)
    yield "completeness", bench.outcome


def _everybody_is_free(way: Way) -> Way:
    """Read every drop as if it were whole; only who rests gets no offer."""
    return replace(way, sealed=way.case.short.assign(is_free=True))


def _only_reachable(way: Way) -> Way:
    return replace(way, sealed=way.sealed.assign(is_free=reachable(way.sealed)))


def _at_random(way: Way) -> dict[str, float]:
    return way.claimed([random_split(way.past, way.seed("split"))])


def _judged(
    way: Way, claimed: dict[str, float] | None = None, model: Trained | None = None
) -> Outcome:
    return outcome(way.case, way.practice(claimed, model))


def first_rung(result: Result) -> Outcome:
    """Take level 1's outcome over from the judge's report of one world."""
    assert result.happened is not None  # a level predicts
    happened = {**result.happened, "profit": result.money.profit}
    happened["offer_share"] = result.offer_share
    return Outcome(result.claimed or {}, happened)
