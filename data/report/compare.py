"""Compare: examine what is not kept yet, show it as it comes, keep it."""

import json
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console

from data.judge.exam import RANKED_BY, RISKIEST
from data.report.freshness import ROOT
from data.report.jobs import BASELINES, Ended, Finished, Job, run
from data.report.kept import BASELINES as BASELINE_NAMES
from data.report.kept import (
    Kept,
    Store,
    contender_key,
    from_json,
    read_ceilings,
    to_json,
)
from data.report.pool import Report, pooled
from data.report.table import explained, markdown
from data.report.watch import watching
from data.world.beliefs import World

COMMITTED = ROOT / "results" / "levels.json"


class Busy(RuntimeError):
    """Another process works in the same folder."""


@dataclass
class Comparison:
    """Which levels are examined in which worlds, and where the results lie."""

    world: World
    levels: list[str]
    seeds: list[int]
    folder: Path
    workers: int = 2
    others: list[Kept] = field(default_factory=list)  # used where they are fresh
    faults: list[str] = field(default_factory=list)

    @property
    def store(self) -> Store:
        return Store(self.folder / "kept", self.world, self.others)

    @property
    def contenders(self) -> tuple[str, ...]:
        """Return the names of those that an exam is held for."""
        ranked = (RISKIEST,) if RANKED_BY in self.levels else ()
        return (*BASELINE_NAMES, *self.levels, *ranked)

    def kept(self) -> list[Kept]:
        """Return all fresh results that there are, and the ceilings of these worlds."""
        store = self.store
        found = (store.find(c, s) for s in self.seeds for c in self.contenders)
        models = [kept for kept in read_ceilings(self.world) if kept.seed in self.seeds]
        return [*(kept for kept in found if kept), *models]

    def jobs(self, kept: Iterable[Kept]) -> list[Job]:
        """List what is still to be done.

        The last level takes longest, so it begins first.
        """
        done = {(one.contender, one.seed) for one in kept}
        *cheap, dear = [BASELINES, *self.levels]
        return [
            Job(name, self.world, seed, self.folder / "scratch" / f"{name}-{seed}")
            for seed in self.seeds
            for name in (dear, *cheap)
            if any(
                (contender, seed) not in done
                for contender in self.contenders
                if _job_name(contender) == name
            )
        ]

    def pooled(self, kept: Iterable[Kept]) -> Report:
        return pooled(kept, self.world, self.levels)


def compare(comparison: Comparison, console: Console) -> Report:
    """Examine what is not kept, show the table while it fills, return the report.

    Faults of levels are added to `comparison.faults`.

    Raises:
        Busy: another process works in the folder.
        OSError: the folder cannot be written to.
    """
    with only_one(comparison.folder):
        kept, store = comparison.kept(), comparison.store
        jobs = comparison.jobs(kept)
        report = comparison.pooled(kept)
        with watching(console, report) as watcher:
            for message in run(jobs, comparison.workers):
                if isinstance(message, Finished):
                    job, name = message.job, message.contender
                    kept.append(
                        store.keep(name, job.seed, message.seconds, message.result)
                    )
                    report = comparison.pooled(kept)
                if isinstance(message, Ended) and message.fault:
                    comparison.faults.append(f"{message.job.name}: {message.fault}")
                watcher.tell(message, report)
        write_report(report, comparison.folder)
    return report


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Keep a second process out of a folder.

    Raises:
        Busy: there is one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout:
        raise Busy(
            f"another terminal is writing to {folder}: wait for it, "
            "or choose another folder with --report"
        ) from None


def plan_of_work(comparison: Comparison) -> str:
    """Say how much is stale, and how long it takes by the time that it took before."""
    jobs = comparison.jobs(comparison.kept())
    if not jobs:
        return "nothing is stale"
    seconds = [_seconds(job, comparison.others) for job in jobs]
    n_jobs = len(comparison.seeds) * (1 + len(comparison.levels))
    minutes = math.ceil(sum(seconds) / min(comparison.workers, len(jobs)) / 60)
    takes = f"about {minutes} minutes" if all(seconds) else "an unknown time"
    return (
        f"{len(jobs)} of {n_jobs} exams are stale; renewing them takes {takes}. "
        "Ctrl-C keeps what is finished, and the same command goes on."
    )


def _seconds(job: Job, earlier: Iterable[Kept]) -> float:
    """Return the time that such a job took on average; 0 if it was never run."""
    took = [k for k in earlier if _job_name(k.contender) == job.name]
    seeds = {kept.seed for kept in took}
    return sum(kept.seconds for kept in took) / len(seeds) if seeds else 0.0


def _job_name(contender: str) -> str:
    if contender == RISKIEST:
        return RANKED_BY
    return BASELINES if contender in BASELINE_NAMES else contender


def show_committed(comparison: Comparison, console: Console) -> None:
    """Print the table of `results/`, and say whether this code computed it."""
    report = committed()
    if report is None:
        return
    stale = any(
        kept.key != contender_key(kept.contender, World()) for kept in report.kept()
    )
    if stale:
        text = "results/levels.json is of earlier code; `make results` renews it"
        console.print(text, highlight=False, soft_wrap=True)
    console.print(explained(report, console.width))


def committed() -> Report | None:
    """Read the report in `results/`, or return None if there is none to be read."""
    if not COMMITTED.exists():
        return None
    return from_json(Report, json.loads(COMMITTED.read_text()))


def write_report(report: Report, folder: Path) -> None:
    """Write `levels.json` and `levels.md`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "levels.json").write_text(to_json(report))
    (folder / "levels.md").write_text(markdown(report), encoding="utf-8")
