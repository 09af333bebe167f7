"""Watch: the table while it fills, on a terminal; one line per result elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from data.report.jobs import BASELINES, Ended, Finished, Job, Message, Started
from data.report.pool import Report
from data.report.table import HEAD, plain, rows, terminal


class Watcher(Protocol):
    """Is told of every message and shows the report as it stands."""

    def tell(self, message: Message, report: Report) -> None: ...


def clock(seconds: float) -> str:
    """Write a time as minutes and seconds: "1:05"."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


class Progress:
    """What runs, since when, and what has failed."""

    def __init__(self) -> None:
        self.start = time.monotonic()
        self.running: dict[Job, float] = {}
        self.notes: dict[str, str] = {}

    def tell(self, message: Message) -> None:
        if isinstance(message, Started):
            self.running[message.job] = time.monotonic()
            self.notes.setdefault(message.job.name, "running")
        if isinstance(message, Ended):
            self.running.pop(message.job, None)
            if message.fault:
                self.notes[message.job.name] = "failed"

    def line(self) -> str:
        """Return one line on the time and on what runs."""
        now = time.monotonic()
        jobs = [
            f"{_named(job)}, world {job.seed} ({clock(now - since)})"
            for job, since in self.running.items()
        ]
        return f"{clock(now - self.start)}  running: {'; '.join(jobs) or 'nothing'}"


def _named(job: Job) -> str:
    return job.name if job.name == BASELINES else plain(job.name)


class LiveTable:
    """The table on a terminal, drawn at once and again with every result."""

    def __init__(self, console: Console, report: Report):
        self.console, self.report, self.progress = console, report, Progress()

    def tell(self, message: Message, report: Report) -> None:
        self.progress.tell(message)
        self.report = report

    def __rich__(self) -> RenderableType:
        width, notes = self.console.width, self.progress.notes
        table = terminal(self.report, width, notes)
        if not self.progress.running:
            return table
        return Group(table, Text(f"\n{self.progress.line()}", no_wrap=True))


class Lines:
    """One line per result, where nothing can be drawn twice."""

    def __init__(self, console: Console, report: Report):
        self.console, self.report, self.progress = console, report, Progress()

    def tell(self, message: Message, report: Report) -> None:
        self.progress.tell(message)
        self.report = report
        text = self._text(message, report)
        if text:
            since = clock(time.monotonic() - self.progress.start)
            self.console.print(f"{since:>5}  {text}", highlight=False, soft_wrap=True)

    def _text(self, message: Message, report: Report) -> str:
        if isinstance(message, Started):
            return f"world {message.job.seed}: {_named(message.job)} under way"
        world = f"world {message.job.seed}"
        if isinstance(message, Finished):
            return f"{world}: {_summary(report, message)}"
        return f"{world}: {_named(message.job)} failed" if message.fault else ""


def _summary(report: Report, message: Finished) -> str:
    """Return a row's profit and ROC AUC in one line."""
    (row,) = [r for r in rows(report) if r[0].strip("*") == plain(message.contender)]
    return f"{row[0].strip('*')}; profit {row[2]}; {HEAD[3]} {row[3]}"


@contextmanager
def watching(console: Console, report: Report) -> Iterator[Watcher]:
    """Show the table live on a terminal, and lines elsewhere."""
    if not console.is_terminal:
        lines = Lines(console, report)
        yield lines
        console.print(terminal(lines.report, console.width, lines.progress.notes))
        return
    table = LiveTable(console, report)
    with Live(table, console=console, refresh_per_second=2):
        yield table
