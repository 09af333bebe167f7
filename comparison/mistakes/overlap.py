"""Wrong split: a random one, where labels overlap and rows of a customer are alike.

A random forest, as in level 1, learns three-month labels. The same model is claimed for
by a random fifth of the rows (the mistake) and by the last month behind the gap.
"""

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier

from comparison.method import Method, figures, random_split
from comparison.outcome import Comparison, Outcome
from comparison.practice import Array
from comparison.study import Study
from level2_project.label import label
from level2_project.models.encode import encoder
from level2_project.point_in_time.keys import KEYS, LABEL
from level2_project.split import Split, sample, split

QUARTER = pd.DateOffset(months=3)
CUSTOMERS = 1_500  # whose rows the forests learn from, and as many to predict
TREES = 50  # level 1's forest has 100, which take twice the time
FINGERPRINTS = ["customer_number", "joined_on", "billing_day", "monthly_fee_usd"]


def overlapping_labels(study: Study) -> Comparison:
    """Split three-month labels at random."""
    return _by_forest(study.method, study.method.columns)


def fingerprints(study: Study) -> Comparison:
    """Do the same with columns that tell customers apart."""
    return _by_forest(study.method, [*study.method.columns, *FINGERPRINTS])


def _by_forest(method: Method, columns: list[str]) -> Comparison:
    """Claim for the forest both ways; what happens is the same."""
    learnt_from = method.sample(CUSTOMERS, "overlap.customers").past
    past = fingerprinted(_quarterly(method, learnt_from))
    asked = sample(method.sealed, CUSTOMERS, method.seed("overlap.sealed"))
    sealed = fingerprinted(_quarterly(method, asked))
    columns = list(dict.fromkeys(columns))
    seed = method.seed("overlap") % 2**31

    def claimed(fold: Split) -> dict[str, float]:
        return figures(fold.test.assign(p_churn=_forest(fold, columns, seed)))

    gap = pd.DateOffset(months=3 + method.case.config.time.delay_months)
    p = _forest(Split(past, sealed), columns, seed)
    happened = figures(sealed.assign(p_churn=p))
    return Comparison(
        Outcome(claimed(random_split(past, seed)), happened),
        Outcome(claimed(split(past, past["cutoff"].max(), gap)), happened),
    )


def _quarterly(method: Method, rows: pd.DataFrame) -> pd.DataFrame:
    """Label rows by "left within three months", where that is known by now."""
    sources, config = method.case.sources, method.case.config
    delay = pd.DateOffset(months=config.time.delay_months)
    is_past = rows["cutoff"].min() < pd.Timestamp(config.time.predict_at)
    known = pd.Timestamp(config.time.predict_at if is_past else rows["cutoff"].max())
    cutoffs = pd.DatetimeIndex(sorted(rows["cutoff"].unique()))
    cutoffs = cutoffs[cutoffs + QUARTER + delay <= known]
    labels = label(sources.subscriptions, cutoffs, QUARTER, known, config.label)
    return rows.drop(columns=LABEL, errors="ignore").merge(labels, on=KEYS)


def fingerprinted(rows: pd.DataFrame) -> pd.DataFrame:
    """Add columns that hardly two customers share."""
    joined = rows["cutoff"] - pd.to_timedelta(rows["tenure_days"].round(), unit="D")
    return rows.copy().assign(  # a copy in one piece, or pandas complains
        customer_number=rows["customer_id"],
        joined_on=(joined - pd.Timestamp("2000-01-01")).dt.days,
    )


def _forest(fold: Split, columns: list[str], seed: int) -> Array:
    """Fit a forest to the fold's past; predict its test side."""
    encode = encoder().fit(fold.train[columns])
    forest = RandomForestClassifier(TREES, random_state=seed, n_jobs=1)
    forest.fit(encode.transform(fold.train[columns]), fold.train[LABEL])
    p: Array = forest.predict_proba(encode.transform(fold.test[columns]))[:, 1]
    return np.asarray(p)
