"""`python -m tools.bench [PART ...]`: speed and memory, to `results/benchmarks.json`.

The parts: `world`, a large one on one core, in stages; the limit that NumPy and Arrow
set; worlds of growing size. `level2`, from drops to report, twice; its features alone.
`peers`, level 2's model beside FLAML and a default LightGBM. Without a name all are
measured, in some twenty minutes; nothing else should run.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from tools.bench import automl
from tools.bench.machine import machine
from tools.bench.page import publish
from tools.bench.project import peers, project
from tools.bench.run import Run, in_new_process, make_world
from tools.bench.scaling import Growth, in_customers, in_months
from tools.bench.tables import show

RESULTS = Path("results/benchmarks.json")
LARGE, MONTHS = 200_000, 36


def main(names: list[str]) -> int:
    """Measure the named parts, or all; keep the numbers and show them.

    Returns:
        2 for a part that there is not, or figures of another machine; 0 if all went
        well; 130 after Ctrl-C.
    """
    kept = json.loads(RESULTS.read_text()) if names else {"machine": machine()}
    if wrong := refusal(names, kept["machine"]):
        print(f"python -m tools.bench: {wrong}", file=sys.stderr)
        return 2
    try:
        for name in names or PARTS:
            kept |= PARTS[name]()
    except KeyboardInterrupt:
        print("stopped; nothing was kept", file=sys.stderr)
        return 130
    except subprocess.CalledProcessError as error:
        print(f"stopped: a command failed (see above): {error.cmd}", file=sys.stderr)
        return 1
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n")
    publish(kept)
    show(Console(), kept)
    return 0


def refusal(names: list[str], measured_on: dict[str, str | int]) -> str:
    """Return why the named parts cannot be renewed, or nothing if they can."""
    if unknown := [name for name in names if name not in PARTS]:
        return f"wanted some of {', '.join(PARTS)}, found {', '.join(unknown)}"
    if measured_on != machine():
        return f"{RESULTS} is of another machine: measure all parts, without a name"
    return ""


def world_part() -> dict[str, Any]:
    """Measure how fast worlds are made, and in how much memory."""
    status = Console(stderr=True).status
    with status("one large world on one core"):
        large, limit = large_world(workers=1)
    with status("one large world with two workers"):
        pair, _ = large_world(workers=2)
    with status("worlds of growing size"):
        customers, months = in_customers(), in_months()
    return {
        "large_on_one_core": {**figures(large), "stages": rounded(large.stages)},
        "large_with_two_workers": figures(pair),
        "limit": compared(limit, large),
        "growing_customers": growth(customers),
        "growing_months": growth(months),
    }


def level2_part() -> dict[str, Any]:
    with Console(stderr=True).status("level 2, from drops to report, twice"):
        return {"level2": project()}


def peers_part() -> dict[str, Any]:
    automl.install()
    with Console(stderr=True).status("level 2's model beside FLAML"):
        return {"peers": peers()}


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "world": world_part,
    "level2": level2_part,
    "peers": peers_part,
}


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
    """Return each stage's seconds of the processor."""
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
    sys.exit(main(sys.argv[1:]))
