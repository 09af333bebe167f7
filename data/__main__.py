"""The command line of the shared world: `python -m data --help`."""

import argparse
import json
import sys
from hashlib import blake2b
from pathlib import Path
from typing import Any, NoReturn

from rich.console import Console
from rich.progress import Progress

from data.folder import WrongFolder
from data.judge.ceilings import FILE as CEILINGS
from data.judge.ceilings import StaleCeilings, ceilings, read_ceilings
from data.judge.contract import BadPredictions, UnknownLevel, level
from data.judge.exam import exams
from data.report.freshness import key
from data.report.pool import pooled, write_report
from data.report.table import WIDE, terminal
from data.simulate import return_freed_memory, simulate
from data.sources.plan import Plan
from data.world.beliefs import SEALED_MONTHS, World

SIZES = {"small": 2_000, "default": 20_000, "large": 200_000}
SEED = 2022
SEEDS = "1,2,3,4,5"
RAW = Path("data/raw")
REPORT = Path("build/compare")


class UserError(ValueError):
    """An argument makes no sense; the message says what would."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def main(argv: list[str] | None = None) -> int:
    """Run one command; give 2 for a mistake of the user's, 1 for a leak, else 0."""
    arguments = parser().parse_args(argv)
    try:
        return arguments.run(arguments) or 0
    except (
        UserError,
        WrongFolder,
        UnknownLevel,
        BadPredictions,
        StaleCeilings,
    ) as error:
        print(f"python -m data: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
        return 130


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
    test.add_argument("--levels", default="level1_notebook", help="comma-separated")
    test.add_argument("--seeds", default=SEEDS, help=f"comma-separated, e.g. {SEEDS}")
    test.set_defaults(run=run_exam, months=36)
    best = commands.add_parser("ceilings", help=f"renew {CEILINGS}")
    best.set_defaults(run=run_ceilings)
    renew = commands.add_parser("results", help="renew committed results from a report")
    renew.set_defaults(run=run_results)
    for command in (test, renew):
        command.add_argument("--report", type=Path, default=REPORT)
    show = commands.add_parser("sample", help="renew data/sample from a world")
    show.set_defaults(run=run_sample)
    for command in (make, show):
        command.add_argument("--out", type=Path, default=RAW, help="the world's folder")
    return top


def add_size(command: argparse.ArgumentParser) -> None:
    command.add_argument("--size", choices=SIZES, default="default")
    command.add_argument("--customers", type=int, help="instead of --size")
    command.add_argument("--workers", type=int, default=2, choices=range(1, 9))


def run_simulate(arguments: argparse.Namespace) -> None:
    return_freed_memory()
    plan = Plan(world_of(arguments), arguments.seed, arguments.out)
    with progress() as bar:
        task = bar.add_task("months", total=plan.world.months)
        simulate(plan, arguments.workers, lambda: bar.advance(task), print)


def run_exam(arguments: argparse.Namespace) -> int:
    """Examine, write the report and print its table; give 1 if a level leaks."""
    report = kept_report(arguments) or new_report(arguments)
    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    console.print(terminal(report, console.width))
    for name in report["leaks"]:
        print(
            f"python -m data: {name} ranks leavers better than the true chances can: "
            "it has seen what it was to predict",
            file=sys.stderr,
        )
    return 1 if report["leaks"] else 0


def kept_report(arguments: argparse.Namespace) -> dict[str, Any] | None:
    """Give the report that is there already, if nothing has changed since."""
    path = arguments.report / "levels.json"
    if not path.exists():
        return None
    report: dict[str, Any] = json.loads(path.read_text())
    if report.get("key") != exam_key(arguments):
        return None
    print(f"{path} is up to date")
    return report


def new_report(arguments: argparse.Namespace) -> dict[str, Any]:
    world, levels, seeds = (
        world_of(arguments),
        levels_of(arguments),
        seeds_of(arguments),
    )
    best, done = read_ceilings(world), []
    scratch = arguments.report / "scratch"
    with progress() as bar:
        task = bar.add_task("worlds", total=len(seeds))
        for result in exams(levels, world, seeds, scratch, arguments.workers):
            done.append(result)
            bar.advance(task)
    report = {"key": exam_key(arguments), **pooled(done, world, levels, best)}
    write_report(report, arguments.report)
    return report


def exam_key(arguments: argparse.Namespace) -> str:
    """Hash all that an exam's outcome depends on."""
    world, levels, seeds = (
        world_of(arguments),
        levels_of(arguments),
        seeds_of(arguments),
    )
    code = key(["data.judge.exam", *(f"{name}.exam" for name in levels)])
    parts = (code, world, levels, seeds, read_ceilings(world))
    return blake2b(repr(parts).encode(), digest_size=8).hexdigest()


def levels_of(arguments: argparse.Namespace) -> list[str]:
    names = [name.strip(" /") for name in arguments.levels.split(",")]
    for name in names:
        level(name)  # unknown ones are refused before hours of work
    return names


def seeds_of(arguments: argparse.Namespace) -> list[int]:
    try:
        return [int(seed) for seed in arguments.seeds.split(",")]
    except ValueError:
        raise UserError(
            f"wanted --seeds like {SEEDS}, found {arguments.seeds!r}"
        ) from None


def run_ceilings(_: argparse.Namespace) -> None:
    found = ceilings(World())
    CEILINGS.write_text(json.dumps(found, indent=1) + "\n")
    print(f"wrote {CEILINGS}")


def run_results(arguments: argparse.Namespace) -> None:
    if not (arguments.report / "levels.json").exists():
        raise UserError(
            f"wanted a report in {arguments.report}: run `make compare` first"
        )
    from data.report.publish import results  # here: drawing takes a second to load

    results(arguments.report)


def run_sample(arguments: argparse.Namespace) -> None:
    if not (arguments.out / "flat.csv").exists():
        raise UserError(f"wanted a world in {arguments.out}: run `make data` first")
    from data.report.publish import sample

    sample(arguments.out)


def progress() -> Progress:
    """Make a progress bar that stays silent unless somebody watches."""
    return Progress(console=Console(stderr=True), disable=not sys.stderr.isatty())


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
            f"wanted --months of at least {SEALED_MONTHS + 1} "
            f"(the last {SEALED_MONTHS} are sealed), found {arguments.months}"
        )
    return World(customers=customers, open_months=arguments.months - SEALED_MONTHS)


if __name__ == "__main__":
    sys.exit(main())
