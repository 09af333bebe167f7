"""Limit: what NumPy's draws and Arrow's writer alone take for the same usage rows.

Run as `python -m tools.bench.limit REPORT WORLD`.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.sources.files import write_table
from data.sources.usage import BLOCK
from data.world.state import FIRST_CUSTOMER_ID
from tools.bench.run import keep_to_one_core

DAYS = 31


def draw(n_customers: int) -> float:
    """Draw a word per customer and day, block by block; return the seconds."""
    bits = np.random.Philox(1)
    start = time.perf_counter()
    for _ in range(0, n_customers, BLOCK):
        bits.random_raw(BLOCK * DAYS)
    return time.perf_counter() - start


def write(table: pa.Table, path: Path) -> float:
    """Write a table as the world does; return the seconds."""
    start = time.perf_counter()
    write_table(table, path)
    return time.perf_counter() - start


def measure(report: Path, world: Path) -> None:
    """Draw and write again every month of a world."""
    rows, drawing, writing = 0, 0.0, 0.0
    with tempfile.TemporaryDirectory() as scratch:
        for source in sorted(world.rglob("usage.parquet")):
            table = pq.read_table(source)
            known = pc.max(table["customer_id"]).as_py() - FIRST_CUSTOMER_ID + 1
            rows += table.num_rows
            drawing += draw(known)
            writing += write(table, Path(scratch) / "usage.parquet")
    found = {"usage_rows": rows, "draw_seconds": drawing, "write_seconds": writing}
    report.write_text(json.dumps(found))


if __name__ == "__main__":
    keep_to_one_core()
    measure(Path(sys.argv[1]), Path(sys.argv[2]))
