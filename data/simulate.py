"""Simulate: live through all months and write what the sources tell of them."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from data.calendar import month_name
from data.sources.deliver import Arrivals, arrive, deliver
from data.sources.emit import emit
from data.sources.files import write_drop, write_parquet, write_source, write_whole
from data.sources.flat import Totals, flat, month_totals, roster
from data.sources.mess import Mess
from data.world.beliefs import World
from data.world.company_offers import past_offers
from data.world.state import State
from data.world.step import Events, start, step
from data.world.streams import Streams
from data.world.truth import truth

MANIFEST = "world.json"


class WrongFolder(ValueError):
    """The folder cannot take this world; the message says why."""


class Lived(NamedTuple):
    """One month behind us: what happened, and the state that it led to."""

    events: Events
    after: State


class Emitted(NamedTuple):
    arrivals: Arrivals
    totals: Totals


@dataclass(frozen=True)
class Plan:
    """What is to be simulated, and where it goes."""

    world: World
    seed: int
    folder: Path

    @property
    def mess(self) -> Mess:
        return Mess(open_months=self.world.open_months)

    @property
    def streams(self) -> Streams:
        return Streams(self.seed)

    @property
    def manifest(self) -> dict[str, object]:
        return {
            "customers": self.world.customers,
            "months": self.world.months,
            "seed": self.seed,
            "beliefs": self.world.fingerprint(),
        }


def history(world: World, streams: Streams, months: int) -> Iterator[Lived]:
    """Live through `months` months with nothing but the company's own offers."""
    state = start(world, streams)
    for _ in range(months):
        offers = past_offers(world, streams, state).offered
        state, events = step(world, streams, state, offers)
        yield Lived(events, state)


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
    for lived in history(plan.world, plan.streams, plan.world.months):
        emitted = pool.submit(emit_month, plan, lived.events)
        waiting.append((lived, pool.submit(_write_month, plan, lived, emitted, before)))
        before = emitted
        if len(waiting) == workers:
            yield waiting.pop(0)
    yield from waiting


def emit_month(plan: Plan, events: Events) -> Emitted:
    """Emit one month's rows, split by the month in which they arrive."""
    emitted = emit(plan.world, plan.streams, events)
    totals = month_totals(emitted, len(events.state) + len(events.joined))
    return Emitted(arrive(plan.mess, plan.streams, events.month, emitted), totals)


def _write_month(
    plan: Plan,
    lived: Lived,
    emitted: "Future[Emitted]",
    before: "Future[Emitted] | None",
) -> Totals:
    month, sealed = lived.events.month, plan.folder / "sealed"
    late = before.result().arrivals.next_month if before else {}
    arrivals, totals = emitted.result()
    drop = deliver(plan.mess, plan.streams, month, arrivals, late)
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
    customers = roster(plan.world, plan.streams, lived.after, lived.events)
    export = flat(plan.world, plan.streams, lived.after, totals, customers)
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
