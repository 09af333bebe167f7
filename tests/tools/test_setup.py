"""Set-up: the lock, the targets, and what a user sees where something is missing."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tools import setup

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
SHELL_TOOLS = "awk cat make rm sed sh touch".split()


# --- the lock ------------------------------------------------------------------------


def locked(text: str = LOCK) -> dict[str, str]:
    """Return the version of each package."""
    return dict(re.findall(r"(?m)^([\w.-]+)==(\S+)", text))


def asked_for() -> dict[str, list[Requirement]]:
    """Return what pyproject.toml asks for, by extra; "" is the base."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: [Requirement(r) for r in texts] for extra, texts in extras.items()}


def test_every_package_in_the_lock_has_a_hash():
    packages = re.split(r"(?m)^(?=[^\s#])", LOCK)[1:]

    assert [p for p in packages if "==" not in p or "--hash=sha256:" not in p] == []


def test_every_package_is_locked_once_and_so_is_numpy():
    names = re.findall(r"(?m)^([\w.-]+)==", LOCK)

    assert len(names) == len(set(names)) > 100
    assert names.count("numpy") == 1


def test_numpy_is_the_same_for_every_python_and_system():
    assert re.search(r"(?m)^numpy==\S+ \\$", LOCK)  # no marker before the hashes


@pytest.mark.parametrize("address", ["://", "file:", " @ ", "index-url", "find-links"])
def test_the_lock_holds_no_address(address):
    assert address not in LOCK


def test_the_lock_gives_what_pyproject_asks_for():
    versions = locked()
    requirements = [r for rs in asked_for().values() for r in rs]

    assert [r for r in requirements if versions.get(r.name) not in r.specifier] == []


def test_only_what_scale_alone_needs_stands_below_the_marker():
    above, _, below = LOCK.partition("# only for the scale extra\n")

    assert set(locked(below)) == {"pyspark", "py4j"}
    assert not {"pyspark", "py4j"} & set(locked(above))


# --- the targets ---------------------------------------------------------------------


def targets() -> set[str]:
    """Return the targets that the Makefile has a rule for."""
    return set(re.findall(r"(?m)^([a-z0-9-]+):(?!=)", MAKEFILE))


def make(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run make in a folder, with nothing of the make that may have called us."""
    clean = {name: os.environ[name] for name in ("HOME", "PATH")}
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=clean | env,
        text=True,
        capture_output=True,
        check=False,
    )


@pytest.fixture
def clone(tmp_path) -> Path:
    """Return a copy of the set-up, in a path with a space, with an empty lock."""
    folder = tmp_path / "a clone"
    shutil.copytree(ROOT / "tools", folder / "tools")
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "requirements.lock").write_text("# only for the scale extra\nabsent==1\n")
    return folder


def complete(folder: Path) -> None:
    """Put an environment there that make takes for whole."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (folder / ".venv" / ".complete").touch()


def test_help_lists_every_target(clone):
    listed = re.findall(r"(?m)^  make ([a-z0-9-]+) +\S", make(clone).stdout)

    assert len(listed) == len(set(listed))
    assert set(listed) == targets()


def test_every_target_is_phony_so_that_no_folder_hides_it():
    phony = re.search(r"\.PHONY:((?:.*\\\n)*.*)", MAKEFILE)[1].replace("\\", "").split()

    assert set(phony) == targets() | {"FORCE"}


@pytest.mark.parametrize("target", sorted(targets() - {"help", "lock", "clean"}))
def test_every_target_builds_the_environment_once(clone, target):
    before = make(clone, "-n", target).stdout
    complete(clone)
    after = make(clone, "-n", target).stdout

    assert before.splitlines()[0].endswith("tools/setup.py")
    assert "setup.py" not in after


def test_a_newer_lock_makes_the_environment_old(clone):
    complete(clone)
    in_an_hour = (clone / ".venv" / ".complete").stat().st_mtime + 3600
    os.utime(clone / "requirements.lock", (in_an_hour, in_an_hour))

    assert "setup.py" in make(clone, "-n", "test").stdout


def test_an_environment_without_its_python_is_built_anew(clone):
    complete(clone)
    (clone / ".venv" / "bin" / "python").unlink()
    (clone / ".venv" / "bin" / "python").symlink_to("/gone/python")

    assert "setup.py" in make(clone, "-n", "test").stdout


def test_a_half_built_environment_is_built_anew_in_a_path_with_a_space(clone):
    complete(clone)
    (clone / ".venv" / ".complete").unlink()
    (clone / ".venv" / "debris").touch()

    first = make(clone, "setup", PYTHON=sys.executable)
    second = make(clone, "setup", PYTHON=sys.executable)

    assert first.returncode == 0, first.stderr
    assert not (clone / ".venv" / "debris").exists()
    assert (clone / ".venv" / ".complete").exists()
    assert second.stdout.startswith("make: Nothing to be done")


# --- the workflow --------------------------------------------------------------------


def workflow() -> str:
    return (ROOT / ".github" / "workflows" / "test.yml").read_text()


def test_every_action_is_pinned_by_commit():
    pins = re.findall(r"uses: \S+@(\S+)", workflow())

    assert len(pins) >= 2
    assert [pin for pin in pins if not re.fullmatch("[0-9a-f]{40}", pin)] == []


def test_the_workflow_runs_every_python_that_the_lock_is_made_for():
    minors = re.findall(r'"3\.(\d+)"', workflow())

    fits = (ROOT / "tools" / "find-python.sh").read_text()
    first, last = re.search(r"\(3, (\d+)\) <= .* <= \(3, (\d+)\)", fits).groups()
    assert minors == [str(minor) for minor in range(int(first), int(last) + 1)]


def test_the_long_tests_run_once_a_week():
    weekly, _, steps = workflow().partition("jobs:")

    assert re.search(r'cron: "\d+ \d+ \* \* \d"', weekly)
    assert re.search(r"'schedule'\s+run: make test-long", steps)


# --- what a user sees ----------------------------------------------------------------


@pytest.fixture
def bare_path(tmp_path) -> Path:
    """Return a folder for PATH with a shell's tools, and neither Python nor uv."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in SHELL_TOOLS:
        (folder / tool).symlink_to(shutil.which(tool))
    return folder


def put_script(file: Path, *lines: str) -> Path:
    """Write a shell script that stands for a Python: what it prints, how it ends."""
    file.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    file.chmod(0o755)
    return file


def message(run: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the three lines of the message, after checking that it is the only one."""
    lines = [x for x in run.stderr.splitlines() if not x.startswith("make: *** ")]
    starts = [line.partition(":")[0] for line in lines[-3:]]

    assert run.returncode == 2
    assert starts == ["Wanted", "Found", "Next"]
    assert run.stderr.count("Wanted") == 1
    return lines


def test_a_wrong_python_by_name_gets_one_message(clone, tmp_path):
    old = put_script(tmp_path / "old python", "echo 3.9.2", "exit 1")

    lines = message(make(clone, "setup", PYTHON=str(old)))

    assert lines[0] == "Wanted: Python 3.11, 3.12 or 3.13."
    assert lines[1] == f"Found:  {old} is 3.9.2."
    assert len(lines) == 3


def test_a_wrong_python_is_passed_over_for_one_that_fits(clone, bare_path):
    put_script(bare_path / "python3", "echo 3.14.0", "exit 1")
    fits = put_script(bare_path / "python3.12", "echo 3.12.1")

    found = subprocess.check_output(
        ["sh", "tools/find-python.sh"], cwd=clone, env={"PATH": str(bare_path)}
    )

    assert found.decode().strip() == str(fits)


def test_no_python_that_fits_gets_one_message_with_all_that_was_found(clone, bare_path):
    put_script(bare_path / "python3", "echo 3.14.0", "exit 1")

    lines = message(make(clone, "setup", PATH=str(bare_path)))

    assert lines[1] == (
        "Found:  python3 is 3.14.0, python3.13 is missing, "
        "python3.12 is missing, python3.11 is missing."
    )


def test_a_python_without_venv_gets_one_message(clone, bare_path):
    less = "import sys; sys.modules['ensurepip'] = None; import runpy"
    as_main = "runpy.run_path(sys.argv[1], run_name='__main__')"
    run = f"""exec '{sys.executable}' -c "{less}; {as_main}" "$@\""""
    stub = f'case "$1" in -c) echo 3.11.2 ;; *) {run} ;; esac'
    put_script(bare_path / "python3", stub)

    lines = message(make(clone, "setup", PATH=str(bare_path)))

    assert "ensurepip" in lines[0]
    assert "python3-venv" in lines[2]


def test_an_environment_that_is_a_link_leaves_its_folder_alone(clone, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (clone / ".venv").symlink_to(elsewhere)

    make(clone, "setup", PATH=uv_that(tmp_path, "true"))

    assert list(elsewhere.iterdir()) == []
    assert (clone / ".venv" / ".complete").exists()


def test_no_network_gets_one_message_and_no_environment_that_looks_whole(clone):
    hashed = "absent==1 --hash=sha256:" + 64 * "0" + "\n"
    (clone / "requirements.lock").write_text(hashed)
    offline = {"PIP_NO_INDEX": "1", "UV_OFFLINE": "1", "UV_NO_CACHE": "1"}

    lines = message(make(clone, "setup", PYTHON=sys.executable, **offline))

    assert "network" in lines[-1]
    assert "absent" in lines[0]
    assert not (clone / ".venv" / ".complete").exists()


def uv_that(folder: Path, installs: str) -> str:
    """Return a PATH on which a script stands for uv: how it installs is given."""
    python = f"mkdir -p .venv/bin && ln -s '{sys.executable}' .venv/bin/python"
    put_script(folder / "uv", f'case "$1" in venv) {python} ;; *) {installs} ;; esac')
    return f"{folder}:{os.environ['PATH']}"


def test_uv_builds_the_environment_where_there_is_one(clone, tmp_path):
    site = ".venv/lib/python3/site-packages"
    folders = " ".join(f"{site}/p{n}-1.dist-info" for n in range(60))
    says = "echo Resolved 60 packages in 1s >&2; sleep 0.5"
    installs = f"{says}; mkdir -p {folders}; sleep 0.5"

    run = make(clone, "setup", PATH=uv_that(tmp_path, installs))

    first, *told, last = run.stdout.splitlines()
    assert (run.returncode, run.stderr) == (0, "")
    assert re.fullmatch(r"Building .venv with uv: about \d+ MB to download .*", first)
    assert told
    assert all(re.fullmatch(r"installing \d+ of 60: p\d+", line) for line in told)
    assert re.fullmatch(r"Built .venv in \d+ seconds.", last)


def test_what_uv_says_of_a_failure_stands_above_the_message(clone, tmp_path):
    fails = "echo error: no such package >&2; exit 1"

    lines = message(make(clone, "setup", PATH=uv_that(tmp_path, fails)))

    assert lines[0] == "error: no such package"


def test_ctrl_c_ends_in_one_line_and_leaves_nothing_running(clone, tmp_path):
    stays = f"echo $$ > '{tmp_path}/pid'; sleep 60"
    env = {"HOME": os.environ["HOME"], "PATH": uv_that(tmp_path, stays)}
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    command = ["make", "setup"]
    run = subprocess.Popen(command, cwd=clone, env=env, start_new_session=True, **pipes)
    while not (tmp_path / "pid").exists():
        time.sleep(0.05)

    os.killpg(run.pid, signal.SIGINT)  # as a terminal does

    line, of_make = run.communicate(timeout=5)[1].splitlines()
    assert line == "stopped: `make setup` begins anew"
    assert of_make.startswith("make: ***")
    uv = Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}")
    assert not uv.exists()


# --- how far it is -------------------------------------------------------------------


@pytest.fixture
def progress(tmp_path, monkeypatch) -> setup.Progress:
    """Return a display for three pins, one of them for another system."""
    monkeypatch.setattr(setup, "VENV", tmp_path)
    monkeypatch.setattr(setup, "EVERY", 1)
    wanted = tmp_path / "requirements.txt"
    wanted.write_text("a==1 \\\nb-c==2 \\\nwin==3 ; sys_platform == 'win32'\n")
    (tmp_path / "errors").touch()
    (tmp_path / "said").write_text(
        "Looking in indexes: x\nIgnoring win: markers don't match\n"
        "Collecting a==1 (from -r r.txt (line 1))\n  Downloading a-1.whl (2 MB)\n"
    )
    return setup.Progress(wanted, tmp_path)


def test_fetching_counts_the_packages_that_this_machine_needs(progress, capsys):
    progress()

    assert capsys.readouterr().out == "fetching 1 of 2: a\n"


def test_a_package_from_a_folder_of_this_machine_counts_too(progress, capsys):
    with progress.said.open("a") as said:
        said.write("Processing /a folder/b_c-2-py3-none-any.whl (from -r /r/r.txt)\n")

    progress()

    assert capsys.readouterr().out == "fetching 2 of 2: b_c\n"


def test_installing_counts_what_has_come_since_the_start(progress, tmp_path, capsys):
    site = tmp_path / "lib" / "python3.12" / "site-packages"
    for package in ("a-1", "b_c-2"):
        (site / f"{package}.dist-info").mkdir(parents=True)
        progress()

    assert capsys.readouterr().out == "installing 1 of 2: a\ninstalling 2 of 2: b_c\n"
