"""Report: the run on one page, the decision first."""

from typing import Any, NamedTuple

import pandas as pd

from level2_project.config import Config
from level2_project.evaluate import Evaluation
from level2_project.measures.interval import Interval
from level2_project.pages import pictures, verdicts
from level2_project.pages.html import render
from level2_project.pages.words import label, meanings, percent, with_ends

CHOSEN_BY = ["profit_per_1000_usd", "average_precision", "log_loss"]
RECIPE = ["model", "imbalance", "recalibrate"]
ENDS = ["mean", "low", "high"]
COLUMNS_EXPLAINED = 12
DESCRIBED_BY = ["monthly_fee_usd", "contract"]


class Results(NamedTuple):
    """What a run leaves behind, as plain frames."""

    about: dict[str, str]  # what the run is known by: config, code, data, libraries
    repairs: pd.DataFrame  # one row per repair and source: repair, source, n_rows
    labels: pd.DataFrame  # one row per cutoff: cutoff, n_customers, n_left
    stability: pd.DataFrame  # one row per column, from `select`
    folds: pd.DataFrame  # one row per fold: tested, n_train, n_test, is_untouched
    comparison: pd.DataFrame  # one row per recipe, from `compare.summary`
    chosen: dict[str, Any]  # model, imbalance, recalibrate
    params: dict[str, Any]  # the tuned settings
    trials: pd.DataFrame  # one row per trial, from `tune`
    settings: pd.DataFrame  # one row per setting, from `tune`
    evaluation: Evaluation  # of the untouched folds
    year_ago: Evaluation  # of the coming months, one year earlier
    importance: pd.DataFrame  # one row per column, from `importance`
    candidates: pd.DataFrame  # one row per customer: the features at the cutoff
    predictions: pd.DataFrame  # one row per customer: customer_id, p_churn, offer
    config: Config  # what was set: the recipe in use, what an offer costs and brings


def report(results: Results) -> str:
    """Return the page; it holds its pictures and needs nothing else."""
    results = in_usd(results)
    parts = (decide_part, evaluate_part, train_part)
    content = {name: value for part in parts for name, value in part(results).items()}
    return render("report.html.j2", **results._asdict(), **content)


def in_usd(results: Results) -> Results:
    """Turn profit for 1,000 customers into profit for the customers of this month."""
    thousands = len(results.predictions) / 1000
    profits = [name for name in results.comparison if name.startswith("profit")]
    scaled = {name: thousands * results.comparison[name] for name in profits}
    return results._replace(
        comparison=results.comparison.assign(**scaled),
        evaluation=evaluation_in_usd(results.evaluation, thousands),
        year_ago=evaluation_in_usd(results.year_ago, thousands),
    )


def evaluation_in_usd(evaluation: Evaluation, thousands: float) -> Evaluation:
    metrics, curve = evaluation.metrics.copy(), evaluation.curves["profit"].copy()
    is_profit = metrics["metric"] == "profit"
    metrics.loc[is_profit, ENDS] *= thousands
    metrics.loc[is_profit, "unit"] = "a month, at the assumed share of leavers kept"
    curve[ENDS] *= thousands
    return evaluation._replace(
        metrics=metrics, curves={**evaluation.curves, "profit": curve}
    )


def decide_part(results: Results) -> dict[str, Any]:
    """Say how many offers to make, to whom, and what they should bring."""
    rows, groups = results.predictions, groups_of(results)
    drawn = pictures.draw_profit(results.evaluation.curves["profit"])
    return {
        "month": f"{pd.Timestamp(results.candidates['cutoff'].iloc[0]):%B %Y}",
        "n_offers": int(rows["offer"].sum()),
        "n_customers": len(rows),
        "profit": verdicts.of_profit(metric(results.evaluation, "profit")),
        "who": verdicts.of_groups(groups),
        "groups": told(groups),
        "profit_pictures": {"profit by share offered": drawn},
    }


def groups_of(results: Results) -> pd.DataFrame:
    """Describe customers with and without an offer, one row per group."""
    rows = results.predictions.merge(results.candidates[["customer_id", *DESCRIBED_BY]])
    rows["is_monthly"] = rows["contract"] == "monthly"
    groups = rows.groupby(rows["offer"].map({True: "an offer", False: "no offer"}))
    return groups.agg(
        n_customers=("p_churn", "size"),
        mean_probability=("p_churn", "mean"),
        expected_leavers=("p_churn", "sum"),
        median_fee_usd=("monthly_fee_usd", "median"),
        on_monthly_contracts=("is_monthly", "mean"),
    )


def told(groups: pd.DataFrame) -> pd.DataFrame:
    shares = ["mean_probability", "on_monthly_contracts"]
    rounded = groups.round({"expected_leavers": 0, "median_fee_usd": 0})
    rounded[shares] = groups[shares].map(percent)
    return rounded.rename_axis("customers with").reset_index()


def evaluate_part(results: Results) -> dict[str, Any]:
    """Say how good the probabilities are, and what is claimed."""
    now, curves = results.evaluation, results.evaluation.curves
    months = now.by_cutoff
    claimed = [f"{month:%B %Y}" for month in results.year_ago.by_cutoff["cutoff"]]
    share_left = months["n_left"].sum() / months["n_customers"].sum()
    return {
        "lift": verdicts.of_lift(metric(now, "lift_at_10_percent")),
        "calibration": verdicts.of_calibration(metric(now, "calibration")),
        "claimed_months": ", ".join(claimed),
        "metrics": metrics_of(results),
        "evaluation_pictures": {
            "calibration": pictures.draw_calibration(curves["calibration"]),
            "precision by recall": pictures.draw_precision_recall(
                curves["precision_recall"], share_left
            ),
            "ROC curve": pictures.draw_roc(curves["roc"]),
            "lift by share of customers": pictures.draw_lift(curves["lift"]),
        },
        "by_month": months[["cutoff", "n_customers", "n_left", "n_offers"]],
    }


def metrics_of(results: Results) -> pd.DataFrame:
    """Put the last tested months beside the claim, one row per figure."""
    names = results.evaluation.metrics["metric"]
    return pd.DataFrame(
        {
            "figure": names.map(label),
            "last_tested_months": [
                with_ends(metric(results.evaluation, name), name) for name in names
            ],
            "claimed_for_the_coming_months": [
                with_ends(metric(results.year_ago, name), name) for name in names
            ],
            "what_it_is": results.evaluation.metrics["unit"],
        }
    )


def train_part(results: Results) -> dict[str, Any]:
    """Say how the model was made: split, models, columns, settings."""
    comparison, chosen = results.comparison, results.chosen
    by_smote = [
        verdicts.of_handling(comparison, chosen["model"], "smote", figure)
        for figure in CHOSEN_BY
    ]
    mine = comparison[comparison["model"] == chosen["model"]]
    is_chosen = (comparison[RECIPE] == pd.Series(chosen)[RECIPE]).all(axis=1)
    params = pd.DataFrame(results.params.items(), columns=["setting", "value"])
    return {
        "choice": verdicts.of_choice(chosen, results.config.train),
        "handling": " ".join(by_smote),
        "handling_pictures": {
            f"differences in {label(figure)}": pictures.draw_handling(mine, figure)
            for figure in CHOSEN_BY[:2]
        },
        "recipes": recipes_of(comparison),
        "chosen_row": int(is_chosen.to_numpy().argmax()),
        "column_pictures": {
            "gain by column": pictures.draw_stability(results.stability),
            "importance by column": pictures.draw_importance(results.importance),
        },
        "meanings": meanings(results.importance["column"].head(COLUMNS_EXPLAINED)),
        "search_pictures": {
            "log loss by trial": pictures.draw_search(results.trials),
            "importance by setting": pictures.draw_settings(results.settings),
        },
        "settings_found": params.assign(setting=params["setting"].map(label)),
    }


def recipes_of(comparison: pd.DataFrame) -> pd.DataFrame:
    """Write one row per recipe: each figure, and its difference from doing nothing."""
    told = comparison[["model", "imbalance"]].map(label)
    told["recalibrate"] = comparison["recalibrate"]
    for figure in CHOSEN_BY:
        parts = comparison[[figure, f"{figure}_difference", f"{figure}_high"]]
        told[figure] = [verdicts.briefly(figure, *row) for row in parts.to_numpy()]
    return told


def metric(evaluation: Evaluation, name: str) -> Interval:
    return Interval(*evaluation.metrics.set_index("metric").loc[name, ENDS])
