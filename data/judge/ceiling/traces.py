"""Traces: what a retention manager would look at, each a rule of its own.

A trace is one mark that the records leave on a customer, as they had arrived by the
cutoff. The rule on a trace makes an offer to every free customer who bears it. Anybody
could use such a rule: it needs no model and no truth. The best of them was chosen in
worlds other than those that are shown, and stands in `one_trace.json`.
"""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from data.judge.ceiling.best_models import Cutoffs, earned, together, untouched_year
from data.judge.ceiling.record import Record, open_months
from data.judge.year import Cutoff, Decision, Policy, Setting
from data.world.beliefs import CHANNELS, PLANS, REGIONS, World
from data.world.state import NEVER, Bools, Floats

CHOSEN_ON = (1, 2, 3, 4, 5)  # seeds of the worlds; none of them is shown
CHOSEN = Path(__file__).with_name("one_trace.json")

Columns = dict[str, Floats]
Trace = Callable[[Columns], Bools]


def at_most(column: str, most: float) -> Trace:
    return lambda columns: columns[column] <= most


def at_least(column: str, least: float) -> Trace:
    return lambda columns: columns[column] >= least


def between(column: str, least: float, most: float) -> Trace:
    return lambda columns: (columns[column] >= least) & (columns[column] <= most)


def fell_by_half(columns: Columns) -> Bools:
    before = columns["days_before"]
    return (before >= 4) & (columns["days_now"] <= before / 2)  # of few days, by chance


def offered_long_ago(columns: Columns) -> Bools:
    return columns["since_offer"] < NEVER  # a free customer's offer has run out


def one_of(column: str, names: tuple[str, ...]) -> dict[str, Trace]:
    """Return a trace for each value of a column that holds positions in `names`."""
    return {
        f"{column} {name}": between(column, position, position)
        for position, name in enumerate(names)
    }


# Times are months, usage is active days a month, `waiting` days.
TRACES: dict[str, Trace] = {
    "price ticket within 3 months": at_most("since_price", 3),
    "cancel ticket": at_least("tickets_cancel", 0.3),  # within 3 months: it fades
    "bug ticket": at_least("tickets_bug", 0.3),
    "how-to ticket": at_least("tickets_how_to", 0.3),
    "any ticket last month": at_most("since_any", 1),
    "any ticket within 3 months": at_most("since_any", 3),
    "no ticket within 6 months": at_least("since_any", 7),
    "cross ticket last month": at_least("cross", 1),
    "unresolved ticket": at_least("waiting", 0),
    "unresolved ticket for 7 days": at_least("waiting", 7),
    "slow answer": at_least("slow", 0.3),
    "price rise on an invoice within 4 months": at_most("since_rise", 4),
    "failed payment last month": at_most("since_failed", 1),
    "failed payment within 3 months": at_most("since_failed", 3),
    "usage fell by half": fell_by_half,
    "no use for 7 days": at_least("last_seen", 7),
    "no use for 14 days": at_least("last_seen", 14),
    "used on 4 days or fewer": at_most("days_now", 4),
    "used on 15 days or more": at_least("days_now", 15),
    "first 3 months": at_most("tenure", 3),
    "first year": at_most("tenure", 12),
    "second year": between("tenure", 13, 24),
    "longer than 3 years": at_least("tenure", 37),
    "monthly contract": between("annual", 0, 0),
    "annual contract": between("annual", 1, 1),
    "renewal within 2 months": at_least("term_month", 10),
    "seats shrunk within 3 months": at_most("since_shrunk", 3),
    "contract changed within 3 months": at_most("since_change", 3),
    "20 seats or more": at_least("seats", 20),
    "fee of 100 USD or more": at_least("fee", 100),
    "came back": at_most("since_return", NEVER - 1),
    "had an offer before": offered_long_ago,
    **one_of("plan", PLANS),
    **one_of("channel", CHANNELS),
    **one_of("region", REGIONS),
}


def offers_on(trace: Trace, record: Record) -> Policy:
    """Offer to the free customers who bear the trace.

    Args:
        record: must be told of each month of the life that the policy decides in.
    """

    def decide(cutoff: Cutoff) -> Decision:
        return Decision(cutoff.free & trace(record.recorded.columns()))

    return decide


def marked_year(judge: Setting, record: Record, number: int = 0) -> Cutoffs:
    """Live through the sealed year without offers; see who bears which trace.

    Returns:
        The cutoffs; `seen` has a column for each of `TRACES`, 1 for who bears it.
    """
    mine = record.copied()

    def see(_: Cutoff) -> Floats:
        columns = mine.recorded.columns()
        return np.column_stack([trace(columns) for trace in TRACES.values()])

    return untouched_year(judge, number, see, mine.watch)


def choose(world: World) -> dict[str, float]:
    """Return what each rule earns on average, USD per 1,000 customers, best first."""
    years, customers = [], 0
    for number, seed in enumerate(CHOSEN_ON):
        judge, record = open_months(world, seed)
        years.append(marked_year(judge, record, number))
        customers += judge.customers
    year = together(years)
    usd = {
        name: 1000 * earned(year, mark > 0, world.offer_months) / customers
        for name, mark in zip(TRACES, year.seen.T, strict=True)
    }
    return dict(sorted(usd.items(), key=lambda one: -one[1]))


def write_chosen(usd: dict[str, float], world: World) -> None:
    """Write which rule is the best, and what each of them earns."""
    chosen = {
        "trace": next(iter(usd)),
        "chosen_on_seeds": CHOSEN_ON,
        "customers": world.customers,
        "beliefs": world.fingerprint(),
        "usd_per_1000_customers": {name: round(value) for name, value in usd.items()},
    }
    CHOSEN.write_text(json.dumps(chosen, indent=1) + "\n")


def best_trace() -> Trace:
    """Return the trace whose rule earned most in the worlds that it was chosen on."""
    return TRACES[json.loads(CHOSEN.read_text())["trace"]]
