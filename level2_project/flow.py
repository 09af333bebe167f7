"""Flow: the same steps as Prefect tasks. The only file that imports Prefect."""

from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.server.api.server import SubprocessASGIServer
from prefect.tasks import Task

from level2_project.run.display import Display
from level2_project.run.folder import Run
from level2_project.steps import STEPS, Step
from level2_project.steps import take as take_step


def may_pass(task: Task[..., None], run: TaskRun, state: State[None]) -> bool:
    """Tell whether a second try may help: with a disk perhaps, with bad data never."""
    return isinstance(state.result(raise_on_failure=False), TimeoutError)


# The run's folder is the cache: what is there already is not made again.
@task(
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=5,
    retry_condition_fn=may_pass,
)
def take(step: Step, run: Run, display: Display) -> None:
    take_step(step, run, display)


@flow(name="level2", validate_parameters=False)
def level2(run: Run, display: Display) -> Path:
    """Take all steps in order, as `steps.in_order` does without Prefect."""
    for step in STEPS:
        take.with_options(name=step.name)(step, run, display)
    path = run.folder / "report.html"
    figures = run.read("claim.json").items()
    rows = "\n".join(f"| {name} | {figure:.4g} |" for name, figure in figures)
    create_markdown_artifact(
        f"# Level 2\n\n| claimed | |\n|---|--:|\n{rows}\n\nReport: `{path}`\n",
        key="level2-report",
    )
    return path


def stop_server() -> None:
    """Stop Prefect's own server at once, if this process started one."""
    server = SubprocessASGIServer().server_process
    if server:
        server.kill()
