"""The command line of the shared world: `python -m data --help`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from data.world.beliefs import SEALED_MONTHS, World

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from data.report.compare import Comparison

# Each command imports what it needs when it runs: `--help` and a typo answer at once.

SIZES = {"small": 2_000, "default": 20_000, "large": 200_000}
SEED = 2022
SEEDS = "1,2,3,4,5"  # of the worlds whose results are committed
LEVELS = "level1_notebook,level2_project"
RAW = Path("data/raw")
REPORT = Path("build/compare")


class UserError(ValueError):
    """An argument makes no sense; the message says what would."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Returns:
        2 for a user's mistake or a level that failed, 1 for a leak, 130 after Ctrl-C,
        0 if all went well.
    """
    arguments = parser().parse_args(argv)
    try:
        return arguments.run(arguments) or 0
    except KeyboardInterrupt:
        return _say("stopped; the same command goes on", 130)
    except OSError as error:  # a full disk, a folder that cannot be written to
        where = f": {error.filename}" if error.filename else ""
        return _say(f"{error.strerror or error}{where}", 2)
    except (ValueError, RuntimeError) as error:
        if not _is_the_users(error):
            raise
        return _say(str(error), 2)


def _say(text: str, code: int) -> int:
    print(f"python -m data: {text}", file=sys.stderr)
    return code


def _is_the_users(error: Exception) -> bool:
    """Tell a mistake that the user can mend from one of ours."""
    from data.folder import WrongFolder
    from data.judge.contract import UnknownLevel
    from data.report.compare import Busy
    from data.report.kept import StaleCeilings

    kinds = (UserError, WrongFolder, UnknownLevel, StaleCeilings, Busy)
    return isinstance(error, kinds)


def parser() -> argparse.ArgumentParser:
    top = Parser(prog="python -m data", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    make = commands.add_parser("simulate", help="write a world and its messy sources")
    add_size(make)
    make.add_argument("--months", type=int, default=36, help="the last 12 are sealed")
    make.add_argument("--seed", type=int, default=SEED)
    make.set_defaults(run=run_simulate)
    test = commands.add_parser("exam", help="hold levels' claims against the truth")
    add_size(test)
    test.add_argument("--seeds", default="1", help=f"of the worlds, such as {SEEDS}")
    test.set_defaults(run=run_exam, months=36)
    renew = commands.add_parser("results", help="renew what is stale in results/")
    renew.add_argument("--workers", type=int, default=2, choices=range(1, 9))
    renew.set_defaults(
        run=run_results, months=36, seeds=SEEDS, size="default", customers=None
    )
    best = commands.add_parser("ceilings", help="renew results/ceilings.json")
    best.set_defaults(run=run_ceilings)
    show = commands.add_parser("sample", help="renew data/sample from a world")
    show.set_defaults(run=run_sample)
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


def run_simulate(arguments: argparse.Namespace) -> None:
    from data.simulate import return_freed_memory, simulate
    from data.sources.plan import Plan

    return_freed_memory()
    plan = Plan(world_of(arguments), arguments.seed, arguments.out)
    with progress() as bar:
        task = bar.add_task("months", total=plan.world.months)
        simulate(plan, arguments.workers, lambda: bar.advance(task), print)


def run_exam(arguments: argparse.Namespace) -> int:
    """Examine the levels, and print the committed results below."""
    from data.report.compare import compare, show_committed

    comparison, console = comparison_of(arguments), console_of()
    report = compare(comparison, console)
    show_committed(comparison, console)
    return verdict(comparison, report.leaks)


def run_results(arguments: argparse.Namespace) -> int:
    """Examine what is stale in the committed results, and publish them."""
    from data.report.compare import committed, compare, plan_of_work
    from data.report.kept import read_ceilings
    from data.report.publish import publish

    comparison = comparison_of(arguments)
    read_ceilings(comparison.world)  # stale ones are refused before the work
    old = committed()
    comparison.others = old.kept() if old else []
    print(plan_of_work(comparison))
    report = compare(comparison, console_of())
    if not comparison.faults:
        publish(report)
        print("wrote results/, README.md and data/README.md")
    return verdict(comparison, report.leaks)


def comparison_of(arguments: argparse.Namespace) -> "Comparison":
    from data.judge.contract import check_level
    from data.report.compare import Comparison

    levels = [name.strip(" /") for name in arguments.levels.split(",")]
    for name in levels:
        check_level(name)
    world, seeds = world_of(arguments), seeds_of(arguments)
    return Comparison(world, levels, seeds, arguments.report, arguments.workers)


def verdict(comparison: "Comparison", leaks: list[str]) -> int:
    """Say in one line each which levels failed or leak; return the exit code."""
    for fault in comparison.faults:
        _say(fault, 2)
    for name in leaks:
        _say(
            f"{name} ranks leavers better than the true probabilities can: "
            "it has seen what it was to predict",
            1,
        )
    return 2 if comparison.faults else int(bool(leaks))


def seeds_of(arguments: argparse.Namespace) -> list[int]:
    try:
        return [int(seed) for seed in arguments.seeds.split(",")]
    except ValueError:
        raise UserError(
            f"wanted --seeds like {SEEDS}, found {arguments.seeds!r}"
        ) from None


def run_ceilings(_: argparse.Namespace) -> None:
    from data.judge.ceilings import ceilings
    from data.report.kept import CEILINGS, write_ceilings

    world = World()
    write_ceilings(ceilings(world), world)
    print(f"wrote {CEILINGS}")


def run_sample(arguments: argparse.Namespace) -> None:
    if not (arguments.out / "flat.csv").exists():
        raise UserError(f"wanted a world in {arguments.out}: run `make data` first")
    from data.report.publish import sample

    sample(arguments.out)


def console_of() -> "Console":
    """Make a console that is as wide as the table where no terminal says its width."""
    from rich.console import Console

    from data.report.table import WIDE

    return Console() if sys.stdout.isatty() else Console(width=WIDE)


def progress() -> "Progress":
    """Make a progress bar that stays silent unless somebody watches."""
    from rich.console import Console
    from rich.progress import Progress

    return Progress(console=Console(stderr=True), disable=not sys.stderr.isatty())


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


if __name__ == "__main__":
    sys.exit(main())
