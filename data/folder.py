"""Folder: which world a folder holds, and whether it is whole.

A world's folder has a manifest, `world.json`. It says which world this is, and whether
all its files were written. Its seed would let a reader live the same life again, so it
stands apart, with the truth. One process at a time may write into the folder.
"""

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from data.calendar import month_name
from data.sources.deliver import drop_name, editions
from data.sources.files import DROP_MANIFEST, FILES, UNFINISHED, write_whole
from data.sources.plan import Plan

MANIFEST = "world.json"
LOCK = ".lock"
SEED = Path("sealed/seed.json")
REMEDIES = {
    errno.ENOSPC: "free some space, then run the same command again",
    errno.EDQUOT: "free some space, then run the same command again",
}


class WrongFolder(ValueError):
    """The folder cannot take this world; the message says why."""


def is_whole(plan: Plan) -> bool:
    """Tell whether the folder says that the whole world was written into it.

    Raises:
        WrongFolder: it holds another world or other files, or cannot be read.
    """
    found = _read_manifest(plan.folder)
    if found is None:
        return False
    wanted = {**plan.manifest, "seed": plan.seed}
    known = {name: found.get(name) for name in wanted}
    if known | {"seed": found.get("seed", plan.seed)} != wanted:
        raise WrongFolder(
            f"{plan.folder} holds another world ({_describe(found)}); wanted "
            f"{_describe(wanted)}: name another folder or delete this one"
        )
    return bool(found["complete"])


def missing_files(plan: Plan) -> list[Path]:
    """Return the world's files that are not in the folder, as paths within it."""
    wanted = [Path(MANIFEST), SEED, Path("flat.csv")]
    for month in range(plan.world.months):
        for edition in editions(plan.mess, month):
            name = drop_name(month, edition)
            drop = drops_folder(plan, month, edition) / name
            wanted += [drop / file for file in (*FILES.values(), DROP_MANIFEST)]
            wanted.append(Path("sealed/ledger") / f"{name}.parquet")
        wanted.append(Path("sealed/truth") / f"{month_name(month)}.parquet")
    return [path for path in wanted if not (plan.folder / path).is_file()]


def drops_folder(plan: Plan, month: int, edition: int = 1) -> Path:
    """Return the place of a month's drop within the world's folder.

    A drop that is sent again arrives a month later.
    """
    arrives_in = month + edition - 1
    return Path() if arrives_in < plan.world.open_months else Path("sealed/drops")


@contextmanager
def writing(plan: Plan) -> Iterator[None]:
    """Hold the folder while its world is written; mark it whole at the end.

    Whatever happens, no unfinished file stays behind.

    Raises:
        WrongFolder: another process writes into the folder, or it cannot be written.
    """
    try:
        plan.folder.mkdir(parents=True, exist_ok=True)
        with _held(plan.folder):
            try:
                _write_manifest(plan, complete=False)
                yield
                _write_manifest(plan, complete=True)
            finally:
                _remove_unfinished(plan.folder)
    except OSError as error:
        raise _cannot_write(plan.folder, error) from None


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise WrongFolder(
            f"another command is writing into {folder}: wait until it has ended, or "
            "name another folder"
        ) from None
    try:
        yield
    finally:
        (folder / LOCK).unlink(missing_ok=True)
        lock.release()


def _remove_unfinished(folder: Path) -> None:
    for path in [*folder.rglob(f"{UNFINISHED}*")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _cannot_write(folder: Path, error: OSError) -> WrongFolder:
    reason = os.strerror(error.errno) if error.errno else str(error)
    remedy = REMEDIES.get(error.errno or 0, "name a folder that you may write into")
    return WrongFolder(f"cannot write into {folder} ({reason}): {remedy}")


def _read_manifest(folder: Path) -> dict[str, object] | None:
    """Read which world a folder holds; None for an empty or a new folder."""
    try:
        names = [path.name for path in folder.iterdir()] if folder.exists() else []
        if MANIFEST in names:
            found = json.loads((folder / MANIFEST).read_text())
            if (folder / SEED).is_file():
                found["seed"] = json.loads((folder / SEED).read_text())["seed"]
            return {**found, "complete": bool(found["complete"])}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WrongFolder(f"cannot read {folder}: {error}") from None
    if any(not name.startswith((UNFINISHED, LOCK)) for name in names):
        raise WrongFolder(
            f"{folder} holds files that are no world: name an empty or a new folder"
        )
    return None


def _write_manifest(plan: Plan, complete: bool) -> None:
    text = json.dumps({**plan.manifest, "complete": complete}, indent=2) + "\n"
    write_whole(plan.folder / MANIFEST, lambda path: path.write_text(text))
    seed = json.dumps({"seed": plan.seed}) + "\n"
    (plan.folder / SEED).parent.mkdir(exist_ok=True)
    write_whole(plan.folder / SEED, lambda path: path.write_text(seed))


def _describe(manifest: dict[str, object]) -> str:
    return ", ".join(f"{k} {v}" for k, v in manifest.items() if k != "complete")
