"""Flow: the same steps as Prefect tasks. The only file that imports Prefect."""

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from level2_project import steps
from level2_project.load import Loaded
from level2_project.run.folder import Run
from level2_project.steps import Watch


def of_this_run(_: Any, given: dict[str, Any]) -> str | None:
    """Key the features by data, code and config, if their file is still there."""
    folder: Path = given["run"].folder
    there = (folder / "candidates.parquet").exists()
    return f"features-{folder.name}" if there else None


@task(retries=2, retry_delay_seconds=5, cache_policy=NO_CACHE)
def load(run: Run, watch: Watch) -> Loaded | None:
    progress = watch("load")
    loaded = steps.load_step(run)
    progress(1, 1)
    return loaded


@task(cache_key_fn=of_this_run, persist_result=True)
def features(run: Run, loaded: Loaded | None, watch: Watch) -> str:
    progress = watch("features")
    steps.features_step(run, loaded)
    progress(1, 1)
    return str(run.folder)


@task(cache_policy=NO_CACHE)
def compare(run: Run, watch: Watch) -> None:
    steps.take("compare", run, watch)


@task(cache_policy=NO_CACHE)
def select(run: Run, watch: Watch) -> None:
    steps.take("select", run, watch)


@task(cache_policy=NO_CACHE)
def tune(run: Run, watch: Watch) -> None:
    steps.take("tune", run, watch)


@task(cache_policy=NO_CACHE)
def train(run: Run, watch: Watch) -> None:
    steps.take("train", run, watch)


@task(cache_policy=NO_CACHE)
def evaluate(run: Run, watch: Watch) -> None:
    steps.take("evaluate", run, watch)


@task(cache_policy=NO_CACHE)
def peers(run: Run, watch: Watch) -> None:
    steps.take("peers", run, watch)


@task(cache_policy=NO_CACHE)
def predict(run: Run, watch: Watch) -> None:
    steps.take("predict", run, watch)


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
    features(run, load(run, watch), watch)
    compare(run, watch)
    select(run, watch)
    tune(run, watch)
    train(run, watch)
    evaluate(run, watch)
    peers(run, watch)
    predict(run, watch)
    return report(run)
