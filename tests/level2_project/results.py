"""Results: made up, to be reported."""

from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from level2_project.config import read_config
from level2_project.evaluate import Evaluation, claim, evaluate
from level2_project.pages.words import DICTIONARY
from level2_project.report import Results
from tests.level2_project.snapshots import months, p_leave, snapshots_of

FIGURES = [
    "average_precision", "log_loss", "roc_auc", "calibration",
]  # fmt: skip


def results_of(smote: float = -0.02, **changes: object) -> Results:
    """Make up a run's results; `smote` is its mean effect on average precision."""
    results = Results(
        about={"config": "0123abcd", "commit": "fedc9876", "seed": "2022"},
        repairs=repairs(),
        labels=pd.DataFrame(
            {
                "cutoff": months(6),
                "n_customers": 1_950,
                "n_left": [62, 58, 71, 49, 66, 60],
            }
        ),
        stability=stability(),
        folds=folds(),
        comparison=comparison(smote),
        choices=choices(),
        trials=trials(),
        evaluation=evaluation(cutoffs=9),
        untouched=evaluation(cutoffs=4),
        claimed=claim(evaluation(cutoffs=9), months=3),
        candidates=candidates(),
        predictions=predictions(),
        config=read_config(),
    )
    return results._replace(**changes)


def choices() -> dict[str, Any]:
    """Make up what the searches found: a smaller log loss, beyond luck or not."""
    recipe = {"model": "lightgbm", "imbalance": "nothing", "recalibrate": False}
    weighted = recipe | {"imbalance": "class_weights", "recalibrate": True}
    settings = {"n_estimators": 180, "learning_rate": 0.0412345, "num_leaves": 7}
    unclear = {"mean": -0.001, "low": -0.003, "high": 0.001}
    clear = {"mean": -0.002, "low": -0.003, "high": -0.001}
    return {
        "recipe": {"found": weighted, "adopted": recipe, **unclear},
        "columns": {"found": ["plan"], "adopted": ["plan", "seats"], **unclear},
        "params": {"found": settings, "adopted": settings, **clear},
    }


def repairs() -> pd.DataFrame:
    rows = [
        ("exact copies dropped", "transactions", 1_204),
        ("seconds turned into minutes", "usage", 48_113),
        ("times put into UTC", "tickets", 811),
        ("spellings of the region", "customers", 322),
        ("test accounts set aside", "customers", 0),
    ]
    return pd.DataFrame(rows, columns=["repair", "source", "n_rows"])


def feature_names(n: int) -> list[str]:
    """Take names from the feature dictionary, so that the page shows real ones."""
    return pd.read_csv(DICTIONARY)["name"].tail(n).tolist()


def stability() -> pd.DataFrame:
    gain = 0.7 ** np.arange(30)
    return pd.DataFrame(
        {
            "column": feature_names(30),
            "share_of_folds": np.linspace(1, 0, 30).round(2),
            "gain": gain / gain.sum(),
            "is_selected": np.arange(30) < 14,
        }
    )


def folds() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "tested": months(8),
            "n_train": 20_000 + 1_900 * np.arange(8),
            "n_test": 1_900,
            "use": ["to choose"] * 2 + ["to confirm"] * 2 + ["untouched"] * 4,
        }
    )


def comparison(smote: float) -> pd.DataFrame:
    rows = []
    handlings = ["nothing", "class_weights", "under_sampling", "smote"]
    for model, handling, again in product(
        ["logistic", "lightgbm", "neural_net"], handlings, [False, True]
    ):
        is_plain = handling == "nothing" and not again
        shift = 0.0 if is_plain else smote if handling == "smote" else -0.004
        row = {"model": model, "imbalance": handling, "recalibrate": again}
        for figure in FIGURES:
            row |= {
                figure: 0.16 + shift,
                f"{figure}_difference": shift,
                f"{figure}_low": shift - 0.008 * (not is_plain),
                f"{figure}_high": shift + 0.008 * (not is_plain),
            }
        rows.append(row)
    return pd.DataFrame(rows)


def trials() -> pd.DataFrame:
    generator = np.random.default_rng(4)
    number = np.arange(1, 41)
    return pd.DataFrame(
        {
            "trial": number,
            "state": np.where(number % 3 == 0, "pruned", "complete"),
            "n_folds": np.where(number % 3 == 0, 2, 4),
            "log_loss": 0.118 + generator.exponential(0.02, 40) / np.sqrt(number),
            "num_leaves": generator.integers(4, 40, 40),
        }
    )


def candidates() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": range(1_000),
            "cutoff": pd.Timestamp("2024-01-01"),
            "monthly_fee_usd": np.linspace(20.0, 900.0, 1_000),
            "contract": np.where(np.arange(1_000) % 3 == 0, "annual", "monthly"),
        }
    )


def predictions() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": range(1_000),
            "p_churn": np.linspace(0.001, 0.3, 1_000) ** 2,
            "offer": np.arange(1_000) > 960,
        }
    )


def evaluation(cutoffs: int = 4) -> Evaluation:
    return evaluate(predictions_of(cutoffs=cutoffs), read_config().economics)


def predictions_of(customers: int = 2_000, cutoffs: int = 4) -> pd.DataFrame:
    """Walk-forward predictions that are the true probabilities."""
    snapshots = snapshots_of(customers, cutoffs)
    p = p_leave(snapshots.fillna({"days_since_last_use": 5.0}))
    wanted = ["customer_id", "cutoff", "left", "monthly_fee_usd", "is_unpaid"]
    return snapshots[wanted].assign(p_churn=p.to_numpy(float))
