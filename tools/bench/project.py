"""Project: how long level 2 takes, from drops to report, and how good its model is."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from data.world.beliefs import World
from level2_project.config import FILE, read_config
from tools.bench.run import in_new_process, make_world

CUSTOMERS, MONTHS = World().customers, World().months


def project() -> dict[str, Any]:
    """Run `python -m level2_project flow` twice on a world of its own."""
    with tempfile.TemporaryDirectory() as folder:
        world, config = Path(folder) / "world", Path(folder) / "config.toml"
        make_world(world, CUSTOMERS, MONTHS, workers=2)
        config.write_text(settings(world, Path(folder) / "runs"))
        first, second = flow(config), flow(config)
        features = in_new_process("tools.bench.features", [str(world)], one_core=False)
    return {
        "customers": CUSTOMERS,
        "trials": read_config().tune.trials,
        "first_run_seconds": round(first, 1),
        "second_run_seconds": round(second, 1),
        "features": {
            "cutoffs": features["cutoffs"],
            "snapshots": features["snapshots"],
            "features": features["features"],
            "seconds": round(features["seconds"], 1),
            "peak_memory_mib": round(features["peak_memory_mib"]),
        },
    }


def peers() -> dict[str, Any]:
    """Compare level 2's model with FLAML and a default LightGBM, on a new world."""
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder) / "world"
        make_world(world, CUSTOMERS, MONTHS, workers=2)
        found = in_new_process("tools.bench.peers", [str(world)], one_core=False)
    return {name: found[name] for name in found if name != "ended"}


def settings(world: Path, runs: Path) -> str:
    """Return level 2's config with other folders."""
    text = FILE.read_text(encoding="utf-8")
    for name, folder in (("raw", world), ("runs", runs)):
        old = f'{name} = "{getattr(read_config(), name)}"'
        text = text.replace(old, f'{name} = "{folder}"')
    return text


def flow(config: Path) -> float:
    """Run all steps as the Prefect flow; return the seconds of the whole command."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "level2_project", "flow", "--config", str(config)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start
