"""`python -m benchmarks`: make a large world on one core, write what it took."""

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

RESULTS = Path("results/benchmarks.json")


def main() -> None:
    """Measure size large, whole command, writing included, and keep the numbers."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})
    with tempfile.TemporaryDirectory() as folder:
        seconds = simulate(Path(folder) / "world")
        rows = event_rows(Path(folder) / "world")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    found = {
        "size": "large, 200,000 customers, 36 months, 1 worker on 1 core",
        "event_rows": rows,
        "seconds": round(seconds, 1),
        "event_rows_per_second": round(rows / seconds),
        "peak_memory_mib": round(peak),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    print(RESULTS.read_text())


def simulate(folder: Path) -> float:
    """Give the seconds that `python -m data simulate` takes."""
    start = time.perf_counter()
    command = "-m data simulate --size large --workers 1 --out".split()
    subprocess.run([sys.executable, *command, str(folder)], check=True)
    return time.perf_counter() - start


def event_rows(folder: Path) -> int:
    """Count the rows of all sources in all months."""
    rows = sum(
        pq.read_metadata(path).num_rows for path in folder.rglob("usage.parquet")
    )
    for path in [*folder.rglob("20*/*.csv"), *folder.rglob("20*/*.jsonl")]:
        with path.open("rb") as lines:
            rows += sum(1 for _ in lines) - (path.suffix == ".csv")
    return rows


if __name__ == "__main__":
    main()
