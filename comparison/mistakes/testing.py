"""Wrong tests: mistakes in how a model is tested, chosen and claimed for."""

from dataclasses import replace
from typing import Any

import numpy as np
import optuna
import pandas as pd
from optuna.samplers import RandomSampler
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score

from comparison.method import Method, figures, random_split
from comparison.outcome import Comparison, Outcome
from comparison.practice import Array, outcome
from comparison.study import Study
from level2_project.models.balance import smote
from level2_project.models.encode import encoder
from level2_project.point_in_time.keys import KEYS, LABEL
from level2_project.split import Split
from level2_project.train import Trained, p_churn, train
from level2_project.tune import FIXED, SPACE

CUSTOMERS = 2_500  # where rows are made up
CHOOSERS = 1_000  # customers where many models are fitted
SETTINGS = 10  # to choose from


# --- tests that have seen the answer -------------------------------------------------


def smote_before_split(study: Study) -> Comparison:
    """Make up leavers, then split at random; right is the other way round.

    The same model is deployed both times, trained with SMOTE on all rows.
    """
    method = study.method
    past = method.sample(CUSTOMERS, "smote.customers").past
    rows = past[[*KEYS, LABEL, *method.columns]]
    seed = method.seed("smote") % 2**31
    recipe = replace(method.recipe, imbalance="smote")
    encode = encoder().fit(rows[method.columns])
    features, left = smote(encode.transform(rows[method.columns]), _left(rows), seed)
    made_up = features.copy().assign(
        left=left, cutoff=rows["cutoff"].max(), customer_id=0
    )
    leaky, clean = random_split(made_up, seed), random_split(rows, seed)
    seen = train(method.recipe, leaky.train, seed)
    unseen = train(recipe, clean.train, seed)
    deployed = method.practice({}, train(recipe, rows, seed))
    happened = outcome(study.case, deployed).happened
    return Comparison(
        Outcome(_tested(seen, leaky), happened),
        Outcome(_tested(unseen, clean), happened),
    )


def _left(rows: pd.DataFrame) -> Array:
    return rows[LABEL].to_numpy(bool)


def choosing_by_the_test_set(study: Study) -> Comparison:
    """Claim for the best of many settings on the months that it was chosen on.

    Right is to choose on earlier months.
    """
    sample = study.method.sample(CHOOSERS, "choice.customers")
    earlier, later = sample.folds()
    methods = [
        replace(sample, recipe=replace(sample.recipe, params=settings))
        for settings in drawn_settings(SETTINGS, sample.seed("choice"))
    ]
    on_later = [method.claimed([later]) for method in methods]
    wrong, right = _best(on_later), _best([m.claimed([earlier]) for m in methods])
    return Comparison(
        Outcome(on_later[wrong], _happened(methods[wrong])),
        Outcome(on_later[right], _happened(methods[right])),
    )


def drawn_settings(n: int, seed: int) -> list[dict[str, Any]]:
    """Draw settings of LightGBM at random from the space that level 2 searches."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=RandomSampler(seed))
    drawn = [study.ask(SPACE["lightgbm"]).params for _ in range(n)]
    return [{**FIXED["lightgbm"], **params} for params in drawn]


def _tested(model: Trained, fold: Split) -> dict[str, float]:
    return figures(fold.test[[*KEYS, LABEL]].assign(p_churn=p_churn(model, fold.test)))


def _best(tested: list[dict[str, float]]) -> int:
    return int(np.argmax([one["average_precision"] for one in tested]))


def _happened(method: Method) -> dict[str, float]:
    return outcome(method.case, method.practice({})).happened


def filling_before_the_split(study: Study) -> Comparison:
    """Fill and scale with the means of all rows, the tested ones among them."""
    method = study.method
    fold, columns = method.folds()[-1], method.columns
    all_rows, past = (encoder().fit(s[columns]) for s in (method.past, fold.train))
    return Comparison(
        Outcome(_logistic(fold, columns, all_rows)),
        Outcome(_logistic(fold, columns, past)),
    )


def _logistic(
    fold: Split, columns: list[str], encode: ColumnTransformer
) -> dict[str, float]:
    """Return the metrics of a logistic regression on the fold's test side."""
    train, test = (encode.transform(side[columns]).astype("float32") for side in fold)
    model = LogisticRegression(C=0.01, max_iter=1_000)
    model.fit(train, _left(fold.train))
    return figures(fold.test.assign(p_churn=model.predict_proba(test)[:, 1]))


# --- the wrong measure ---------------------------------------------------------------


def accuracy(study: Study) -> Comparison:
    """Claim by accuracy; beside it, the accuracy of predicting that nobody leaves."""
    left, p = _left(study.walked), study.walked["p_churn"].to_numpy()
    model = {"accuracy": float(accuracy_score(left, p >= 0.5))}
    nobody_leaves = {"accuracy": float(np.mean(~left))}
    return Comparison(Outcome(model), Outcome(nobody_leaves))
