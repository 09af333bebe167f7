"""The level's process: fresh, alone, and gone when the judge is gone."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from data.judge.exam import level_result
from data.judge.level_process import LevelFailed, environment, started
from data.report.jobs import Ended, Job, Started, run
from data.world.beliefs import World
from tests.worlds import ROOT

WORLD, SEED = World(customers=200), 7
PATIENCE_SECONDS = 60

ENDINGS = {
    "raise ValueError('no such column\\nand more')": "^ValueError: no such column$",
    "import sys; sys.exit(3)": "SystemExit: 3",
    "import os; os._exit(3)": "its process ended with code 3",
}


def build(folder: Path, name: str, code: str) -> str:
    """Write a level whose fit does `code`."""
    (folder / name).mkdir()
    source = f'READS = "flat"\n\ndef fit(inbox, outbox):\n    {code}\n'
    (folder / name / "exam.py").write_text(source)
    return name


@pytest.fixture
def scratch(tmp_path, monkeypatch) -> Path:
    """Return the folder that temporary folders are made in."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.syspath_prepend(tmp_path)
    return scratch


# --- faults of a level ---------------------------------------------------------------


@pytest.mark.parametrize("code", ENDINGS)
def test_a_level_that_fails_is_named_in_one_line_and_leaves_no_folder(scratch, code):
    name = build(scratch.parent, f"level7_{list(ENDINGS).index(code)}", code)

    with pytest.raises(LevelFailed, match=ENDINGS[code]):
        level_result(name, WORLD, SEED)

    assert list(scratch.iterdir()) == []


def test_a_level_that_fails_to_import_shows_its_own_error(scratch):
    """A missing package in a level is not a missing level."""
    name = build(scratch.parent, "level7_broken", "pass")
    (scratch.parent / name / "exam.py").write_text("import no_such_package\n")

    with pytest.raises(LevelFailed, match=r"ModuleNotFoundError.*no_such_package"):
        level_result(name, WORLD, SEED)


def test_what_a_level_prints_and_its_traceback_reach_the_log(scratch, capsys):
    name = build(scratch.parent, "level7_loud", "print('by the way'); 1 / 0")

    with pytest.raises(LevelFailed, match="ZeroDivisionError"):
        level_result(name, WORLD, SEED)

    said = capsys.readouterr().out
    assert "by the way" in said
    assert "Traceback" in said


def test_a_failed_job_says_what_went_wrong_in_one_line_and_where_more_stands(scratch):
    name = build(scratch.parent, "level7_fails", "raise ValueError('no rows\\nat all')")
    job = Job(name, WORLD, SEED, scratch.parent / "jobs" / "one")

    begun, ended = run([job], workers=1)

    assert begun == Started(job)
    assert ended == Ended(job, f"ValueError: no rows (traceback in {job.log})")
    assert "Traceback" in job.log.read_text()


# --- alone ---------------------------------------------------------------------------


def test_a_level_gets_no_environment_but_what_is_named(monkeypatch):
    monkeypatch.setenv("SEEDS", "101")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")

    found = environment()

    assert "SEEDS" not in found
    assert found["OMP_NUM_THREADS"] == "1"


def test_a_process_imports_nothing_of_the_judge_but_its_own_module(scratch, capsys):
    code = (
        "import sys; "
        "print('named', sorted(m for m in sys.modules if m.startswith('data')))"
    )
    name = build(scratch.parent, "level7_curious", code)

    with started(name, scratch) as level:
        level.fit(scratch, scratch)

    assert "named ['data', 'data.judge']\n" in capsys.readouterr().out


# --- gone with the judge -------------------------------------------------------------

WAITS = (
    "import os, pathlib, subprocess, time; child = subprocess.Popen(['sleep', '600']); "
    "pathlib.Path({pids!r}).write_text(f'{{os.getpid()}} {{child.pid}}'); "
    "time.sleep(600)"
)
JUDGE = """
import sys
from pathlib import Path
from data.report.jobs import Job, run
from data.world.beliefs import World

if __name__ == "__main__":
    sys.path.insert(0, {levels!r})
    job = Job("level7_waits", World(customers=200), 7, Path({levels!r}) / "log" / "one")
    list(run([job], 1))
"""


def alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until(true: object) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_whatever_ends_the_judge_ends_the_level_and_its_children(tmp_path, how):
    """The folders go, too."""
    pids, scratch = tmp_path / "pids", tmp_path / "scratch"
    scratch.mkdir()
    build(tmp_path, "level7_waits", WAITS.format(pids=str(pids)))
    script = tmp_path / "judge.py"
    script.write_text(JUDGE.format(levels=str(tmp_path)))
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(scratch)}
    judge = subprocess.Popen([sys.executable, script], env=env, stderr=subprocess.PIPE)
    wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    started_by_it = [int(pid) for pid in pids.read_text().split()]
    assert all(map(alive, started_by_it))

    judge.send_signal(how)

    judge.communicate(timeout=PATIENCE_SECONDS)
    wait_until(lambda: not any(map(alive, started_by_it)))
    wait_until(lambda: not list(scratch.glob("tmp*")))
