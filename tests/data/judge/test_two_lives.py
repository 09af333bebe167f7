"""Two lives: a level lives through the year, and once more without its offers."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.judge.exam import level_result
from data.judge.result import Result
from data.report.kept import from_json
from data.world.beliefs import World

WORLD, SEED = World(customers=400), 51
MONTHS = [f"2024-{month:02}-01" for month in range(1, 13)]

# It keeps its state in its folder, withholds offers by its own lot, reads how they came
# back, waits for a drop that is sent again, and claims anew each month.
LIVING = '''
import hashlib, json, os
from pathlib import Path
import numpy as np
import pandas as pd

READS = "drops"
NOTES = Path({notes!r})

def fit(inbox, outbox):
    claim(outbox, roc_auc=0.6, months=3)
    note(outbox, "fit")

def predict(inbox, cutoff, outbox):
    drops = whole_drops(inbox)
    told = pd.concat(pd.read_csv(drop / "offers.csv") for drop in drops.values())
    told = told[told["campaign"] == "level"].drop_duplicates("offer_id")
    active = pd.read_csv(inbox / "active.csv")["customer_id"].to_numpy()
    month = len(json.loads((outbox / "memory.json").read_text()))  # fit is in it
    lot = np.random.default_rng(month).random(len(active))
    arm = np.select([lot < 0.1, lot < 0.2], ["treated", "withheld"], "")
    rows = pd.DataFrame({{"customer_id": active, "cutoff": cutoff, "p_churn": 0.03}})
    rows = rows.assign(offer=(arm == "treated") | (lot > 0.95), arm=arm)
    rows.to_parquet(outbox / "predictions.parquet")
    claim(outbox, roc_auc=0.5 + month / 1000, months=1)
    note(outbox, cutoff, drops={{month: drop.name for month, drop in drops.items()}},
         told=told[["customer_id", "event_at", "arm", "discount"]].values.tolist(),
         made=rows.loc[rows["offer"], "customer_id"].tolist(),
         withheld=rows.loc[rows["arm"] == "withheld", "customer_id"].tolist())

def whole_drops(inbox):
    """Return the newest delivery of each month that is all there."""
    found = [path.parent for path in sorted(inbox.glob("*/manifest.json"))]
    return {{path.name[:7]: path for path in found if is_whole(path)}}

def is_whole(drop):
    files = json.loads((drop / "manifest.json").read_text())["files"]
    days = pd.read_parquet(drop / "usage.parquet", columns=["day"])["day"]
    same = [hashlib.sha256((drop / file["name"]).read_bytes()).hexdigest()
            == file["sha256"] for file in files]
    return all(same) and days.max().day > 26  # the last days' usage arrives later

def claim(outbox, **figures):
    (outbox / "claim.json").write_text(json.dumps(figures))

def note(outbox, cutoff, **facts):
    """Remember in its own folder, and for the test outside of it, per process."""
    memory = outbox / "memory.json"
    known = json.loads(memory.read_text()) if memory.exists() else []
    memory.write_text(json.dumps([*known, cutoff]))
    with (NOTES / str(os.getpid())).open("a") as lines:
        print(json.dumps({{"cutoff": cutoff, "known": known, **facts}}), file=lines)
'''


class Lives:
    """What the level noted at each cutoff of its two lives, and its result."""

    def __init__(self, folder: Path):
        notes = folder / "notes"
        notes.mkdir()
        (folder / "level7_living").mkdir()
        code = LIVING.format(notes=str(notes))
        (folder / "level7_living" / "exam.py").write_text(code)
        self.result = level_result("level7_living", WORLD, SEED)
        texts = [path.read_text() for path in notes.iterdir()]
        processes = [list(map(json.loads, text.splitlines())) for text in texts]
        self.fitted, *self.closed = max(processes, key=len)
        self.shadow = min(processes, key=len)
        self.n_processes = len(processes)


@pytest.fixture(scope="module")
def lives(tmp_path_factory) -> Lives:
    folder = tmp_path_factory.mktemp("living")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        return Lives(folder)


# --- what a level may rely on --------------------------------------------------------


def test_a_level_is_fitted_once_and_asked_once_where_both_lives_are_the_same(lives):
    assert lives.n_processes == 2
    assert [note["cutoff"] for note in lives.closed] == MONTHS
    assert [note["cutoff"] for note in lives.shadow] == MONTHS[1:]


def test_its_folder_remembers_what_it_left_there_in_each_life(lives):
    for n, note in enumerate(lives.closed):
        assert note["known"] == ["fit", *MONTHS[:n]]
    for n, note in enumerate(lives.shadow, start=1):
        assert note["known"] == ["fit", *MONTHS[:n]]


def test_its_own_offers_come_back_with_the_arm_that_it_gave_them(lives):
    """The newest drop that is whole has them, those of the short drop a month later."""
    told = pd.DataFrame(
        lives.closed[-1]["told"], columns=["who", "at", "arm", "discount"]
    )
    by_arm = {
        arm: set(zip(rows["at"].str[:10], rows["who"], strict=True))
        for arm, rows in told.groupby("arm")
    }
    before = lives.closed[:-1]

    assert by_arm == {
        "treated": {(n["cutoff"], who) for n in before for who in n["made"]},
        "withheld": {(n["cutoff"], who) for n in before for who in n["withheld"]},
    }
    discounts = told.groupby("arm")["discount"].unique().map(list).to_dict()
    assert discounts == {"treated": [WORLD.discount], "withheld": [0.0]}


def test_a_drop_that_is_sent_again_heals_the_one_that_was_refused(lives):
    october, november = (
        next(note for note in lives.closed if note["cutoff"] == cutoff)
        for cutoff in ("2024-10-01", "2024-11-01")
    )

    assert "2024-09" not in october["drops"]
    assert november["drops"]["2024-09"] == "2024-09.r2"
    assert len(november["drops"]) == 34


# --- claims --------------------------------------------------------------------------


def test_a_claim_is_held_against_the_cutoffs_that_it_is_about(lives):
    result = lives.result

    assert result.claimed == {"roc_auc": 0.6}
    assert result.claimed_months == 3
    months = [metrics["log_loss"] for metrics in result.happened_by_month]
    assert result.happened_claimed["log_loss"] == pytest.approx(np.mean(months[:3]))
    assert result.happened["log_loss"] == pytest.approx(np.mean(months))


def test_claims_written_anew_are_kept_by_cutoff(lives):
    claims = lives.result.claims_by_month

    assert [claim.cutoff for claim in claims] == MONTHS
    assert [claim.claimed["roc_auc"] for claim in claims] == pytest.approx(
        [0.5 + month / 1000 for month in range(1, 13)]
    )
    assert {claim.months for claim in claims} == {1}
    assert [c.happened for c in claims] == lives.result.happened_by_month


# --- the shadow life -----------------------------------------------------------------


def test_no_offer_comes_back_in_the_shadow_life(lives):
    assert sum(len(note["told"]) for note in lives.shadow) == 0
    assert sum(len(note["made"]) for note in lives.shadow) > 100


def test_a_result_survives_being_kept(lives):
    text = json.dumps(asdict(lives.result))

    assert from_json(Result, json.loads(text)) == lives.result


OFFERING = """
import pandas as pd

READS = "flat"

def fit(inbox, outbox):
    (outbox / "claim.json").write_text("{{}}")

def predict(inbox, cutoff, outbox):
    rows = pd.read_csv(inbox / "flat.csv", usecols=["customer_id", "tenure_months"])
    rows = pd.read_csv(inbox / "active.csv").merge(rows, on="customer_id")
    p_churn = 1 / (2 + rows.pop("tenure_months"))
    rows = rows.assign(cutoff=cutoff, p_churn=p_churn, offer={offer})
    rows.to_parquet(outbox / "predictions.parquet")
"""


def test_offers_change_what_a_level_earns_and_not_how_its_ranking_is_judged(
    tmp_path, monkeypatch
):
    """Two levels with the same probabilities: one makes offers, one makes none."""
    monkeypatch.syspath_prepend(tmp_path)
    results = []
    for offer in (True, False):
        folder = tmp_path / f"level7_{offer}"
        folder.mkdir()
        (folder / "exam.py").write_text(OFFERING.format(offer=offer))
        results.append(level_result(folder.name, WORLD, SEED))

    generous, silent = results

    assert generous.happened == silent.happened
    assert generous.calibration_curve == silent.calibration_curve
    assert generous.excess_auc == silent.excess_auc
    assert silent.happened_with_offers == silent.happened
    assert generous.happened_with_offers != silent.happened
    assert generous.money.profit != silent.money.profit == 0
