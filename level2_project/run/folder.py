"""Run: one folder of results per config, code and data; nothing is made twice."""

import json
import platform
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from data.calendar import month_name, month_number
from level2_project.config import Config

CODE = Path(__file__).parents[1]
LIBRARIES = (
    "numpy", "pandas", "pyarrow", "scikit-learn", "scipy", "lightgbm",
    "imbalanced-learn", "optuna", "skrub", "flaml",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """Where a run's steps find what earlier ones left."""

    config: Config
    folder: Path

    def keep(self, name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Read a frame of this run; make and write it if it is not there."""
        path = self.folder / f"{name}.parquet"
        if not path.exists():
            _write_whole(path, lambda unfinished: make().to_parquet(unfinished))
        return pd.read_parquet(path)

    def keep_figures(self, name: str, make: Callable[[], Any]) -> Any:
        """Read figures of this run; make and write them if they are not there."""
        path = self.folder / f"{name}.json"
        if not path.exists():
            text = json.dumps(make(), indent=1) + "\n"
            _write_whole(path, lambda unfinished: unfinished.write_text(text))
        return json.loads(path.read_text())


def open_run(config: Config) -> Run:
    """Find or begin the run of this config on the data and with the code that are here.

    `run.json` in its folder says all that is needed to get the same result again.
    """
    data, code = hash_of(drops(config)), hash_of(sorted(CODE.rglob("*.py")))
    key = blake2b(f"{config.hash} {data} {code}".encode(), digest_size=6).hexdigest()
    run = Run(config, Path(config.runs) / key)
    run.folder.mkdir(parents=True, exist_ok=True)
    run.keep_figures("run", lambda: record(config, data, code))
    return run


def record(config: Config, data: str, code: str) -> dict[str, Any]:
    """Say what this run is of."""
    return {
        "config": asdict(config),
        "config_hash": config.hash,
        "data_hash": data,
        "code_hash": code,
        "git_commit": git_commit(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def drops(config: Config) -> list[Path]:
    """List the published files that a run may know, in order."""
    n_drops = month_number(config.time.predict_at[:7])
    folders = [Path(config.raw) / month_name(month) for month in range(n_drops)]
    return [path for folder in folders for path in sorted(folder.glob("*"))]


def hash_of(files: list[Path]) -> str:
    """Hash names and bytes of files."""
    digest = blake2b(digest_size=8)
    for path in files:
        digest.update(f"{path.parent.name}/{path.name}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def git_commit() -> str:
    """Name the commit that is checked out, "unknown" outside a git checkout."""
    command = ["git", "-C", str(CODE), "rev-parse", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def _write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file so that it appears under its name only when it is complete."""
    unfinished = path.with_name(f".unfinished.{path.name}")
    write(unfinished)
    unfinished.rename(path)
