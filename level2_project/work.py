"""Work: what each step of `steps.py` reads from the run, calls, and gives back.

`evaluate_step` is the work of the step `evaluate`, and so on. What it returns are the
results that the table says the step makes, in that order.
"""

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from level2_project.compare import compare, summary, winner
from level2_project.config import Config
from level2_project.decide import offers
from level2_project.evaluate import claim, evaluate, importance, walk
from level2_project.label import label, roster
from level2_project.load import Loaded, load
from level2_project.point_in_time.keys import KEYS, LABEL
from level2_project.point_in_time.usage import USAGE_MONTHS
from level2_project.predict import predict
from level2_project.report import Results, report
from level2_project.run.display import Progress
from level2_project.run.folder import WRITE, Run
from level2_project.run.found import FILE
from level2_project.select import select, selected
from level2_project.snapshots import candidates, snapshots
from level2_project.split import Split, described, for_choice, for_claim, walk_forward
from level2_project.train import p_churn, recipe_of, train
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


def columns_of(run: Run) -> list[str]:
    return selected(run.read("stability"))


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
    comparison = compare(run.read("snapshots"), run.config, progress)
    return [summary(comparison), comparison]


def select_step(run: Run, progress: Progress) -> list[Any]:
    config, recipe = run.config, recipe_of(run.config, {})
    folds, seed = for_choice(folds_of(run), config.split), config.seed_for("select")
    return [select(folds, recipe, config.select, seed)]


def tune_step(run: Run, progress: Progress) -> list[Any]:
    study = run.folder / "study.journal"
    return [*tune(folds_of(run), columns_of(run), run.config, study, progress)]


def train_step(run: Run, progress: Progress) -> list[Any]:
    """Train on all snapshots whose labels are known."""
    rows = run.read("snapshots")[[*KEYS, LABEL, *columns_of(run)]]
    recipe = recipe_of(run.config, run.read("params.json"))
    return [train(recipe, rows, run.config.seed_for("train"))]


def evaluate_step(run: Run, progress: Progress) -> list[Any]:
    """Predict the untouched months, and claim by the coming months one year earlier."""
    config, columns = run.config, columns_of(run)
    recipe = recipe_of(config, run.read("params.json"))
    untouched = folds_of(run)[-config.split.untouched :]
    earlier = for_claim(run.read("snapshots"), config.split, config.time)
    seed = config.seed_for("walk")
    last, year_ago = (walk(f, columns, recipe, seed) for f in (untouched, earlier))
    metrics = evaluate(last, config.economics).metrics
    claimed = claim(evaluate(year_ago, config.economics))
    # Columns are measured on the last tested month, by a model of its own past.
    rows = untouched[-1].train[[*KEYS, LABEL, *columns]]
    model = train(recipe, rows, config.seed_for("importance.model"))
    seed = config.seed_for("shuffles")
    gains = importance(model, untouched[-1].test, 3, seed)  # shuffles of each column
    return [metrics, claimed, last, year_ago, gains]


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
    same = "repairs stability folds trials settings importance candidates predictions"
    results = Results(
        **{name: read(name) for name in same.split()},
        about=read("run.json")["about"],
        labels=read("leavers"),
        comparison=read("recipes"),
        chosen=winner(read("comparison")),
        params=read("params.json"),
        evaluation=evaluate(read("walk_forward"), economics),
        year_ago=evaluate(read("year_ago"), economics),
        config=run.config,
    )
    return [report(results)]


def keep(run: Run) -> Path:
    """Renew `found.json`: what the exam needs, and what the README says."""
    recipes = run.read("recipes").filter(regex="^(?!seconds)")
    found = {
        "columns": columns_of(run),
        "params": run.read("params.json"),
        "winner": winner(run.read("comparison")),
        "comparison": recipes.round(6).to_dict("records"),
        "metrics": run.read("metrics").round(6).to_dict("records"),
    }
    WRITE[".json"](found, FILE)
    return FILE
