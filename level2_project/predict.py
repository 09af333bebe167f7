"""Predict: one row per customer, with the probability of leaving and the offer."""

import pandas as pd

from level2_project.config import Economics
from level2_project.decide import decide
from level2_project.train import Trained, p_churn


def predict(
    model: Trained, candidates: pd.DataFrame, economics: Economics
) -> pd.DataFrame:
    """Compute `customer_id`, `cutoff`, `p_churn` and `offer` for every candidate."""
    p, fee_usd = (
        p_churn(model, candidates),
        candidates["monthly_fee_usd"].to_numpy(float),
    )
    offer = decide(p, fee_usd, candidates["is_free"].to_numpy(bool), economics)
    cutoff = candidates["cutoff"].dt.strftime("%Y-%m-%d")
    rows = candidates[["customer_id"]].assign(cutoff=cutoff, p_churn=p, offer=offer)
    return rows.reset_index(drop=True)
