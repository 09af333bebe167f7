"""Set up: build .venv from requirements.lock, and show how far that is.

The stamp .venv/.complete is written last: make takes an environment without it for
half-built and builds it anew. Run it with `make setup`; it needs the standard library.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
VENV = ROOT / ".venv"
SCALE = "# only for the scale extra\n"  # what stands below it is left out
SIZE = "about 290 MB to download and 1.0 GB on disk, one to three minutes, once"
# pip's words on a package from an index, and on one from a folder of this machine
FETCHES = r"(?m)^(?:Collecting |Processing [^(\n]*/)([\w.-]+?)(?:==|-\d)"
EVERY = 20  # packages between two lines, where no terminal shows one that changes


class CannotSetUp(Exception):
    """The message says what was wanted, what was found and what to do next."""

    def __init__(self, wanted: str, found: str, next_step: str) -> None:
        super().__init__(f"Wanted: {wanted}\nFound:  {found}\nNext:   {next_step}")


def main() -> int:
    """Build the environment; return 1 if that cannot be done, 130 after Ctrl-C."""
    start = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            build(shutil.which("uv"), Path(scratch))
    except CannotSetUp as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped: `make setup` begins anew", file=sys.stderr)
        return 130
    except OSError as error:  # a full disk, a folder that may not be written
        print(f"cannot build {VENV}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"Built .venv in {time.monotonic() - start:.0f} seconds.")
    return 0


def build(uv: str | None, scratch: Path) -> None:
    """Build .venv with uv if there is one, else with pip.

    Raises:
        CannotSetUp: Python lacks modules, or the packages cannot be had.
    """
    if not uv:
        refuse_without_venv()
    installer = "uv" if uv else "pip"
    print(f"Building .venv with {installer}: {SIZE}.", flush=True)
    clear()
    if not run(make_venv(uv), scratch):
        raise CannotSetUp(
            "an environment in .venv.",
            "the error above.",
            "mend what it says, then: make setup",
        )
    wanted = scratch / "requirements.txt"
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    wanted.write_text(lock.partition(SCALE)[0], encoding="utf-8")
    if not run(install(uv, wanted), scratch, Progress(wanted, scratch)):
        raise CannotSetUp(
            "the packages of requirements.lock, from the network or a cache.",
            "the error above. 'No matching distribution' often means: no network.",
            "check network and proxy, then: make setup",
        )
    (VENV / ".complete").touch()


def refuse_without_venv() -> None:
    """Stop if this Python cannot make an environment."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise CannotSetUp(
            "Python's own modules venv and ensurepip, or uv on the PATH.",
            f"neither ({sys.executable} lacks the modules).",
            "install them (Debian, Ubuntu: apt-get install python3-venv), "
            "then: make setup",
        ) from None


def clear() -> None:
    """Remove what is there; of a link to another folder the link alone."""
    if VENV.is_symlink():
        VENV.unlink()
    shutil.rmtree(VENV, ignore_errors=True)


def make_venv(uv: str | None) -> list[str]:
    """Return the command that makes an empty environment."""
    if uv:
        seeded = ["--seed", "--no-project"]  # with pip, for what a user adds
        return [uv, "venv", *seeded, "--python", sys.executable, str(VENV)]
    return [sys.executable, "-m", "venv", str(VENV)]


def install(uv: str | None, wanted: Path) -> list[str]:
    """Return the command that installs pinned packages; modules compile when used."""
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--no-compile"]
    uv_pip = [str(uv), "pip", "install", "--python", str(VENV)]
    rules = ["--require-hashes", "--only-binary", ":all:", "-r", str(wanted)]
    return [*(uv_pip if uv else pip), *rules]


def run(
    command: list[str], scratch: Path, tell: Callable[[], None] = lambda: None
) -> bool:
    """Run a command in silence, and print its errors if it fails.

    It gets a session of its own, so that Ctrl-C reaches this program alone.

    Args:
        command: a program and its arguments.
        scratch: where `said` and `errors` go.
        tell: called five times a second.

    Returns:
        Whether the command ended well.
    """
    said, errors = scratch / "said", scratch / "errors"
    with said.open("w") as out, errors.open("w") as err:
        child = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=err, start_new_session=True
        )
    try:
        while child.poll() is None:
            tell()
            time.sleep(0.2)
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGTERM)
            child.wait()
        if sys.stdout.isatty():
            print(end="\r\x1b[K", flush=True)
    if child.returncode:
        print(re.sub(r"(?m)^WARNING.*\n", "", read(errors)), file=sys.stderr)
    return child.returncode == 0


def read(log: Path) -> str:
    """Return what has been written so far; a character may be cut in two."""
    return log.read_text(encoding="utf-8", errors="replace")


class Progress:
    """Tells how many packages have been fetched and installed."""

    def __init__(self, wanted: Path, scratch: Path) -> None:
        self.said, self.errors = scratch / "said", scratch / "errors"
        self.pins = len(re.findall(r"(?m)^[\w.-]+==", wanted.read_text()))
        self.seen = self.installed()  # pip itself
        self.done, self.told = 0, -EVERY

    def installed(self) -> set[str]:
        folders = VENV.glob("lib/python*/site-packages/*.dist-info")
        return {folder.name.partition("-")[0] for folder in folders}

    def wanted(self) -> int:
        """Return how many of the pins this machine needs, as pip or uv say."""
        if resolved := re.search(r"Resolved (\d+) packages", read(self.errors)):
            return int(resolved[1])
        return self.pins - len(re.findall(r"(?m)^Ignoring ", read(self.said)))

    def __call__(self) -> None:
        """Tell what is under way."""
        if new := self.installed() - self.seen:
            self.seen |= new
            self.done += len(new)
            self.show("installing", self.done, min(new))
            return
        fetched = re.findall(FETCHES, read(self.said))
        if fetched and not self.done:
            self.show("fetching", len(fetched), fetched[-1])

    def show(self, what: str, number: int, name: str) -> None:
        line = f"{what} {number} of {self.wanted()}: {name}"
        if sys.stdout.isatty():
            print(f"\r\x1b[K{line}", end="", flush=True)
        elif number // EVERY != self.told // EVERY:
            self.told = number
            print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
