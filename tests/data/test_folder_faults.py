"""Faults: a lost file, a full disk, Ctrl-C and a second terminal, each planted."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import data.sources.files
from data.__main__ import main
from tests.worlds import ROOT, digests

FEW = ["simulate", "--customers", "60", "--months", "15", "--workers", "2"]
COMMAND = [sys.executable, "-m", "data"]

# Holds a world's folder as a command in another terminal does, until its input ends.
HOLDS = """
import sys
from pathlib import Path
from data.folder import writing
from data.sources.plan import Plan
from data.world.beliefs import World

with writing(Plan(World(customers=60, open_months=3), 2022, Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A world of 60 customers that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole") / "raw"
    assert main([*FEW, "--out", str(folder)]) == 0
    return folder


def unfinished(folder: Path) -> list[Path]:
    """Return what an interrupted command left behind."""
    return [*folder.rglob(".*")]


# --- lost files ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "lost",
    [
        "2022-02/tickets.jsonl",
        "2022-01",
        "flat.csv",
        "sealed/truth/2022-12.parquet",
        "2022-03/manifest.json",
        "sealed/drops/2022-06.r2/usage.parquet",
        "sealed/ledger/2022-06.r2.parquet",
        "sealed/seed.json",
    ],
)
def test_a_world_with_a_lost_file_is_made_again(lost, whole, tmp_path, capsys):
    raw = shutil.copytree(whole, tmp_path / "raw")
    path = raw / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    assert main([*FEW, "--out", str(raw)]) == 0

    said = capsys.readouterr().out
    assert "up to date" not in said
    assert lost in said
    assert digests(raw) == digests(whole)


def test_a_remade_world_that_is_interrupted_does_not_call_itself_whole(
    whole, tmp_path, monkeypatch, capsys
):
    raw = shutil.copytree(whole, tmp_path / "raw")
    (raw / "flat.csv").unlink()
    break_writing(monkeypatch, errno.ENOSPC)
    assert main([*FEW, "--out", str(raw)]) == 2
    monkeypatch.undo()
    (raw / "flat.csv").touch()  # a file of this name, not the lost one

    assert main([*FEW, "--out", str(raw)]) == 0

    assert "up to date" not in capsys.readouterr().out
    assert digests(raw) == digests(whole)


# --- a disk that takes no more -------------------------------------------------------


def break_writing(monkeypatch, number: int, after: int = 0) -> None:
    """Let the disk refuse each file of a source `after` some."""
    write, left = data.sources.files.write_source, [after]

    def write_source(rows, path):
        left[0] -= 1
        if left[0] >= 0:
            return write(rows, path)
        path.write_text("half a fi")
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(data.sources.files, "write_source", write_source)


@pytest.mark.parametrize(
    "fault",
    [
        (errno.ENOSPC, 0, "free some space"),
        (errno.ENOSPC, 40, "free some space"),
        (errno.EROFS, 9, "name a folder that you may write into"),
    ],
)
def test_a_disk_that_takes_no_more_gets_one_line_and_leaves_no_half_file(
    fault, whole, tmp_path, monkeypatch, capsys
):
    raw, (number, after, remedy) = tmp_path / "raw", fault
    break_writing(monkeypatch, number, after)

    assert main([*FEW, "--out", str(raw)]) == 2

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert str(raw) in said
    assert os.strerror(number) in said
    assert remedy in said
    assert unfinished(raw) == []
    left = digests(raw)
    del left["world.json"]  # says that the world is not whole
    assert {name: digests(whole)[name] for name in left} == left
    monkeypatch.undo()
    assert main([*FEW, "--out", str(raw)]) == 0
    assert digests(raw) == digests(whole)


def test_a_file_size_that_the_system_refuses_gets_one_line(tmp_path):
    """The system itself refuses, as it does on a full disk."""
    limit = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (3000, 3000))"
    code = f"{limit}; import sys; from data.__main__ import main; sys.exit(main())"
    command = [sys.executable, "-c", code, *FEW, "--out", str(tmp_path / "raw")]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert "File too large" in run.stderr
    assert unfinished(tmp_path / "raw") == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into any folder")
def test_a_read_only_folder_gets_one_line(tmp_path, capsys):
    raw = tmp_path / "raw"
    raw.mkdir(mode=0o500)

    assert main([*FEW, "--out", str(raw)]) == 2

    assert capsys.readouterr().err.count("\n") == 1
    assert [*raw.iterdir()] == []


# --- Ctrl-C --------------------------------------------------------------------------


def test_ctrl_c_ends_at_once_with_one_line_and_the_same_command_completes(
    whole, tmp_path
):
    raw = tmp_path / "raw"
    command = [*COMMAND, *FEW, "--out", str(raw)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as run:
        wait_for((raw / "2022-02").exists)
        run.send_signal(signal.SIGINT)
        pressed = time.monotonic()
        _, said = run.communicate(timeout=30)
    seconds = time.monotonic() - pressed

    assert run.returncode == 130
    assert said == "stopped; the same command goes on\n"
    assert seconds < 5
    assert unfinished(raw) == []
    assert not (raw / "sealed" / "drops" / "2023-03").exists()  # not the last month
    assert main([*FEW, "--out", str(raw)]) == 0
    assert digests(raw) == digests(whole)


def wait_for(happened, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.01)


# --- a second terminal ---------------------------------------------------------------


def test_a_second_terminal_leaves_the_folder_to_the_first(tmp_path, capsys):
    raw = tmp_path / "raw"
    command = [sys.executable, "-c", HOLDS, str(raw)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        before = digests(raw)

        assert main([*FEW, "--out", str(raw)]) == 2

        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert "another command is writing" in said
        assert digests(raw) == before
        first.communicate("")
    assert first.returncode == 0


def test_a_command_that_was_killed_does_not_lock_its_folder(whole, tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / ".lock").touch()
    (raw / ".unfinished.2022-01").mkdir()
    (raw / ".unfinished.2022-01" / "customers.csv").touch()

    assert main([*FEW, "--out", str(raw)]) == 0

    assert digests(raw) == digests(whole)
