"""The command line of level 2: `python -m level2_project --help`."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pandas as pd
from rich.console import Console
from rich.progress import Progress

from level2_project import steps
from level2_project.config import FILE, BadConfig, Config, read_config
from level2_project.label import roster
from level2_project.load import load
from level2_project.point_in_time.usage import USAGE_MONTHS
from level2_project.predict import predict
from level2_project.run.findings import to_keep
from level2_project.run.folder import open_run
from level2_project.run.found import FILE as FOUND
from level2_project.run.found import write_found
from level2_project.run.results import model
from level2_project.run.show import SHOWN
from level2_project.snapshots import candidates
from level2_project.sources.schema import BadDrop
from level2_project.text import CannotAsk

# Prefect keeps its files here and asks nobody on the network; it reads this at import.
PREFECT = {
    "PREFECT_HOME": ".prefect",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "DO_NOT_TRACK": "1",
}


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run a command; give its exit code: 2 for a user's mistake."""
    given = parser().parse_args(arguments)
    try:
        given.run(given)
    except (BadConfig, BadDrop, CannotAsk, UserError) as error:
        print(f"python -m level2_project: {error}", file=sys.stderr)
        return 2
    return 0


class UserError(ValueError):
    """An argument makes no sense; the message says what would."""


def parser() -> Parser:
    top = Parser(prog="python -m level2_project", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="command")
    for name, run, says in (
        ("flow", run_flow, "all steps, as a Prefect flow"),
        ("all", run_step, "all steps, without Prefect"),
        ("load", run_load, "read and repair the sources, count the repairs"),
        ("label", run_step, "who left within the horizon: counts by cutoff"),
        ("features", run_step, "describe customers at every cutoff"),
        ("split", run_step, "the cutoffs that are tested"),
        ("compare", run_step, "models, and what handles imbalance"),
        ("select", run_step, "the columns that earn their place"),
        ("tune", run_step, "search the settings"),
        ("train", run_step, "train on all that is known"),
        ("evaluate", run_step, "how good the chances are, and what is claimed"),
        ("decide", run_step, "how many get an offer"),
        ("predict", run_predict, "write predictions.parquet for a cutoff"),
        ("keep", run_keep, "keep what the last run found beside the code"),
    ):
        command = commands.add_parser(name, help=says)
        command.set_defaults(run=run, command=name)
        command.add_argument("--config", type=Path, default=FILE)
        if name == "predict":
            command.add_argument("--cutoff", required=True, help="such as 2024-01-01")
            command.add_argument("--out", type=Path, default=Path())
    return top


def run_flow(given: argparse.Namespace) -> None:
    os.environ |= {**PREFECT, **os.environ}
    from level2_project.flow import level2

    with display() as watch:
        path = level2(open_run(read_config(given.config)), watch)
    print(f"report: {path}")


def run_step(given: argparse.Namespace) -> None:
    """Take the steps up to the one that is named, and tell what it left.

    What earlier runs of the same config, code and data have left is not made again.
    """
    last, tell = SHOWN[given.command]
    run = open_run(read_config(given.config))
    with display() as watch:
        steps.in_order(run, watch, last)
    print(tell(run))


def run_load(given: argparse.Namespace) -> None:
    config = read_config(given.config)
    loaded = load(Path(config.raw), pd.Timestamp(config.time.predict_at))
    print(loaded.repairs.to_string(index=False))


def run_predict(given: argparse.Namespace) -> None:
    """Predict a cutoff with the model of the config's run, which is made if need be."""
    config = read_config(given.config)
    cutoff = cutoff_of(given.cutoff, config)
    run = open_run(config)
    with display() as watch:
        steps.in_order(run, watch, "train")
    sources = load(Path(config.raw), cutoff, USAGE_MONTHS).sources
    customers = roster(sources.subscriptions, pd.DatetimeIndex([cutoff]), config.label)
    here = candidates(sources, customers, config)
    found = predict(model(run), here, config.economics)
    given.out.mkdir(parents=True, exist_ok=True)
    found.to_parquet(given.out / "predictions.parquet", index=False)
    print(f"{given.out / 'predictions.parquet'}: {len(found):,} customers")


def cutoff_of(text: str, config: Config) -> pd.Timestamp:
    """Read a cutoff that the model may predict.

    Raises:
        UserError: it is no first of a month, or lies before the model's training.
    """
    cutoff = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    if pd.isna(cutoff) or cutoff.day != 1:
        raise UserError(f"--cutoff: wanted the first of a month, found {text!r}")
    if cutoff < pd.Timestamp(config.time.predict_at):
        raise UserError(
            f"--cutoff: wanted {config.time.predict_at} or later, found {text}: the "
            "model has seen what came before; set time.predict_at to go back in time"
        )
    return cutoff


def run_keep(given: argparse.Namespace) -> None:
    run = open_run(read_config(given.config))
    if not (run.folder / "report.html").exists():
        raise UserError(f"{run.folder} is not complete: make level2 first")
    write_found(to_keep(run))
    print(f"{FOUND} renewed")


@contextmanager
def display() -> Iterator[steps.Watch]:
    """Show a bar for every step that tells of its progress; silent in a file."""
    with Progress(
        console=Console(stderr=True), disable=not sys.stderr.isatty()
    ) as bars:

        def watch(name: str) -> steps.Progress:
            task = bars.add_task(name, total=None)
            return lambda done, wanted: bars.update(task, completed=done, total=wanted)

        yield watch


if __name__ == "__main__":
    sys.exit(main())
