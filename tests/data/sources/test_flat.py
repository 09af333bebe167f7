"""The flat export: one row per customer, sums over all that was recorded."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from data.calendar import first_day
from data.sources.emit import emit
from data.sources.flat import flat as flat_of
from data.sources.flat import month_totals
from data.sources.subscriptions import roster
from data.world.beliefs import World
from data.world.company import Company
from data.world.history import history
from data.world.state import NEVER
from tests.worlds import errors_off

EXPORTED = np.datetime64(first_day(24), "s")


@pytest.fixture(scope="module")
def flat(small_world) -> pd.DataFrame:
    """The export of the small world at the first sealed cutoff, by customer."""
    return pd.read_csv(small_world / "flat.csv").set_index("customer_id")


@pytest.fixture(scope="module")
def told(small_clean) -> dict[str, pd.DataFrame]:
    """What had happened by the day of export."""
    when = {name: "day" if name == "usage" else "event_at" for name in small_clean}
    before = {}
    for name, rows in small_clean.items():
        before[name] = rows[rows[when[name]] < EXPORTED]
    return before


def per_customer(rows: pd.DataFrame, flat: pd.DataFrame) -> pd.Series:
    """Count rows per customer of the export, none for who has none."""
    return rows.groupby("customer_id").size().reindex(flat.index, fill_value=0)


def test_every_customer_ever_known_has_one_row(flat, told):
    created = told["customers"].query("event == 'created'")

    assert flat.index.is_unique
    assert set(flat.index) == set(created["customer_id"])


def test_counts_are_those_of_the_sources(flat, told):
    failed = told["transactions"].query("kind == 'failed'")

    assert (flat["n_failed_payments"] == per_customer(failed, flat)).all()
    assert (flat["total_active_days"] == per_customer(told["usage"], flat)).all()
    opened = told["tickets"].query("event == 'opened'")
    assert (flat["n_tickets"] == per_customer(opened, flat)).all()


def test_sums_are_those_of_the_sources(flat, told):
    money = told["transactions"].query("kind in ('paid', 'retry_paid', 'refund')")
    spent = money.groupby("customer_id")["amount_usd"].sum()
    minutes = told["usage"].groupby("customer_id")["minutes"].sum()

    spent, minutes = (s.reindex(flat.index, fill_value=0) for s in (spent, minutes))

    assert np.allclose(flat["total_spend_usd"], spent, atol=0.006)
    assert (flat["total_minutes"] == minutes).all()


def test_days_since_the_last_use_are_counted_from_the_last_active_day(flat, told):
    last = told["usage"].groupby("customer_id")["day"].max().reindex(flat.index)

    days = (pd.Timestamp(EXPORTED) - last).dt.days

    assert days.isna().equals(flat["days_since_last_use"].isna())
    assert (flat["days_since_last_use"].dropna() == days.dropna()).all()


def test_churned_is_who_has_an_ending_that_was_booked_by_then(flat, small_clean):
    """Customers count until the news of their leaving arrives, and after a return."""
    changes = small_clean["subscriptions"].query(
        "event in ('start', 'return', 'cancel') and arrived_at < @EXPORTED"
    )
    last = changes.sort_values("event_at").groupby("customer_id")["event"].last()

    assert ((flat["churned"] == 1) == (last.reindex(flat.index) == "cancel")).all()


def test_the_switch_of_support_tells_who_has_left_and_not_who_will(
    flat, small_world, small_clean
):
    """A trap, on purpose: it is known after the fact."""
    here = flat[flat["churned"] == 0]
    truth = pd.read_parquet(small_world / "sealed" / "truth" / "2024-01.parquet")
    next_month = (
        truth.set_index("customer_id")["left"].reindex(here.index).fillna(0) > 0
    )

    agrees = (flat["auto_renew"] == (flat["churned"] == 0)).mean()
    by_switch = next_month.groupby(here["auto_renew"]).mean()

    assert agrees > 0.85
    n_off = int((~here["auto_renew"]).sum())
    expected = np.full(n_off, next_month.mean())
    assert n_off > 50
    assert abs(errors_off(by_switch[False] * n_off, expected)) < 4


BEHAVIOUR = [
    "total_spend_usd", "total_active_days", "total_minutes", "n_tickets",
    "n_failed_payments", "days_since_last_use",
]  # fmt: skip


@pytest.mark.parametrize("month", [12, 24, 30])
def test_who_has_left_unheard_looks_like_a_customer_who_stays(month):
    """The same customers, had they stayed: only what they did tells them apart."""
    company = Company(World(customers=3_000), 5)
    *_, lived = history(company, month)
    events, after = lived
    customers = roster(company, after, events)
    unheard = customers & ~after.active
    stayed = replace(
        after,
        active=after.active | unheard,
        access_left=np.where(unheard, 0, after.access_left),
        away=np.where(unheard, NEVER, after.away),
    )
    totals = month_totals(emit(company, events), len(after))

    told, as_if = (flat_of(company, s, totals, customers) for s in (after, stayed))

    assert unheard.sum() > 10
    pd.testing.assert_frame_equal(
        told.drop(columns=BEHAVIOUR), as_if.drop(columns=BEHAVIOUR)
    )


def test_a_customer_who_has_left_does_not_grow_older(flat, small_clean):
    """Once the news has come; and all others do."""
    joined = small_clean["customers"].query("event == 'created'")
    start = joined.drop_duplicates("customer_id").set_index("customer_id")["event_at"]
    months = (2024 - start.dt.year) * 12 + 1 - start.dt.month

    short_of_it = months.reindex(flat.index) - flat["tenure_months"]

    assert (short_of_it[flat["churned"] == 0] == 0).all()
    assert (short_of_it[flat["churned"] == 1] > 0).mean() > 0.8
    assert (short_of_it >= 0).all()


def test_some_sizes_and_answers_are_missing_and_nothing_else(flat):
    missing = flat.isna().mean()

    holes = {"company_size", "satisfaction"}
    never_used = {"days_since_last_use"}
    assert set(missing[missing > 0].index) - never_used == holes
    assert missing["company_size"] == pytest.approx(0.08, abs=0.02)
    assert missing["satisfaction"] == pytest.approx(0.40, abs=0.04)
