"""Leak: from the raw files on, nothing that arrives later changes what was known."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from level2_project.config import read_config
from level2_project.label import roster
from level2_project.load import load
from level2_project.snapshots import candidates
from level2_project.sources.repairs import HOUSE
from level2_project.sources.schema import SOURCES
from tests.level2_project.raw_worlds import all_drops

END = pd.Timestamp("2023-03-01")  # 14 drops; that of June 2022 comes short
CUTOFFS = pd.to_datetime(["2022-07-01", "2022-11-01", "2023-02-01"])
CONFIG = read_config()


@pytest.fixture(scope="module")
def raw(small_world, tmp_path_factory) -> Path:
    return all_drops(small_world, tmp_path_factory.mktemp("leak") / "raw", 14)


@pytest.fixture(scope="module")
def known(raw) -> dict[pd.Timestamp, pd.DataFrame]:
    """Customers at each cutoff, their features and who is free, from all drops."""
    return {cutoff: described(raw, cutoff, END) for cutoff in CUTOFFS}


def described(raw: Path, cutoff: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    sources = load(raw, end).sources
    at = pd.DatetimeIndex([cutoff])
    rows = candidates(sources, roster(sources.subscriptions, at, CONFIG.label), CONFIG)
    words = rows.select_dtypes("category").columns
    return rows.astype(dict.fromkeys(words, "str"))


def with_another_future(raw: Path, folder: Path, cutoff: pd.Timestamp) -> Path:
    """Copy the drops, and rewrite every row that arrives at the cutoff or later."""
    generator = np.random.default_rng(cutoff.month)
    month_before = f"{cutoff - pd.DateOffset(months=1):%Y-%m}"
    for drop in sorted(raw.iterdir()):
        shutil.copytree(drop, folder / drop.name)
        for source in SOURCES if drop.name > month_before else ():
            rewritten(folder / drop.name / SOURCES[source].file, cutoff, generator)
    return folder


def rewritten(path: Path, cutoff: pd.Timestamp, generator: np.random.Generator) -> None:
    """Rewrite what arrives at the cutoff or later in one file.

    Values change places; half of the rows tell of another customer, of any time before
    the cutoff, from an address of the company itself.
    """
    rows = read(path)
    arrived = pd.to_datetime(rows["arrived_at"], utc=True).dt.tz_localize(None)
    where = np.flatnonzero(arrived >= cutoff)
    half = where[generator.random(len(where)) < 0.5]
    for name in rows.columns.difference(["arrived_at"]):
        column = rows[name].to_numpy(object, copy=True)
        column[where] = column[generator.permutation(where)]
        if name == "customer_id":
            column[half] = generator.choice(column, len(half))
        if name in ("event_at", "day"):
            days = pd.to_timedelta(generator.integers(1, 90, len(half)), unit="D")
            back = (cutoff - days).to_series()
            column[half] = back if name == "day" else back.dt.strftime("%F 12:00:00Z")
        if name == "email":
            column[half] = f"somebody{HOUSE}"
        rows[name] = pd.Series(column, rows.index).astype(rows[name].dtype)
    write(rows, path)


def read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    return pd.DataFrame(map(json.loads, path.read_text().splitlines()), dtype=object)


def write(rows: pd.DataFrame, path: Path) -> None:
    if path.suffix == ".parquet":
        rows.to_parquet(path, index=False)
    elif path.suffix == ".csv":
        rows.to_csv(path, index=False)
    else:
        cells = [row.dropna().to_dict() for _, row in rows.iterrows()]
        path.write_text("".join(json.dumps(row) + "\n" for row in cells))


@pytest.mark.parametrize("cutoff", CUTOFFS)
def test_another_future_changes_no_customer_no_feature_and_nobody_who_is_free(
    raw, known, tmp_path, cutoff
):
    other = with_another_future(raw, tmp_path / "other", cutoff)

    after = described(other, cutoff, END)

    assert len(after) > 1_500
    pd.testing.assert_frame_equal(after, known[cutoff], check_exact=True)


@pytest.mark.parametrize("cutoff", CUTOFFS[1:])
def test_what_a_past_cutoff_knew_is_what_was_known_then(raw, known, cutoff):
    then = described(raw, cutoff, end=cutoff)

    pd.testing.assert_frame_equal(then, known[cutoff], check_exact=True)
