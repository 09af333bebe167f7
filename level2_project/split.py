"""Split: the past trains, the future tests."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from level2_project.config import Splitting, Time


class Split(NamedTuple):
    train: pd.DataFrame
    test: pd.DataFrame


def split(
    snapshots: pd.DataFrame,
    test_start: pd.Timestamp,
    gap: pd.DateOffset,
) -> Split:
    """Cut at `test_start`, so that all labels of the training side were known by then.

    A label looks one horizon ahead of its cutoff, and news of a leaver may take the
    delay to arrive: rows inside this gap join neither side.

    Args:
        snapshots: one row per customer per `cutoff` (midnight, UTC).
        test_start: the cutoff to predict.
        gap: horizon plus delay.

    Raises:
        ValueError: either side is empty.
    """
    cutoff = snapshots["cutoff"]
    train, test = snapshots[cutoff + gap <= test_start], snapshots[cutoff == test_start]
    if train.empty or test.empty:
        raise ValueError(
            f"cannot split at {test_start:%Y-%m-%d}: {len(train)} to train and "
            f"{len(test)} to test. Choose a test cutoff in {cutoff.min():%Y-%m-%d} to "
            f"{cutoff.max():%Y-%m-%d}, later by the gap than the first"
        )
    return Split(train, test)


def walk_forward(
    snapshots: pd.DataFrame, splitting: Splitting, gap: pd.DateOffset
) -> list[Split]:
    """Return one split for each of the last `n_folds` cutoffs, in order of time."""
    cutoffs = sorted(snapshots["cutoff"].unique())[-splitting.n_folds :]
    return [split(snapshots, cutoff, gap) for cutoff in cutoffs]


def for_choice(folds: list[Split], splitting: Splitting) -> list[Split]:
    """Leave out the last `untouched` folds, which neither search nor choice may see."""
    return folds[: len(folds) - splitting.untouched]


def for_claim(snapshots: pd.DataFrame, splitting: Splitting, time: Time) -> list[Split]:
    """Return a split for each of the coming `claim_months`, one year earlier.

    More customers leave at some times of the year than at others.
    """
    year_ago = pd.date_range(time.year_ago, periods=splitting.claim_months, freq="MS")
    return [split(snapshots, cutoff, time.gap) for cutoff in year_ago]


def described(folds: list[Split], splitting: Splitting) -> pd.DataFrame:
    """Return one row per fold: `tested`, rows `n_train`, `n_test`, `is_untouched`."""
    sizes = [(test["cutoff"].iloc[0], len(train), len(test)) for train, test in folds]
    rows = pd.DataFrame(sizes, columns=["tested", "n_train", "n_test"])
    return rows.assign(is_untouched=rows.index >= len(for_choice(folds, splitting)))


def sample(rows: pd.DataFrame, n_customers: int, seed: int) -> pd.DataFrame:
    """Keep all rows of randomly chosen customers."""
    ids = np.unique(rows["customer_id"])
    chosen = np.random.default_rng(seed).permutation(ids)[:n_customers]
    return rows[rows["customer_id"].isin(chosen)]
