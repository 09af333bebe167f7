"""Options: what `python -m data` can be asked, and what its arguments mean."""

import argparse
from pathlib import Path
from typing import NoReturn

from data.world.beliefs import SEALED_MONTHS, World

ABOUT = "The shared world and its judge."
SIZES = {"small": 2_000, "default": 20_000, "large": 200_000}
SEED = 2022
SHOWN = "101,102,103,104,105"  # seeds of the worlds whose results are committed
LOOKING = "1"  # seeds 1 to 5 are for looking: choices may be made by them
LEVELS = "level1_notebook,level2_project"
RAW = Path("data/raw")
REPORT = Path("build/compare")


class UserError(ValueError):
    """An argument makes no sense; the message says what would."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    top = Parser(prog="python -m data", description=ABOUT)
    commands = top.add_subparsers(required=True, metavar="COMMAND", dest="command")
    make = commands.add_parser("simulate", help="write a world and its messy sources")
    add_size(make)
    make.add_argument("--months", type=int, default=36, help="the last 12 are sealed")
    make.add_argument("--seed", type=int, default=SEED)
    test = commands.add_parser("exam", help="hold levels' claims against the truth")
    add_size(test)
    test.add_argument("--seeds", default=LOOKING, help="of the worlds, such as 1,2")
    test.set_defaults(months=36)
    renew = commands.add_parser("results", help="renew what is stale in results/")
    renew.add_argument("--workers", type=int, default=2, choices=range(1, 9))
    renew.set_defaults(months=36, seeds=SHOWN, size="default", customers=None)
    rule = commands.add_parser("rules", help="choose the best rule on one trace")
    rule.add_argument("--customers", type=int, default=SIZES["default"])
    best = commands.add_parser("ceilings", help="renew results/ceilings.json")
    best.set_defaults(seeds=f"{LOOKING},{SHOWN}")
    show = commands.add_parser("sample", help="renew data/sample from a world")
    add_folders(make, show, test, renew)
    return top


def add_folders(
    make: argparse.ArgumentParser,
    show: argparse.ArgumentParser,
    *examine: argparse.ArgumentParser,
) -> None:
    for command in (make, show):
        command.add_argument("--out", type=Path, default=RAW, help="the world's folder")
    for command in examine:
        command.add_argument("--levels", default=LEVELS, help="comma-separated")
        command.add_argument("--report", type=Path, default=REPORT, help="a folder")


def add_size(command: argparse.ArgumentParser) -> None:
    command.add_argument("--size", choices=SIZES, default="default")
    command.add_argument("--customers", type=int, help="instead of --size")
    command.add_argument("--workers", type=int, default=2, choices=range(1, 9))


def seeds_of(arguments: argparse.Namespace) -> list[int]:
    try:
        return [int(seed) for seed in arguments.seeds.split(",")]
    except ValueError:
        raise UserError(
            f"wanted --seeds like {SHOWN}, found {arguments.seeds!r}"
        ) from None


def world_of(arguments: argparse.Namespace) -> World:
    """Return the world that the arguments ask for.

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
            f"wanted --months of at least {SEALED_MONTHS + 1} "
            f"(the last {SEALED_MONTHS} are sealed), found {arguments.months}"
        )
    return World(customers=customers, open_months=arguments.months - SEALED_MONTHS)
