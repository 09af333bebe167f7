"""The adapter: what the judge gets of level 2, also when a drop cannot be used."""

from pathlib import Path

import joblib
import pandas as pd
import pytest

from data.judge.contract import read_claim, read_predictions
from level2_project.config import read_config
from level2_project.exam import fit, predict
from level2_project.label import roster
from level2_project.load import load
from tests.level2_project.raw_worlds import all_drops

SEPTEMBER, OCTOBER, NOVEMBER = "2024-09-01", "2024-10-01", "2024-11-01"


@pytest.fixture(scope="module")
def desk(small_world, tmp_path_factory) -> tuple[Path, Path]:
    """Return the inbox with all drops, and the outbox of a project that was fitted."""
    folder = tmp_path_factory.mktemp("desk")
    inbox, outbox = all_drops(small_world, folder / "inbox"), folder / "outbox"
    outbox.mkdir()
    fit(inbox, outbox)
    return inbox, outbox


def predicted(desk: tuple[Path, Path], cutoff: str) -> pd.DataFrame:
    """Predict all who are customers at the cutoff, as news of a month later has it."""
    inbox, outbox = desk
    known = load(inbox, pd.Timestamp(NOVEMBER), months=1).sources.subscriptions
    rows = roster(known, pd.DatetimeIndex([cutoff]), read_config().label)
    rows[["customer_id"]].to_csv(inbox / "active.csv", index=False)
    predict(inbox, cutoff, outbox)
    return read_predictions(outbox, cutoff, pd.Index(rows["customer_id"]))


def test_the_claim_and_the_model_are_there(desk):
    _, outbox = desk

    claim = read_claim(outbox)

    assert 0.6 < claim["roc_auc"] < 0.9
    assert 0 < claim["log_loss_error"] < claim["log_loss"]
    assert len(joblib.load(outbox / "model.joblib").columns) > 10


def test_in_a_month_whose_drop_is_refused_last_months_chances_stand_and_offers_wait(
    desk,
):
    before, now = predicted(desk, SEPTEMBER), predicted(desk, OCTOBER)

    both = before.join(now, suffixes=("", "_now"), how="inner")
    assert len(both) > 0.9 * len(now)
    assert (both["p_churn"] == both["p_churn_now"]).all()
    assert not now["offer"].any()
    assert before["offer"].any()


def test_once_the_drop_is_sent_again_all_is_as_ever(desk):
    rows = predicted(desk, NOVEMBER)

    assert rows["offer"].any()
    assert rows["p_churn"].mean() < 0.06
