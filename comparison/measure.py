"""Measure: whatever is stale, in all worlds, two worlds at a time."""

import signal
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ProcessPoolExecutor, wait
from multiprocessing import active_children, get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from comparison.kept import (
    FOLDER,
    SHOWN_SEEDS,
    WANTED,
    Kept,
    KeptWorld,
    current_key,
    file_of,
    read_kept,
    stale,
    write_kept,
)
from comparison.ladder.rungs import LEVEL1
from comparison.outcome import Comparison
from comparison.study import Study
from data.world.beliefs import World

AT_ONCE = 2  # worlds, each in a process of its own
LOOK_SECONDS = 0.5  # between two looks at how far the worlds are


def measure(
    world: World,
    seeds: tuple[int, ...] = SHOWN_SEEDS,
    folder: Path = FOLDER,
    progress: Callable[[int], None] = lambda n_left: None,
) -> None:
    """Measure all that is stale.

    What is finished is kept at once: a run that is stopped goes on from there.

    Args:
        folder: where the outcomes are kept.
        progress: called with the number of outcomes that are yet to be measured.

    Raises:
        KeyboardInterrupt: the run was stopped; its processes have ended, too.
    """
    context = get_context("spawn")  # a progress bar has a thread: do not fork
    with (
        TemporaryDirectory(prefix="mistakes-") as scratch,
        ProcessPoolExecutor(AT_ONCE, context, max_tasks_per_child=1) as pool,
    ):
        try:
            jobs = _submit(pool, world, seeds, folder, Path(scratch))
            while wait(jobs, LOOK_SECONDS, FIRST_EXCEPTION).not_done:
                progress(n_stale(world, seeds, folder))
                _raise_failures(jobs)
            _raise_failures(jobs)
        except BaseException:
            for process in active_children():
                process.terminate()
            pool.shutdown(cancel_futures=True)
            raise


def _submit(
    pool: ProcessPoolExecutor,
    world: World,
    seeds: tuple[int, ...],
    folder: Path,
    scratch: Path,
) -> list[Future[None]]:
    """Start the worlds in processes that leave Ctrl-C to this one."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # they inherit it
    try:
        return [
            pool.submit(measure_world, world, seed, folder, scratch / f"seed{seed}")
            for seed in seeds
            if stale(read_kept(file_of(seed, folder)), world)
        ]
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _raise_failures(jobs: list[Future[None]]) -> None:
    for job in jobs:
        if job.done():
            job.result()


def measure_world(world: World, seed: int, folder: Path, scratch: Path) -> None:
    """Measure what is stale in one world, and keep each outcome when it is there.

    Args:
        folder: where the outcomes are kept.
        scratch: an empty folder, for the drops.
    """
    file = file_of(seed, folder)
    kept, study = read_kept(file), Study(world, seed, scratch)
    names = stale(kept, world)
    if set(names) - {LEVEL1}:  # all others are held against level 2's own outcome
        began = perf_counter()
        study.outcome  # noqa: B018  made here, so that its time is booked once
        kept.shared_seconds = round(perf_counter() - began, 1)
    for name in names:
        kept.outcomes[name] = measured(name, study)
        write_kept(kept, file)


def measured(name: str, study: Study) -> Kept:
    """Measure one mistake or one rung in one world."""
    began = perf_counter()
    found = WANTED[name].measure(study)
    seconds, key = round(perf_counter() - began, 1), current_key(name, study.world)
    if isinstance(found, Comparison):
        return Kept(key, seconds, found.mistaken, found.right)
    return Kept(key, seconds, found)


def n_stale(world: World, seeds: tuple[int, ...], folder: Path) -> int:
    return sum(len(stale(kept, world)) for kept in _all(seeds, folder))


def minutes(world: World, seeds: tuple[int, ...], folder: Path) -> float | None:
    """Estimate how long it takes, from what it took last; None if it never was done."""
    worlds = _all(seeds, folder)
    times = [_seconds(kept, stale(kept, world), worlds) for kept in worlds]
    known = [time for time in times if time is not None]
    return sum(known) / 60 / AT_ONCE if len(known) == len(times) else None


def _seconds(
    kept: KeptWorld, names: list[str], worlds: list[KeptWorld]
) -> float | None:
    """Add up what one world's outcomes took last; what is unknown, in another world."""
    shared = kept.shared_seconds or max(world.shared_seconds for world in worlds)
    total = shared if set(names) - {LEVEL1} else 0.0
    for name in names:
        took = [w.outcomes[name].seconds for w in [kept, *worlds] if name in w.outcomes]
        if not took:
            return None
        total += took[0]
    return total


def _all(seeds: tuple[int, ...], folder: Path) -> list[KeptWorld]:
    return [read_kept(file_of(seed, folder)) for seed in seeds]
