"""Report: the run on one page, the decision first."""

from typing import Any, NamedTuple

import pandas as pd

from level2_project.config import Config
from level2_project.evaluate import Evaluation
from level2_project.measures.interval import Interval
from level2_project.pages import pictures, verdicts
from level2_project.pages.html import render
from level2_project.pages.words import label, meanings, number, percent, with_ends


class Results(NamedTuple):
    """What a run leaves behind, as plain frames."""

    about: dict[str, str]  # what the run is known by: config, code, data, libraries
    repairs: pd.DataFrame  # one row per repair and source: repair, source, n_rows
    labels: pd.DataFrame  # one row per cutoff: cutoff, n_customers, n_left
    stability: pd.DataFrame  # one row per column, from `select`
    folds: pd.DataFrame  # one row per fold: tested, n_train, n_test, use
    comparison: pd.DataFrame  # one row per recipe, from `compare.summary`
    choices: dict[str, Any]  # of recipe, columns and params, from `compare.choose`
    trials: pd.DataFrame  # one row per trial, from `tune`
    evaluation: Evaluation  # of all tested months; the claim is from these
    untouched: Evaluation  # of the last of them, on which nothing was chosen
    claimed: dict[str, float]  # figures and errors, from `claim`
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
    now, last = (scaled(e, thousands) for e in (results.evaluation, results.untouched))
    return results._replace(evaluation=now, untouched=last)


def scaled(evaluation: Evaluation, thousands: float) -> Evaluation:
    metrics, curve = evaluation.metrics.copy(), evaluation.curves["profit"].copy()
    is_profit = metrics["metric"] == "profit"
    metrics.loc[is_profit, pictures.ENDS] *= thousands
    metrics.loc[is_profit, "unit"] = "a month, at the assumed share of leavers kept"
    curve[pictures.ENDS] *= thousands
    curves = evaluation.curves | {"profit": curve}
    return evaluation._replace(metrics=metrics, curves=curves)


def decide_part(results: Results) -> dict[str, Any]:
    """Say how many offers to make, to whom, and what they would bring."""
    tested, offers = results.evaluation, results.predictions["offer"]
    drawn = pictures.draw_profit(tested.curves["profit"])
    return {
        "month": f"{results.candidates['cutoff'].iloc[0]:%B %Y}",
        "n_offers": int(offers.sum()), "n_customers": len(offers),
        "profit": verdicts.of_profit(metric(tested, "profit")),
        "n_tested": len(tested.by_cutoff),
        "groups": groups_of(results),
        "profit_pictures": {"profit by share offered": drawn},
    }  # fmt: skip


def groups_of(results: Results) -> pd.DataFrame:
    """Describe customers with and without an offer, one row per group."""
    rows = results.predictions.merge(results.candidates, on="customer_id")
    rows["is_monthly"] = rows["contract"] == "monthly"
    rows["customers with"] = rows["offer"].map({True: "an offer", False: "no offer"})
    groups = rows.groupby("customers with").agg(
        n_customers=("p_churn", "size"), mean_probability=("p_churn", "mean"),
        expected_leavers=("p_churn", "sum"),
        median_fee_usd=("monthly_fee_usd", "median"),
        on_monthly_contracts=("is_monthly", "mean"),
    )  # fmt: skip
    shares = ["mean_probability", "on_monthly_contracts"]
    return groups.round(0).assign(**groups[shares].map(percent)).reset_index()


def evaluate_part(results: Results) -> dict[str, Any]:
    """Say how good the probabilities are."""
    now, curves = results.untouched, results.untouched.curves
    months = now.by_cutoff
    left = months["n_left"].sum() / months["n_customers"].sum()
    luck = {"precision_recall": (left, left), "roc": (0, 1), "lift": (1, 1)}
    drawn = {"calibration": pictures.draw_calibration(curves["calibration"])}
    for name, ends in luck.items():
        drawn[label(name)] = pictures.draw_curve(name, curves[name], ends)
    return {
        "lift": verdicts.of_lift(metric(now, "lift_at_10_percent")),
        "calibration": verdicts.of_calibration(metric(now, "calibration")),
        "profit_tested": with_ends(metric(now, "profit"), "profit"),
        "metrics": metrics_of(results),
        "evaluation_pictures": drawn,
        "by_month": months[["cutoff", "n_customers", "n_left", "n_offers"]],
    }


def metrics_of(results: Results) -> pd.DataFrame:
    """Put the claim beside what it is made from, one row per figure."""
    names = results.evaluation.metrics["metric"]
    told = pd.DataFrame({"figure": names.map(label)})
    both = {"untouched_months": results.untouched, "all_tested": results.evaluation}
    for column, found in both.items():
        told[column] = [with_ends(metric(found, name), name) for name in names]
    claimed = results.claimed
    written = {n: " ± ".join(number(claimed[c], n) for c in (n, f"{n}_error"))
               for n in names if n in claimed}  # fmt: skip
    told["claimed"] = [written.get(name, "not claimed") for name in names]
    return told.assign(what_it_is=results.evaluation.metrics["unit"])


def train_part(results: Results) -> dict[str, Any]:
    """Say how the model was made: split, models, columns, settings."""
    comparison, choices = results.comparison, results.choices
    used, stability = choices["recipe"]["adopted"], results.stability
    recipes = pd.MultiIndex.from_frame(comparison[verdicts.RECIPE])
    params = choices["params"]["found"]
    found = pd.DataFrame(params.items(), columns=["parameter", "value"])
    texts = {
        "recipe": f"as best {verdicts.of_recipe(choices['recipe']['found'])}",
        "columns": f"{len(choices['columns']['found'])} of {len(stability)} columns",
        "params": "the settings below",
    }
    return {
        "used": verdicts.of_recipe(used),
        "verdicts": {
            n: verdicts.of_choice(text, choices[n]) for n, text in texts.items()
        },
        "recipes": recipes_of(comparison),
        "chosen_row": recipes.get_loc(tuple(used[name] for name in verdicts.RECIPE)),
        "meanings": meanings(stability.nlargest(12, "gain")["column"]),
        "settings_found": found.assign(parameter=found["parameter"].map(label)),
    }


def recipes_of(comparison: pd.DataFrame) -> pd.DataFrame:
    """Write the mean figures of the recipes, one row per recipe."""
    told = comparison[["model", "imbalance"]].map(label)
    told["recalibrate"] = comparison["recalibrate"]
    for name in ("average_precision", "log_loss"):
        told[name] = [number(value, name) for value in comparison[name]]
    parts = comparison[[f"log_loss_{part}" for part in ("difference", "low", "high")]]
    ends = [Interval(*row) for row in parts.to_numpy(float)]
    return told.assign(
        log_loss_less_plain=[with_ends(one, "log_loss", "+") for one in ends]
    )


def metric(evaluation: Evaluation, name: str) -> Interval:
    return Interval(*evaluation.metrics.set_index("metric").loc[name, pictures.ENDS])
