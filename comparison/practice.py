"""Practice: what somebody would claim, predict and offer; the judge's word on it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from comparison.case import CUTOFF, Case
from data.calendar import month_number
from data.judge.exam import judged
from data.judge.year import Cutoff, Decision, Policy, live
from data.world.state import FIRST_CUSTOMER_ID
from level2_project.decide import decide

Array = npt.NDArray[Any]
Offers = Callable[[Array, Array, Array], Array]  # p_churn, monthly fee, who is free
TOLD = ["p_churn", "monthly_fee_usd", "is_free"]


@dataclass(frozen=True)
class Practice:
    """One way of doing things, carried out in one case.

    Attributes:
        claimed: what its author would report, by the judge's names.
        told: one row per customer and sealed cutoff: `customer_id`, `cutoff`,
            `p_churn`, `monthly_fee_usd`, `is_free`.
        offers: who gets one, given chances, fees (USD) and who is free.
    """

    claimed: dict[str, float]
    told: pd.DataFrame
    offers: Offers


@dataclass(frozen=True)
class Outcome:
    """What was claimed and what happened, by the judge's names; `profit` is in USD."""

    claimed: dict[str, float] = field(default_factory=dict)
    happened: dict[str, float] = field(default_factory=dict)

    def less(self, other: "Outcome") -> dict[str, dict[str, float]]:
        """Give the differences in all that both have."""
        pairs = {
            "claimed": (self.claimed, other.claimed),
            "happened": (self.happened, other.happened),
        }
        return {
            side: {name: mine[name] - theirs[name] for name in mine if name in theirs}
            for side, (mine, theirs) in pairs.items()
        }


def outcome(case: Case, practice: Practice) -> Outcome:
    """Let the judge live through the sealed year with a practice."""
    result = judged(case.judge, live(case.judge, policy(practice)))
    assert result.happened is not None  # a practice predicts
    happened = {**result.happened, "profit": result.money.profit}
    happened["offer_share"] = result.offer_share
    return Outcome(practice.claimed, happened)


def policy(practice: Practice) -> Policy:
    """Decide month by month; whom no snapshot tells of is known by his last one."""
    told = _by_month(practice.told)
    last = np.zeros((0, len(TOLD)))

    def decide_month(cutoff: Cutoff) -> Decision:
        nonlocal last
        newcomers = np.full((len(cutoff.state) - len(last), len(TOLD)), np.nan)
        last = np.concatenate([last, newcomers])
        who, now = told[cutoff.month]
        last[:, 2] = 0  # who is not told of gets no offer
        last[who] = now
        p_churn, fee_usd, is_free = last.T
        free = cutoff.free & (is_free == 1)
        offers = practice.offers(np.nan_to_num(p_churn), fee_usd, free)
        return Decision(offers & free, p_churn)

    return decide_month


def _by_month(told: pd.DataFrame) -> dict[int, tuple[Array, Array]]:
    """Give customers' positions and what is told of them, by month."""
    return {
        month_number(f"{cutoff:%Y-%m}"): (
            rows["customer_id"].to_numpy() - FIRST_CUSTOMER_ID,
            rows[TOLD].to_numpy(float),
        )
        for cutoff, rows in told.groupby(CUTOFF)
    }


def by_expected_profit(case: Case) -> Offers:
    """Decide as level 2 does, by its assumed economics."""
    economics = case.config.economics
    return lambda p_churn, fee_usd, free: decide(p_churn, fee_usd, free, economics)


def over_one_half(p_churn: Array, fee_usd: Array, free: Array) -> Array:
    """Offer to whom a classifier calls a leaver."""
    return (p_churn >= 0.5) & free
