"""Work: what each step of `steps.py` reads from the run, calls, and gives back.

`evaluate_step` is the work of the step `evaluate`, and so on. What it returns are the
results that the table says the step makes, in that order.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from level2_project.compare import Measured, best, choose, compare, loss, summary
from level2_project.config import Config
from level2_project.decide import offers
from level2_project.evaluate import claim, evaluate, walk
from level2_project.label import label, roster
from level2_project.load import Loaded, load
from level2_project.measures.gain import Array
from level2_project.point_in_time.keys import KEYS, LABEL
from level2_project.point_in_time.usage import USAGE_MONTHS
from level2_project.predict import predict
from level2_project.report import Results, report
from level2_project.run.display import Progress
from level2_project.run.folder import WRITE, Run
from level2_project.run.found import FILE
from level2_project.select import select, selected
from level2_project.snapshots import candidates, snapshots
from level2_project.split import (
    Split,
    described,
    for_choice,
    for_claim,
    for_confirmation,
    walk_forward,
)
from level2_project.train import Recipe, adopt, p_churn, plain, recipe_of, train
from level2_project.tune import tune


@cache
def loaded(
    run: Run, cutoff: str = "", months: int | None = None, goes_on: bool = False
) -> Loaded:
    """Load what had arrived before a cutoff, once for the steps that read it."""
    at = pd.Timestamp(cutoff or run.config.time.predict_at)
    raw, interim = Path(run.config.raw), Path(run.config.runs) / "interim"
    return load(raw, at, months, interim, goes_on)


def folds_of(run: Run) -> list[Split]:
    return walk_forward(run.read("snapshots"), run.config.split, run.config.time.gap)


def all_columns(run: Run) -> list[str]:
    return [*run.read("snapshots").columns.drop([*KEYS, LABEL])]


def columns_of(run: Run) -> list[str]:
    columns: list[str] = run.read("columns.json")["adopted"]
    return columns


def adopted(run: Run) -> Config:
    """Return the config with the recipe that `compare` adopted."""
    return adopt(run.config, run.read("recipe.json")["adopted"])


def recipe_in(run: Run) -> Recipe:
    """Return the recipe and the settings that were adopted."""
    return recipe_of(adopted(run), run.read("params.json")["adopted"])


@cache
def losses(run: Run, recipe: Recipe, columns: tuple[str, ...]) -> Array:
    """Compute the log loss on each fold that confirms; of one way only once."""
    wanted, seed = [*KEYS, LABEL, *columns], run.config.seed_for("confirm")
    folds = for_confirmation(folds_of(run), run.config.split)
    kept = [Split(past[wanted], test[wanted]) for past, test in folds]
    with ThreadPoolExecutor(2) as pool:
        return np.array([*pool.map(lambda fold: loss(recipe, fold, seed), kept)])


def load_step(run: Run, progress: Progress) -> list[Any]:
    return [loaded(run).repairs]


def label_step(run: Run, progress: Progress) -> list[Any]:
    """Count customers and leavers, one row per cutoff; `snapshots` has each label."""
    time, subscriptions = run.config.time, loaded(run).sources.subscriptions
    known_by = pd.Timestamp(time.predict_at)
    rows = label(subscriptions, time.cutoffs, time.horizon, known_by, run.config.label)
    counts = {"n_customers": (LABEL, "size"), "n_left": (LABEL, "sum")}
    return [rows.groupby("cutoff", as_index=False).agg(**counts)]


def features_step(run: Run, progress: Progress) -> list[Any]:
    """Describe customers at the past cutoffs, and at the one to predict."""
    known = loaded(run)
    here = candidates_at(run.config.time.predict_at, known, run.config)
    loaded.cache_clear()  # two years of usage need not stay in memory
    return [snapshots(known.sources, run.config), here]


def candidates_at(cutoff: str, known: Loaded, config: Config) -> pd.DataFrame:
    """Describe the customers of a cutoff, as far as news had arrived by then."""
    at, sources = pd.DatetimeIndex([cutoff]), known.sources
    customers = roster(sources.subscriptions, at, config.label)
    return candidates(sources, customers, config, known.stale)


def split_step(run: Run, progress: Progress) -> list[Any]:
    return [described(folds_of(run), run.config.split)]


def compare_step(run: Run, progress: Progress) -> list[Any]:
    """Measure all recipes; adopt the best one only if it is confirmed."""
    config, columns = run.config, (*all_columns(run),)
    comparison = compare(run.read("snapshots"), config, progress)
    found, stays = best(comparison), plain(config)
    ways = (recipe_of(adopt(config, recipe), {}) for recipe in (found, stays))
    both = [losses(run, recipe, columns) for recipe in ways]
    return [summary(comparison), choose(found, stays, *both), comparison]


def select_step(run: Run, progress: Progress) -> list[Any]:
    config, recipe = run.config, recipe_of(adopted(run), {})
    folds, seed = for_choice(folds_of(run), config.split), config.seed_for("select")
    stability = select(folds, recipe, config.select, seed)
    found, stays = selected(stability), all_columns(run)
    both = [losses(run, recipe, (*columns,)) for columns in (found, stays)]
    return [stability, choose(found, stays, *both)]


def tune_step(run: Run, progress: Progress) -> list[Any]:
    config, columns, study = adopted(run), columns_of(run), run.folder / "study.journal"
    params, trials = tune(folds_of(run), columns, config, study, progress)
    ways = (recipe_of(config, settings) for settings in (params, {}))
    both = [losses(run, recipe, (*columns,)) for recipe in ways]
    return [choose(params, {}, *both), trials]


def train_step(run: Run, progress: Progress) -> list[Any]:
    """Train on all snapshots whose labels are known."""
    rows = run.read("snapshots")[[*KEYS, LABEL, *columns_of(run)]]
    return [train(recipe_in(run), rows, run.config.seed_for("train"))]


def evaluate_step(run: Run, progress: Progress) -> list[Any]:
    """Predict past periods as the coming one will be, and claim by them."""
    config, columns, recipe = run.config, columns_of(run), recipe_in(run)
    periods = for_claim(run.read("snapshots"), config.split, config.time)
    walked = walk(periods, columns, recipe, config.seed_for("walk"))
    evaluation = evaluate(walked, config.economics)
    claimed = claim(evaluation, config.split.claim_months)
    return [evaluation.metrics, claimed, walked]


def decide_step(run: Run, progress: Progress) -> list[Any]:
    here, model = run.read("candidates"), run.read("model.joblib")
    return [offers(p_churn(model, here), here, run.config.economics)]


def predict_step(run: Run, progress: Progress) -> list[Any]:
    here, model = run.read("candidates"), run.read("model.joblib")
    return [predict(model, here, run.config.economics)]


def predict_later(run: Run, cutoff: str) -> Path:
    """Predict a later cutoff into a file of the run's folder, and return its path."""
    known = loaded(run, cutoff, USAGE_MONTHS, goes_on=True)
    here = candidates_at(cutoff, known, run.config)
    name = f"predictions-{cutoff}"
    run.write(name, predict(run.read("model.joblib"), here, run.config.economics))
    return run.path(name)


def report_step(run: Run, progress: Progress) -> list[Any]:
    """Gather what the page shows, most of it under the names of the results."""
    economics, read = run.config.economics, run.read
    same = "repairs stability folds trials candidates predictions"
    walked = read("walk_forward")
    months = sorted(walked["cutoff"].unique())[-run.config.split.untouched :]
    results = Results(
        **{name: read(name) for name in same.split()},
        about=read("run.json")["about"],
        labels=read("leavers"),
        comparison=read("recipes"),
        choices=choices(run),
        claimed=read("claim.json"),
        evaluation=evaluate(walked, economics),
        untouched=evaluate(walked[walked["cutoff"].isin(months)], economics),
        config=run.config,
    )
    return [report(results)]


def choices(run: Run) -> dict[str, Measured]:
    """Read what each search found and whether it was adopted, by its subject."""
    return {name: run.read(f"{name}.json") for name in ("recipe", "columns", "params")}


def keep(run: Run) -> Path:
    """Renew `found.json`: what the exam needs, and what the README says."""
    found = {
        "choices": choices(run),
        "comparison": run.read("recipes").round(6).to_dict("records"),
        "metrics": run.read("metrics").round(6).to_dict("records"),
    }
    WRITE[".json"](found, FILE)
    return FILE
