"""Split: no side knows what it may not know, whatever the dates."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from level2_project.config import Splitting, read_config
from level2_project.split import (
    Split,
    described,
    for_choice,
    for_claim,
    for_confirmation,
    split,
    walk_forward,
)
from tests.level2_project.snapshots import snapshots_of

MAY = pd.Timestamp("2023-05-01")
MONTH = pd.DateOffset(months=1)
GAPS = st.integers(1, 6).map(lambda months: pd.DateOffset(months=months))


def snapshots_at(*cutoffs: pd.Timestamp) -> pd.DataFrame:
    """One customer per cutoff given."""
    return pd.DataFrame({"customer_id": range(len(cutoffs)), "cutoff": cutoffs})


def months_before(test_start: pd.Timestamp, *months: int) -> list[pd.Timestamp]:
    return [test_start - pd.DateOffset(months=m) for m in months]


def attempted(months: list[int], gap: pd.DateOffset) -> tuple[pd.DataFrame, Split]:
    """Split snapshots of 6 months after to 30 before May, if both sides have rows."""
    snapshots = snapshots_at(MAY, *months_before(MAY, *months))
    try:
        return snapshots, split(snapshots, MAY, gap)
    except ValueError:
        assume(False)
        raise


def splitting(**changes: object) -> Splitting:
    return replace(read_config().split, **changes)


# --- one split -----------------------------------------------------------------------


def test_rows_inside_the_gap_join_neither_side():
    snapshots = snapshots_at(*months_before(MAY, 2, 1, 0))

    train, test = split(snapshots, MAY, gap=2 * MONTH)

    assert train["cutoff"].tolist() == months_before(MAY, 2)
    assert test["cutoff"].tolist() == [MAY]


@settings(max_examples=40)
@given(st.lists(st.integers(-6, 30)), GAPS)
def test_every_label_of_the_training_side_was_known(months, gap):
    _, (train, _) = attempted(months, gap)

    assert all(cutoff + gap <= MAY for cutoff in train["cutoff"])


@settings(max_examples=40)
@given(st.lists(st.integers(-6, 30)), GAPS)
def test_the_tested_side_holds_one_cutoff_and_all_of_it(months, gap):
    snapshots, (_, test) = attempted(months, gap)

    assert set(test["cutoff"]) == {MAY}
    assert len(test) == (snapshots["cutoff"] == MAY).sum()


@settings(max_examples=40)
@given(st.lists(st.integers(-6, 30)), GAPS)
def test_no_row_is_on_both_sides(months, gap):
    _, (train, test) = attempted(months, gap)

    assert set(train["customer_id"]) & set(test["customer_id"]) == set()


@settings(max_examples=40)
@given(st.lists(st.integers(-6, 30)), GAPS)
def test_every_known_label_trains(months, gap):
    snapshots, (train, _) = attempted(months, gap)

    known = [cutoff + gap <= MAY for cutoff in snapshots["cutoff"]]
    assert len(train) == sum(known)


def test_a_split_without_a_past_says_where_cutoffs_lie():
    snapshots = snapshots_at(*months_before(MAY, 1, 0))

    with pytest.raises(
        ValueError, match=r"0 to train and 1 to test.*2023-04-01 to 2023"
    ):
        split(snapshots, MAY, gap=2 * MONTH)


# --- walk-forward --------------------------------------------------------------------


def test_the_walk_tests_the_last_cutoffs_in_order_of_time():
    snapshots = snapshots_of(customers=5, cutoffs=10).sample(frac=1, random_state=1)

    folds = walk_forward(snapshots, splitting(n_folds=3, untouched=1), 2 * MONTH)

    tested = [fold.test["cutoff"].unique().tolist() for fold in folds]
    assert tested == [[c] for c in sorted(snapshots["cutoff"].unique())[-3:]]


def test_each_fold_trains_on_all_that_was_known_by_then():
    snapshots = snapshots_of(customers=5, cutoffs=10)

    folds = walk_forward(snapshots, splitting(n_folds=3, untouched=1), 2 * MONTH)

    assert [fold.train["cutoff"].nunique() for fold in folds] == [6, 7, 8]


def test_what_chooses_what_confirms_and_what_stays_untouched_come_one_after_the_other():
    wanted = splitting(n_folds=7, confirming=2, untouched=2)
    folds = walk_forward(snapshots_of(customers=5, cutoffs=12), wanted, 2 * MONTH)

    choosing, confirming = for_choice(folds, wanted), for_confirmation(folds, wanted)

    assert [id(f) for f in (*choosing, *confirming)] == [id(f) for f in folds[:5]]
    uses = described(folds, wanted)["use"].tolist()
    assert uses == ["to choose"] * 3 + ["to confirm"] * 2 + ["untouched"] * 2
    seen = {cutoff for fold in choosing for side in fold for cutoff in side["cutoff"]}
    assert max(seen) < min(fold.test["cutoff"].iloc[0] for fold in confirming)


def test_the_claim_predicts_whole_quarters_by_what_was_known_when_each_began():
    config = read_config()
    cutoffs = pd.date_range(config.time.first_cutoff, periods=19, freq="MS")

    folds = for_claim(snapshots_at(*cutoffs), config.split, config.time)

    tested = [fold.test["cutoff"].tolist() for fold in folds]
    assert [c for quarter in tested for c in quarter] == cutoffs[-15:].tolist()
    assert [len(quarter) for quarter in tested] == [3] * 5
    for fold, quarter in zip(folds, tested, strict=True):
        known = cutoffs[cutoffs + config.time.gap <= min(quarter)]
        assert fold.train["cutoff"].tolist() == known.tolist()


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_the_claim_needs_no_whole_number_of_quarters(missing):
    config = read_config()
    cutoffs = pd.date_range(config.time.first_cutoff, periods=19 - missing, freq="MS")

    folds = for_claim(snapshots_at(*cutoffs), config.split, config.time)

    assert len(folds) == 4
    assert folds[-1].test["cutoff"].max() == cutoffs[-1]
    assert folds[0].train["cutoff"].nunique() >= 3
