"""Run: one measured command in a process of its own, on one core where that can be."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq


@dataclass(frozen=True)
class Run:
    """What it took to make one world."""

    customers: int
    months: int
    event_rows: int
    seconds: float  # of the whole command, Python's start and imports included
    work_seconds: float  # of the command without Python's start
    peak_memory_mib: float
    stages: dict[str, float]  # seconds of the processor

    @property
    def event_rows_per_second(self) -> float:
        return self.event_rows / self.seconds

    @property
    def seconds_per_million_rows(self) -> float:
        return 1e6 * self.work_seconds / self.event_rows


def make_world(folder: Path, customers: int, months: int, workers: int = 1) -> Run:
    """Make a world with `python -m data simulate` in `folder`; one worker, one core."""
    arguments = (
        f"simulate --customers {customers} --months {months} --workers {workers} --out"
    )
    start = time.perf_counter()
    found = in_new_process(
        "tools.bench.stages", [*arguments.split(), str(folder)], one_core=workers == 1
    )
    return Run(
        customers=customers,
        months=months,
        event_rows=event_rows(folder),
        seconds=found["ended"] - start,
        work_seconds=found["work_seconds"],
        peak_memory_mib=found["peak_memory_mib"],
        stages=found["stages"],
    )


def in_new_process(
    module: str, arguments: list[str], one_core: bool = True
) -> dict[str, Any]:
    """Run a module that writes what it found, as JSON, to its first argument."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "found.json"
        command = [sys.executable, "-m", module, str(report), *arguments]
        env = {**os.environ, "ONE_CORE": "1" if one_core else ""}
        subprocess.run(command, env=env, check=True)
        ended = time.perf_counter()
        found: dict[str, Any] = json.loads(report.read_text())
    return {**found, "ended": ended}


def keep_to_one_core() -> None:
    """Stay on the last core that this process may use, if the system can do that."""
    if os.environ.get("ONE_CORE") and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def event_rows(folder: Path) -> int:
    """Count the rows of all sources in all months, sealed ones included."""
    rows, months = 0, "20[0-9][0-9]-[0-9][0-9]"  # a drop that is sent again is left out
    for path in folder.rglob(f"{months}/usage.parquet"):
        rows += pq.read_metadata(path).num_rows
    for path in [*folder.rglob(f"{months}/*.csv"), *folder.rglob(f"{months}/*.jsonl")]:
        rows += path.read_bytes().count(b"\n") - (path.suffix == ".csv")
    return int(rows)
