"""Wrong rows: mistakes in what a model learns from: rows, columns, labels."""

from dataclasses import replace

import pandas as pd

from comparison.method import random_split
from comparison.outcome import Comparison
from comparison.practice import outcome
from comparison.study import Study
from level2_project.label import label
from level2_project.point_in_time.keys import KEYS, LABEL

TOTALS = [
    "total_spend_usd",
    "total_active_days",
    "total_minutes",
    "n_tickets",
    "n_failed_payments",
    "tenure_months",
]
STATUS = ["auto_renew", "days_since_last_use"]
OFFER_LASTS = 180  # days


def one_row_per_customer(study: Study) -> Comparison:
    """Learn from one row per customer, labelled "ever left"; test on a random fifth."""
    method = study.method
    ever_left = method.past.groupby("customer_id")[LABEL].transform("max")
    rows = method.past[method.past[LABEL] | ~ever_left]  # a leaver's row is the last
    rows = rows.drop_duplicates("customer_id", keep="last")
    claimed = method.claimed([random_split(rows, method.seed("split"))])
    practice = method.practice(claimed, method.trained(rows))
    return Comparison(outcome(study.case, practice), study.outcome)


def lifetime_totals(study: Study) -> Comparison:
    """Add each customer's totals up to the day of the export."""
    return _with_export(study, TOTALS)


def status_columns(study: Study) -> Comparison:
    """Add columns of the export that a customer's leaving has changed."""
    return _with_export(study, STATUS)


def _with_export(study: Study, names: list[str]) -> Comparison:
    """Join columns of the flat export.

    One export describes all of the past, and a new one each sealed month, as in the
    exam.
    """
    method = study.method
    exported = {name: f"export_{name}" for name in names}  # level 2 has `n_tickets`
    flats = study.case.flats[[*KEYS, *names]].rename(columns=exported)
    first = flats[flats["cutoff"] == flats["cutoff"].min()].drop(columns="cutoff")
    past = method.past[["customer_id"]].merge(first, how="left", on="customer_id")
    sealed = method.sealed[KEYS].merge(flats, how="left", on=KEYS)
    columns = list(exported.values())
    more = method.with_columns(
        past[columns].astype("float32").set_axis(method.past.index),
        sealed[columns].astype("float32").set_axis(method.sealed.index),
    )
    return Comparison(outcome(study.case, more.practice()), study.outcome)


def immature_labels(study: Study) -> Comparison:
    """Fix each label on the day its horizon ends; later cancellations are missed."""
    method, config = study.method, study.case.config
    time = config.time
    parts = [
        label(
            study.case.sources.subscriptions,
            pd.DatetimeIndex([cutoff]),
            time.horizon,
            cutoff + time.horizon,
            config.label,
        )
        for cutoff in time.cutoffs
    ]
    early = pd.concat(parts, ignore_index=True)
    past = method.past.drop(columns=LABEL).merge(early, on=KEYS, how="inner")
    practice = replace(method, past=past).practice()
    return Comparison(outcome(study.case, practice), study.outcome)


def no_control_group(study: Study) -> Comparison:
    """Learn from everybody; right is to leave out customers with an offer in force."""
    method = study.method
    is_treated = method.past["days_since_offer"] < OFFER_LASTS
    untreated = replace(method, past=method.past[~is_treated])
    return Comparison(study.outcome, outcome(study.case, untreated.practice()))


def short_drop(study: Study) -> Comparison:
    """Predict from a drop that arrived short as if it were whole."""
    short = replace(study.method, sealed=study.case.short)
    practice = short.practice(study.outcome.claimed, study.model)
    return Comparison(outcome(study.case, practice), study.outcome)
