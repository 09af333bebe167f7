"""The exam: a level sees what has arrived, decides, and is judged by the truth."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.judge.contract import BadPredictions
from data.judge.exam import exam
from data.sources.files import FILES
from data.world.beliefs import World

WORLD, SEED = World(customers=250), 51

# A level of a few lines; what it sees at each call stays in its outbox.
LEVEL = """
import json
from dataclasses import asdict
import pandas as pd

READS = {reads!r}

def note(inbox, outbox, what):
    names = sorted(p.relative_to(inbox).as_posix() for p in inbox.rglob("*"))
    with (outbox / "seen.jsonl").open("a") as lines:
        lines.write(json.dumps([what, names]) + "\\n")

def fit(inbox, outbox):
    note(inbox, outbox, "fit")
    (outbox / "claim.json").write_text('{{"roc_auc": 0.9, "profit": 5.0}}')

def predict(inbox, cutoff, outbox):
    note(inbox, outbox, cutoff)
    rows = pd.read_csv(inbox / "active.csv")
    rows = rows.assign(cutoff=cutoff, p_churn=0.03, offer={offer})
    rows{cut}.to_parquet(outbox / "predictions.parquet")
"""


def build(folder: Path, name: str, **how: object) -> None:
    (folder / name).mkdir()
    how = {"reads": "flat", "offer": False, "cut": "", **how}
    (folder / name / "exam.py").write_text(LEVEL.format(**how))


@pytest.fixture(scope="module")
def levels(tmp_path_factory):
    """Fake levels: one reads drops and offers nothing, one reads the export."""
    folder = tmp_path_factory.mktemp("levels")
    build(folder, "level8_drops", reads="drops")
    build(folder, "level8_flat", offer=True)
    build(folder, "level8_careless", cut="[3:]")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield folder


@pytest.fixture(scope="module")
def desk(levels) -> Path:
    return levels / "scratch"


@pytest.fixture(scope="module")
def result(levels, desk):
    return exam(["level8_drops", "level8_flat"], WORLD, SEED, desk)


def seen(desk: Path, level: str) -> list[tuple[str, list[str]]]:
    """Return what a level was asked, and what lay in its inbox."""
    lines = (desk / level / "outbox" / "seen.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_a_level_is_fitted_once_and_then_asked_at_twelve_cutoffs(result, desk):
    asked = [what for what, _ in seen(desk, "level8_drops")]

    assert asked == ["fit", *(f"2024-{month:02}-01" for month in range(1, 13))]


def test_a_level_of_drops_gets_the_months_before_its_cutoff(result, desk):
    for what, names in seen(desk, "level8_drops"):
        cutoff = "2024-01-01" if what == "fit" else what
        folders = [name for name in names if "/" not in name and name[:2] == "20"]

        before = pd.period_range("2022-01", pd.Period(cutoff, "M") - 1, freq="M")
        assert folders == before.astype(str).tolist()
        assert "flat.csv" not in names
        assert {f"{folders[-1]}/{file}" for file in FILES.values()} <= set(names)


def test_a_level_of_the_export_gets_two_files_and_no_drop(result, desk):
    for _, names in seen(desk, "level8_flat"):
        assert names == ["active.csv", "flat.csv"]


def test_nothing_sealed_reaches_an_inbox(result, desk):
    every = [name for level in ("level8_drops", "level8_flat")
             for _, names in seen(desk, level) for name in names]  # fmt: skip

    words = ("sealed", "truth", "ledger", "world.json")
    assert [name for name in every if any(word in name for word in words)] == []
    for path in (desk / "level8_drops" / "inbox").rglob("*.parquet"):
        assert "p_churn" not in pd.read_parquet(path)


def test_constant_probabilities_are_judged_as_worth_nothing(result):
    happened = result.contenders["level8_drops"].happened

    assert happened["roc_auc"] == pytest.approx(0.5)
    assert happened["calibration"] == pytest.approx(1.0, abs=0.3)


def test_a_level_without_offers_earns_exactly_nothing(result):
    for name in ("level8_drops", "no_offers"):
        contender = result.contenders[name]

        assert set(asdict(contender.money).values()) == {0.0}
        assert set(asdict(contender.realised).values()) == {0.0}
        assert contender.offer_share == 0


def test_a_level_is_told_what_its_offers_led_to(result, desk):
    """The last folder names offers of the level that made them, and of no other."""
    drops = desk / "level8_drops" / "inbox"
    told = [pd.read_csv(drops / f"2024-{m:02}" / "offers.csv") for m in range(1, 12)]

    assert sum(map(len, told)) == 0
    assert result.contenders["level8_flat"].offer_share == 1
    assert result.contenders["level8_flat"].money.profit < 0


def test_claims_are_kept_as_they_were_made(result):
    claimed = result.contenders["level8_flat"].claimed

    assert claimed == {"roc_auc": 0.9, "profit": 5.0}


@pytest.mark.long
def test_a_level_gets_the_same_judgement_whoever_is_examined_beside_it(result, levels):
    alone = exam(["level8_flat"], WORLD, SEED, levels / "alone")

    assert alone.contenders["level8_flat"] == result.contenders["level8_flat"]


def test_a_level_that_leaves_customers_out_is_refused(levels):
    with pytest.raises(BadPredictions, match="3 customers missing"):
        exam(["level8_careless"], WORLD, SEED, levels / "careless")


def test_the_true_probabilities_are_calibrated_in_each_of_ten_groups(result):
    groups = result.contenders["full_information"].calibration_curve

    assert len(groups) == 10
    assert all(group.predicted == group.true for group in groups)
    assert groups == sorted(groups, key=lambda group: group.predicted)


def test_a_constant_prediction_is_a_single_point_of_calibration(result):
    contender = result.contenders["level8_drops"]

    points = {(group.predicted, group.true) for group in contender.calibration_curve}

    assert len(points) == 1
    assert points.pop()[0] == 0.03


def test_a_contender_has_a_calibration_curve_if_it_predicts_and_only_then(result):
    for contender in result.contenders.values():
        assert bool(contender.calibration_curve) == (contender.happened is not None)


def test_money_of_a_year_is_the_sum_of_its_months(result):
    for contender in result.contenders.values():
        months = contender.profit_by_month

        assert len(months) == 12
        assert np.sum(months) == pytest.approx(contender.money.profit)
