"""Split: the past trains, the future tests."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from level2_project.config import Splitting, Time

MONTH = pd.DateOffset(months=1)


class Split(NamedTuple):
    train: pd.DataFrame
    test: pd.DataFrame


def split(
    snapshots: pd.DataFrame,
    test_start: pd.Timestamp,
    gap: pd.DateOffset,
    period: pd.DateOffset = MONTH,
) -> Split:
    """Cut at `test_start`, so that all labels of the training side were known by then.

    A label looks one horizon ahead of its cutoff, and news of a leaver may take the
    delay to arrive: rows inside this gap join neither side.

    Args:
        snapshots: one row per customer per `cutoff` (midnight, UTC).
        test_start: the first cutoff to predict.
        gap: horizon plus delay.
        period: how long cutoffs are predicted, from the first one on.

    Raises:
        ValueError: either side is empty.
    """
    cutoff = snapshots["cutoff"]
    is_tested = (cutoff >= test_start) & (cutoff < test_start + period)
    train, test = snapshots[cutoff + gap <= test_start], snapshots[is_tested]
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
    """Return the first folds, on which searches choose."""
    return folds[: len(folds) - splitting.confirming - splitting.untouched]


def for_confirmation(folds: list[Split], splitting: Splitting) -> list[Split]:
    """Return the folds on which a choice must hold; no search sees them."""
    return folds[len(for_choice(folds, splitting)) :][: splitting.confirming]


def for_claim(snapshots: pd.DataFrame, splitting: Splitting, time: Time) -> list[Split]:
    """Return a split for each past period of `claim_months`, in order of time.

    The model that goes to work now will predict the coming months without being fitted
    anew. So one model predicts a whole period, by labels known when the period began.
    The earliest model learns from as many cutoffs as it predicts.
    """
    months, cutoffs = splitting.claim_months, sorted(snapshots["cutoff"].unique())
    starts = [*reversed(cutoffs[::-1][months - 1 :: months])]
    period = pd.DateOffset(months=months)
    first = cutoffs[months - 1] + time.gap  # the labels of so many cutoffs are known
    return [
        split(snapshots, start, time.gap, period) for start in starts if start >= first
    ]


def described(folds: list[Split], splitting: Splitting) -> pd.DataFrame:
    """Return one row per fold: `tested`, rows `n_train` and `n_test`, and its `use`."""
    sizes = [(test["cutoff"].iloc[0], len(train), len(test)) for train, test in folds]
    rows = pd.DataFrame(sizes, columns=["tested", "n_train", "n_test"])
    kept = ["to confirm"] * splitting.confirming + ["untouched"] * splitting.untouched
    return rows.assign(use=["to choose"] * (len(folds) - len(kept)) + kept)


def sample(rows: pd.DataFrame, n_customers: int, seed: int) -> pd.DataFrame:
    """Keep all rows of randomly chosen customers."""
    ids = np.unique(rows["customer_id"])
    chosen = np.random.default_rng(seed).permutation(ids)[:n_customers]
    return rows[rows["customer_id"].isin(chosen)]
