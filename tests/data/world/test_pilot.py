"""Past offers: a pilot by lot, and favours to those who complain."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from data.sources.offers import offers
from data.world.beliefs import World
from data.world.company import Company
from data.world.history import history
from data.world.step import VOLUNTARY, Events
from tests.data.world.cuts import believed_cut
from tests.worlds import errors_off, share_off

SEED, BELIEFS = 31, World()
# More offers by lot and none by favour, so that the pilot finds what it looks for.
WORLD = replace(BELIEFS, customers=60_000, pilot_share=0.25, ad_hoc_share=0.0)

ABOUT_PRICE = (
    "cheaper plan|hard to justify|discount if|budget was cut|pay so much more|quoted us"
)


@pytest.fixture(scope="module")
def pilot() -> pd.DataFrame:
    """One row per customer of the pilot and month, six months from the draw on."""
    company, drawn, rows = Company(WORLD, SEED), None, []
    for month in history(company, 22):
        if month.events.month >= 12:
            drawn = with_those_drawn(drawn, company, month.events)
            rows.append(six_months(drawn, month.events))
    return pd.concat(rows, ignore_index=True)


def with_those_drawn(drawn, company: Company, events: Events) -> pd.DataFrame:
    """Add the arm and the cut of the month's customers, by the company's own table."""
    told = offers(company, events).set_index("customer_id")["arm"]
    cut = pd.Series(believed_cut(events.state), events.state.customer_id)
    fresh = pd.DataFrame({"arm": told, "cut": cut.reindex(told.index)})
    return pd.concat([drawn, fresh.assign(month=events.month)])


def six_months(drawn: pd.DataFrame, events: Events) -> pd.DataFrame:
    state = events.state
    here = pd.DataFrame(
        {
            "left": events.left == VOLUNTARY,
            "p_voluntary": events.risk.voluntary * (1 - events.risk.involuntary),
            "tenure": state.tenure,
            "engagement": state.engagement,
        },
        index=state.customer_id,
    )[state.active]
    rows = here.join(drawn, how="inner")
    rows["months"] = events.month - rows["month"]
    return rows[rows["months"] < 6]


def test_treated_leave_less_than_controls_by_the_mean_cut_of_their_probability(pilot):
    treated, control = (pilot[pilot["arm"] == arm] for arm in ("treated", "control"))
    expected = (control["cut"] * control["p_voluntary"]).mean()

    difference = control["left"].mean() - treated["left"].mean()

    shares = [(rows["left"].mean(), len(rows)) for rows in (treated, control)]
    error = np.sqrt(sum(share * (1 - share) / n for share, n in shares))
    assert abs(difference - expected) < 4 * error
    assert difference > 2 * error  # the pilot was large enough to see it


@pytest.mark.parametrize("arm", ["treated", "control"])
def test_each_arm_leaves_as_its_probabilities_say(pilot, arm):
    rows = pilot[pilot["arm"] == arm]

    assert abs(errors_off(rows["left"], rows["p_voluntary"])) < 4


@pytest.mark.parametrize("trait", ["tenure", "engagement", "cut"])
def test_the_arms_are_alike_but_for_the_offer(pilot, trait):
    drawn = pilot[pilot["months"] == 0]
    treated, control = (
        drawn.loc[drawn["arm"] == arm, trait] for arm in ("treated", "control")
    )

    error = np.sqrt(treated.var() / len(treated) + control.var() / len(control))

    assert abs(treated.mean() - control.mean()) < 4 * error


# --- what the company did in its usual world -----------------------------------------


@pytest.fixture(scope="module")
def told(small_clean) -> pd.DataFrame:
    """The offers' table of the small world, with the `month` of each row."""
    rows = small_clean["offers"]
    return rows.assign(month=rows["event_at"].dt.strftime("%Y-%m"))


def test_the_pilot_runs_from_month_12_to_17_with_600_of_2000_in_each_arm(told):
    rows = told[told["campaign"] == "pilot"]

    sizes = rows.groupby(["month", "arm"]).size()

    assert sorted(rows["month"].unique()) == [f"2023-{m:02}" for m in range(1, 7)]
    assert len(sizes) == 12
    for arm in ("treated", "control"):
        n = int(sizes.xs(arm, level="arm").sum())
        assert abs(n - 600) < 4 * np.sqrt(600)


def test_the_pilot_draws_nobody_twice(told):
    assert told.loc[told["campaign"] == "pilot", "customer_id"].is_unique


def test_the_pilot_draws_the_free_and_leaves_them_alone_for_six_months():
    drawn_in_force = favours = n = 0
    for month in history(Company(BELIEFS, SEED), 24):
        state, offered = month.events.state, month.events.offers
        fresh = state.since_pilot == 0
        n += np.sum(fresh)
        drawn_in_force += np.sum(
            fresh & (state.since_offer > 0) & (state.since_offer < 6)
        )
        favours += np.sum(offered & (state.since_pilot > 0) & (state.since_pilot < 6))

    assert n > 10_000
    assert drawn_in_force == 0
    assert favours == 0


def months_of(rows: pd.DataFrame, earlier: int = 0) -> set[tuple[int, str]]:
    """Return each row's customer and month, or the month some months earlier."""
    month = (rows["event_at"].dt.to_period("M") - earlier).astype(str)
    return set(zip(rows["customer_id"], month, strict=True))


def test_favours_go_to_three_in_ten_of_those_who_complained_last_month(
    told, small_clean
):
    tickets, subscriptions = small_clean["tickets"], small_clean["subscriptions"]
    opened = tickets[(tickets["event"] == "opened")]
    complaints = months_of(opened[opened["text"].str.contains(ABOUT_PRICE)])
    back = months_of(subscriptions[subscriptions["event"] == "return"])

    favours = months_of(told[told["campaign"] == "ad_hoc"], earlier=1)

    in_view = {(who, month) for who, month in favours if month >= "2022-01"}
    # Customers who just came back may have complained, unrecorded, while away.
    assert in_view <= complaints | back
    could = [month for _, month in complaints if month < "2023-12"]
    off = share_off(len(in_view), len(could), BELIEFS.ad_hoc_share)
    assert -8 < off < 1  # some have left by the next cutoff, some are in the pilot


def test_the_sealed_year_holds_no_offer_of_the_companys_own(told):
    assert told["month"].max() == "2023-12"


def test_controls_get_nothing_and_the_rest_the_same_offer(told):
    control = told["arm"] == "control"

    assert set(told.loc[control, "campaign"]) == {"pilot"}
    assert (told.loc[control, ["discount", "discount_months"]] == 0).all(axis=None)
    assert set(told.loc[~control, "discount"]) == {0.15}
    assert set(told.loc[~control, "discount_months"]) == {2}
