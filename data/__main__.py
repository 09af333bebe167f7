"""The command line of the shared world: `python -m data --help`."""

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from data.options import UserError, parser, seeds_of, world_of
from data.world.beliefs import World

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from data.report.compare import Comparison

# Each command imports what it needs when it runs: `--help` and a typo answer at once.


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Returns:
        2 for a user's mistake or a level that failed, 1 for a leak, 130 after Ctrl-C,
        0 if all went well.
    """
    arguments = parser().parse_args(argv)
    try:
        return COMMANDS[arguments.command](arguments) or 0
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
        return 130
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
    from data.report.kept import wanted_ceilings
    from data.report.publish import publish

    comparison = comparison_of(arguments)
    wanted_ceilings(comparison.world, comparison.seeds)  # refused before the work
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
            f"{name}: its predictions follow the outcomes more closely than luck "
            "allows: it has seen what it was to predict",
            1,
        )
    return 2 if comparison.faults else int(bool(leaks))


def run_rules(arguments: argparse.Namespace) -> None:
    """Choose the rule on one trace in worlds that are not shown."""
    from data.judge.ceiling.traces import CHOSEN, choose, write_chosen

    world = World(customers=arguments.customers)
    usd = choose(world)
    write_chosen(usd, world)
    for name in list(usd)[:5]:
        print(f"{usd[name]:+8,.0f} USD per 1,000 customers: {name}")
    print(f"wrote {CHOSEN}")


def run_ceilings(arguments: argparse.Namespace) -> None:
    from data.report.kept import CEILINGS, renew_ceilings

    renew_ceilings(World(), seeds_of(arguments), print)
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


COMMANDS: dict[str, Callable[[argparse.Namespace], int | None]] = {
    "simulate": run_simulate,
    "exam": run_exam,
    "results": run_results,
    "rules": run_rules,
    "ceilings": run_ceilings,
    "sample": run_sample,
}

if __name__ == "__main__":
    sys.exit(main())
