"""Result: what the judge found of one contender in one world."""

from dataclasses import dataclass, field

Metrics = dict[str, float]  # a figure by the name of its metric, "roc_auc"
Claim = dict[str, float]  # the same, as a level believed; see `contract.CLAIMS`


@dataclass(frozen=True)
class Money:
    """Differences from making no offer, USD per 1,000 customers; costs are negative."""

    margin_sealed_year: float
    margin_run_off: float
    discounts: float
    contacts: float
    profit: float  # the sum of the four


@dataclass(frozen=True)
class Group:
    """One of ten equal groups of customers, by their predicted probability."""

    predicted: float  # mean probability of leaving as predicted
    true: float  # mean true probability of leaving


@dataclass(frozen=True)
class Result:
    """What happened to one contender in one world, and what it had claimed.

    The fields from `happened` on are empty for a contender that predicts nothing.
    """

    money: Money  # expected over who leaves
    realised: Money  # as it came out in this world
    offer_share: float  # offers per customer and month
    profit_by_month: list[float]  # of the offers made in it, USD per 1,000 customers
    happened: Metrics | None = None  # mean over the cutoffs
    happened_by_month: list[Metrics] = field(default_factory=list)
    calibration_curve: list[Group] = field(default_factory=list)
    excess_auc: list[float] = field(default_factory=list)  # see `scores.leak`
    claimed: Claim | None = None


@dataclass(frozen=True)
class Exam:
    """What happened to all contenders in one world."""

    seed: int
    customers: int  # active at the first sealed cutoff
    contenders: dict[str, Result]
