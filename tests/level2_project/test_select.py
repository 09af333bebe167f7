"""Tests of the selection: what carries the signal stays, and no test row is seen."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from level2_project.config import read_config
from level2_project.select import select, selected
from level2_project.split import Split, walk_forward
from level2_project.train import Recipe
from tests.level2_project.snapshots import snapshots_of

CONFIG = read_config()
QUICK = Recipe(params={"n_estimators": 40, "num_leaves": 6})
SIGNAL = {"minutes_7", "days_since_last_use", "is_annual"}


def folds_of(columns: int = 22) -> list[Split]:
    snapshots = snapshots_of(1_000, 9, columns + 1).drop(columns="is_unpaid")
    return walk_forward(snapshots, replace(CONFIG.split, n_folds=3), CONFIG.time.gap)


def stability_of(
    folds: list[Split], share: float = 0.7, stable: float = 0.5
) -> pd.DataFrame:
    selecting = replace(CONFIG.select, keep_share=share, min_stability=stable)
    return select(folds, QUICK, selecting, seed=3)


def test_columns_that_carry_the_signal_stay_and_most_noise_goes():
    columns = selected(stability_of(folds_of()))

    assert set(columns) >= SIGNAL
    assert sum(name.startswith("noise") for name in columns) < 5


def test_test_rows_have_no_say():
    folds = folds_of()
    scrambled = [
        Split(train, test.sample(frac=1, random_state=1).assign(left=True, minutes_7=0))
        for train, test in folds
    ]

    found, again = stability_of(folds), stability_of(scrambled)

    pd.testing.assert_frame_equal(found, again)


def test_stability_says_in_what_share_of_folds_a_column_was_kept():
    stability = stability_of(folds_of()).set_index("column")

    assert set(stability["share_of_folds"].round(4)) <= {0.0, 0.3333, 0.6667, 1.0}
    assert stability["gain"].sum() == pytest.approx(1)
    assert (stability["is_selected"] == (stability["share_of_folds"] >= 0.5)).all()


def test_a_larger_share_of_the_gain_never_drops_a_column():
    folds = folds_of()

    few, many = (selected(stability_of(folds, share)) for share in (0.5, 0.9))

    assert set(few) < set(many)


def test_if_folds_agree_on_no_column_the_message_names_the_setting():
    folds = folds_of(14)
    columns = [name for name in folds[0].train if name.startswith(("minutes", "days"))]
    halves = [
        Split(train.assign(**dict.fromkeys(blind, np.float32(0))), test)
        for (train, test), blind in zip(
            folds[:2], (folds[0].train.columns[2:8], columns), strict=True
        )
    ]

    with pytest.raises(ValueError, match=r"lower select\.min_stability"):
        stability_of(halves, share=0.1, stable=1.0)
