"""Encode: numbers on one scale and without gaps, for models that need it so."""

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
)

NOMINAL = r"^nominal__|__missingindicator_"  # names of encoded categories
UNKNOWN = -1  # a category that is missing or new


def encoder() -> ColumnTransformer:
    """Make what scales numbers, fills their gaps with the mean, numbers categories.

    Every number with gaps gets a column that says where they were. Numbers go through
    asinh first, a logarithm that can take 0 and below: some minutes are a hundred times
    the median. What comes out is a frame of `float32`; categories keep columns of
    their own (`NOMINAL`), so that SMOTE can tell what it may interpolate.
    """
    numeric = make_pipeline(
        FunctionTransformer(squashed, feature_names_out="one-to-one"),
        StandardScaler(),
        SimpleImputer(strategy="constant", fill_value=0.0, add_indicator=True),
    )
    nominal = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=UNKNOWN,
        encoded_missing_value=UNKNOWN,
        dtype=np.float32,
    )
    return ColumnTransformer(
        [
            ("numeric", numeric, make_column_selector(dtype_exclude="category")),
            ("nominal", nominal, make_column_selector(dtype_include="category")),
        ]
    ).set_output(transform="pandas")


def squashed(numeric: pd.DataFrame) -> pd.DataFrame:
    return np.arcsinh(numeric.astype(np.float32))


def one_hot() -> ColumnTransformer:
    """Make what turns each encoded category into columns of its own."""
    return ColumnTransformer(
        [
            (
                "one_hot",
                OneHotEncoder(
                    handle_unknown="ignore", sparse_output=False, dtype=np.float32
                ),
                make_column_selector(pattern=NOMINAL),
            )
        ],
        remainder="passthrough",
    )
