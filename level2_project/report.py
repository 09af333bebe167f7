"""Report: the run on one page, the decision first."""

from dataclasses import asdict
from typing import Any, NamedTuple

import pandas as pd

from level2_project.config import Config
from level2_project.evaluate import Evaluation
from level2_project.measures.interval import Interval
from level2_project.pages import pictures, verdicts
from level2_project.pages.html import render
from level2_project.pages.words import label, meanings, number, percent, with_ends

CHOSEN_BY = ["profit_per_1000_usd", "average_precision", "log_loss"]
ENDS = ["mean", "low", "high"]
COLUMNS_EXPLAINED = 12


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
    content = decide_part(results) | evaluate_part(results) | train_part(results)
    return render("report.html.j2", **results._asdict(), **content)


def in_usd(results: Results) -> Results:
    """Turn profit for 1,000 customers into profit for the customers of this month."""
    thousands = len(results.predictions) / 1000
    comparison = results.comparison.copy()
    comparison.loc[:, comparison.columns.str.startswith("profit")] *= thousands
    now = scaled(results.evaluation, thousands)
    claimed = scaled(results.year_ago, thousands)
    return results._replace(comparison=comparison, evaluation=now, year_ago=claimed)


def scaled(evaluation: Evaluation, thousands: float) -> Evaluation:
    metrics, curve = evaluation.metrics.copy(), evaluation.curves["profit"].copy()
    is_profit = metrics["metric"] == "profit"
    metrics.loc[is_profit, ENDS] *= thousands
    metrics.loc[is_profit, "unit"] = "a month, at the assumed share of leavers kept"
    curve[ENDS] *= thousands
    curves = evaluation.curves | {"profit": curve}
    return evaluation._replace(metrics=metrics, curves=curves)


def decide_part(results: Results) -> dict[str, Any]:
    """Say how many offers to make, to whom, and what they should bring."""
    claimed = results.year_ago
    drawn = pictures.draw_profit(claimed.curves["profit"])
    months = [f"{month:%B %Y}" for month in claimed.by_cutoff["cutoff"]]
    return {
        "month": f"{results.candidates['cutoff'].iloc[0]:%B %Y}",
        "n_offers": int(results.predictions["offer"].sum()),
        "n_customers": len(results.predictions),
        "profit": verdicts.of_profit(metric(claimed, "profit")),
        "claimed_months": ", ".join(months),
        "groups": groups_of(results),
        "profit_pictures": {"profit by share offered": drawn},
    }


def groups_of(results: Results) -> pd.DataFrame:
    """Describe customers with and without an offer, one row per group."""
    rows = results.predictions.merge(results.candidates, on="customer_id")
    rows["is_monthly"] = rows["contract"] == "monthly"
    offer = rows["offer"].map({True: "an offer", False: "no offer"})
    groups = rows.groupby(offer.rename("customers with")).agg(
        n_customers=("p_churn", "size"),
        mean_probability=("p_churn", "mean"),
        expected_leavers=("p_churn", "sum"),
        median_fee_usd=("monthly_fee_usd", "median"),
        on_monthly_contracts=("is_monthly", "mean"),
    )
    shares = ["mean_probability", "on_monthly_contracts"]
    return groups.round(0).assign(**groups[shares].map(percent)).reset_index()


def evaluate_part(results: Results) -> dict[str, Any]:
    """Say how good the probabilities are."""
    now, curves = results.evaluation, results.evaluation.curves
    months = now.by_cutoff
    share_left = months["n_left"].sum() / months["n_customers"].sum()
    luck = {"precision_recall": (share_left, share_left), "roc": (0, 1), "lift": (1, 1)}
    drawn = {
        label(name): pictures.draw_curve(name, curves[name], ends)
        for name, ends in luck.items()
    }
    calibration = pictures.draw_calibration(curves["calibration"])
    return {
        "lift": verdicts.of_lift(metric(now, "lift_at_10_percent")),
        "calibration": verdicts.of_calibration(metric(now, "calibration")),
        "profit_tested": with_ends(metric(now, "profit"), "profit"),
        "metrics": metrics_of(results),
        "evaluation_pictures": {"calibration": calibration, **drawn},
        "by_month": months[["cutoff", "n_customers", "n_left", "n_offers"]],
    }


def metrics_of(results: Results) -> pd.DataFrame:
    """Put the claim beside the last tested months, one row per figure."""
    now, claimed = results.evaluation, results.year_ago
    names = now.metrics["metric"]
    columns = {
        "figure": names.map(label),
        "last_tested_months": [with_ends(metric(now, name), name) for name in names],
        "claimed": [with_ends(metric(claimed, name), name) for name in names],
        "what_it_is": now.metrics["unit"],
    }
    return pd.DataFrame(columns)


def train_part(results: Results) -> dict[str, Any]:
    """Say how the model was made: split, models, columns, settings."""
    comparison, chosen = results.comparison, results.chosen
    model, used = chosen["model"], asdict(results.config.train)
    mine = comparison[comparison["model"] == model]
    by_smote = [
        verdicts.of_handling(comparison, model, "smote", name) for name in CHOSEN_BY
    ]
    handling = {name: pictures.draw_handling(mine, name) for name in CHOSEN_BY[:2]}
    recipes = pd.MultiIndex.from_frame(comparison[verdicts.RECIPE])
    params = pd.DataFrame(results.params.items(), columns=["parameter", "value"])
    found = params.merge(results.settings, how="left")
    return {
        "choice": verdicts.of_choice(chosen, used),
        "handling": " ".join(by_smote),
        "handling_pictures": {label(name): drawn for name, drawn in handling.items()},
        "recipes": recipes_of(comparison),
        "chosen_row": recipes.get_loc(tuple(chosen[name] for name in verdicts.RECIPE)),
        "column_pictures": {
            "gain by column": pictures.draw_stability(results.stability),
            "importance by column": pictures.draw_importance(results.importance),
        },
        "meanings": meanings(results.importance["column"].head(COLUMNS_EXPLAINED)),
        "search_pictures": {"log loss": pictures.draw_search(results.trials)},
        "settings_found": found.assign(parameter=found["parameter"].map(label)),
    }


def recipes_of(comparison: pd.DataFrame) -> pd.DataFrame:
    """Write the mean figures of the recipes, one row per recipe."""
    told = comparison[["model", "imbalance"]].map(label)
    told["recalibrate"] = comparison["recalibrate"]
    for name in CHOSEN_BY:
        told[name] = [number(value, name) for value in comparison[name]]
    return told


def metric(evaluation: Evaluation, name: str) -> Interval:
    return Interval(*evaluation.metrics.set_index("metric").loc[name, ENDS])
