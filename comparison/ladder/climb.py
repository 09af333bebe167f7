"""Ladder: from level 1 to level 2, one practice after the other.

Each function carries out one rung: all earlier practices are kept, one is added.
"""

from dataclasses import replace
from functools import cache

from comparison.method import Method, random_split
from comparison.outcome import Outcome
from comparison.practice import outcome, over_one_half
from comparison.study import Study
from level2_project.measures.gain import reachable
from level2_project.point_in_time.keys import KEYS, LABEL
from level2_project.train import Recipe, Trained

# What the flat export says about a customer, as it was known at each cutoff.
EXPORTED = (
    "plan contract region channel company_size seats monthly_fee_usd tenure_days "
    "active_days_365 minutes_90 days_since_last_use n_tickets n_failed_payments"
).split()


def snapshots(study: Study) -> Outcome:
    """Carry out a logistic regression on point-in-time rows of the export's columns."""
    method = _exported(study)
    return _outcome(method, _claimed_at_random(method))


@cache  # the next rung differs in its claim alone
def sources(study: Study) -> Outcome:
    """Carry out the same on the features of all six sources."""
    method = _all_sources(study)
    return _outcome(method, _claimed_at_random(method))


def walk_forward(study: Study) -> Outcome:
    """Claim by walk-forward splits instead of a random one."""
    return replace(sources(study), claimed=_all_sources(study).claimed())


def lightgbm(study: Study) -> Outcome:
    return _outcome(_boosted(study))


def selection(study: Study) -> Outcome:
    """Carry out LightGBM on the columns that level 2 selected."""
    return _outcome(replace(_boosted(study), columns=study.method.columns))


def tuning(study: Study) -> Outcome:
    """Carry out level 2's model; offers still go out above one half."""
    tuned = replace(_every_drop_as_whole(study), offers=over_one_half)
    return _outcome(tuned, study.outcome.claimed, study.model)


def expected_profit(study: Study) -> Outcome:
    """Decide on offers by their expected profit."""
    method = _every_drop_as_whole(study)
    return _outcome(method, study.outcome.claimed, study.model)


def leave_out_unpaid(study: Study) -> Outcome:
    """Make no offers to customers with an unpaid invoice."""
    sealed = study.case.short.assign(is_free=reachable(study.case.short))
    method = replace(study.method, sealed=sealed)
    return _outcome(method, study.outcome.claimed, study.model)


def completeness(study: Study) -> Outcome:
    """Refuse a drop that arrives short: this is level 2 as it is."""
    return study.outcome


def _every_drop_as_whole(study: Study) -> Method:
    """Read a short drop as if it were whole, and let offers go to every customer."""
    sealed = study.case.short.assign(is_free=True)
    return replace(study.method, sealed=sealed)


def _exported(study: Study) -> Method:
    return replace(
        _every_drop_as_whole(study),
        columns=EXPORTED,
        recipe=Recipe("logistic", params={"C": 1.0}),
        offers=over_one_half,
    )


def _all_sources(study: Study) -> Method:
    columns = list(study.method.past.columns.drop([*KEYS, LABEL]))
    return replace(_exported(study), columns=columns)


def _boosted(study: Study) -> Method:
    return replace(_all_sources(study), recipe=Recipe())


def _claimed_at_random(method: Method) -> dict[str, float]:
    return method.claimed([random_split(method.past, method.seed("split"))])


def _outcome(
    method: Method,
    claimed: dict[str, float] | None = None,
    model: Trained | None = None,
) -> Outcome:
    return outcome(method.case, method.practice(claimed, model))
