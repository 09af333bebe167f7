"""The adapter: what the judge gets of level 2, also when a drop cannot be used."""

import shutil
from functools import cache
from pathlib import Path

import joblib
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.judge.contract import read_claim, read_predictions
from data.simulate import simulate
from data.sources.plan import Plan
from data.world.beliefs import World
from level2_project.config import read_config
from level2_project.exam import fit, opened, predict
from level2_project.label import roster
from level2_project.load import load
from level2_project.point_in_time.usage import USAGE_MONTHS
from level2_project.snapshots import DECIDING, candidates
from level2_project.sources.schema import SOURCES
from tests.level2_project.raw_worlds import all_drops

SEPTEMBER, OCTOBER, NOVEMBER = "2024-09-01", "2024-10-01", "2024-11-01"
FEW = World(customers=400)
CONFIG = read_config()
MONTHS = st.integers(24, 34)  # of the sealed year; the last is known at no cutoff
SOME = settings(
    max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> tuple[Path, Path]:
    """Return all drops of a few customers, and the outbox of a project that was fitted.

    At this size and seed a good month once had too few payments at its end to pass.
    """
    folder = tmp_path_factory.mktemp("desk")
    plan = Plan(FEW, 7, folder / "raw")
    simulate(plan, workers=2)
    drops, outbox = all_drops(plan.folder, folder / "drops"), folder / "outbox"
    outbox.mkdir()
    fit(drops, outbox)
    return drops, outbox


@cache
def subscriptions(drops: Path) -> pd.DataFrame:
    return load(drops, pd.Timestamp("2025-01-01"), months=1).sources.subscriptions


def predicted(desk: tuple[Path, Path], cutoff: str, inbox: Path) -> pd.DataFrame:
    """Predict all who are customers at the cutoff, as if no drop were refused."""
    drops, outbox = desk
    rows = roster(subscriptions(drops), pd.DatetimeIndex([cutoff]), CONFIG.label)
    rows[["customer_id"]].to_csv(inbox / "active.csv", index=False)
    predict(inbox, cutoff, outbox)
    return read_predictions(outbox, cutoff, pd.Index(rows["customer_id"]))


def spoilt(drops: Path, folder: Path, drop: str, file: str) -> Path:
    """Lay out the drops, one file of one delivery missing."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path in drops.glob("20*"):
        (folder / path.name).symlink_to(path.resolve())
    (folder / drop).unlink()
    shutil.copytree(drops / drop, folder / drop)
    (folder / drop / file).unlink()
    return folder


def test_the_claim_and_the_model_are_there(desk):
    _, outbox = desk

    claim = read_claim(outbox)

    assert 0.5 < claim["roc_auc"] < 0.95
    assert 0 < claim["log_loss_error"] < claim["log_loss"]
    assert len(joblib.load(outbox / "model.joblib").columns) > 10


@pytest.mark.parametrize("cutoff", [SEPTEMBER, OCTOBER, NOVEMBER])
def test_offers_go_on_though_a_usage_drop_is_short(desk, cutoff):
    rows = predicted(desk, cutoff, desk[0])

    assert 0.01 < rows["p_churn"].mean() < 0.06
    assert rows["offer"].any()


@SOME
@given(st.sampled_from([*SOURCES]), MONTHS)
def test_whatever_source_is_refused_in_whatever_month_all_are_predicted(
    desk, tmp_path, source, month
):
    until = pd.Timestamp("2022-01-01") + pd.DateOffset(months=month + 1)
    drop = f"{until - pd.DateOffset(months=1):%Y-%m}"
    inbox = spoilt(desk[0], tmp_path / "inbox", drop, SOURCES[source].file)

    rows = predicted(desk, f"{until:%Y-%m-%d}", inbox)

    assert 0.01 < rows["p_churn"].mean() < 0.06
    assert rows["offer"].any() == (source not in DECIDING)


def test_fit_goes_on_with_a_month_less_if_the_last_one_is_refused(desk, tmp_path):
    inbox = spoilt(desk[0], tmp_path / "inbox", "2023-12", "tickets.jsonl")

    _, config = opened(inbox, CONFIG, tmp_path)

    assert config.time.predict_at == "2023-12-01"


# --- what stands still ---------------------------------------------------------------


@pytest.fixture(scope="module")
def october(small_world, tmp_path_factory) -> dict[str, pd.DataFrame]:
    """Describe October's customers: as the judge asks, later, and a month before."""
    raw = all_drops(small_world, tmp_path_factory.mktemp("all") / "raw")
    asked = load(raw, pd.Timestamp(OCTOBER), USAGE_MONTHS, goes_on=True)
    later = load(raw, pd.Timestamp(NOVEMBER)).sources
    customers = roster(later.subscriptions, pd.DatetimeIndex([OCTOBER]), CONFIG.label)
    before = customers.assign(cutoff=pd.Timestamp(SEPTEMBER))
    described = {
        "now": candidates(asked.sources, customers, CONFIG, asked.stale),
        "fresh": candidates(later, customers, CONFIG),
        "before": candidates(later, before, CONFIG),
    }
    return {name: rows.drop(columns="cutoff") for name, rows in described.items()}


USAGE = (
    "active|minutes|sessions|_days_28$|days_since_last_use|n_clients|^use_|^surprise"
)


def test_while_usage_is_refused_all_else_is_fresh(october):
    others = october["now"].columns[~october["now"].columns.str.contains(USAGE)]

    assert len(others) > 50
    pd.testing.assert_frame_equal(october["now"][others], october["fresh"][others])


def test_usage_is_what_it_was_at_the_end_of_the_last_good_drop(october):
    known = october["now"]["stay_days"] > 32  # the last cutoff knew them, too
    usage = october["now"].columns[october["now"].columns.str.contains(USAGE)]

    now, fresh, before = (rows.loc[known, usage] for rows in october.values())

    assert len(usage) > 30
    pd.testing.assert_frame_equal(now, before)
    assert (now["active_days_28"] != fresh["active_days_28"]).mean() > 0.3


def test_customers_who_are_new_since_then_have_no_habit_and_are_described(october):
    is_new = october["now"]["tenure_days"] < 30

    now = october["now"][is_new]

    assert len(now) > 20
    assert now["fee_per_seat_usd"].notna().any()
    assert (now["active_days_28"] == 0).all()
    assert now["active_rate_28"].round(3).eq(0.333).all()  # as of nobody's days
