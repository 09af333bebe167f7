"""Panel: one row per active customer and month, with what was true and what came."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from data.calendar import days_in
from data.world.beliefs import World
from data.world.company import Company
from data.world.company_offers import company_offers, enter_pilot
from data.world.drift import month_season
from data.world.state import State
from data.world.step import Events, start, step

NEVER_WROTE = {"wrote": False, "slow": False, "fast": False, "old_irritation": 0.0}


def panel_of(world: World, seed: int) -> pd.DataFrame:
    """Live through all months, with offers to a random tenth in the sealed year."""
    company = Company(world, seed)
    months = [_rows(company, *pair) for pair in _pairs(company)]
    return pd.concat(months, ignore_index=True)


def _pairs(company: Company) -> Iterator[tuple[Events | None, Events]]:
    """Return each month's events with those of the month before."""
    world = company.world
    state, before = start(company), None
    for month in range(world.months):
        groups = company_offers(company, state)
        state, offers = enter_pilot(state, groups), groups.offered
        if month >= world.open_months:
            luck = np.random.default_rng((1_000 + company.seed, month))
            offers = luck.random(len(state)) < 0.10
        state, events = step(company, state, offers)
        yield before, events
        before = events


def _rows(company: Company, before: Events | None, events: Events) -> pd.DataFrame:
    state, risk = events.state, events.risk
    rows = pd.DataFrame(
        {
            "month": state.month,
            "days_last_month": days_in(state.month - 1),
            "season": month_season(company, state.month),
            "plan": state.plan,
            "annual": state.annual,
            "term_month": state.term_month,
            "tenure": state.tenure,
            "fit": state.traits.fit,
            "sensitivity": state.traits.sensitivity,
            "unexplained": state.traits.unexplained,
            "engagement": state.engagement,
            "in_decay": state.in_decay,
            "stage": state.dunning_stage,
            "billing_day": state.traits.billing_day,
            "since_price_ticket": state.since_price_ticket,
            "since_offer": state.since_offer,
            "p_voluntary": risk.voluntary * (1 - risk.involuntary),
            "p_involuntary": risk.involuntary,
            "left": events.left,
            **_wrote(before, state),
        }
    )
    return rows[state.active].astype({"left": "int8", "month": "int8"})


def _wrote(before: Events | None, state: State) -> dict[str, np.ndarray]:
    """Return which customers wrote last month, and how slow the slowest answer was."""
    if before is None:
        return {name: np.full(len(state), np.nan) for name in NEVER_WROTE}
    tickets, n = before.drift.tickets, len(before.state)
    slowest = pd.Series(tickets.resolved_after).groupby(tickets.who).max()
    slowest = slowest.reindex(range(n)).to_numpy()  # NaN where nobody wrote
    known = {
        "wrote": ~np.isnan(slowest),
        "slow": slowest > 7,
        "fast": slowest <= 1,
        "old_irritation": before.state.irritation,
    }
    n_new = len(state) - n
    return {name: np.pad(v.astype(float), (0, n_new)) for name, v in known.items()}
