"""Wrong rows: mistakes in what is learnt from: rows, columns, labels."""

from dataclasses import replace

import pandas as pd

from comparison.method import Bench, Pair
from comparison.practice import outcome
from level2_project.label import label
from level2_project.point_in_time.keys import KEYS, LABEL
from level2_project.split import Split

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


def one_row_per_customer(bench: Bench) -> Pair:
    """Learn who ever left from one snapshot each, and test on a random fifth."""
    way = bench.way
    ever_left = way.past.groupby("customer_id")[LABEL].transform("max")
    rows = way.past[way.past[LABEL] | ~ever_left]  # a leaver's row is his last
    rows = rows.drop_duplicates("customer_id", keep="last")
    split = random_split(rows, way.seed("split"))
    claimed = way.claimed([split])
    return Pair(
        outcome(way.case, way.practice(claimed, way.trained(rows))), bench.outcome
    )


def random_split(rows: pd.DataFrame, seed: int) -> Split:
    """Take a random fifth to test on, whenever it happened."""
    test = rows.sample(frac=0.2, random_state=seed % 2**31)
    return Split(rows.drop(test.index), test.assign(cutoff=rows["cutoff"].max()))


def lifetime_totals(bench: Bench) -> Pair:
    """Add each customer's totals up to the day of the export."""
    return _with_export(bench, TOTALS)


def status_columns(bench: Bench) -> Pair:
    """Add columns of the export that say in other words who has left."""
    return _with_export(bench, STATUS)


def _with_export(bench: Bench, names: list[str]) -> Pair:
    """Join columns of the flat export.

    There is one for all of the past, and then a new one each month, as in the exam.
    """
    way = bench.way
    flats = way.case.flats[[*KEYS, *names]].rename(
        columns=lambda n: _exported(n, names)
    )
    first = flats[flats["cutoff"] == flats["cutoff"].min()].drop(columns="cutoff")
    past = way.past[["customer_id"]].merge(first, how="left", on="customer_id")
    sealed = way.sealed[KEYS].merge(flats, how="left", on=KEYS)
    columns = [_exported(name, names) for name in names]
    more = way.with_columns(
        past[columns].astype("float32").set_axis(way.past.index),
        sealed[columns].astype("float32").set_axis(way.sealed.index),
    )
    return Pair(outcome(way.case, more.practice()), bench.outcome)


def _exported(name: str, names: list[str]) -> str:
    return f"export_{name}" if name in names else name


def immature_labels(bench: Bench) -> Pair:
    """Write each label down on the day on which its horizon ends, and leave it so."""
    way, config = bench.way, bench.way.case.config
    time = config.time
    parts = [
        label(
            way.case.sources.subscriptions,
            pd.DatetimeIndex([cutoff]),
            time.horizon,
            cutoff + time.horizon,
            config.label,
        )
        for cutoff in time.cutoffs
    ]
    early = pd.concat(parts, ignore_index=True)
    features = way.past.drop(columns=LABEL)
    past = features.merge(early, on=KEYS, how="inner")
    early_told = replace(way, past=past).practice()
    return Pair(outcome(way.case, early_told), bench.outcome)


def no_control_group(bench: Bench) -> Pair:
    """Learn from everybody; without the mistake, from those no offer was working on."""
    way = bench.way
    is_treated = way.past["days_since_offer"] < OFFER_LASTS
    untreated = replace(way, past=way.past[~is_treated])
    return Pair(bench.outcome, outcome(way.case, untreated.practice()))


def short_drop(bench: Bench) -> Pair:
    """Predict from a drop that arrived short as if it were whole."""
    case, claimed = bench.way.case, bench.outcome.claimed
    short = replace(bench.way, sealed=case.short)
    return Pair(outcome(case, short.practice(claimed, bench.model)), bench.outcome)
