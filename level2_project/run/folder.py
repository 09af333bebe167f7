"""Run: one folder of results per config, code and data; nothing is made twice."""

import json
import platform
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from shlex import quote
from typing import Any

import joblib
import pandas as pd
from filelock import FileLock, Timeout

from level2_project import UserError
from level2_project.config import Config

CODE = Path(__file__).parents[1]
PARTS = {".py", ".j2", ".csv"}  # code, the page's templates, the columns' meanings
LIBRARIES = "numpy pandas pyarrow scikit-learn lightgbm imbalanced-learn optuna skrub"
READ: dict[str, Callable[[Path], Any]] = {
    ".parquet": pd.read_parquet,
    ".json": lambda path: json.loads(path.read_text(encoding="utf-8")),
    ".joblib": joblib.load,  # never of a stranger's file: it may run any code
}
WRITE: dict[str, Callable[[Any, Path], object]] = {
    ".parquet": lambda rows, path: rows.to_parquet(path),
    ".json": lambda known, path: path.write_text(json.dumps(known, indent=1) + "\n"),
    ".joblib": joblib.dump,
    ".html": lambda page, path: path.write_text(page, encoding="utf-8"),
}


@dataclass(frozen=True)
class Run:
    """Where a run's steps find what earlier ones left."""

    config: Config
    folder: Path

    def path(self, name: str) -> Path:
        """Return the file of a result; a name without an ending is a table's."""
        return self.folder / (name if "." in name else f"{name}.parquet")

    def has(self, *names: str) -> bool:
        return all(self.path(name).exists() for name in names)

    def read(self, name: str) -> Any:
        """Read a result: a frame, a dict or a model, by the file's ending."""
        path = self.path(name)
        try:
            return READ[path.suffix](path)
        except Exception as error:  # each format has errors of its own
            raise UserError(f"{path} is damaged: delete it, start again") from error

    def write(self, name: str, result: Any) -> None:
        """Write a result; it appears under its name only when it is complete."""
        path = self.path(name)
        unfinished = path.with_name(f".unfinished.{path.name}")
        try:
            with writing(path):
                WRITE[path.suffix](result, unfinished)
                unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove what was being written when the run was stopped."""
        for unfinished in self.folder.glob(".unfinished.*"):
            unfinished.unlink(missing_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a failure of the disk into a `UserError` that names the path."""
    try:
        yield
    except OSError as error:
        remedy = "make room there, or set `runs` in the config to another folder"
        reason = f"cannot write {path}: {error.strerror or error}"
        raise UserError(f"{reason}: {remedy}") from error


@contextmanager
def alone(run: Run, tell: Callable[[str], object]) -> Iterator[None]:
    """Work on a run alone; wait while another process does, and tell so."""
    lock = FileLock(run.folder / ".lock")
    with writing(run.folder):
        try:
            held = lock.acquire(timeout=0)
        except Timeout:
            tell(f"another terminal is at work on {run.folder}: waiting for it to end")
            held = lock.acquire()
    with held:
        yield


def open_run(config: Config) -> Run:
    """Find or begin the run of this config on the data and with the code that are here.

    `run.json` in its folder says all that is needed to get the same result again.
    """
    month, files = config.time.predict_at[:7], Path(config.raw).glob("*/*")
    about = {
        "config": digest(repr(replace(config, runs=""))),
        "data": hash_of(path for path in files if path.parent.name < month),
        "code": hash_of(path for path in CODE.rglob("*") if path.suffix in PARTS),
    }
    run = Run(config, Path(config.runs) / digest(json.dumps(about)))
    with writing(run.folder):
        run.folder.mkdir(parents=True, exist_ok=True)
    if not run.has("run.json"):
        git = f"git -C {quote(str(CODE))} rev-parse HEAD 2>/dev/null"
        about["commit"] = subprocess.getoutput(git) or "unknown"
        about["python"] = platform.python_version()
        about["libraries"] = ", ".join(f"{n} {version(n)}" for n in LIBRARIES.split())
        run.write("run.json", {"about": about, "settings": asdict(config)})
    return run


def digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=6).hexdigest()


def hash_of(files: Iterable[Path]) -> str:
    """Hash names and bytes of files."""
    known = [(p.parts[-2:], blake2b(p.read_bytes()).digest()) for p in sorted(files)]
    return digest(repr(known))
