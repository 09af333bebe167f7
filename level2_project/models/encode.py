"""Encode: numbers on one scale and without gaps, for models that need it so."""

from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.preprocessing import OneHotEncoder

UNKNOWN = -1.0


class Encode(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Scale numbers, fill their gaps with the mean, number the categories.

    Every number with gaps gets a category that says where they were; a missing or new
    category becomes `UNKNOWN`. What comes out is `float32`, or `category` of numbers,
    so that SMOTE can tell what it may interpolate. Numbers go through asinh first, a
    logarithm that knows 0 and below: some minutes are a hundred times the median.
    """

    def fit(self, features: pd.DataFrame, y: object = None) -> Self:
        nominal = features.select_dtypes("category")
        numeric = squashed(features.drop(columns=nominal.columns))
        self.categories_ = {name: nominal[name].cat.categories for name in nominal}
        self.numeric_ = list(numeric)
        self.gappy_ = list(numeric.columns[numeric.isna().any()])
        self.mean_, self.sd_ = numeric.mean(), numeric.std().replace(0.0, 1.0)
        return self

    def transform(self, features: pd.DataFrame) -> pd.DataFrame:
        """Give one row per row of `features`, in its order."""
        numeric = squashed(features[self.numeric_])
        scaled = ((numeric - self.mean_) / self.sd_).fillna(0.0)  # the mean
        nominal = {
            name: numbered(features[name], known)
            for name, known in self.categories_.items()
        }
        gaps = {f"{name}_missing": gap(numeric[name]) for name in self.gappy_}
        return scaled.assign(**nominal, **gaps)


def squashed(numeric: pd.DataFrame) -> pd.DataFrame:
    return np.arcsinh(numeric.astype(np.float32))


def numbered(values: pd.Series, known: pd.Index) -> pd.Series:
    """Number categories in the order of `known`, as a category."""
    codes = values.cat.set_categories(known).cat.codes.astype(np.float32)
    return codes.astype(levels(UNKNOWN, len(known) - 1))


def gap(values: pd.Series) -> pd.Series:
    return values.isna().astype(np.float32).astype(levels(0, 1))


def levels(first: float, last: float) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(np.arange(first, last + 1, dtype=np.float32))


def one_hot() -> ColumnTransformer:
    """Turn each category into a column of its own; numbers pass."""
    encoder = OneHotEncoder(
        handle_unknown="ignore", sparse_output=False, dtype=np.float32
    )
    return ColumnTransformer(
        [("nominal", encoder, make_column_selector(dtype_include="category"))],
        remainder="passthrough",
    )
