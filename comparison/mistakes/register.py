"""Register: the shortcuts that beginners take, and what puts each of them right."""

from collections.abc import Callable
from typing import NamedTuple

from comparison.method import Bench, Pair
from comparison.mistakes import offers as wrong_offers
from comparison.mistakes import rows as wrong_rows
from comparison.mistakes import testing as wrong_tests
from level2_project.decide import decide, reachable
from level2_project.evaluate import evaluate
from level2_project.features import features
from level2_project.label import label
from level2_project.models.encode import encoder
from level2_project.snapshots import snapshots
from level2_project.sources.completeness import check_completeness
from level2_project.split import for_choice, split
from level2_project.train import pipeline, recalibrated

ELSEWHERE = ""  # level 1 does not do it; many a notebook does


class Mistake(NamedTuple):
    """One shortcut.

    Attributes:
        says: what is done.
        stands: the line of level 1's notebook that does it, or `ELSEWHERE`.
        fixed: the function or class of level 2 that avoids it; None if none does.
        measure: does the reference with it and without it.
    """

    says: str
    stands: str
    fixed: Callable[..., object] | None
    measure: Callable[[Bench], Pair]


REGISTER = {
    "one-row-per-customer": Mistake(
        "one row per customer, who ever left",
        'customers = pd.read_csv(DATA / "flat.csv")',
        snapshots,
        wrong_rows.one_row_per_customer,
    ),
    "lifetime-totals": Mistake(
        "lifetime totals up to the day of export",
        'X = customers.drop(columns=["customer_id", "churned"])',
        features,
        wrong_rows.lifetime_totals,
    ),
    "status-columns": Mistake(
        "columns that say in other words who has left",
        'X = customers.drop(columns=["customer_id", "churned"])',
        features,
        wrong_rows.status_columns,
    ),
    "immature-labels": Mistake(
        "labels written down before all news is in",
        'y = customers["churned"]',
        label,
        wrong_rows.immature_labels,
    ),
    "random-split": Mistake(
        "random split of overlapping three-month labels (a forest)",
        "train_test_split(X, y, test_size=0.2, random_state=0)",
        split,
        wrong_tests.overlapping_labels,
    ),
    "fingerprints": Mistake(
        "the same, with columns that fingerprint a customer",
        ELSEWHERE,
        split,
        wrong_tests.fingerprints,
    ),
    "smote-before-split": Mistake(
        "SMOTE before the split",
        ELSEWHERE,
        pipeline,
        wrong_tests.smote_before_split,
    ),
    "class-weights": Mistake(
        "class weights without recalibration",
        ELSEWHERE,
        recalibrated,
        wrong_offers.class_weights,
    ),
    "accuracy": Mistake(
        "accuracy as the measure",
        'best = scores["accuracy"].idxmax()',
        evaluate,
        wrong_tests.accuracy,
    ),
    "chosen-by-the-test": Mistake(
        "choosing by the months that are claimed by",
        'best = scores["accuracy"].idxmax()',
        for_choice,
        wrong_tests.choosing_by_the_test_set,
    ),
    "filled-before-split": Mistake(
        "filling and scaling with the means of all rows",
        "X = pd.get_dummies(X.fillna(means), dtype=float)",
        encoder,
        wrong_tests.filling_before_the_split,
    ),
    "threshold-one-half": Mistake(
        "offers where the chance is at least one half",
        "offer = p_churn >= 0.5",
        decide,
        wrong_offers.threshold_one_half,
    ),
    "risk-not-value": Mistake(
        "offers by risk, not by expected gain",
        "offer = p_churn >= 0.5",
        decide,
        wrong_offers.ranking_by_risk,
    ),
    "offers-to-the-unpaid": Mistake(
        "a discount for who has not paid",
        "offer = p_churn >= 0.5",
        reachable,
        wrong_offers.offers_to_the_unpaid,
    ),
    "no-control-group": Mistake(
        "learning from customers on whom an offer was at work",
        'customers = pd.read_csv(DATA / "flat.csv")',
        None,  # level 2 does it too; level 3 keeps a control group
        wrong_rows.no_control_group,
    ),
    "short-drop": Mistake(
        "predicting from a drop that arrived short",
        'today = pd.read_csv(DATA / "flat.csv").query("churned == 0")',
        check_completeness,
        wrong_rows.short_drop,
    ),
}
