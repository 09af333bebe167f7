"""Lock: pin every package of every extra, with hashes, in requirements.lock.

All extras are resolved together, so that they fit together, for every Python and
system at once. What only `scale` needs stands below a marker line, where
`make setup` stops reading. Run it with `make lock`; it needs the standard library.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEADER = "# Pinned and hashed for Python 3.11 to 3.13. Made by `make lock`.\n"
MARKER = "# only for the scale extra\n"
# Settings of this machine that would bend the choice or leave an address in the lock.
LOCAL = r"UV_(FIND_LINKS|INDEX|EXTRA_INDEX_URL|CONSTRAINT|OVERRIDE|EXCLUDE_NEWER)"
COMPILE = shlex.split("""
    pip compile pyproject.toml --quiet --no-config --no-header --generate-hashes
        --universal --python-version 3.11 --fork-strategy fewest
""")


def main() -> None:
    """Write requirements.lock anew, with the newest packages that fit together."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = set(pyproject["project"]["optional-dependencies"])
    with tempfile.TemporaryDirectory() as scratch:
        uv = shutil.which("uv") or install_uv(Path(scratch))
        everything = compiled(uv, extras)
        pinned = Path(scratch) / "everything.txt"
        pinned.write_text(everything)
        daily = compiled(uv, extras - {"scale"}, "-c", str(pinned))
    lock = laid_out(everything, names(daily))
    refuse_addresses(lock)
    (ROOT / "requirements.lock").write_text(lock)
    print(f"requirements.lock holds {len(names(lock))} packages. Next: make test")


def install_uv(scratch: Path) -> str:
    """Put uv into a throw-away environment and return its path."""
    venv.create(scratch / "uv", with_pip=True)
    binaries = scratch / "uv" / "bin"
    pip = [str(binaries / "python"), "-m", "pip", "install", "-qq", "uv"]
    if subprocess.run(pip, check=False).returncode:
        sys.exit(
            "Wanted: uv, to make the lock.\n"
            "Found:  none on the PATH, and pip could not install it (see above).\n"
            "Next:   check the network, or install uv, then: make lock"
        )
    return str(binaries / "uv")


def compiled(uv: str, extras: set[str], *options: str) -> str:
    """Return the requirements that uv finds for these extras."""
    chosen = [f"--extra={extra}" for extra in sorted(extras)]
    env = {k: v for k, v in os.environ.items() if not re.fullmatch(LOCAL, k)}
    command = [uv, *COMPILE, *chosen, *options]
    try:
        return subprocess.check_output(command, cwd=ROOT, env=env, text=True)
    except subprocess.CalledProcessError:
        sys.exit("The lock was left as it was: uv found no lock (see above).")


def names(requirements: str) -> set[str]:
    """Return the names of the packages that are pinned."""
    return set(re.findall(r"(?m)^([^\s=]+)==", requirements))


def laid_out(everything: str, daily: set[str]) -> str:
    """Return the lock: what `make setup` installs, the marker, and the rest."""
    above, below = "", ""
    for block in re.split(r"(?m)^(?=\S)", everything):  # one per package
        if block.partition("==")[0] in daily:
            above += block
        else:
            below += block
    return HEADER + above + MARKER + below


def refuse_addresses(lock: str) -> None:
    """Stop if the lock would tie its readers to one registry or one disk."""
    found = re.findall(r"(?m)^.*(?:://|file:|@ |^--).*$", lock)
    if found:
        sys.exit("The lock was left as it was: it would hold an address:\n" + found[0])


if __name__ == "__main__":
    main()
