"""Level process: a level runs in a fresh process of its own and is asked over pipes.

The judge starts `python -m data.judge.level_process level2_project`. Requests and
answers are lines of JSON. The level's process inherits nothing of the judge but the
paths that modules are imported from and the environment variables in `PASSED_ON`; see
`contract` for what that hides. It ends with the judge, however the judge ends.

This module imports nothing else of the judge: it is all that a level meets of it.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

PASSED_ON = (
    "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "LOKY_MAX_CPU_COUNT",
    "MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PATH",
    "PYTHONDONTWRITEBYTECODE", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV",
)  # fmt: skip
LOG = "level.log"


class LevelFailed(RuntimeError):
    """A level ended with an error of its own; the message is one line."""


class LevelProcess:
    """A level in another process; it is asked like the adapter itself."""

    def __init__(self, process: "subprocess.Popen[str]"):
        self.process = process
        self.READS: str = self._answer()

    def fit(self, inbox: Path, outbox: Path) -> None:
        self._ask("fit", str(inbox), str(outbox))

    def predict(self, inbox: Path, cutoff: str, outbox: Path) -> None:
        self._ask("predict", str(inbox), cutoff, str(outbox))

    def _ask(self, *request: str) -> None:
        assert self.process.stdin
        with suppress(BrokenPipeError):  # it has died; reading its answer says how
            print(json.dumps(request), file=self.process.stdin, flush=True)
        self._answer()

    def _answer(self) -> Any:
        """Wait for an answer.

        Raises:
            LevelFailed: the level raised an error or its process died.
        """
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:  # such as for want of memory
            raise LevelFailed(f"its process ended with code {self.process.wait()}")
        kind, content = json.loads(line)
        if kind == "error":
            raise LevelFailed(content)
        return content


@contextmanager
def started(name: str, folder: Path) -> Iterator[LevelProcess]:
    """Start a level; end it, and print what it said, when the block is left.

    Args:
        folder: the one that it works in; its path should say nothing.

    Raises:
        LevelFailed: the level could not be imported.
    """
    log = folder / LOG
    command = [sys.executable, "-P", "-m", __name__, name]
    with log.open("w") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=folder,
            env=environment(),
            text=True,
            start_new_session=True,  # Ctrl-C is for the judge, who ends the level
        )
    try:
        yield LevelProcess(process)
    finally:
        _end(process)
        sys.stdout.write(log.read_text(errors="replace"))


def environment() -> dict[str, str]:
    """Return the environment of a level's process."""
    passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    paths = [path or os.getcwd() for path in sys.path]
    return {**passed_on, "PYTHONPATH": os.pathsep.join(paths)}


def _end(process: "subprocess.Popen[str]") -> None:
    """End the process and all that it has started: they are one group."""
    with suppress(ProcessLookupError):  # it has ended by itself
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()


# --- the level's side ----------------------------------------------------------------


def serve(name: str) -> None:
    """Import the level, then answer requests until the judge is gone."""
    requests: queue.Queue[list[str]] = queue.Queue()
    incoming, outgoing = _own_pipes()
    threading.Thread(target=_listen, args=(incoming, requests), daemon=True).start()
    _answer(outgoing, lambda: import_module(f"{name}.exam").READS)
    while True:
        request = requests.get()
        _answer(outgoing, lambda: _carry_out(name, *request))  # noqa: B023


def _carry_out(name: str, what: str, inbox: str, *further: str) -> None:
    *cutoff, outbox = further
    getattr(import_module(f"{name}.exam"), what)(Path(inbox), *cutoff, Path(outbox))


def _own_pipes() -> tuple[TextIO, TextIO]:
    """Take the judge's pipes away from the level: what it prints goes to the log."""
    incoming, outgoing = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    return incoming, outgoing


def _listen(incoming: TextIO, requests: "queue.Queue[list[str]]") -> None:
    """Pass requests on; end this process and its children when the judge has ended."""
    for line in incoming:
        requests.put(json.loads(line))
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


def _answer(outgoing: TextIO, work: Callable[[], object]) -> None:
    try:
        answer = ["done", work()]
    except BaseException as error:  # a level may fail in any way, and call sys.exit
        traceback.print_exc()
        first, *_ = [*str(error).splitlines(), ""]
        answer = ["error", f"{type(error).__name__}: {first}"]
    sys.stdout.flush()
    print(json.dumps(answer), file=outgoing, flush=True)


if __name__ == "__main__":
    serve(*sys.argv[1:])
