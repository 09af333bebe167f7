"""Flow: the same steps as Prefect tasks. The only file that imports Prefect."""

from prefect import Task, flow
from prefect.cache_policies import NO_CACHE
from prefect.server.api.server import SubprocessASGIServer

from level2_project.run.display import Display
from level2_project.run.folder import Run
from level2_project.steps import Step, take


@flow(name="level2", validate_parameters=False)
def level2(run: Run, display: Display, to_take: list[Step]) -> None:
    """Take steps one after the other, as `steps.in_order` does without Prefect."""
    # The run's folder is the cache: what is there already is not made again.
    task = Task(take, cache_policy=NO_CACHE)
    for step in to_take:
        task.with_options(name=step.name)(step, run, display)


def stop_server() -> None:
    """Stop Prefect's own server at once, if this process started one."""
    server = SubprocessASGIServer().server_process
    if server:
        server.kill()
