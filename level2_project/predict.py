"""Predict: one row per customer, with the probability of leaving and the offer."""

import pandas as pd

from level2_project.config import Economics
from level2_project.decide import decide
from level2_project.train import Trained, p_churn


def predict(
    model: Trained, candidates: pd.DataFrame, economics: Economics
) -> pd.DataFrame:
    """Compute `customer_id`, `cutoff`, `p_churn` and `offer` for every candidate.

    Args:
        model: trained on labels that were known at the candidates' cutoff.
        candidates: one row per customer, with features and `is_free`.
        economics: what an offer costs and is assumed to bring.
    """
    p = p_churn(model, candidates)
    fee_usd = candidates["monthly_fee_usd"].to_numpy(float)
    is_free = candidates["is_free"].to_numpy(bool)
    return pd.DataFrame(
        {
            "customer_id": candidates["customer_id"].to_numpy(),
            "cutoff": candidates["cutoff"].dt.strftime("%Y-%m-%d").to_numpy(),
            "p_churn": p,
            "offer": decide(p, fee_usd, is_free, economics),
        }
    )
