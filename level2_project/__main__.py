"""The command line of level 2: `python -m level2_project --help`."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from level2_project import UserError, steps

if TYPE_CHECKING:
    from level2_project.run.display import Display
    from level2_project.run.folder import Run

    Take = Callable[[Run, Display, list[steps.Step]], object]

PROGRAM = "python -m level2_project"
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


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code: 2 for a user's mistake."""
    given = parser().parse_args(arguments)

    def stop_at_once(*_: object) -> NoReturn:
        """Wait for no thread, and for no server that Ctrl-C stopped as well."""
        for stop in given.to_stop:
            stop()
        say("stopped; the same command goes on")
        os._exit(INTERRUPTED)

    before = signal.signal(signal.SIGINT, stop_at_once)
    try:
        special = {"flow": run_flow, "predict": run_predict, "keep": run_keep}
        special.get(given.command, run_steps)(given)
    except UserError as error:
        say(f"{PROGRAM}: {error}")
        return 2
    finally:
        signal.signal(signal.SIGINT, before)
    return 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def parser() -> Parser:
    top = Parser(prog=PROGRAM, description=__doc__)
    commands = top.add_subparsers(required=True, metavar="command", dest="command")
    does = {"flow": "take all steps, as a Prefect flow"}
    does |= {"all": "take all steps, without Prefect"}
    does |= {step.name: step.does for step in steps.STEPS}
    does |= {"keep": "keep the columns and settings of a run for the exam"}
    for name, what in does.items():
        command = commands.add_parser(name, help=what, description=what)
        command.add_argument("--config", type=Path)
        command.set_defaults(to_stop=[])
    later = "the first day of a later month, to be predicted by the same model"
    commands.choices["predict"].add_argument("--cutoff", help=later)
    return top


def run_steps(given: argparse.Namespace, take: Take = steps.in_order) -> Run:
    """Take the steps up to the one that is named, and tell what it left.

    What earlier runs of the same config, code and data have left is not made again.
    """
    from level2_project.config import read_config
    from level2_project.run.display import Display
    from level2_project.run.folder import alone, open_run

    run, to_take = open_run(read_config(given.config)), steps.up_to(given.command)
    with alone(run, say):
        seconds = {s.name: 0 if run.has(*s.makes) else s.seconds for s in to_take}
        with Display(seconds) as display:
            given.to_stop += [display.stop, run.tidy]
            take(run, display, to_take)
    print(steps.tell(to_take[-1], run))
    return run


def run_flow(given: argparse.Namespace) -> None:
    os.environ |= {**PREFECT, **os.environ}
    from level2_project.flow import level2, stop_server

    given.to_stop.append(stop_server)
    run_steps(given, level2)


def run_predict(given: argparse.Namespace) -> None:
    """Predict the config's month, or a later one with the same model."""
    from level2_project.config import CUTOFF, read_config

    first = read_config(given.config).time.predict_at
    cutoff = given.cutoff or first
    if not re.match(CUTOFF, cutoff) or cutoff < first:
        raise UserError(
            f"--cutoff: wanted {first} or the first of a later month, found {cutoff}: "
            "for an earlier one, which the model has seen, set time.predict_at instead"
        )
    run = run_steps(given)
    if cutoff > first:
        from level2_project.work import predict_later

        print(predict_later(run, cutoff))


def run_keep(given: argparse.Namespace) -> None:
    """Take the steps that are left, and renew `found.json`."""
    run = run_steps(given)
    from level2_project.work import keep

    print(keep(run))


if __name__ == "__main__":
    sys.exit(main())
