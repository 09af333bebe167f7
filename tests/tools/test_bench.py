"""The benchmark counts what was made, judges by intervals, and keeps what it should."""

import json
import subprocess
import sys

import pandas as pd
import pytest

from data.calendar import month_name
from data.report.publish import filled
from tests.worlds import ROOT, SOURCES, month_folder
from tools.bench.machine import machine
from tools.bench.page import PAGE, peers
from tools.bench.peers import DEFAULT, FLAML, OURS, standing, versus
from tools.bench.run import Run, event_rows, make_world
from tools.bench.scaling import Growth
from tools.bench.tables import beside


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    return make_world(
        tmp_path_factory.mktemp("bench") / "raw", customers=200, months=13
    )


def test_every_event_row_of_every_source_is_counted_once(small_world):
    folders = [month_folder(small_world, month) for month in range(36)]

    n = sum(len(pd.read_parquet(folder / "usage.parquet")) for folder in folders)
    for source in set(SOURCES) - {"usage"}:
        for folder in folders:
            (path,) = folder.glob(f"{source}.*")
            n += len(path.read_text().splitlines()) - (path.suffix == ".csv")

    assert event_rows(small_world) == n - 1  # half a row is none
    assert folders[5].name == month_name(5)


def test_stages_share_out_the_processors_time(run):
    spent = sum(run.stages.values())

    assert 0 <= run.stages["all else"] < 0.5 * spent
    assert min(run.stages.values()) >= 0
    assert spent < 1.2 * run.work_seconds  # one core, one worker
    assert run.work_seconds < run.seconds
    assert 50 < run.peak_memory_mib < 1_000


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_is_the_power_that_time_follows(power):
    runs = [Run(1, 1, n, 0, 3.0 * n**power, 0, {}) for n in (10, 20, 40, 80)]

    assert Growth(runs).exponent == pytest.approx(power)


# --- level 2's model beside others ---------------------------------------------------


def table_of(ours: list[float], flaml: list[float]) -> pd.DataFrame:
    """Three contenders by cutoff: average precision as given, the rest all equal."""
    rows = [
        {"contender": name, "cutoff": month, "average_precision": figure}
        for name, column in ((OURS, ours), (FLAML, flaml), (DEFAULT, ours))
        for month, figure in enumerate(column)
    ]
    return pd.DataFrame(rows).assign(log_loss=0.1, roc_auc=0.8, seconds=1.0)


def test_differences_are_taken_cutoff_by_cutoff():
    found, *_ = versus(table_of([0.3, 0.5, 0.4], flaml=[0.2, 0.3, 0.1]))

    reach = 4.302653 * 0.1 / 3**0.5  # of t with 2 degrees of freedom
    assert (found["peer"], found["metric"]) == (FLAML, "average_precision")
    ends = [found["mean"], found["low"], found["high"]]
    assert ends == pytest.approx([0.2, 0.2 - reach, 0.2 + reach], abs=1e-4)


@pytest.mark.parametrize(
    ("flaml", "words"),
    [
        ([0.20, 0.21, 0.19], "ahead in average precision (+0.1000, "),
        ([0.40, 0.41, 0.39], "behind in average precision (-0.1000, "),
        ([0.20, 0.45, 0.22], "not told apart in average precision (+0.0100, "),
    ],
)
def test_the_verdict_follows_the_interval(flaml, words):
    rows = versus(table_of([0.3, 0.3, 0.3], flaml))

    against_flaml, against_default = beside({"level2_minus": rows, "tested_cutoffs": 3})

    assert f"against FLAML: {words}" in against_flaml
    assert "not told apart in average precision (+0.0000, " in against_default


def test_a_lower_log_loss_is_ahead():
    assert standing("log_loss", -0.02, -0.01) == "ahead"
    assert standing("log_loss", 0.01, 0.02) == "behind"
    assert standing("log_loss", float("nan"), float("nan")) == "not told apart"


def test_flaml_and_xgboost_stay_out_of_the_projects_environment():
    kept_out = (ROOT / "tools/bench/requirements.txt").read_text()

    for name in ("flaml", "xgboost", "xgboost-cpu"):
        assert f"{name}==" in kept_out
        assert f"\n{name}==" not in (ROOT / "requirements.lock").read_text()


# --- what is kept --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measured_on", "part", "words"),
    [
        (machine(), "word", "wanted some of world, level2, peers, found word"),
        ({"cores": 999}, "peers", "of another machine: measure all parts"),
    ],
)
def test_a_part_that_cannot_be_renewed_gets_one_line(
    tmp_path, measured_on, part, words
):
    (tmp_path / "results").mkdir()
    kept = tmp_path / "results" / "benchmarks.json"
    kept.write_text(json.dumps({"machine": measured_on}))
    command = [sys.executable, "-m", "tools.bench", part]
    env = {"PYTHONPATH": str(ROOT)}

    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("python -m tools.bench: ")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_kept_numbers_are_of_a_large_world_and_name_no_place():
    text = (ROOT / "results" / "benchmarks.json").read_text()
    kept = json.loads(text)
    large = kept["large_on_one_core"]

    assert (large["customers"], large["months"]) == (200_000, 36)
    assert large["event_rows"] > 100e6
    per_second = large["event_rows"] / large["seconds"]
    assert large["event_rows_per_second"] == pytest.approx(per_second, rel=0.01)
    level2 = kept["level2"]
    assert (level2["customers"], level2["trials"]) == (20_000, 40)
    assert level2["features"]["cutoffs"] == 24
    assert "/" not in text
    assert set(kept["machine"]) >= {"processor", "cores", "python", "numpy"}


def test_level_2s_readme_has_the_figures_that_are_kept():
    kept = json.loads((ROOT / "results" / "benchmarks.json").read_text())
    text = PAGE.read_text(encoding="utf-8")

    assert filled(text, {"peers": peers(kept["peers"])}) == text


def test_a_sentence_on_a_peer_follows_its_interval():
    row = {
        "peer": "FLAML", "metric": "roc_auc", "mean": -0.02, "low": -0.03,
        "high": -0.01, "standing": "behind",
    }  # fmt: skip
    found = {"tested_cutoffs": 4, "customers": 6_000, "level2_minus": [row]}

    assert "less FLAML: ROC AUC -0.020 (-0.030 to -0.010: behind)." in peers(found)
