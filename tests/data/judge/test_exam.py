"""The exam: a level sees what has arrived, decides, and is judged by the truth."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from data.judge.contract import BadPredictions
from data.judge.exam import exam, examined
from data.judge.policies import full_information
from data.sources.files import FILES
from data.world.beliefs import World
from tests.worlds import judge_of

WORLD, SEED = World(customers=250), 51

# A level of a few lines; what it sees at each call stays in a file of its process.
LEVEL = """
import json, os
from pathlib import Path
import pandas as pd

READS = {reads!r}
SEEN = Path({seen!r})

def note(inbox, what):
    names = sorted(p.relative_to(inbox).as_posix() for p in inbox.rglob("*"))
    tables = [pd.read_parquet(path) for path in inbox.rglob("*.parquet")]
    columns = sorted({{column for table in tables for column in table}})
    offers = sum(map(len, map(pd.read_csv, inbox.glob("2024-*/offers.csv"))))
    with (SEEN / str(os.getpid())).open("a") as lines:
        lines.write(json.dumps([what, names, columns, offers]) + "\\n")

def fit(inbox, outbox):
    note(inbox, "fit")
    (outbox / "claim.json").write_text('{{"roc_auc": 0.9, "profit": 5.0}}')

def predict(inbox, cutoff, outbox):
    note(inbox, cutoff)
    rows = pd.read_csv(inbox / "active.csv")
    rows = rows.assign(cutoff=cutoff, p_churn=0.03, offer={offer})
    rows{cut}.to_parquet(outbox / "predictions.parquet")
"""


def build(folder: Path, name: str, **how: object) -> None:
    (folder / name / "seen").mkdir(parents=True)
    seen = str(folder / name / "seen")
    how = {"reads": "flat", "offer": False, "cut": "", "seen": seen, **how}
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
def result(levels):
    return exam(["level8_drops", "level8_flat"], WORLD, SEED)


class Seen(NamedTuple):
    """What a level met at one call of its first life."""

    asked: str
    names: list[str]  # of all that lay in its inbox
    columns: list[str]  # of all Parquet files in it
    offers: int  # told of, in the sealed year


def seen(levels: Path, level: str) -> list[Seen]:
    """Return what a level was asked, and what it met, in the life with its offers."""
    texts = [path.read_text() for path in (levels / level / "seen").iterdir()]
    lines = [text.splitlines() for text in texts]
    return [Seen(*json.loads(line)) for line in max(lines, key=len)]


def test_a_level_is_fitted_once_and_then_asked_at_twelve_cutoffs(result, levels):
    asked = [call.asked for call in seen(levels, "level8_drops")]

    assert asked == ["fit", *(f"2024-{month:02}-01" for month in range(1, 13))]


def test_a_level_of_drops_gets_the_months_before_its_cutoff(result, levels):
    for asked, names, _, _ in seen(levels, "level8_drops"):
        cutoff = "2024-01-01" if asked == "fit" else asked
        folders = [name for name in names if "/" not in name and name[:2] == "20"]

        before = pd.period_range("2022-01", pd.Period(cutoff, "M") - 1, freq="M")
        first_time = [name for name in folders if not name.endswith(".r2")]
        assert first_time == before.astype(str).tolist()
        assert "flat.csv" not in names
        assert {f"{folders[-1]}/{file}" for file in FILES.values()} <= set(names)


def test_a_level_of_the_export_gets_two_files_and_no_drop(result, levels):
    for call in seen(levels, "level8_flat"):
        assert call.names == ["active.csv", "flat.csv"]


def test_nothing_sealed_reaches_an_inbox(result, levels):
    calls = [*seen(levels, "level8_drops"), *seen(levels, "level8_flat")]

    words = ("sealed", "truth", "ledger", "world.json")
    names = {name for call in calls for name in call.names}
    assert [name for name in names if any(word in name for word in words)] == []
    assert "p_churn" not in {column for call in calls for column in call.columns}


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


def test_a_level_is_told_of_no_offers_but_its_own(result, levels):
    """One level offers to all beside it; that is another world."""
    assert [call.offers for call in seen(levels, "level8_drops")] == [0] * 13
    assert result.contenders["level8_flat"].offer_share == 1
    assert result.contenders["level8_flat"].money.profit < 0


def test_claims_are_kept_as_they_were_made(result):
    claimed = result.contenders["level8_flat"].claimed

    assert claimed == {"roc_auc": 0.9, "profit": 5.0}


@pytest.mark.long
def test_a_level_gets_the_same_judgement_whoever_is_examined_beside_it(result, levels):
    alone = exam(["level8_flat"], WORLD, SEED)

    assert alone.contenders["level8_flat"] == result.contenders["level8_flat"]


def test_a_level_that_leaves_customers_out_is_refused(levels):
    with pytest.raises(BadPredictions, match="3 customers missing"):
        exam(["level8_careless"], WORLD, SEED)


def test_the_true_probabilities_are_calibrated_in_each_of_ten_groups():
    judge = judge_of(WORLD, SEED)
    groups = examined(judge, full_information).calibration_curve

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


# --- what offers truly did ------------------------------------------------------------


def test_what_an_offer_gains_is_the_money_of_all_offers_over_their_number(result):
    contender = result.contenders["everybody"]
    money, effect = contender.money, contender.effect

    margins = money.margin_sealed_year + money.margin_run_off
    n = -money.contacts / World().contact_usd
    assert effect.gain_usd == pytest.approx(margins / n)
    assert effect.net_gain_usd == pytest.approx(money.profit / n)


def test_without_offers_there_is_no_effect(result):
    assert result.contenders["no_offers"].effect is None
    assert result.contenders["no_offers"].effect_by_month == [None] * 12
