"""Faults of machine and user: one true sentence each, and nothing left behind."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import NoReturn

import pytest

from level2_project import UserError
from level2_project.__main__ import main
from level2_project.config import FILE, read_config
from level2_project.run import folder
from level2_project.run.folder import Run, alone

ROOT = FILE.parents[1]
STOPPED = "stopped; the same command goes on"


@pytest.fixture
def run(tmp_path) -> Run:
    return Run(read_config(), tmp_path)


def config_with(tmp_path: Path, raw: object, runs: object) -> Path:
    text = FILE.read_text()
    text = text.replace('"data/raw"', json.dumps(str(raw)))
    text = text.replace('"build/level2"', json.dumps(str(runs)))
    path = tmp_path / "config.toml"
    path.write_text(text)
    return path


def unfinished(run: Run) -> list[Path]:
    return list(run.folder.glob(".unfinished.*"))


def test_a_full_disk_is_one_sentence_and_leaves_nothing_unfinished(run, monkeypatch):
    def fill(known: object, path: Path) -> NoReturn:
        path.write_text("half a res")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setitem(folder.WRITE, ".json", fill)

    with pytest.raises(
        UserError, match=r"claim\.json: No space left on device: make room"
    ):
        run.write("claim.json", {})

    assert not unfinished(run)
    assert not run.has("claim.json")


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    config = config_with(tmp_path, "data/raw", tmp_path / "file" / "runs")

    code = main(["load", "--config", str(config)])

    error = capsys.readouterr().err
    assert code == 2
    assert "cannot write" in error
    assert "set `runs` in the config" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("name", ["snapshots.parquet", "claim.json", "model.joblib"])
def test_a_damaged_result_is_named_and_what_to_do(run, name):
    (run.folder / name).write_bytes(b"PAR1 and no more")

    with pytest.raises(UserError, match=f"{name} is damaged: delete it"):
        run.read(name)


def test_a_second_terminal_says_that_it_waits_and_then_goes_on(run):
    told: list[str] = []
    order: list[str] = []

    def second() -> None:
        with alone(run, told.append):
            order.append("second")

    with alone(run, told.append):
        waiting = Thread(target=second)
        waiting.start()
        while not told:
            time.sleep(0.01)
        order.append("first")
    waiting.join()

    assert order == ["first", "second"]
    assert told == [
        f"another terminal is at work on {run.folder}: waiting for it to end"
    ]


def interrupt(command: str, config: Path, runs: Path) -> tuple[int, str, float]:
    """Send Ctrl-C once the features are being made: exit code, stderr, seconds."""
    words = [sys.executable, "-m", "level2_project", command, "--config", str(config)]
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True) as at:
        while not list(runs.glob("*/leavers.parquet")):
            assert at.poll() is None, at.communicate()
            time.sleep(0.05)
        start = time.monotonic()
        at.send_signal(signal.SIGINT)
        _, error = at.communicate(timeout=30)
    return at.returncode, error, time.monotonic() - start


def test_ctrl_c_stops_at_once_and_says_that_the_same_command_goes_on(
    small_world, tmp_path
):
    runs = tmp_path / "runs"
    config = config_with(tmp_path, small_world, runs)

    code, error, seconds = interrupt("all", config, runs)

    assert (code, error) == (130, f"{STOPPED}\n")
    assert seconds < 5
    assert not list(runs.glob("*/.unfinished.*"))


@pytest.mark.long
@pytest.mark.flow
def test_ctrl_c_stops_the_flow_at_once_and_without_a_traceback(small_world, tmp_path):
    runs = tmp_path / "runs"
    config = config_with(tmp_path, small_world, runs)

    code, error, seconds = interrupt("flow", config, runs)

    assert (code, error) == (130, f"{STOPPED}\n")
    assert seconds < 5


def test_a_run_of_other_settings_does_not_wait(run, tmp_path):
    other = replace(run, folder=tmp_path / "other")
    other.folder.mkdir()
    told: list[str] = []

    with alone(run, told.append), alone(other, told.append):
        assert told == []
