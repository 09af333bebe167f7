"""The command line of level 2: `python -m level2_project --help`."""

import argparse
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from level2_project import UserError, steps

PROGRAM = "python -m level2_project"
# Prefect keeps its files here and asks nobody on the network; it reads this at import.
PREFECT = {
    "PREFECT_HOME": ".prefect",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",  # errors are told by `main`, in one line
    "DO_NOT_TRACK": "1",
}
TO_STOP: list[Callable[[], object]] = []  # what Ctrl-C ends


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code: 2 for a user's mistake."""
    try:
        run(parser().parse_args(arguments))
    except UserError as error:
        say(f"{PROGRAM}: {error}")
        return 2
    return 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def stop_at_once(*_: object) -> NoReturn:
    """Wait for no thread, and for no server that Ctrl-C stopped as well."""
    for stop in TO_STOP:
        stop()
    say("stopped; the same command goes on")
    os._exit(130)


def parser() -> Parser:
    top = Parser(prog=PROGRAM, description=__doc__)
    commands = top.add_subparsers(required=True, metavar="command", dest="command")
    does = {"flow": "take all steps, as a Prefect flow", "all": "take all steps"}
    does |= {step.name: step.does for step in steps.STEPS}
    does |= {"keep": "keep the columns and settings of a run for the exam"}
    for name, what in does.items():
        command = commands.add_parser(name, help=what, description=what)
        command.add_argument("--config", type=Path)
        command.set_defaults(cutoff=None)
    later = "the first of a later month, to be predicted by the same model"
    commands.choices["predict"].add_argument("--cutoff", help=later)
    return top


def run(given: argparse.Namespace) -> None:
    """Take the steps up to the one that is named, and tell what it left.

    What earlier runs of the same config, code and data have left is not made again.
    """
    from level2_project.config import CUTOFF, read_config
    from level2_project.run.display import Display
    from level2_project.run.folder import alone, open_run

    config, cutoff = read_config(given.config), given.cutoff
    first = config.time.predict_at
    if cutoff and (cutoff < first or not re.match(CUTOFF, cutoff)):
        wanted = f"{first} or the first of a later month"
        raise UserError(f"--cutoff: wanted {wanted}, found {cutoff}")
    take = as_flow() if given.command == "flow" else steps.in_order
    run, to_take = open_run(config), steps.up_to(given.command)
    with alone(run, say):
        seconds = {s.name: 0 if run.has(*s.makes) else s.seconds for s in to_take}
        with Display(seconds) as display:
            TO_STOP.extend([display.stop, run.tidy])
            take(run, display, to_take)
    print(steps.tell(to_take[-1], run))
    if cutoff or given.command == "keep":
        from level2_project.work import keep, predict_later

        print(predict_later(run, cutoff) if cutoff else keep(run))


def as_flow() -> Callable[..., object]:
    os.environ |= {**PREFECT, **os.environ}
    from level2_project.flow import level2, stop_server

    TO_STOP.append(stop_server)
    return level2


if __name__ == "__main__":
    signal.signal(signal.SIGINT, stop_at_once)
    sys.exit(main())
