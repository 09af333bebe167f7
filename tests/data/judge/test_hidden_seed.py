"""The hidden seed: a level that looks for it finds nothing, and so has to guess."""

import importlib

import pandas as pd
import pytest

from data.judge.contract import Level
from data.judge.exam import level_result, new_desk, open_world
from data.judge.future import leaving_within
from data.judge.level_process import started
from data.sources.plan import Plan
from data.world.beliefs import World

WORLD, SEED = World(customers=250), 73_519  # no number that stands about by chance

# A level that knows the simulator. With the seed it knows each true probability.
CHEAT = '''
import gc, os, re, sys
from pathlib import Path
import numpy as np
import pandas as pd
from data.calendar import month_number
from data.world.beliefs import World
from data.world.company import Company
from data.world.drift import month_season
from data.world.hazard import monthly_risk
from data.world.history import history

READS = "flat"

def fit(inbox, outbox):
    (outbox / "claim.json").write_text("{{}}")

def predict(inbox, cutoff, outbox):
    active = pd.read_csv(inbox / "active.csv")["customer_id"]
    truths = (truth(seed, month_number(cutoff[:7])) for seed in sorted(seeds(inbox)))
    fits = [p for p in truths if p.index.isin(active).all()]  # nobody else is active
    rows = pd.DataFrame({{"customer_id": active, "cutoff": cutoff, "p_churn": 0.03}})
    if fits:
        rows["p_churn"] = fits[0].reindex(active).fillna(0.03).to_numpy()
    rows.assign(offer=False).to_parquet(outbox / "predictions.parquet")

def seeds(inbox):
    """Return all numbers of five digits in paths, files, arguments and memory."""
    found = [str(inbox), os.getcwd(), *sys.argv, *os.environ.values()]
    for folder in (inbox.parent, Path.cwd()):
        found += [path.read_text() for path in folder.rglob("world.json")]
    for module in list(sys.modules.values()):
        found += [repr(value) for value in vars(module).values() if is_world(value)]
    found += [repr(thing) for thing in gc.get_objects() if is_world(thing)]
    number = re.compile(r"(?<!\\d)\\d{{5}}(?!\\d)")
    return {{int(n) for text in found for n in number.findall(text)}}

def is_world(thing):
    return type(thing).__name__ in ("Plan", "Company", "Streams")

def truth(seed, month):
    company = Company(World(customers={customers}), seed)
    *_, lived = history(company, month)
    risk = monthly_risk(company.world, month_season(company, month), lived.after)
    return pd.Series(risk.leaving, lived.after.customer_id)[lived.after.active]
'''


@pytest.fixture
def cheat(tmp_path, monkeypatch) -> str:
    folder = tmp_path / "level7_cheat"
    folder.mkdir()
    (folder / "exam.py").write_text(CHEAT.format(customers=WORLD.customers))
    monkeypatch.syspath_prepend(tmp_path)
    return folder.name


def test_a_level_that_looks_for_the_seed_has_to_guess(cheat):
    result = level_result(cheat, WORLD, SEED)

    constant = [metrics["roc_auc"] for metrics in result.happened_by_month]
    assert constant == pytest.approx([0.5] * 12)


def answer(level: Level, plan: Plan) -> pd.DataFrame:
    """Ask a level at the first cutoff; return what it says of active customers."""
    desk = new_desk(plan, level.READS)
    judge = open_world(plan, [desk])
    desk.lay_out(judge.begin)
    level.predict(desk.inbox, "2024-01-01", desk.outbox)
    rows = pd.read_parquet(desk.outbox / "predictions.parquet")
    true = leaving_within(judge.future.first, 0, months=1)
    position = rows["customer_id"] - 10_001
    return rows.assign(true=true[position])[judge.begin.after.active[position]]


def test_a_path_that_names_the_seed_would_give_every_probability_away(cheat, tmp_path):
    folder = tmp_path / f"world-{SEED}"
    folder.mkdir()

    with started(cheat, folder) as level:
        rows = answer(level, Plan(WORLD, SEED, folder))

    assert rows["p_churn"].to_numpy() == pytest.approx(rows["true"].to_numpy())


def test_the_judges_own_process_would_give_every_probability_away(cheat, tmp_path):
    level = importlib.import_module(f"{cheat}.exam")

    rows = answer(level, Plan(WORLD, SEED, tmp_path))

    assert rows["p_churn"].to_numpy() == pytest.approx(rows["true"].to_numpy())
