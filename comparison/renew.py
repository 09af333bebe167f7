"""Renew: measure what is stale, then write the page and the picture."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib
from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from comparison.kept import FOLDER, FURTHER_SEEDS, SHOWN_SEEDS, pooled
from comparison.ladder.draw import draw_ladder, exam_figures
from comparison.measure import measure, minutes, n_stale
from comparison.mistakes.page import PAGE, page
from comparison.pooled import FILE, FURTHER, read_pooled, write_pooled
from data.report.freshness import ROOT
from data.report.style import STYLE, save
from data.world.beliefs import World

LADDER = ROOT / "results" / "ladder"
LOCK = ROOT / "build" / "mistakes.lock"


def renew(world: World, further: bool = False, folder: Path = FOLDER) -> None:
    """Measure what is stale in all worlds; keep the figures pooled over them.

    Args:
        further: measure the worlds in which clear differences are looked for again.
        folder: where the outcomes of each world are kept.
    """
    seeds, file = (FURTHER_SEEDS, FURTHER) if further else (SHOWN_SEEDS, FILE)
    with _alone(LOCK):
        n_wanted = n_stale(world, seeds, folder)
        time = minutes(world, seeds, folder)
        print(announcement(n_wanted, len(seeds), time), flush=True)
        if n_wanted:
            with _bar(n_wanted) as progress:
                measure(world, seeds, folder, progress)
        write_pooled(pooled(world, seeds, folder), file)


def publish() -> None:
    """Write the page and draw the picture from the figures that are kept."""
    found, text = read_pooled(), PAGE.read_text(encoding="utf-8")
    further = read_pooled(FURTHER) if FURTHER.exists() else None
    PAGE.write_text(page(found, text, further), encoding="utf-8")
    with matplotlib.rc_context(STYLE):
        save(draw_ladder(found, exam_figures()), LADDER)
    print(f"wrote {PAGE.relative_to(ROOT)} and {LADDER.relative_to(ROOT)}.svg")


def announcement(n_wanted: int, n_worlds: int, minutes: float | None) -> str:
    """Say what is to be measured, and how long it takes."""
    if not n_wanted:
        return "all mistakes and practices are up to date"
    n = "some 35" if minutes is None else f"about {max(1, round(minutes))}"
    return (
        f"measuring {n_wanted} outcomes in {n_worlds} worlds takes {n} minutes. "
        "Ctrl-C stops; the same command goes on"
    )


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one terminal measure at a time; another one waits for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        held = lock.acquire(timeout=0)
    except Timeout:
        print("another terminal is measuring; waiting until it ends", flush=True)
        held = lock.acquire()
    with held:
        yield


@contextmanager
def _bar(n_wanted: int) -> Iterator[Callable[[int], None]]:
    """Show how many outcomes are there."""
    console = Console(stderr=True)
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeElapsedColumn(), console=console, disable=not sys.stderr.isatty()
    ) as bars:
        task = bars.add_task("simulating two worlds", total=n_wanted)

        def progress(n_left: int) -> None:
            done = n_wanted - n_left
            doing = "measuring" if done else "simulating two worlds"
            bars.update(task, completed=done, description=doing)

        yield progress
