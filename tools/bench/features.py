"""Features: what it takes to describe customers at 24 cutoffs.

Run as `python -m tools.bench.features REPORT WORLD`.
"""

import json
import sys
import time
from pathlib import Path

import pandas as pd

from level2_project.config import read_config
from level2_project.label import roster
from level2_project.load import load
from level2_project.snapshots import describe
from tools.bench.stages import peak_memory_mib

CUTOFFS = pd.date_range("2022-02-01", periods=24, freq="MS")


def measure(report: Path, world: Path) -> None:
    """Load a world's open months, then describe all customers at all cutoffs."""
    config = read_config()
    sources = load(world, CUTOFFS[-1]).sources
    rows = roster(sources.subscriptions, CUTOFFS, config.label)
    start = time.perf_counter()
    described = describe(sources, rows, config)
    found = {
        "cutoffs": len(CUTOFFS),
        "snapshots": len(described),
        "features": described.shape[1] - 2,
        "seconds": time.perf_counter() - start,
        "peak_memory_mib": peak_memory_mib(),  # loading included
    }
    report.write_text(json.dumps(found))


if __name__ == "__main__":
    measure(Path(sys.argv[1]), Path(sys.argv[2]))
