"""The command line of level 2: `python -m level2_project --help`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from level2_project import steps

if TYPE_CHECKING:
    from level2_project.config import Config
    from level2_project.run.display import Display
    from level2_project.run.folder import Run

STOPPED = "stopped; the same command goes on"
INTERRUPTED = 130  # exit code after Ctrl-C
# Prefect keeps its files here and asks nobody on the network; it reads this at import.
PREFECT = {
    "PREFECT_HOME": ".prefect",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",  # errors are told by `main`, in one line
    "DO_NOT_TRACK": "1",
}


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


class UserError(ValueError):
    """An argument makes no sense; the message says what would."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code: 2 for a user's mistake."""
    given = parser().parse_args(arguments)
    try:
        given.run(given)
    except KeyboardInterrupt:
        say(STOPPED)
        return INTERRUPTED
    except Exception as error:
        if not isinstance(error, mistakes()):
            raise
        say(f"python -m level2_project: {error}")
        return 2
    return 0


def mistakes() -> tuple[type[Exception], ...]:
    """List the errors that are no bug: a user can put right what they tell."""
    from level2_project.config import BadConfig
    from level2_project.run.folder import BadRun
    from level2_project.sources.schema import BadDrop
    from level2_project.text import CannotAsk

    return (UserError, BadConfig, BadDrop, BadRun, CannotAsk)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def parser() -> Parser:
    top = Parser(prog="python -m level2_project", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="command")

    def add(name: str, run: Callable[[argparse.Namespace], None], does: str) -> Parser:
        command = commands.add_parser(name, help=does, description=does)
        command.set_defaults(run=run, command=name)
        command.add_argument("--config", type=Path, default=None)
        return command

    add("flow", run_flow, "take all steps, as a Prefect flow")
    add("all", run_step, "take all steps, without Prefect")
    for step in steps.STEPS:
        command = add(step.name, run_step, step.does)
        if step.name == "predict":
            command.set_defaults(run=run_predict)
            command.add_argument(
                "--cutoff", type=first_of_a_month, help="such as 2024-01-01"
            )
            command.add_argument("--out", type=Path, default=Path())
    add("keep", run_keep, "keep the columns and settings of the last run for the exam")
    return top


def run_flow(given: argparse.Namespace) -> None:
    os.environ |= {**PREFECT, **os.environ}
    from level2_project.flow import level2, stop_server

    with at_work(given, steps.STEPS[-1].name, stop_server) as (run, display):
        path = level2(run, display)
    print(f"report: {path}")


def run_step(given: argparse.Namespace) -> None:
    """Take the steps up to the one that is named, and tell what it left.

    What earlier runs of the same config, code and data have left is not made again.
    """
    last = steps.STEPS[-1].name if given.command == "all" else given.command
    with at_work(given, last) as (run, display):
        steps.in_order(run, display, last)
    print(steps.tell(steps.up_to(last)[-1], run))


def run_predict(given: argparse.Namespace) -> None:
    """Predict a later cutoff, if one is given, with the model of the config's run."""
    if given.cutoff is None:
        run_step(given)
        return
    first = config_of(given).time.predict_at
    if given.cutoff < first:
        raise UserError(
            f"--cutoff: wanted {first} or later, found {given.cutoff}: the model has "
            "seen what came before; set time.predict_at to go back in time"
        )
    with at_work(given, "train") as (run, display):
        steps.in_order(run, display, "train")
        from level2_project.work import predict_later

        n_customers = predict_later(run, given.cutoff, given.out)
    print(f"{given.out / 'predictions.parquet'}: {n_customers:,} customers")


def run_keep(given: argparse.Namespace) -> None:
    from level2_project.run.folder import open_run
    from level2_project.run.found import FILE, write_found
    from level2_project.work import to_keep

    run = open_run(config_of(given))
    if not run.has("report.html"):
        raise UserError(f"{run.folder} is not complete: run `make level2` first")
    write_found(to_keep(run))
    print(f"{FILE} renewed")


def config_of(given: argparse.Namespace) -> Config:
    from level2_project.config import FILE, read_config

    return read_config(given.config or FILE)


def first_of_a_month(text: str) -> str:
    try:
        if date.fromisoformat(text).day == 1:
            return text
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"wanted the first of a month, found {text!r}")


@contextmanager
def at_work(
    given: argparse.Namespace, last: str, clear: Callable[[], object] = lambda: None
) -> Iterator[tuple[Run, Display]]:
    """Open the run, alone, with a display of the steps up to `last`.

    Args:
        given: the command's arguments.
        last: the last step that is to be taken.
        clear: what else to stop on Ctrl-C.
    """
    from level2_project.run.display import Display
    from level2_project.run.folder import alone, open_run

    run = open_run(config_of(given))
    with alone(run, say):
        display = Display(
            {
                step.name: 0 if run.has(*step.makes) else step.seconds
                for step in steps.up_to(last)
            }
        )

        def stop_at_once(*_: object) -> NoReturn:
            """Wait for no thread, and for no server that Ctrl-C stopped as well."""
            display.close()
            say(STOPPED)
            run.tidy()
            clear()
            os._exit(INTERRUPTED)

        before = signal.signal(signal.SIGINT, stop_at_once)
        try:
            with display:
                yield run, display
        finally:
            signal.signal(signal.SIGINT, before)


if __name__ == "__main__":
    sys.exit(main())
