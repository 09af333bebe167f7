"""Walk: predict each tested cutoff from its own past, as one would have then."""

import pandas as pd

from level2_project.split import KEYS, LABEL, Split
from level2_project.train import Recipe, p_churn, train

SHOWN = [*KEYS, LABEL, "monthly_fee_usd", "is_unpaid"]


def walk(
    folds: list[Split], columns: list[str], recipe: Recipe, seed: int
) -> pd.DataFrame:
    """Train on each fold's past and predict its test side.

    Returns:
        One row per customer per tested cutoff: `customer_id`, `cutoff`, `left`,
        `monthly_fee_usd`, `is_unpaid`, `p_churn`.
    """
    parts = []
    for fold in folds:
        model = train(recipe, fold.train[[*KEYS, LABEL, *columns]], seed)
        parts.append(fold.test[SHOWN].assign(p_churn=p_churn(model, fold.test)))
    return pd.concat(parts, ignore_index=True)
