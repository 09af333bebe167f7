"""Encode: numbers on one scale and without gaps, for models that need it so."""

import numpy as np
import pandas as pd
from sklearn import preprocessing as steps
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

NOMINAL = r"^nominal__|__missingindicator_"  # names of encoded categories


def encoder() -> ColumnTransformer:
    """Return what scales numbers, fills their gaps with the mean, numbers categories.

    Numbers go through asinh first, a logarithm that can take 0 and below: some minutes
    are a hundred times the median. Beyond 30 standard deviations they are cut off: a
    column that hardly moved before a price rise would else decide alone after it.
    A number with gaps gets a column that marks them.
    Categories keep columns of their own, so that SMOTE does not interpolate them.
    """
    numeric = make_pipeline(
        steps.FunctionTransformer(squashed, feature_names_out="one-to-one"),
        steps.StandardScaler(),
        steps.FunctionTransformer(cut_off, feature_names_out="one-to-one"),
        SimpleImputer(strategy="constant", fill_value=0.0, add_indicator=True),
    )
    nominal = steps.OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1,
        encoded_missing_value=-1, dtype=np.float32,
    )  # fmt: skip
    numbers = make_column_selector(dtype_exclude="category")
    categories = make_column_selector(dtype_include="category")
    sides = [("numeric", numeric, numbers), ("nominal", nominal, categories)]
    return ColumnTransformer(sides).set_output(transform="pandas")


def squashed(numeric: pd.DataFrame) -> pd.DataFrame:
    return np.arcsinh(numeric.astype(np.float32))


def cut_off(scaled: pd.DataFrame) -> pd.DataFrame:
    return np.clip(scaled, -30, 30)


def one_hot() -> ColumnTransformer:
    """Return what turns each encoded category into columns of its own."""
    how = {"handle_unknown": "ignore", "sparse_output": False, "dtype": np.float32}
    step = "one_hot", steps.OneHotEncoder(**how), make_column_selector(pattern=NOMINAL)
    return ColumnTransformer([step], remainder="passthrough")
