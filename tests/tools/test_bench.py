"""The benchmark counts what was made, and its kept numbers are of the right shape."""

import json

import pandas as pd
import pytest

from data.calendar import month_name
from tests.worlds import ROOT, SOURCES, month_folder
from tools.bench.run import Run, event_rows, make_world
from tools.bench.scaling import Growth


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
