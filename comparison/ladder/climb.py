"""Ladder: from level 1 to level 2, one practice after the other.

Each function carries out one rung: all earlier practices that level 2 keeps, and one
more.
"""

from dataclasses import replace
from functools import cache

from comparison.method import Method, random_split, searched
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
LOGISTIC = Recipe("logistic", params={"C": 1.0})
TEXT = ("topic_", "tone_")  # how the columns begin that say what tickets are about


def snapshots(study: Study) -> Outcome:
    """Carry out a logistic regression on point-in-time rows of the export's columns."""
    return _outcome(replace(_unrepaired(study), columns=EXPORTED))


def sources(study: Study) -> Outcome:
    """Carry out the same on all features but texts, of rows as they were sent."""
    return _outcome(_unrepaired(study))


@cache  # the next rung differs in its claim alone
def repaired(study: Study) -> Outcome:
    """Carry out the same on repaired rows, and claim by a random split."""
    method = _repaired(study)
    fold = random_split(method.past, method.seed("split"))
    return replace(_outcome(method), claimed=method.claimed([fold]))


def walk_forward(study: Study) -> Outcome:
    """Claim by walk-forward splits instead of a random one."""
    return replace(repaired(study), claimed=_repaired(study).claimed())


def lightgbm(study: Study) -> Outcome:
    """Carry out the model that level 2 uses, with its usual settings."""
    return _outcome(replace(_plain(study), columns=_repaired(study).columns))


def text(study: Study) -> Outcome:
    """Add the columns that say what customers wrote in their tickets."""
    method, own = _plain(study), study.method
    is_own = (method.recipe, method.columns) == (own.recipe, own.columns)
    return _outcome(method, study.model if is_own else None)


def selection(study: Study) -> Outcome:
    """Carry out the same on the columns that level 2's search found."""
    return _outcome(replace(_plain(study), columns=searched().columns))


def tuning(study: Study) -> Outcome:
    """Carry out the same with the settings that level 2's search found."""
    recipe = replace(study.method.recipe, params=searched().params)
    columns = study.method.columns
    return _outcome(replace(_plain(study), columns=columns, recipe=recipe))


def expected_profit(study: Study) -> Outcome:
    """Carry out level 2's model, and decide on offers by their expected profit."""
    return _outcome(_every_drop_as_whole(study), study.model)


def leave_out_unpaid(study: Study) -> Outcome:
    """Make no offers to customers with an unpaid invoice."""
    sealed = study.case.short.assign(is_free=reachable(study.case.short))
    method = replace(study.method, sealed=sealed)
    return _outcome(method, study.model)


def completeness(study: Study) -> Outcome:
    """Refuse a drop that arrives short: this is level 2 as it is."""
    return study.outcome


def _every_drop_as_whole(study: Study) -> Method:
    """Read a short drop as if it were whole, and let offers go to every customer."""
    sealed = study.case.short.assign(is_free=True)
    return replace(study.method, sealed=sealed)


def _plain(study: Study) -> Method:
    """Return the model that level 2 uses on all columns, with its usual settings."""
    return replace(
        _every_drop_as_whole(study),
        columns=list(study.method.past.columns.drop([*KEYS, LABEL])),
        recipe=replace(study.method.recipe, params={}),
        offers=over_one_half,
    )


def _repaired(study: Study) -> Method:
    """Return a logistic regression on all columns but texts."""
    method = _plain(study)
    columns = [name for name in method.columns if not name.startswith(TEXT)]
    return replace(method, columns=columns, recipe=LOGISTIC)


def _unrepaired(study: Study) -> Method:
    past, sealed = study.unrepaired
    return replace(_repaired(study), past=past, sealed=sealed)


def _outcome(method: Method, model: Trained | None = None) -> Outcome:
    """Carry a method out; the picture shows what happens, so nothing is claimed."""
    return outcome(method.case, method.practice({}, model))
