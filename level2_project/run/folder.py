"""Run: one folder of results per config, code and data; nothing is made twice."""

import json
import platform
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
from filelock import FileLock, Timeout

from data.calendar import month_name, month_number
from level2_project.config import Config

CODE = Path(__file__).parents[1]
LIBRARIES = (
    "numpy", "pandas", "pyarrow", "scikit-learn", "scipy", "lightgbm",
    "imbalanced-learn", "optuna", "skrub",
)  # fmt: skip
READ: dict[str, Callable[[Path], Any]] = {
    ".parquet": pd.read_parquet,
    ".json": lambda path: json.loads(path.read_text(encoding="utf-8")),
    ".joblib": joblib.load,  # never of a stranger's file: it may run any code
}
WRITE: dict[str, Callable[[Any, Path], object]] = {
    ".parquet": lambda rows, path: rows.to_parquet(path),
    ".json": lambda known, path: path.write_text(json.dumps(known, indent=1) + "\n"),
    ".joblib": joblib.dump,
}


class BadRun(Exception):
    """A run's folder cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Run:
    """Where a run's steps find what earlier ones left."""

    config: Config
    folder: Path

    def has(self, *names: str) -> bool:
        return all((self.folder / name).exists() for name in names)

    def read(self, name: str) -> Any:
        """Read a result: a frame, a dict or a model, by the file's ending.

        Raises:
            BadRun: the file is damaged.
        """
        path = self.folder / name
        try:
            return READ[path.suffix](path)
        except FileNotFoundError:
            raise
        except Exception as error:  # each format has errors of its own
            raise BadRun(
                f"wanted a result of this run in {path}, found a damaged file: delete "
                f"it, and start the same command again ({type(error).__name__})"
            ) from error

    def write(self, name: str, result: Any) -> None:
        """Write a result so that it appears under its name only when it is complete.

        Raises:
            BadRun: the disk is full, or nothing may be written there.
        """
        path = self.folder / name
        unfinished = path.with_name(f".unfinished.{name}")
        try:
            WRITE[path.suffix](result, unfinished)
            unfinished.replace(path)
        except OSError as error:
            raise BadRun(_cannot_write(path, error)) from error
        finally:
            unfinished.unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove what was being written when the run was stopped."""
        for unfinished in self.folder.glob(".unfinished.*"):
            unfinished.unlink(missing_ok=True)


def open_run(config: Config) -> Run:
    """Find or begin the run of this config on the data and with the code that are here.

    `run.json` in its folder says all that is needed to get the same result again.

    Raises:
        BadRun: the folder cannot be made.
    """
    data, code = hash_of(drops(config)), hash_of(sorted(CODE.rglob("*.py")))
    key = blake2b(f"{config.hash} {data} {code}".encode(), digest_size=6).hexdigest()
    run = Run(config, Path(config.runs) / key)
    try:
        run.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadRun(_cannot_write(run.folder, error)) from error
    if not run.has("run.json"):
        run.write("run.json", record(config, data, code))
    return run


@contextmanager
def alone(run: Run, tell: Callable[[str], object]) -> Iterator[None]:
    """Work on a run alone; wait while another process does, and tell so."""
    lock = FileLock(run.folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        tell(f"another terminal is at work on {run.folder}: waiting until it is done")
        lock.acquire()
    except OSError as error:
        raise BadRun(_cannot_write(run.folder, error)) from error
    try:
        yield
    finally:
        lock.release()


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


def _cannot_write(path: Path, error: OSError) -> str:
    reason = (error.strerror or str(error)).lower()
    return (
        f"cannot write {path}: {reason}: make room there, or set `runs` in the config "
        "to a folder that can be written; the same command goes on"
    )
