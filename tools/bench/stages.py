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
from types import FunctionType
from typing import Any

from data.__main__ import main
from data.sources.customers import customers
from data.sources.deliver import arrive, deliver
from data.sources.files import write_parquet, write_source
from data.sources.flat import flat, month_totals
from data.sources.offers import offers
from data.sources.subscriptions import subscriptions
from data.sources.tickets import tickets
from data.sources.transactions import transactions
from data.sources.usage import usage, usage_table
from data.world.step import start, step
from data.world.truth import truth
from tools.bench.run import keep_to_one_core

STAGES: dict[str, list[Callable[..., Any]]] = {
    "step": [start, step],
    "usage draws": [usage],
    "tables": [
        customers,
        subscriptions,
        transactions,
        tickets,
        offers,
        usage_table,
    ],
    "mess and delivery": [arrive, deliver],
    "totals and truth": [month_totals, truth, flat],
    "Parquet writer": [write_parquet],
    "CSV and JSON writers": [write_source],
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
    """Put a clock on every stage, wherever in `data` its functions are called from."""
    clock = Clock()
    clocked = {f: clock.timed(stage, f) for stage, fs in STAGES.items() for f in fs}
    for module in [sys.modules[name] for name in sys.modules if name[:5] == "data."]:
        for name, value in list(vars(module).items()):
            if isinstance(value, FunctionType) and value in clocked:
                setattr(module, name, clocked[value])
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
    """Return this program's peak in MiB; the system's count starts at its parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (s for s in status.read_text().splitlines() if s.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2  # macOS: bytes


if __name__ == "__main__":
    keep_to_one_core()
    sys.exit(measure(Path(sys.argv[1]), sys.argv[2:]))
