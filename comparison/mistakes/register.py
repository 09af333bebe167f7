"""Register: the shortcuts that beginners take, and what level 2 does instead."""

from collections.abc import Callable
from typing import NamedTuple

from comparison.mistakes import offers, overlap, rows, testing
from comparison.outcome import Comparison
from comparison.study import Study
from level2_project.decide import decide
from level2_project.evaluate import evaluate
from level2_project.features import features
from level2_project.label import label
from level2_project.measures.gain import reachable
from level2_project.models.encode import encoder
from level2_project.snapshots import snapshots
from level2_project.sources.completeness import check_completeness
from level2_project.split import for_choice, split
from level2_project.train import pipeline, recalibrated

ELSEWHERE = ""  # level 1 does not do it; many other notebooks do


class Mistake(NamedTuple):
    """One shortcut.

    Attributes:
        label: what is done.
        line: the line of level 1's notebook that does it, or `ELSEWHERE`.
        fix: the function or class of level 2 that avoids it; None if none does.
        measure: carries level 2's method out with the mistake and without it.
    """

    label: str
    line: str
    fix: Callable[..., object] | None
    measure: Callable[[Study], Comparison]

    @property
    def modules(self) -> tuple[str, ...]:
        """Name the modules that the outcome is computed by."""
        return (self.measure.__module__,)


REGISTER = {
    "one-row-per-customer": Mistake(
        'one row per customer, labelled "ever left"',
        'customers = pd.read_csv(DATA / "flat.csv")',
        snapshots,
        rows.one_row_per_customer,
    ),
    "lifetime-totals": Mistake(
        "lifetime totals up to the day of export",
        'X = customers.drop(columns=["customer_id", "churned"])',
        features,
        rows.lifetime_totals,
    ),
    "status-columns": Mistake(
        "columns that change when a customer leaves",
        'X = customers.drop(columns=["customer_id", "churned"])',
        features,
        rows.status_columns,
    ),
    "immature-labels": Mistake(
        "labels fixed before all cancellations have arrived",
        'y = customers["churned"]',
        label,
        rows.immature_labels,
    ),
    "random-split": Mistake(
        "random split of overlapping three-month labels (a forest)",
        "train_test_split(X, y, test_size=0.2, random_state=0)",
        split,
        overlap.overlapping_labels,
    ),
    "fingerprints": Mistake(
        "the same, with columns that identify a customer",
        ELSEWHERE,
        split,
        overlap.fingerprints,
    ),
    "smote-before-split": Mistake(
        "SMOTE before the split",
        ELSEWHERE,
        pipeline,
        testing.smote_before_split,
    ),
    "class-weights": Mistake(
        "class weights without recalibration",
        ELSEWHERE,
        recalibrated,
        offers.class_weights,
    ),
    "accuracy": Mistake(
        "accuracy as the measure",
        'best = scores["accuracy"].idxmax()',
        evaluate,
        testing.accuracy,
    ),
    "chosen-by-the-test": Mistake(
        "choosing a model on the same months that the claim is reported on",
        'best = scores["accuracy"].idxmax()',
        for_choice,
        testing.choosing_by_the_test_set,
    ),
    "filled-before-split": Mistake(
        "filling and scaling with the means of all rows",
        "X = pd.get_dummies(X.fillna(means), dtype=float)",
        encoder,
        testing.filling_before_the_split,
    ),
    "threshold-one-half": Mistake(
        "offers where the probability is at least one half",
        "offer = p_churn >= 0.5",
        decide,
        offers.threshold_one_half,
    ),
    "risk-not-value": Mistake(
        "offers by risk, not by expected value",
        "offer = p_churn >= 0.5",
        decide,
        offers.ranking_by_risk,
    ),
    "offers-to-the-unpaid": Mistake(
        "a discount for customers with an unpaid invoice",
        "offer = p_churn >= 0.5",
        reachable,
        offers.offers_to_the_unpaid,
    ),
    "no-control-group": Mistake(
        "learning from customers with an offer in force",
        'customers = pd.read_csv(DATA / "flat.csv")',
        None,  # level 2 does it too; level 3 keeps a control group
        rows.no_control_group,
    ),
    "short-drop": Mistake(
        "predicting from a drop that arrived short",
        'today = pd.read_csv(DATA / "flat.csv").query("churned == 0")',
        check_completeness,
        rows.short_drop,
    ),
}
