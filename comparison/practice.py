"""Practice: a claim, predictions and a rule for offers, taken before the judge."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from comparison.case import CUTOFF, Case
from comparison.outcome import Outcome, happened
from data.calendar import month_number
from data.judge.result import Metrics
from data.judge.scores import offer_share, predictive, profit
from data.judge.year import Cutoff, Decision, Month, Policy, live
from data.world.state import FIRST_CUSTOMER_ID
from level2_project.decide import decide

Array = npt.NDArray[Any]
Offers = Callable[[Array, Array, Array], Array]  # p_churn, monthly fee, is free
NEEDED = ["p_churn", "monthly_fee_usd", "is_free"]


@dataclass(frozen=True)
class Practice:
    """One way of working, carried out in one case.

    Attributes:
        claimed: what its author would report, by the judge's names.
        predictions: one row per customer and sealed cutoff: `customer_id`, `cutoff`,
            `p_churn`, `monthly_fee_usd`, `is_free`.
        offers: marks the customers who get an offer. It is handed probabilities, fees
            (USD) and a mark of the customers who are free for one.
    """

    claimed: dict[str, float]
    predictions: pd.DataFrame
    offers: Offers


def outcome(case: Case, practice: Practice) -> Outcome:
    """Return what was claimed, and what happened in the judge's sealed year.

    Ranking and calibration are those of the year without offers, money and offers
    those of the year in which the practice's offers are made.
    """
    months = live(case.judge, policy(practice))
    money = profit(months).per(case.judge.customers)
    metrics = ranked(case, practice.predictions)
    return Outcome(practice.claimed, happened(metrics, money, offer_share(months)))


def ranked(case: Case, predictions: pd.DataFrame) -> Metrics:
    """Return the metrics of predictions in the sealed year without offers."""
    by_month = _by_month(predictions)
    return predictive([_predicted(month, by_month) for month in case.without_offers])


def _predicted(month: Month, by_month: dict[int, tuple[Array, Array]]) -> Month:
    """Put a practice's probabilities into a month.

    Raises:
        ValueError: a customer of the month has none.
    """
    position, now = by_month[month.cutoff.month]
    p_churn = np.full(len(month.cutoff.state), np.nan)
    p_churn[position] = now[:, 0]
    if n := int(np.isnan(p_churn[month.cutoff.scored]).sum()):
        raise ValueError(
            f"wanted a probability for every customer, found {n} without one at "
            f"cutoff {month.cutoff.month}: predict all rows of `sealed`"
        )
    return month._replace(decision=Decision(month.decision.offers, p_churn))


def policy(practice: Practice) -> Policy:
    """Return the judge's policy that makes the offers of a practice month by month.

    A customer without a prediction at a cutoff keeps the last one and gets no offer.
    """
    by_month = _by_month(practice.predictions)
    last = np.zeros((0, len(NEEDED)))  # (n_customers so far, 3)

    def decide_month(cutoff: Cutoff) -> Decision:
        nonlocal last
        newcomers = np.full((len(cutoff.state) - len(last), len(NEEDED)), np.nan)
        last = np.concatenate([last, newcomers])
        position, now = by_month[cutoff.month]
        last[:, 2] = 0  # free only if predicted now
        last[position] = now
        p_churn, fee_usd, is_free = last.T
        free = cutoff.free & (is_free == 1)
        offers = practice.offers(np.nan_to_num(p_churn), fee_usd, free)
        return Decision(offers & free, p_churn)

    return decide_month


def _by_month(predictions: pd.DataFrame) -> dict[int, tuple[Array, Array]]:
    """Return the customers' positions and their predictions, by month."""
    return {
        month_number(f"{cutoff:%Y-%m}"): (
            rows["customer_id"].to_numpy() - FIRST_CUSTOMER_ID,
            rows[NEEDED].to_numpy(float),
        )
        for cutoff, rows in predictions.groupby(CUTOFF)
    }


def by_expected_profit(case: Case) -> Offers:
    """Return level 2's rule for offers, with its assumed economics."""
    economics = case.config.economics
    return lambda p_churn, fee_usd, free: decide(p_churn, fee_usd, free, economics)


def over_one_half(p_churn: Array, fee_usd: Array, free: Array) -> Array:
    """Mark the free customers whom a classifier predicts to leave."""
    return (p_churn >= 0.5) & free
