"""Logistic: plain maximum likelihood, with standard errors."""

import numpy as np
import pandas as pd


def fit(columns: pd.DataFrame, happened: np.ndarray) -> pd.DataFrame:
    """Return `estimate` and `error` of every column's log-odds; there is no intercept.

    Source: Newton's method for the logit likelihood (iteratively reweighted squares).
    """
    x = columns.to_numpy(float)  # (n, k)
    beta = np.zeros(x.shape[1])
    for _ in range(12):
        p = 1 / (1 + np.exp(-x @ beta))
        information = (x * (p * (1 - p))[:, None]).T @ x  # (k, k)
        beta = beta + np.linalg.solve(information, x.T @ (happened - p))
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    return pd.DataFrame({"estimate": beta, "error": errors}, index=columns.columns)
