"""Shadow: what a level's predictions of the shadow life are worth as a ranking by risk.

Anybody who has a model can offer to the tenth that it thinks most likely to leave. That
baseline is ranked by the probabilities that a level gave in its shadow life.
"""

import numpy as np
import pandas as pd

from data.judge.year import Cutoff, Decision, Month, Policy
from data.world.state import Floats


def predicted(months: list[Month]) -> Floats:
    """Return the table of predictions.  # (n_months, n_customers ever known)

    A customer without a prediction keeps the last one before it, else has 0.
    """
    n = max(len(month.cutoff.state) for month in months)
    table = np.full((len(months), n), np.nan)
    for row, month in zip(table, months, strict=True):
        assert month.decision.p_churn is not None
        row[: len(month.decision.p_churn)] = month.decision.p_churn
    return pd.DataFrame(table).ffill().fillna(0.0).to_numpy()


def riskiest(table: Floats, first_month: int, share: float = 0.10) -> Policy:
    """Offer to the tenth of the roster that is most likely to leave by a table.

    Customers with an offer in force are left out, and nobody takes their place.

    Args:
        table: probabilities of leaving.  # (n_months, n_customers ever known)
        first_month: the month of the table's first row.
    """

    def decide(cutoff: Cutoff) -> Decision:
        p_churn = table[cutoff.month - first_month, : len(cutoff.state)]
        return offers_to_highest(cutoff, p_churn, share)

    return decide


def offers_to_highest(cutoff: Cutoff, p_churn: Floats, share: float) -> Decision:
    """Offer to the free among the share of the roster with the highest `p_churn`."""
    n = round(share * cutoff.roster.sum())
    ranked = np.argsort(-np.where(cutoff.roster, p_churn, -1.0), kind="stable")
    highest = np.zeros(len(p_churn), bool)
    highest[ranked[:n]] = True
    return Decision(highest & cutoff.free)
