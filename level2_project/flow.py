"""Flow: the same steps as Prefect tasks. The only file that imports Prefect."""

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from level2_project import steps
from level2_project.load import Loaded
from level2_project.run import Run
from level2_project.steps import Watch


def of_this_run(_: Any, given: dict[str, Any]) -> str | None:
    """Key the features by data, code and config, if their file is still there."""
    folder: Path = given["run"].folder
    there = (folder / "candidates.parquet").exists()
    return f"features-{folder.name}" if there else None


@task(retries=2, retry_delay_seconds=5, cache_policy=NO_CACHE)
def load(run: Run) -> Loaded | None:
    return steps.load_step(run)


@task(cache_key_fn=of_this_run, persist_result=True)
def features(run: Run, loaded: Loaded | None) -> str:
    steps.features_step(run, loaded)
    return str(run.folder)


@task(cache_policy=NO_CACHE)
def compare(run: Run, watch: Watch) -> None:
    steps.compare_step(run, watch("compare"))


@task(cache_policy=NO_CACHE)
def select(run: Run) -> None:
    steps.select_step(run)


@task(cache_policy=NO_CACHE)
def tune(run: Run, watch: Watch) -> None:
    steps.tune_step(run, watch("tune"))


@task(cache_policy=NO_CACHE)
def evaluate(run: Run) -> None:
    steps.evaluate_step(run)


@task(cache_policy=NO_CACHE)
def peers(run: Run, watch: Watch) -> None:
    steps.peers_step(run, watch("peers"))


@task(cache_policy=NO_CACHE)
def train(run: Run) -> None:
    steps.train_step(run)


@task(cache_policy=NO_CACHE)
def predict(run: Run) -> None:
    steps.predict_step(run)


@task(cache_policy=NO_CACHE)
def report(run: Run) -> Path:
    path = steps.report_step(run)
    claim = run.keep_figures("claim", dict)
    rows = "\n".join(f"| {name} | {figure:.4g} |" for name, figure in claim.items())
    create_markdown_artifact(
        f"# Level 2\n\n| claimed | |\n|---|--:|\n{rows}\n\nReport: `{path}`\n",
        key="level2-report",
    )
    return path


@flow(name="level2", validate_parameters=False)
def level2(run: Run, watch: Watch) -> Path:
    """Take all steps in order, as `steps.in_order` does without Prefect."""
    features(run, load(run))
    compare(run, watch)
    select(run)
    tune(run, watch)
    train(run)
    evaluate(run)
    peers(run, watch)
    predict(run)
    return report(run)
