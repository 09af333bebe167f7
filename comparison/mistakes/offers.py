"""Wrong offers: mistakes in what is done with the probabilities."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from comparison.outcome import Comparison, Outcome
from comparison.practice import Array, Offers, outcome, over_one_half
from comparison.study import Study
from level2_project.measures.gain import gain_usd

SHARE = 0.05  # of the free customers, offered a month


def class_weights(study: Study) -> Comparison:
    """Weight leavers more in training, and believe the inflated probabilities."""
    method = study.method
    weighted = replace(method, recipe=replace(method.recipe, imbalance="class_weights"))
    return Comparison(outcome(study.case, weighted.practice()), study.outcome)


def threshold_one_half(study: Study) -> Comparison:
    """Offer where the probability is at least one half."""
    return Comparison(_with_rule(study, over_one_half), study.outcome)


def ranking_by_risk(study: Study) -> Comparison:
    """Offer to the twentieth with the highest risk; right is the highest value."""
    economics = study.case.config.economics
    by_risk = highest(lambda p_churn, fee_usd: p_churn)
    by_value = highest(lambda p_churn, fee_usd: gain_usd(p_churn, fee_usd, economics))
    return Comparison(_with_rule(study, by_risk), _with_rule(study, by_value))


def highest(rank: Callable[[Array, Array], Array]) -> Offers:
    """Return the rule that offers to the twentieth of the free who rank highest."""

    def offers(p_churn: Array, fee_usd: Array, free: Array) -> Array:
        height = np.where(free, np.nan_to_num(rank(p_churn, fee_usd)), -np.inf)
        n = round(SHARE * int(free.sum()))
        chosen = np.zeros(len(free), bool)
        chosen[np.argsort(-height, kind="stable")[:n]] = True
        return chosen

    return offers


def offers_to_the_unpaid(study: Study) -> Comparison:
    """Offer a discount to customers with an unpaid invoice, too."""
    rows = study.practice.predictions
    drop_is_whole = rows.groupby("cutoff")["is_free"].transform("any")
    is_unpaid = study.method.sealed["is_unpaid"] > 0
    to_all = rows.assign(is_free=rows["is_free"] | (is_unpaid & drop_is_whole))
    practice = replace(study.practice, predictions=to_all)
    return Comparison(outcome(study.case, practice), study.outcome)


def _with_rule(study: Study, offers: Offers) -> Outcome:
    """Let another rule decide on the same probabilities; nothing is claimed for it."""
    return outcome(study.case, replace(study.practice, claimed={}, offers=offers))
