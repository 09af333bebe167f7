"""Measuring: resumes where it stopped, makes what is shared once, ends in one line."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest
from filelock import FileLock

from comparison import __main__ as command
from comparison import measure, renew
from comparison.kept import Kept, KeptWorld, file_of, read_kept, write_kept
from comparison.ladder.rungs import LEVEL1
from comparison.outcome import Comparison, Outcome
from data.world.beliefs import World
from tests.worlds import ROOT

WORLD = World(customers=1_000)


class FakeStudy:
    """A study whose expensive part counts how often it is made."""

    made = 0

    def __init__(self, world, seed, folder):
        self.world = world

    @property
    def outcome(self):
        FakeStudy.made += 1
        return Outcome()


@pytest.fixture
def asked(monkeypatch):
    """Fake what is measured; collect what was asked for."""
    FakeStudy.made, names = 0, []

    def wanted(name, outcome):
        def made(study):
            names.append(name)
            return outcome

        return SimpleNamespace(measure=made, modules=("comparison.outcome",))

    pair = Comparison(Outcome({"roc_auc": 0.9}), Outcome({"roc_auc": 0.7}))
    items = {name: wanted(name, pair) for name in ("leak", "totals")}
    items |= {LEVEL1: wanted(LEVEL1, Outcome({"roc_auc": 0.8}))}
    monkeypatch.setattr(measure, "WANTED", items)
    monkeypatch.setattr("comparison.kept.WANTED", items)
    monkeypatch.setattr(measure, "Study", FakeStudy)
    return names


def stopped(study):
    raise KeyboardInterrupt


# --- one world -----------------------------------------------------------------------


def test_a_stopped_run_goes_on_at_the_last_finished_outcome(
    asked, tmp_path, monkeypatch
):
    with monkeypatch.context() as stops:
        stops.setattr(measure.WANTED["totals"], "measure", stopped)
        with pytest.raises(KeyboardInterrupt):
            measure.measure_world(WORLD, 1, tmp_path, tmp_path / "scratch")

    measure.measure_world(WORLD, 1, tmp_path, tmp_path / "scratch")

    assert asked == ["leak", "totals", LEVEL1]
    kept = read_kept(file_of(1, tmp_path)).outcomes
    assert kept["leak"].outcome == Outcome({"roc_auc": 0.9})
    assert kept["leak"].without == Outcome({"roc_auc": 0.7})
    assert kept[LEVEL1].without is None


def test_what_is_up_to_date_is_not_measured_again(asked, tmp_path):
    for _ in range(2):
        measure.measure_world(WORLD, 1, tmp_path, tmp_path / "scratch")

    assert asked == ["leak", "totals", LEVEL1]
    assert FakeStudy.made == 1


def test_the_shared_study_is_not_made_for_level_1_alone(asked, tmp_path):
    measure.measure_world(WORLD, 1, tmp_path, tmp_path / "scratch")
    kept = read_kept(file_of(1, tmp_path))
    del kept.outcomes[LEVEL1]
    write_kept(kept, file_of(1, tmp_path))
    FakeStudy.made = 0

    measure.measure_world(WORLD, 1, tmp_path, tmp_path / "scratch")

    assert asked[-1] == LEVEL1
    assert FakeStudy.made == 0


# --- how long it takes ---------------------------------------------------------------


def test_the_time_is_what_the_stale_outcomes_took_last(asked, tmp_path):
    for seed in (1, 2):
        outcomes = {name: Kept("", 60.0, Outcome()) for name in measure.WANTED}
        write_kept(KeptWorld(120.0, outcomes), file_of(seed, tmp_path))

    time = measure.minutes(WORLD, (1, 2), tmp_path)

    assert time == pytest.approx(2 * (2 + 3) / measure.AT_ONCE)
    assert "about 5 minutes" in renew.announcement(6, 2, time)


def test_a_world_that_is_new_takes_as_long_as_another_one(asked, tmp_path):
    outcomes = {name: Kept("", 60.0, Outcome()) for name in measure.WANTED}
    write_kept(KeptWorld(120.0, outcomes), file_of(1, tmp_path))

    assert measure.minutes(WORLD, (1, 2), tmp_path) == pytest.approx(5)
    assert measure.minutes(WORLD, (3, 4), tmp_path) is None


# --- the command ---------------------------------------------------------------------

CODE = """
import sys
from pathlib import Path
from comparison import __main__ as command, renew
from data.world.beliefs import World

def small(world, further, real=renew.renew):
    real(World(customers=1_000), further, Path(sys.argv[1]))

renew.renew = small
renew.LOCK = Path(sys.argv[1]) / "lock"
sys.exit(command.main([]))
"""


@pytest.mark.long
def test_one_ctrl_c_ends_all_processes_at_once_in_one_line(tmp_path):
    run = subprocess.Popen(
        [sys.executable, "-c", CODE, str(tmp_path)], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert run.stdout.readline().startswith("measuring ")
    time.sleep(3)  # the worlds' processes start

    os.killpg(run.pid, signal.SIGINT)  # a terminal sends it to all of them
    stopped_at = time.monotonic()
    try:
        _, errors = run.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        raise

    assert errors == "stopped; the same command goes on\n"
    assert run.returncode == 130
    assert time.monotonic() - stopped_at < 10
    assert ends(run.pid, within_seconds=10)


def ends(group: int, within_seconds: float) -> bool:
    """Say whether all processes of a group end in time."""
    until = time.monotonic() + within_seconds
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.2)
    return False


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_takes_no_more_is_one_line_and_exit_code_2(
    number, monkeypatch, capsys
):
    def full(world, further):
        raise OSError(number, os.strerror(number), "results/mistakes/seed1.json")

    monkeypatch.setattr(renew, "renew", full)

    assert command.main([]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("cannot write results/mistakes/seed1.json: ")
    assert "the same command then goes on" in line


def test_a_typo_is_one_line_and_exit_code_2(capsys):
    with pytest.raises(SystemExit) as end:
        command.main(["--shwo"])

    assert end.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_second_terminal_waits_for_the_first(tmp_path, capsys):
    path, is_held = tmp_path / "lock", threading.Event()

    def first_terminal():
        with FileLock(path):
            is_held.set()
            time.sleep(0.3)

    threading.Thread(target=first_terminal).start()
    is_held.wait()
    began = time.monotonic()

    with renew._alone(path):
        assert time.monotonic() - began > 0.2

    assert capsys.readouterr().out == (
        "another terminal is measuring; waiting until it ends\n"
    )
