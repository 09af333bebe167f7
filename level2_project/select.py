"""Select: the columns that earn their place on every stretch of the past."""

import pandas as pd

from level2_project.config import Selecting
from level2_project.split import Split
from level2_project.train import Recipe, train


def select(
    folds: list[Split], recipe: Recipe, selecting: Selecting, seed: int
) -> pd.DataFrame:
    """Select the columns that most folds keep, by the folds' training sides alone.

    LightGBM's gain decides: it needs no scaling and sees what columns do together. The
    table has one row per column, the steadiest first; its gain is a share of all gain.

    Raises:
        ValueError: no column is kept by so many folds.
    """
    shares = pd.DataFrame([gain_shares(fold.train, recipe, seed) for fold in folds])
    kept = shares.apply(keep, axis=1, share=selecting.keep_share).mean()
    is_selected = kept >= selecting.min_stability
    if not is_selected.any():
        raise ValueError(
            f"cannot select: {kept.max():.0%} of the folds keep a column at most, not "
            f"{selecting.min_stability:.0%}: lower select.min_stability"
        )
    table = {"share_of_folds": kept, "gain": shares.mean(), "is_selected": is_selected}
    stability = pd.DataFrame(table).sort_values([*table][:2], ascending=False)
    return stability.rename_axis("column").reset_index()


def selected(stability: pd.DataFrame) -> list[str]:
    """List the selected columns."""
    return stability.loc[stability["is_selected"], "column"].tolist()


def gain_shares(snapshots: pd.DataFrame, recipe: Recipe, seed: int) -> pd.Series:
    """Compute each column's share of the gain of all of a model's splits."""
    judge = recipe if recipe.model == "lightgbm" else Recipe()
    model = train(Recipe(params=judge.params), snapshots, seed)
    gain = model.estimator["model"].booster_.feature_importance("gain")
    return pd.Series(gain / gain.sum(), model.columns)


def keep(shares: pd.Series, share: float) -> pd.Series:
    """Mark the fewest columns that together hold `share`.

    >>> keep(pd.Series({"a": 0.25, "b": 0.0, "c": 0.625, "d": 0.125}), 0.8).to_dict()
    {'a': True, 'b': False, 'c': True, 'd': False}
    """
    ordered = shares.sort_values(ascending=False, kind="stable")
    held_before = ordered.cumsum() - ordered
    return ((held_before < share) & (ordered > 0)).reindex(shares.index)
