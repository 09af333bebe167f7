"""Flow: the same steps as Prefect tasks. The only file that imports Prefect."""

from typing import Any

from prefect import Task, flow
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.server.api.server import SubprocessASGIServer

from level2_project.run.display import Display
from level2_project.run.folder import Run
from level2_project.steps import Step, take


def may_pass(task: Any, task_run: Any, state: Any) -> bool:
    """Tell whether a second try may help: a slow disk may answer, bad data stay."""
    return isinstance(state.result(raise_on_failure=False), TimeoutError)


@flow(name="level2", validate_parameters=False)
def level2(run: Run, display: Display, to_take: list[Step]) -> None:
    """Take steps one after the other, as `steps.in_order` does without Prefect."""
    # The run's folder is the cache: what is there already is not made again.
    task = Task(take, cache_policy=NO_CACHE, retry_condition_fn=may_pass)
    for step in to_take:
        again = 2 if step.name == "load" else 0  # its disk may be a network's
        task.with_options(name=step.name, retries=again)(step, run, display)
    page = f"Report: `{run.folder / 'report.html'}`"
    create_markdown_artifact(page, key="level2-report")


def stop_server() -> None:
    """Stop Prefect's own server at once, if this process started one."""
    server = SubprocessASGIServer().server_process
    if server:
        server.kill()
