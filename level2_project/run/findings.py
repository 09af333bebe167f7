"""Findings: what a run's steps left, gathered for its report and for the README."""

import json
from typing import Any

import pandas as pd

from level2_project.compare import summary, winner
from level2_project.evaluate import Evaluation, evaluate
from level2_project.measures.peers import versus
from level2_project.report import Results
from level2_project.run.folder import Run
from level2_project.run.results import folds, frame, past, tuned
from level2_project.split import LABEL, for_choice

SECONDS = ["seconds", "seconds_difference", "seconds_low", "seconds_high"]


def results(run: Run) -> Results:
    """Gather what the report shows."""
    comparison = frame(run, "comparison")
    return Results(
        about=about(run),
        repairs=frame(run, "repairs"),
        labels=labels(run),
        stability=frame(run, "stability"),
        folds=tested(run),
        comparison=summary(comparison),
        chosen=winner(comparison),
        params=tuned(run)["params"],
        trials=frame(run, "trials"),
        settings=frame(run, "settings"),
        evaluation=evaluation(run),
        year_ago=evaluation(run, "year_ago"),
        importance=frame(run, "importance"),
        candidates=frame(run, "candidates"),
        predictions=frame(run, "predictions"),
        config=run.config,
    )


def evaluation(run: Run, months: str = "walk_forward") -> Evaluation:
    """Hold predictions against who left.

    Args:
        run: where they are.
        months: "walk_forward", the untouched folds, or "year_ago", those of the claim.
    """
    return evaluate(frame(run, months), run.config.economics)


def about(run: Run) -> dict[str, str]:
    """Say by what the run is known; no clock, so that a second run says the same."""
    known = json.loads((run.folder / "run.json").read_text())
    libraries = [f"{name} {version}" for name, version in known["libraries"].items()]
    names = ("config_hash", "data_hash", "code_hash", "git_commit", "python")
    return {n.replace("_", " "): known[n] for n in names} | {
        "libraries": ", ".join(libraries)
    }


def labels(run: Run) -> pd.DataFrame:
    """Count customers and leavers, one row per cutoff."""
    by_cutoff = past(run).groupby("cutoff")[LABEL]
    return by_cutoff.agg(n_customers="size", n_left="sum").reset_index()


def tested(run: Run) -> pd.DataFrame:
    """Describe the walk-forward, one row per fold."""
    every = folds(run)
    n_open = len(for_choice(every, run.config.split))
    return pd.DataFrame(
        {
            "tested": [fold.test["cutoff"].iloc[0] for fold in every],
            "n_train": [len(fold.train) for fold in every],
            "n_test": [len(fold.test) for fold in every],
            "is_untouched": [number >= n_open for number in range(len(every))],
        }
    )


def to_keep(run: Run) -> dict[str, Any]:
    """Give what `found.json` keeps: what the exam needs, and what the README shows."""
    comparison = frame(run, "comparison")
    return {
        "columns": columns_of(frame(run, "stability")),
        "params": tuned(run)["params"],
        "winner": winner(comparison),
        "comparison": records(summary(comparison).drop(columns=SECONDS)),
        "peers": records(versus(frame(run, "peers"))),
        "metrics": records(evaluation(run).metrics),
    }


def columns_of(stability: pd.DataFrame) -> list[str]:
    return stability.loc[stability["is_selected"], "column"].tolist()


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a frame as a list of rows, rounded to what can be told apart."""
    found: list[dict[str, Any]] = json.loads(
        rows.to_json(orient="records", double_precision=6)
    )
    return found
