"""`python -m tools.bench`: speed and memory, to `results/benchmarks.json`.

The world: a large one on one core, in stages; the limit that NumPy and Arrow set;
worlds of growing size. Level 2: from drops to report, twice; its features alone. It
takes about a quarter of an hour; nothing else should run.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console

from tools.bench.machine import machine
from tools.bench.project import project
from tools.bench.run import Run, in_new_process, make_world
from tools.bench.scaling import Growth, in_customers, in_months
from tools.bench.tables import show

RESULTS = Path("results/benchmarks.json")
LARGE, MONTHS = 200_000, 36


def main() -> None:
    """Measure all, keep the numbers, show them."""
    console = Console()
    with console.status("one large world on one core"):
        large, limit = large_world(workers=1)
    with console.status("one large world with two workers"):
        pair, _ = large_world(workers=2)
    with console.status("worlds of growing size"):
        customers, months = in_customers(), in_months()
    with console.status("level 2, from drops to report, twice"):
        level2 = project()
    found = {
        "machine": machine(),
        "large_on_one_core": {**figures(large), "stages": rounded(large.stages)},
        "large_with_two_workers": figures(pair),
        "limit": compared(limit, large),
        "growing_customers": growth(customers),
        "growing_months": growth(months),
        "level2": level2,
    }
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    show(console, found)


def large_world(workers: int) -> tuple[Run, dict[str, float]]:
    """Make a large world, then draw and write its usage rows alone."""
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder) / "world"
        run = make_world(world, LARGE, MONTHS, workers)
        limit = (
            in_new_process("tools.bench.limit", [str(world)]) if workers == 1 else {}
        )
    return run, limit


def figures(run: Run) -> dict[str, float]:
    return {
        "customers": run.customers,
        "months": run.months,
        "event_rows": run.event_rows,
        "seconds": round(run.seconds, 1),
        "event_rows_per_second": round(run.event_rows_per_second),
        "seconds_per_million_rows": round(run.seconds_per_million_rows, 3),
        "peak_memory_mib": round(run.peak_memory_mib),
    }


def rounded(stages: dict[str, float]) -> dict[str, float]:
    """Give each stage's seconds of the processor."""
    return {stage: round(seconds, 1) for stage, seconds in stages.items()}


def compared(limit: dict[str, float], run: Run) -> dict[str, float]:
    """Hold the world's speed against that of draws and one Parquet writer alone."""
    seconds = limit["draw_seconds"] + limit["write_seconds"]
    rows_per_second = limit["usage_rows"] / seconds
    return {
        "usage_rows": limit["usage_rows"],
        "draw_seconds": round(limit["draw_seconds"], 1),
        "write_seconds": round(limit["write_seconds"], 1),
        "rows_per_second": round(rows_per_second),
        "share_of_it_reached": round(run.event_rows_per_second / rows_per_second, 2),
    }


def growth(found: Growth) -> dict[str, Any]:
    return {
        "exponent": round(found.exponent, 3),
        "runs": [figures(run) for run in found.runs],
    }


if __name__ == "__main__":
    main()
