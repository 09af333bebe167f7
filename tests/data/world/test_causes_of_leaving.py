"""What was planted as a cause of leaving is found again in who left."""

import numpy as np
import pandas as pd
import pytest

from data.world.beliefs import PLANS, World
from data.world.step import INVOLUNTARY, VOLUNTARY
from tests.data.world.logistic import fit
from tests.data.world.panel import panel_of
from tests.worlds import errors_off

WORLD = World(customers=20_000)
RISES, COMPETITOR = (9, 26), 29  # months
FAR = 99


def unpaid(rows: pd.DataFrame) -> pd.Series:
    """Mark who has an invoice of last month that no retry has settled yet."""
    days = np.array([0, 3, 7, 14, 14])[rows["stage"]]
    open_still = rows["billing_day"] + days > rows["days_last_month"]
    billed = ~rows["annual"] | (rows["term_month"] == 0)
    return (rows["stage"] > 0) & open_still & billed


def since_rise(rows: pd.DataFrame) -> pd.Series:
    """Count months since the last price rise, 0 in its month."""
    month = rows["month"].astype(int)
    first, second = RISES
    return (
        month.where(month < second, month - second)
        .where((month < first) | (month >= second), month - first)
        .where(month >= first, FAR)
    )


GROUPS = {
    "all": lambda r: r["month"] >= 0,
    "solo": lambda r: r["plan"] == 0,
    "team": lambda r: r["plan"] == 1,
    "business": lambda r: r["plan"] == 2,
    "invoice unpaid": unpaid,
    "paid, billed early": lambda r: ~unpaid(r) & (r["billing_day"] < 14),
    "paid, billed late": lambda r: ~unpaid(r) & (r["billing_day"] > 17),
    "annual, month 1 of the term": lambda r: r["annual"] & (r["term_month"] == 0),
    "annual, inside the term": lambda r: r["annual"] & r["term_month"].between(1, 10),
    "annual, last of the term": lambda r: r["annual"] & (r["term_month"] == 11),
    "usage decays": lambda r: r["in_decay"],
    "price ticket last month": lambda r: r["since_price_ticket"] == 1,
    "slow answer last month": lambda r: r["slow"] == 1,
    "offer in force": lambda r: r["since_offer"] < 6,
    "offer has run out": lambda r: r["since_offer"].between(6, 12),
    "price rise is fresh": lambda r: since_rise(r) < 2,
    "a competitor is there": lambda r: r["month"] >= COMPETITOR,
    "first months": lambda r: r["tenure"] <= 4,
    "after 3 years": lambda r: r["tenure"] > 36,
    "riskiest tenth": lambda r: r["p_voluntary"] > r["p_voluntary"].quantile(0.9),
    "safest half": lambda r: r["p_voluntary"] < r["p_voluntary"].median(),
}


@pytest.mark.parametrize("group", GROUPS)
def test_as_many_decide_to_leave_as_their_probabilities_say(panel, group):
    rows = panel[GROUPS[group](panel)]

    off = errors_off(rows["left"] == VOLUNTARY, rows["p_voluntary"])

    assert rows["p_voluntary"].sum() > 25
    assert abs(off) < 4


IMMUNE = ("annual, inside the term", "paid, billed late")  # no invoice ends this month


@pytest.mark.parametrize("group", [group for group in GROUPS if group not in IMMUNE])
def test_as_many_are_lost_to_failed_payments_as_their_probabilities_say(panel, group):
    rows = panel[GROUPS[group](panel)]

    off = errors_off(rows["left"] == INVOLUNTARY, rows["p_involuntary"])

    assert rows["p_involuntary"].sum() > 25
    assert abs(off) < 4


@pytest.mark.parametrize("group", IMMUNE)
def test_nobody_is_lost_whose_dunning_cannot_end_this_month(panel, group):
    rows = panel[GROUPS[group](panel)]

    assert not (rows["left"] == INVOLUNTARY).any()
    assert rows["p_involuntary"].max() == 0


@pytest.fixture(scope="module")
def bad_payers() -> pd.DataFrame:
    """A world where three invoices in ten fail, all of them monthly."""
    monthly = {"annual_share": (0.0, 0.0, 0.0), "invoice_failure": 0.3}
    return panel_of(World(customers=8_000, open_months=4, **monthly), seed=3)


@pytest.mark.parametrize("days_last_month", [28, 30, 31])
@pytest.mark.parametrize("is_unpaid", [True, False])
def test_the_length_of_last_month_is_in_the_probabilities(
    bad_payers, days_last_month, is_unpaid
):
    of_month = bad_payers["days_last_month"] == days_last_month
    rows = bad_payers[of_month & (unpaid(bad_payers) == is_unpaid)]

    off = errors_off(rows["left"] == INVOLUNTARY, rows["p_involuntary"])

    assert rows["p_involuntary"].sum() > 200
    assert abs(off) < 4


# --- the beliefs, estimated from who left --------------------------------------------

FRESH, LASTING = WORLD.price_rise_effect
COMPETITION, COMPETITION_PER_SD = WORLD.competitor_effect
FIRST, INSIDE, LAST = np.log(WORLD.annual_term_odds)
PLANTED = {
    "solo": WORLD.base_logit[0],
    "team": WORLD.base_logit[1],
    "business": WORLD.base_logit[2],
    "fit": WORLD.fit_effect,
    "unexplained": 1.0,
    "season": 1.0,
    "onboarding": WORLD.onboarding,
    "engagement": WORLD.engagement_effect,
    "in_decay": WORLD.decay_effect,
    "old_irritation": WORLD.irritation_memory,
    "wrote": WORLD.ticket_effect,
    "slow": WORLD.unresolved_effect,
    "fast": WORLD.fast_effect,
    "price rise, lasting": LASTING,
    "price rise, fading": FRESH - LASTING,
    "price rise, fading, per sensitivity": WORLD.sensitivity_effect,
    "competitor": COMPETITION,
    "competitor, per sensitivity": COMPETITION_PER_SD,
    "annual, first": FIRST,
    "annual, inside": INSIDE,
    "annual, last": LAST,
}


def causes(rows: pd.DataFrame) -> pd.DataFrame:
    """Lay out what is believed to matter, one column per belief."""
    since, annual, term = since_rise(rows), rows["annual"], rows["term_month"]
    fading = (1 - (since - 1) / 4).clip(0, 1)
    competitor = (rows["month"] >= COMPETITOR).astype(float)
    columns = {
        **{plan: rows["plan"] == k for k, plan in enumerate(PLANS)},
        "onboarding": (1 - (rows["tenure"] - 1) / 4).clip(lower=0),
        "price rise, lasting": since < FAR,
        "price rise, fading": fading,
        "price rise, fading, per sensitivity": fading * rows["sensitivity"],
        "competitor": competitor,
        "competitor, per sensitivity": competitor * rows["sensitivity"],
        "annual, first": annual & (term == 0),
        "annual, inside": annual & term.between(1, 10),
        "annual, last": annual & (term == 11),
    }
    return pd.DataFrame({k: columns.get(k, rows.get(k)) for k in PLANTED})


@pytest.fixture(scope="module")
def estimates(panel) -> pd.DataFrame:
    """Log-odds from outcomes of those without an offer whose payments went through."""
    alone = panel["since_offer"] >= 6
    rows = panel[alone & (panel["left"] != INVOLUNTARY) & (panel["month"] > 0)]
    return fit(causes(rows), (rows["left"] == VOLUNTARY).to_numpy())


@pytest.mark.parametrize("cause", PLANTED)
def test_a_planted_cause_is_recovered(estimates, cause):
    estimate, error = estimates.loc[cause]

    assert abs(estimate - PLANTED[cause]) < 4 * error
    assert error < 0.25  # so that a cause that is not there would be missed
