"""Wrong tests: mistakes in how a model is tested, chosen and claimed."""

from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score

from comparison.method import Bench, Pair, Way
from comparison.mistakes.rows import random_split
from comparison.practice import Array, Outcome, outcome
from level2_project.label import label
from level2_project.measures.metrics import METRICS
from level2_project.models.balance import smote
from level2_project.models.encode import encoder
from level2_project.point_in_time.keys import KEYS, LABEL
from level2_project.split import Split, for_claim, split
from level2_project.train import p_churn, train
from level2_project.tune import FIXED, SPACE

QUARTER = pd.DateOffset(months=3)
FEW = 4_000  # customers, where many models are fitted or rows are made up
FOREST = 2_500  # customers, where forests are fitted
CANDIDATES = 20
FINGERPRINTS = ["customer_number", "joined_on", "billing_day", "monthly_fee_usd"]


def figures(left: Array, p: Array) -> dict[str, float]:
    return {metric.__name__: metric(left, p) for metric in METRICS}


# --- overlapping labels --------------------------------------------------------------


def overlapping_labels(bench: Bench) -> Pair:
    """Split three-month labels at random; without the mistake, by time with the gap."""
    return _by_forest(bench.way, bench.way.columns)


def fingerprints(bench: Bench) -> Pair:
    """Do the same with columns that tell customers apart."""
    return _by_forest(bench.way, [*bench.way.columns, *FINGERPRINTS])


def _by_forest(way: Way, columns: list[str]) -> Pair:
    """Claim for level 1's forest both ways; what happens is the same."""
    few = way.few(FOREST, "overlap.customers")
    past = fingerprinted(_quarterly(few, few.past))
    sealed = fingerprinted(_quarterly(way, way.sealed))
    columns = list(dict.fromkeys(columns))
    seed = way.seed("overlap") % 2**31

    def claimed(fold: Split) -> dict[str, float]:
        return figures(fold.test[LABEL].to_numpy(), _forest(fold, columns, seed))

    last = past["cutoff"].max()
    gap = pd.DateOffset(months=3 + way.case.config.time.delay_months)
    p = pd.Series(_forest(Split(past, sealed), columns, seed), sealed.index)
    by_month = [
        figures(rows[LABEL].to_numpy(), p[rows.index].to_numpy())
        for _, rows in sealed.groupby("cutoff")
    ]
    happened = pd.DataFrame(by_month).mean().to_dict()
    return Pair(
        Outcome(claimed(random_split(past, seed)), happened),
        Outcome(claimed(split(past, last, gap)), happened),
    )


def _quarterly(way: Way, rows: pd.DataFrame) -> pd.DataFrame:
    """Label rows with who left within three months, where that is known by now."""
    sources, config = way.case.sources, way.case.config
    delay = pd.DateOffset(months=config.time.delay_months)
    is_past = rows["cutoff"].min() < pd.Timestamp(config.time.predict_at)
    known_by = config.time.predict_at if is_past else rows["cutoff"].max()
    cutoffs = pd.DatetimeIndex(sorted(rows["cutoff"].unique()))
    cutoffs = cutoffs[cutoffs + QUARTER + delay <= pd.Timestamp(known_by)]
    known = pd.Timestamp(known_by)
    labels = label(sources.subscriptions, cutoffs, QUARTER, known, config.label)
    return rows.drop(columns=LABEL, errors="ignore").merge(labels, on=KEYS)


def fingerprinted(rows: pd.DataFrame) -> pd.DataFrame:
    joined = rows["cutoff"] - pd.to_timedelta(rows["tenure_days"].round(), unit="D")
    return rows.copy().assign(  # a copy in one piece, or pandas complains
        customer_number=rows["customer_id"],
        joined_on=(joined - pd.Timestamp("2000-01-01")).dt.days,
    )


def _forest(fold: Split, columns: list[str], seed: int) -> Array:
    """Fit level 1's forest to the fold's past; predict its test side."""
    encode = encoder().fit(fold.train[columns])
    forest = RandomForestClassifier(random_state=seed, n_jobs=1)
    forest.fit(encode.transform(fold.train[columns]), fold.train[LABEL])
    return forest.predict_proba(encode.transform(fold.test[columns]))[:, 1]


# --- tests that have seen the answer -------------------------------------------------


def smote_before_split(bench: Bench) -> Pair:
    """Make up leavers, then split at random; without the mistake, the other way round.

    Deployed is the same model, trained with SMOTE on all rows.
    """
    way = bench.way
    few = way.few(FEW, "smote.customers")
    rows, seed = few.past[few.features], way.seed("smote") % 2**31
    recipe = replace(way.recipe, imbalance="smote")
    encode = encoder().fit(rows[way.columns])
    features, left = smote(encode.transform(rows[way.columns]), _left(rows), seed)
    made = features.assign(left=left, cutoff=rows["cutoff"].max(), customer_id=0)
    fold = random_split(made, seed)
    seen = train(way.recipe, fold.train, seed)
    clean = random_split(rows, seed)
    unseen = train(recipe, clean.train, seed)
    deployed = train(recipe, rows, seed)
    happened = outcome(way.case, way.practice({}, deployed)).happened
    return Pair(
        Outcome(figures(_left(fold.test), p_churn(seen, fold.test)), happened),
        Outcome(figures(_left(clean.test), p_churn(unseen, clean.test)), happened),
    )


def _left(rows: pd.DataFrame) -> Array:
    return rows[LABEL].to_numpy(bool)


def choosing_by_the_test_set(bench: Bench) -> Pair:
    """Claim the best of many on the months it was chosen by, or on later ones."""
    way = bench.way
    few = way.few(FEW, "choice.customers")
    folds = for_claim(few.past, way.case.config.split, way.case.config.time)
    first, second = folds[0], folds[-1]
    settings = drawn_settings(CANDIDATES, way.seed("choice"))
    ways = [replace(few, recipe=replace(way.recipe, params=s)) for s in settings]
    on_second = [_tested(one, second) for one in ways]
    best = _best(on_second)
    chosen_before = _best([_tested(one, first) for one in ways])
    return Pair(
        Outcome(on_second[best], _deployed(ways[best])),
        Outcome(on_second[chosen_before], _deployed(ways[chosen_before])),
    )


def drawn_settings(n: int, seed: int) -> list[dict[str, float]]:
    """Draw settings of LightGBM from the space that level 2 searches."""
    generator = np.random.default_rng(seed)
    rows = []
    for _ in range(n):
        row = {}
        for name, kind in SPACE["lightgbm"].items():
            value = _draw(generator, kind)
            row[name] = round(value) if type(kind).__name__.startswith("Int") else value
        rows.append({**FIXED["lightgbm"], **row})
    return rows


def _draw(generator: np.random.Generator, kind: object) -> float:
    low, high = kind.low, kind.high  # type: ignore[attr-defined]
    if kind.log:  # type: ignore[attr-defined]
        return float(np.exp(generator.uniform(np.log(low), np.log(high))))
    return float(generator.uniform(low, high))


def _tested(way: Way, fold: Split) -> dict[str, float]:
    model = way.trained(fold.train)
    return figures(_left(fold.test), p_churn(model, fold.test))


def _best(tested: list[dict[str, float]]) -> int:
    return int(np.argmax([one["average_precision"] for one in tested]))


def _deployed(way: Way) -> dict[str, float]:
    return outcome(way.case, way.practice({})).happened


def filling_before_the_split(bench: Bench) -> Pair:
    """Fill and scale with means of all rows, those to be tested on among them."""
    way, config = bench.way, bench.way.case.config
    everything = encoder().fit(way.past[way.columns])

    def claimed(before: bool) -> dict[str, float]:
        rows = [
            _logistic(fold, way.columns, everything if before else None)
            for fold in for_claim(way.past, config.split, config.time)
        ]
        return pd.DataFrame(rows).mean().to_dict()

    logistic = replace(way, recipe=replace(way.recipe, model="logistic", params={}))
    happened = _deployed(logistic)
    return Pair(Outcome(claimed(True), happened), Outcome(claimed(False), happened))


def _logistic(
    fold: Split, columns: list[str], encode: ColumnTransformer | None
) -> dict[str, float]:
    encode = encode or encoder().fit(fold.train[columns])
    numbers = [encode.transform(side[columns]).astype("float32") for side in fold]
    model = LogisticRegression(C=0.01, max_iter=1_000)
    model.fit(numbers[0], _left(fold.train))
    return figures(_left(fold.test), model.predict_proba(numbers[1])[:, 1])


def accuracy(bench: Bench) -> Pair:
    """Tell how often a model is right; "nobody leaves" is right as often."""
    way, config = bench.way, bench.way.case.config
    fold = for_claim(way.past, config.split, config.time)[-1]
    left = _left(fold.test)
    p = p_churn(way.trained(fold.train), fold.test)
    model = {"accuracy": float(accuracy_score(left, p >= 0.5))}
    nobody = {"accuracy": float(np.mean(~left))}
    return Pair(Outcome(model, {}), Outcome(nobody, {}))
