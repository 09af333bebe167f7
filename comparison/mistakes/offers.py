"""Wrong offers: mistakes in what is done with the chances."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from comparison.method import Bench, Pair
from comparison.practice import Array, Offers, Outcome, outcome, over_one_half
from level2_project.measures.gain import gain_usd

SHARE = 0.05  # of those who are free, offered a month


def class_weights(bench: Bench) -> Pair:
    """Give leavers more weight, and take the inflated chances at their word."""
    way = bench.way
    weighted = replace(way, recipe=replace(way.recipe, imbalance="class_weights"))
    return Pair(outcome(way.case, weighted.practice()), bench.outcome)


def threshold_one_half(bench: Bench) -> Pair:
    """Offer where the chance is at least one half."""
    return Pair(_deciding(bench, over_one_half), bench.outcome)


def ranking_by_risk(bench: Bench) -> Pair:
    """Offer to the riskiest twentieth; without the mistake, to the most valuable."""
    economics = bench.way.case.config.economics
    by_risk = highest(lambda p_churn, fee_usd: p_churn)
    by_value = highest(lambda p_churn, fee_usd: gain_usd(p_churn, fee_usd, economics))
    return Pair(_deciding(bench, by_risk), _deciding(bench, by_value))


def highest(rank: Callable[[Array, Array], Array]) -> Offers:
    """Offer to the twentieth of the free who rank highest."""

    def offers(p_churn: Array, fee_usd: Array, free: Array) -> Array:
        height = np.where(free, np.nan_to_num(rank(p_churn, fee_usd)), -np.inf)
        n = round(SHARE * int(free.sum()))
        chosen = np.zeros(len(free), bool)
        chosen[np.argsort(-height, kind="stable")[:n]] = True
        return chosen

    return offers


def _deciding(bench: Bench, offers: Offers) -> Outcome:
    """Let the same chances decide by another rule; nothing is claimed for it."""
    return outcome(bench.way.case, replace(bench.practice, claimed={}, offers=offers))


def offers_to_the_unpaid(bench: Bench) -> Pair:
    """Offer a discount to customers whose payment has failed, too."""
    way, told = bench.way, bench.practice.told
    month_is_free = told.groupby("cutoff")["is_free"].transform("any")
    unpaid = way.sealed["is_unpaid"] > 0
    everybody = told.assign(is_free=told["is_free"] | (unpaid & month_is_free))
    return Pair(
        outcome(way.case, replace(bench.practice, told=everybody)), bench.outcome
    )
