"""Compare: a fault stays with its level, what is finished is kept, an end is clean."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock
from rich.console import Console

import data.report.kept as kept_module
from data.__main__ import main, verdict
from data.report.compare import Comparison, compare
from data.report.jobs import BASELINES
from data.report.kept import Store
from data.world.beliefs import World
from tests.worlds import ROOT

LEVEL = """
import json, os
import pandas as pd

READS = "flat"

def fit(inbox, outbox):
    print("a level may print what it likes")
    {fault}
    (outbox / "claim.json").write_text('{{"roc_auc": 0.9}}')

def predict(inbox, cutoff, outbox):
    rows = pd.read_csv(inbox / "active.csv")
    rows = rows.assign(cutoff=cutoff, p_churn=0.03, offer=False)
    rows{cut}.to_parquet(outbox / "predictions.parquet")
"""
LEVELS = {
    "level7_good": {},
    "level7_crash": {"fault": "raise KeyError('no such column')"},
    "level7_dies": {"fault": "os._exit(9)"},
    "level7_careless": {"cut": "[3:]"},
}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Four levels of a few lines, three of which have a fault."""
    folder = tmp_path_factory.mktemp("levels")
    for name, how in LEVELS.items():
        (folder / name).mkdir()
        text = LEVEL.format(**{"fault": "pass", "cut": "", **how})
        (folder / name / "exam.py").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setattr(kept_module, "contender_key", lambda *_: "this code")
        yield folder


@pytest.fixture(scope="module")
def comparison(house, tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    return Comparison(World(customers=150), list(LEVELS), [1], folder)


@pytest.fixture(scope="module")
def printed(comparison):
    console = Console(width=150, record=True, quiet=True)
    comparison.done = compare(comparison, console)
    return console


@pytest.fixture(scope="module")
def report(comparison, printed):
    return comparison.done


# --- faults --------------------------------------------------------------------------


def test_a_fault_is_one_line_and_the_other_contenders_go_on(report, comparison):
    assert "level7_good" in report.pooled
    assert {"no_offers", "best_policy"} <= set(report.pooled)
    faults = dict(fault.split(": ", 1) for fault in comparison.faults)
    assert set(faults) == set(LEVELS) - {"level7_good"}
    assert "no such column" in faults["level7_crash"]
    assert "code 9" in faults["level7_dies"]
    assert "3 customers missing" in faults["level7_careless"]
    assert all("\n" not in fault for fault in faults.values())


def test_a_fault_ends_with_2_and_its_line(report, comparison, capsys):
    assert verdict(comparison, []) == 2
    assert capsys.readouterr().err.count("\n") == 3


def test_the_traceback_of_a_level_lies_in_its_log(report, comparison):
    log = comparison.folder / "scratch" / "level7_crash-1.log"

    assert "Traceback" in log.read_text()
    assert "a level may print what it likes" in log.read_text()


# --- what is kept --------------------------------------------------------------------


def test_what_is_finished_is_not_examined_again(report, comparison):
    left = [job.name for job in comparison.jobs(comparison.kept())]

    assert set(left) == set(LEVELS) - {"level7_good"}


def test_the_last_level_begins_first_and_the_baselines_next(tmp_path):
    comparison = Comparison(
        World(), ["level1_notebook", "level2_project"], [1], tmp_path
    )

    names = [job.name for job in comparison.jobs([])]

    assert names == ["level2_project", BASELINES, "level1_notebook"]


# --- the command line ----------------------------------------------------------------


def exam(folder: Path, *more: str) -> list[str]:
    few = ["--customers", "100", "--levels", "level1_notebook"]
    return ["exam", *few, "--report", str(folder), *more]


def one_line(capsys) -> str:
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


def test_a_second_terminal_is_told_to_wait(tmp_path, capsys):
    with FileLock(tmp_path / ".lock"):
        code = main(exam(tmp_path))

    assert code == 2
    assert "another terminal is writing" in one_line(capsys)


def test_a_report_folder_that_cannot_be_made_is_one_sentence(tmp_path, capsys):
    (tmp_path / "file").touch()

    assert main(exam(tmp_path / "file")) == 2
    assert str(tmp_path / "file") in one_line(capsys)


def test_a_full_disk_is_one_sentence(tmp_path, capsys, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "kept.json")

    monkeypatch.setattr(Store, "keep", full)

    assert main(exam(tmp_path)) == 2
    assert "No space left on device: kept.json" in one_line(capsys)


def test_an_unknown_level_is_refused_before_any_work(tmp_path, capsys):
    assert main(["exam", "--levels", "level9_nowhere", "--report", str(tmp_path)]) == 2
    assert "level9_nowhere" in one_line(capsys)
    assert list(tmp_path.iterdir()) == []


def test_help_and_typos_load_no_numerical_package():
    code = "import sys, data.__main__; print({'numpy', 'rich'} & set(sys.modules))"

    run = [sys.executable, "-c", code]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"


def test_ctrl_c_ends_all_processes_with_one_sentence_and_130(tmp_path):
    run = [sys.executable, "-u", "-m", "data", *exam(tmp_path)]
    with subprocess.Popen(
        run, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert "under way" in process.stdout.readline()
        time.sleep(1)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=20)

    assert process.returncode == 130
    assert said == "stopped; the same command goes on\n"
    assert until_none_is_left(process.pid)


def until_none_is_left(group: int, seconds: float = 5.0) -> bool:
    """Wait until no process of a group runs; a zombie does not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        run = ["ps", "-A", "-o", "pgid=,stat="]
        listed = subprocess.run(run, capture_output=True, text=True, check=True).stdout
        states = dict.fromkeys(tuple(line.split()) for line in listed.splitlines())
        if not any(int(pgid) == group and state[0] != "Z" for pgid, state in states):
            return True
        time.sleep(0.1)
    return False
