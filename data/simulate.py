"""Simulate: live through all months and write what the sources record of them."""

import ctypes
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pandas as pd
import pyarrow as pa

from data.calendar import month_name
from data.folder import drops_folder, is_whole, missing_files, writing
from data.sources.deliver import deliver
from data.sources.files import write_drop, write_parquet, write_source, write_whole
from data.sources.flat import Totals, flat
from data.sources.plan import Emitted, Plan, emit_month
from data.sources.subscriptions import roster
from data.world.history import Lived, history
from data.world.truth import truth

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # glibc's malloc.h
LARGE_BYTES = 16 << 20


def simulate(
    plan: Plan,
    workers: int = 2,
    done: Callable[[], None] = lambda: None,
    say: Callable[[str], None] = lambda line: None,
) -> None:
    """Write the world into `plan.folder`, unless all its files are there.

    The open months are in the folder itself, with the flat export at their end. The
    sealed year (without offers), the truth and the defect ledger are under `sealed/`.

    Args:
        workers: threads that emit and write; the bytes do not depend on it.
        done: called after each month.
        say: called with a line if there is nothing to do, or if files have been lost.

    Raises:
        WrongFolder: the folder holds something else, or cannot be written.
    """
    if is_whole(plan):
        missing = missing_files(plan)
        if not missing:
            say(f"{plan.folder} is up to date")
            return
        say(
            f"{len(missing)} of the files in {plan.folder} are missing, among them "
            f"{missing[0]}: making the world again"
        )
    with writing(plan):
        _write_world(plan, workers, done)


def _write_world(plan: Plan, workers: int, done: Callable[[], None]) -> None:
    totals: Totals | None = None
    pool = ThreadPoolExecutor(workers)
    try:
        for lived, written in _write_months(plan, pool, workers):
            month_sum = written.result()
            totals = month_sum if totals is None else totals + month_sum
            if lived.after.month == plan.world.open_months:
                _write_flat(plan, lived, totals)
            done()
    finally:  # after an error or Ctrl-C, months at work end and no more begin
        pool.shutdown(cancel_futures=True)


def _write_months(
    plan: Plan, pool: ThreadPoolExecutor, workers: int
) -> Iterator[tuple[Lived, "Future[Totals]"]]:
    """Hand months to the pool, no more than `workers` at a time."""
    before: Future[Emitted] | None = None
    waiting: list[tuple[Lived, Future[Totals]]] = []
    for lived in history(plan.company, plan.world.months):
        emitted = pool.submit(emit_month, plan, lived.events)
        waiting.append((lived, pool.submit(_write_month, plan, lived, emitted, before)))
        before = emitted
        if len(waiting) == workers:
            yield waiting.pop(0)
    yield from waiting


def _write_month(
    plan: Plan,
    lived: Lived,
    emitted: "Future[Emitted]",
    before: "Future[Emitted] | None",
) -> Totals:
    month = lived.events.month
    late = before.result().arrivals.next_month if before else {}
    arrivals, totals = emitted.result()
    for drop in deliver(plan.mess, plan.company.streams, month, arrivals, late):
        write_drop(drop, plan.folder / drops_folder(plan, month, drop.edition))
        _write_sealed(plan, "ledger", drop.name, drop.ledger)
    _write_sealed(plan, "truth", month_name(month), truth(plan.world, lived.events))
    return totals


def _write_sealed(plan: Plan, kind: str, name: str, rows: pd.DataFrame) -> None:
    path = plan.folder / "sealed" / kind / f"{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, partial(write_parquet, rows))


def _write_flat(plan: Plan, lived: Lived, totals: Totals) -> None:
    customers = roster(plan.company, lived.after, lived.events)
    export = flat(plan.company, lived.after, totals, customers)
    write_whole(plan.folder / "flat.csv", partial(write_source, export))


def return_freed_memory() -> None:
    """Turn off two habits of keeping freed memory, so that the peak is what is in use.

    The habits are those of Arrow's pool and of glibc. Arrays above a size are mapped
    singly and returned at once. But glibc raises that size as arrays are freed, up to
    32 MiB. Smaller arrays then share heaps, one per thread, and these seldom shrink.
    With a fixed size they shrink whenever 64 MiB at their end are free.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt:
            mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
            mallopt(M_TRIM_THRESHOLD, 4 * LARGE_BYTES)
