"""Importance: what average precision loses when one column is shuffled."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from level2_project.evaluate import average_precision
from level2_project.measures.interval import interval
from level2_project.split import LABEL
from level2_project.train import Trained, p_churn


def importance(
    model: Trained, test: pd.DataFrame, repeats: int, seed: int
) -> pd.DataFrame:
    """Give each column's loss of average precision, the dearest first.

    Columns that tell the same story stand in for each other: both may look cheap.

    Args:
        model: fitted on rows whose labels were known when those of `test` began.
        test: the snapshots of one tested cutoff.
        repeats: shuffles of each column; the interval allows for their luck alone.
        seed: of the shuffles.
    """
    generator = np.random.default_rng(seed)
    orders = [generator.permutation(len(test)) for _ in range(repeats)]
    whole = score(model, test)
    losses = {
        column: [
            whole - score(model, shuffled(test, column, order)) for order in orders
        ]
        for column in model.columns
    }
    rows = [(name, *interval(np.array(loss))) for name, loss in losses.items()]
    table = pd.DataFrame(rows, columns=["column", "mean", "low", "high"])
    return table.sort_values("mean", ascending=False, ignore_index=True)


def score(model: Trained, test: pd.DataFrame) -> float:
    return average_precision(test[LABEL].to_numpy(bool), p_churn(model, test))


def shuffled(test: pd.DataFrame, column: str, order: NDArray[Any]) -> pd.DataFrame:
    return test.assign(**{column: test[column].array.take(order)})
