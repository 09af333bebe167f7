"""Simulate: live through all months and write what the sources tell of them."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from data.calendar import month_name
from data.sources.deliver import deliver
from data.sources.files import write_drop, write_parquet, write_source, write_whole
from data.sources.flat import Totals, flat
from data.sources.plan import Emitted, Plan, emit_month
from data.sources.subscriptions import roster
from data.world.history import Lived, history
from data.world.truth import truth

MANIFEST = "world.json"


class WrongFolder(ValueError):
    """The folder cannot take this world; the message says why."""


def simulate(
    plan: Plan, workers: int = 2, done: Callable[[], None] = lambda: None
) -> bool:
    """Write the world into `plan.folder`; give False if it was there already.

    Open months lie in the folder itself, with the flat export at their end; the sealed
    year (lived without offers), the truth and the mess ledger under `sealed/`.

    Args:
        workers: threads that emit and write; the bytes do not depend on it.
        done: called after each month.

    Raises:
        WrongFolder: the folder holds something else, or cannot be written.
    """
    if not claim_folder(plan):
        return False
    totals: Totals | None = None
    with ThreadPoolExecutor(workers) as pool:
        for lived, written in _write_all(plan, pool, workers):
            month_sum = written.result()
            totals = month_sum if totals is None else totals + month_sum
            if lived.after.month == plan.world.open_months:
                _write_flat(plan, lived, totals)
            done()
    _write_manifest(plan, complete=True)
    return True


def _write_all(
    plan: Plan, pool: ThreadPoolExecutor, workers: int
) -> Iterator[tuple[Lived, "Future[Totals]"]]:
    """Hand months to the pool, no more than `workers` at a time."""
    before: Future[Emitted] | None = None
    waiting: list[tuple[Lived, Future[Totals]]] = []
    for lived in history(plan.company, plan.world.months):
        emitted = pool.submit(emit_month, plan, lived.events)
        waiting.append((lived, pool.submit(_write_month, plan, lived, emitted, before)))
        before = emitted
        if len(waiting) == workers:
            yield waiting.pop(0)
    yield from waiting


def _write_month(
    plan: Plan,
    lived: Lived,
    emitted: "Future[Emitted]",
    before: "Future[Emitted] | None",
) -> Totals:
    month, sealed = lived.events.month, plan.folder / "sealed"
    late = before.result().arrivals.next_month if before else {}
    arrivals, totals = emitted.result()
    drop = deliver(plan.mess, plan.company.streams, month, arrivals, late)
    is_open = month < plan.world.open_months
    write_drop(drop, plan.folder if is_open else sealed / "drops", plan.mess)
    for name, rows in (
        ("ledger", drop.ledger),
        ("truth", truth(plan.world, lived.events)),
    ):
        (sealed / name).mkdir(parents=True, exist_ok=True)
        write_parquet(rows, sealed / name / f"{month_name(month)}.parquet")
    return totals


def _write_flat(plan: Plan, lived: Lived, totals: Totals) -> None:
    customers = roster(plan.company, lived.after, lived.events)
    export = flat(plan.company, lived.after, totals, customers)
    write_whole(plan.folder / "flat.csv", lambda path: write_source(export, path))


def claim_folder(plan: Plan) -> bool:
    """Mark the folder as this world's; give False if the whole world is in it already.

    Raises:
        WrongFolder: it holds another world or other files, or cannot be written.
    """
    found = _read_manifest(plan.folder)
    if found is None:
        _write_manifest(plan, complete=False)
        return True
    if {name: found.get(name) for name in plan.manifest} != plan.manifest:
        raise WrongFolder(
            f"{plan.folder} holds another world ({_describe(found)}); wanted "
            f"{_describe(plan.manifest)}: name another folder or delete this one"
        )
    return not found["complete"]


def _read_manifest(folder: Path) -> dict[str, object] | None:
    """Read what world a folder holds; None for an empty or a new folder."""
    try:
        names = [path.name for path in folder.iterdir()] if folder.exists() else []
        if MANIFEST in names:
            found = json.loads((folder / MANIFEST).read_text())
            return {**found, "complete": bool(found["complete"])}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WrongFolder(f"cannot read {folder}: {error}") from None
    if any(not name.startswith(".unfinished") for name in names):
        raise WrongFolder(
            f"{folder} holds files that are no world: name an empty or a new folder"
        )
    return None


def _write_manifest(plan: Plan, complete: bool) -> None:
    try:
        plan.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({**plan.manifest, "complete": complete}, indent=2)
        write_whole(plan.folder / MANIFEST, lambda path: _write_text(path, text))
    except OSError as error:
        raise WrongFolder(
            f"cannot write into {plan.folder} ({error.strerror}): "
            "name a folder that you own"
        ) from None


def _write_text(path: Path, text: str) -> None:
    path.write_text(text + "\n")


def _describe(manifest: dict[str, object]) -> str:
    return ", ".join(f"{k} {v}" for k, v in manifest.items() if k != "complete")
