"""Result: what the judge found of one contender in one world.

Two lives are told apart. In the *closed loop* a contender's offers are made, and change
who leaves: money is counted there. In the *shadow life* the same contender is asked at
the same cutoffs, and none of its offers is made: ranking and calibration are measured
there, so all contenders are measured on the same customers.
"""

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
class Effect:
    """What offers truly did: means over offers, exact, without luck.

    Offers to customers who had already left are left out of the two reductions. An
    offer made while another was in force reduces nothing, and counts.
    """

    offers: int  # to customers who were still there
    reduction_in_month: float  # of the probability of leaving in the month of the offer
    reduction_in_force: float  # of that of leaving within the months that it lasts
    gain_usd: (
        float  # per offer: margins of the sealed year and the run-off that it adds
    )
    net_gain_usd: float  # per offer: the same, less its discount and its contact


@dataclass(frozen=True)
class DatedClaim:
    """A claim that a level wrote anew during the sealed year."""

    cutoff: str  # at which it was written, "2024-05-01"
    months: int  # cutoffs that it is about, that one first, inside the sealed year
    claimed: Claim
    happened: Metrics  # mean over those cutoffs, in the shadow life


@dataclass(frozen=True)
class Result:
    """What happened to one contender in one world, and what it had claimed.

    The fields from `happened` to `excess_auc_z` are empty for a contender that predicts
    nothing; the claims for one that claims nothing.
    """

    money: Money  # expected over who leaves
    realised: Money  # as it came out in this world
    offer_share: float  # offers per customer and month
    profit_by_month: list[float]  # of the offers made in it, USD per 1,000 customers
    effect: Effect | None = None  # of all its offers; None without any
    effect_by_month: list[Effect | None] = field(default_factory=list)
    happened: Metrics | None = None  # mean over the twelve cutoffs of the shadow life
    happened_by_month: list[Metrics] = field(default_factory=list)
    happened_with_offers: Metrics | None = None  # the same in the closed loop
    calibration_curve: list[Group] = field(default_factory=list)  # shadow life
    excess_auc: list[float] = field(default_factory=list)  # see `leak`
    excess_auc_error: list[float] = field(default_factory=list)  # standard errors
    excess_auc_z: float | None = None  # mean excess in its standard errors
    claimed: Claim | None = None  # at fit
    claimed_months: int | None = None  # cutoffs that this claim is about
    happened_claimed: Metrics | None = None  # mean over those cutoffs, shadow life
    claims_by_month: list[DatedClaim] = field(default_factory=list)


@dataclass(frozen=True)
class Exam:
    """What happened to all contenders in one world."""

    seed: int
    customers: int  # active at the first sealed cutoff
    contenders: dict[str, Result]
