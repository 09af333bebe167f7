"""The command line of the shared world: `python -m data --help`."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from data.simulate import Plan, WrongFolder, simulate
from data.world import SEALED_MONTHS, World

SIZES = {"small": 2_000, "default": 20_000, "large": 200_000}
SEED = 2022
RAW = Path("data/raw")


def main(argv: list[str] | None = None) -> int:
    """Run one command; give 2 for a mistake of the user's, else 0."""
    arguments = parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except (UserError, WrongFolder) as error:
        print(f"python -m data: {error}", file=sys.stderr)
        return 2
    return 0


class UserError(ValueError):
    """An argument makes no sense; the message says what would."""


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m data", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    make = commands.add_parser("simulate", help="write a world and its messy sources")
    make.add_argument("--size", choices=SIZES, default="default")
    make.add_argument("--customers", type=int, help="instead of --size")
    make.add_argument("--months", type=int, default=36, help="the last 12 are sealed")
    make.add_argument("--seed", type=int, default=SEED)
    make.add_argument("--out", type=Path, default=RAW)
    make.add_argument("--workers", type=int, default=2, choices=range(1, 9))
    make.set_defaults(run=run_simulate)
    return top


def run_simulate(arguments: argparse.Namespace) -> None:
    world = world_of(arguments)
    plan = Plan(world, arguments.seed, arguments.out)
    quiet = not sys.stdout.isatty()
    with Progress(console=Console(), disable=quiet) as progress:
        task = progress.add_task("Months", total=world.months)
        new = simulate(plan, arguments.workers, lambda: progress.advance(task))
    if not new:
        print(f"{arguments.out} is up to date")


def world_of(arguments: argparse.Namespace) -> World:
    """Give the world that the arguments ask for.

    Raises:
        UserError: too few customers or months.
    """
    customers = SIZES[arguments.size]
    if arguments.customers is not None:
        customers = arguments.customers
    if customers < 1:
        raise UserError(f"wanted --customers of at least 1, found {customers}")
    if arguments.months <= SEALED_MONTHS:
        raise UserError(
            f"wanted --months of at least {SEALED_MONTHS + 1} (the last {SEALED_MONTHS} "
            f"are sealed), found {arguments.months}"
        )
    return World(customers=customers, open_months=arguments.months - SEALED_MONTHS)


if __name__ == "__main__":
    sys.exit(main())
