"""Jobs: exams in processes of their own, several at a time; results as they come."""

import errno
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from data.judge.contract import BadPredictions, UnknownLevel
from data.judge.exam import baseline_results, level_results, open_world
from data.judge.level_process import LevelFailed
from data.judge.result import Result
from data.sources.plan import Plan
from data.world.beliefs import World

BASELINES = "baselines"  # the job that examines them all
NO_PLACE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES}


@dataclass(frozen=True)
class Job:
    """One level, or all baselines, in one world."""

    name: str  # of the level, or `BASELINES`
    world: World
    seed: int
    folder: Path  # its name and its place are those of the log

    @property
    def log(self) -> Path:
        """Return the file with all that was printed; removed when all went well."""
        return self.folder.with_suffix(".log")


@dataclass(frozen=True)
class Started:
    job: Job


@dataclass(frozen=True)
class Finished:
    """One contender of a job is examined; a job may have several."""

    job: Job
    contender: str
    seconds: float
    result: Result


@dataclass(frozen=True)
class Ended:
    """A job's process is gone, with what went wrong in one line."""

    job: Job
    fault: str | None = None


Message = Started | Finished | Ended


def run(jobs: Iterable[Job], workers: int) -> Iterator[Message]:
    """Run jobs, at most `workers` at a time, in the given order.

    A fault of one level ends its job alone. Leaving the iterator ends all processes,
    and so does the end of this one, whatever ended it.

    Raises:
        OSError: there is no place to write to.
    """
    waiting, running = list(jobs), dict[Connection, tuple[Job, BaseProcess]]()
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                job = waiting.pop(0)
                ours, process = _start(job)
                running[ours] = job, process
                yield Started(job)
            for ours in _ready(running):
                message = _received(ours, *running[ours])
                if isinstance(message, Ended):
                    del running[ours]
                yield message
    finally:
        for _, process in running.values():
            process.terminate()
            process.join()


def _ready(running: Iterable[Connection]) -> list[Connection]:
    """Wait until at least one process has sent something or has died."""
    return [c for c in wait(list(running)) if isinstance(c, Connection)]


def _start(job: Job) -> tuple[Connection, BaseProcess]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(job, theirs))
    # Ctrl-C is for the parent, which ends its children; they inherit this mask.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    process.start()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    theirs.close()
    return ours, process


def _received(ours: Connection, job: Job, process: BaseProcess) -> Message:
    try:
        message: Message | OSError = ours.recv()
    except EOFError:  # it died without a word, such as for want of memory
        process.join()
        return Ended(job, f"its process ended with code {process.exitcode}")
    if isinstance(message, OSError):
        raise message
    return message


def _work(job: Job, theirs: Connection) -> None:
    """Do one job in a process of its own; what it prints goes to its log."""
    try:
        _end_with_the_parent()
        job.folder.parent.mkdir(parents=True, exist_ok=True)
        _write_to(job.log)
        _examine(job, theirs)
        job.log.unlink()
        theirs.send(Ended(job))
    except (UnknownLevel, BadPredictions) as error:
        theirs.send(Ended(job, str(error).splitlines()[0]))
    except LevelFailed as error:
        theirs.send(_failed(error, job))
    except OSError as error:
        traceback.print_exc()
        no_place = error.errno in NO_PLACE
        theirs.send(error if no_place else Ended(job, _in_one_line(error, job)))
    except Exception as error:  # a level may fail in any way; the others go on
        traceback.print_exc()
        theirs.send(Ended(job, _in_one_line(error, job)))


def _failed(error: LevelFailed, job: Job) -> Ended:
    """Name the log; by then the level's own traceback is in it."""
    sys.stdout.flush()
    return Ended(job, f"{error} (traceback in {job.log})")


def _end_with_the_parent() -> None:
    """Clean up and end when told to (SIGTERM), or when the parent has died."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def _write_to(log: Path) -> None:
    """Send all output of this process to a file, that of compiled code too."""
    with log.open("w") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())


def _in_one_line(error: Exception, job: Job) -> str:
    first, *_ = [*str(error).splitlines(), ""]
    return f"{type(error).__name__}: {first} (traceback in {job.log})"


def _examine(job: Job, theirs: Connection) -> None:
    for name, seconds, result in _timed(_results(job)):
        theirs.send(Finished(job, name, seconds, result))


def _results(job: Job) -> Iterator[tuple[str, Result]]:
    if job.name == BASELINES:
        plan = Plan(job.world, job.seed, job.folder)
        yield from baseline_results(open_world(plan, []))
    else:
        yield from level_results(job.name, job.world, job.seed)


def _timed(
    results: Iterator[tuple[str, Result]],
) -> Iterator[tuple[str, float, Result]]:
    start = time.monotonic()
    for name, result in results:
        now = time.monotonic()
        yield name, now - start, result
        start = now
