"""Exam: how the judge asks this level: fitted once, then one prediction a month."""

import json
from dataclasses import replace
from pathlib import Path

import joblib
import pandas as pd

from level2_project.config import Config, read_config
from level2_project.evaluate import claim, evaluate, walk
from level2_project.load import Sources, load
from level2_project.point_in_time.keys import KEYS, LABEL
from level2_project.point_in_time.usage import USAGE_MONTHS
from level2_project.predict import predict as predict_all
from level2_project.run.found import read_found
from level2_project.snapshots import candidates, snapshots
from level2_project.sources.schema import BadDrop
from level2_project.split import for_claim
from level2_project.train import adopt, recipe_of, train

INTERIM = "interim"  # where the outbox keeps what was read of each drop
READS = "drops"  # the judge lays monthly drops and active.csv into the inbox


def fit(inbox: Path, outbox: Path) -> None:
    """Write `claim.json` and the model, once, from what the open months left."""
    found = read_found()
    sources, config = opened(inbox, read_config(), outbox / INTERIM)
    recipe = recipe_of(adopt(config, found.recipe), found.params)
    past = snapshots(sources, config)
    folds = for_claim(past, config.split, config.time)
    walked = walk(folds, found.columns, recipe, config.seed_for("walk"))
    believed = claim(evaluate(walked, config.economics), config.split.claim_months)
    (outbox / "claim.json").write_text(json.dumps(believed, indent=1) + "\n")
    rows = past[[*KEYS, LABEL, *found.columns]]
    joblib.dump(train(recipe, rows, config.seed_for("train")), outbox / "model.joblib")


def predict(inbox: Path, cutoff: str, outbox: Path) -> None:
    """Write `predictions.parquet`, one row per customer in `active.csv`."""
    config, day = read_config(), pd.Timestamp(cutoff)
    customers = pd.read_csv(inbox / "active.csv").assign(cutoff=day)
    here = described(inbox, customers, config, outbox)
    predictions = predict_all(
        joblib.load(outbox / "model.joblib"), here, config.economics
    )
    predictions.to_parquet(outbox / "predictions.parquet", index=False)


def described(
    inbox: Path, customers: pd.DataFrame, config: Config, outbox: Path
) -> pd.DataFrame:
    """Describe customers by what had arrived by their cutoff and was not refused."""
    day, interim = customers["cutoff"].iloc[0], outbox / INTERIM
    loaded = load(inbox, day, USAGE_MONTHS, interim, goes_on=True)
    return candidates(loaded.sources, customers, config, loaded.stale)


def opened(inbox: Path, config: Config, interim: Path) -> tuple[Sources, Config]:
    """Read the open months, or all but the last one if a drop of that is refused."""
    until = pd.Timestamp(config.time.predict_at)
    try:
        return load(inbox, until, interim=interim).sources, config
    except BadDrop:
        until -= pd.DateOffset(months=1)
        time = replace(config.time, predict_at=f"{until:%Y-%m-%d}")
        sources = load(inbox, until, interim=interim).sources
        return sources, replace(config, time=time)
