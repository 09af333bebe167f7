"""Stages: makes a world with a clock on every stage.

Run as `python -m tools.bench.stages REPORT simulate ...`.
"""

import json
import resource
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import data.simulate
import data.sources.emit
import data.sources.files
from data.__main__ import main
from tools.bench.run import keep_to_one_core

STAGES: dict[str, list[tuple[Any, str]]] = {
    "step": [(data.simulate, "start"), (data.simulate, "step")],
    "usage draws": [(data.sources.emit, "usage")],
    "tables": [
        *(
            (data.sources.emit, name)
            for name in ("customers", "subscriptions", "transactions")
        ),
        *((data.sources.emit, name) for name in ("tickets", "offers", "usage_table")),
    ],
    "mess and delivery": [(data.simulate, "arrive"), (data.simulate, "deliver")],
    "totals and truth": [
        (data.simulate, name) for name in ("month_totals", "truth", "flat")
    ],
    "Parquet writer": [
        (data.sources.files, "write_parquet"),
        (data.simulate, "write_parquet"),
    ],
    "CSV and JSON writers": [
        (data.sources.files, "write_source"),
        (data.simulate, "write_source"),
    ],
}


class Clock:
    """Counts the processor's seconds per stage and thread.

    What one stage calls of another counts for that other one only.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.thread = threading.local()  # holds the inner seconds of open calls

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **named: Any) -> Any:
            inner: list[float] = self.thread.__dict__.setdefault("inner", [])
            inner.append(0.0)
            start = time.thread_time()
            try:
                return function(*args, **named)
            finally:
                spent = time.thread_time() - start
                self.seconds[stage] += spent - inner.pop()
                if inner:
                    inner[-1] += spent

        return run


def watch() -> Clock:
    """Put a clock on every stage."""
    clock = Clock()
    for stage, functions in STAGES.items():
        for module, name in functions:
            setattr(module, name, clock.timed(stage, getattr(module, name)))
    return clock


def measure(report: Path, arguments: list[str]) -> int:
    """Run the command of the world; write what it took."""
    clock, start = watch(), time.perf_counter()
    before = time.process_time()
    code = main(arguments)
    seconds, spent = time.perf_counter() - start, time.process_time() - before
    stages = {stage: clock.seconds[stage] for stage in STAGES}
    found = {
        "work_seconds": seconds,
        "stages": {**stages, "all else": spent - sum(stages.values())},
        "peak_memory_mib": peak_memory_mib(),
    }
    report.write_text(json.dumps(found))
    return code


def peak_memory_mib() -> float:
    """Give this program's peak; the system's count starts with its parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (s for s in status.read_text().splitlines() if s.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2  # macOS: bytes


if __name__ == "__main__":
    keep_to_one_core()
    sys.exit(measure(Path(sys.argv[1]), sys.argv[2:]))
