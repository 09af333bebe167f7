"""Report: the run on one page, in the order of the steps."""

from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from level2_project.evaluate import Evaluation
from level2_project.measures.interval import Interval
from level2_project.pages import pictures, verdicts
from level2_project.pages.html import decimals, page, percent, table, text
from level2_project.pages.html import pictures as side_by_side

CHOSEN_BY = ["profit_per_1000_usd", "average_precision", "log_loss"]
RECIPE = ["model", "imbalance", "recalibrate"]


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
    year_ago: Evaluation  # of the months that are claimed by
    importance: pd.DataFrame  # one row per column, from `importance`
    predictions: pd.DataFrame  # one row per customer: customer_id, p_churn, offer


def report(results: Results, folder: Path) -> Path:
    """Write `report.html`, which holds its pictures and needs nothing else."""
    sections = {
        "load": load_section(results.repairs),
        "label": label_section(results.labels),
        "features": features_section(results.stability),
        "select": select_section(results.stability),
        "split": split_section(results.folds),
        "train": train_section(results.comparison, results.chosen),
        "tune": tune_section(results),
        "evaluate": evaluate_section(results),
        "decide": decide_section(results.evaluation),
        "predict": predict_section(results.predictions),
    }
    means = results.evaluation.metrics.set_index("metric")["mean"]
    lead = (
        f"Who will leave next month? On months that the search never saw: ROC AUC "
        f"{means['roc_auc']:.3f}, average precision {means['average_precision']:.3f}, "
        f"{means['profit']:,.0f} USD per 1,000 customers and month."
    )
    foot = " · ".join(f"{name} {value}" for name, value in results.about.items())
    path = folder / "report.html"
    path.write_text(page("Churn report", lead, sections, foot), encoding="utf-8")
    return path


def load_section(repairs: pd.DataFrame) -> str:
    made = repairs[repairs["n_rows"] > 0]
    total = (
        f"{made['n_rows'].sum():,} rows were repaired or set aside, none in silence."
    )
    return text(total) + table(made)


def label_section(labels: pd.DataFrame) -> str:
    share = labels["n_left"].sum() / labels["n_customers"].sum()
    says = (
        f"{len(labels)} cutoffs; {percent(2)(share)} of customers leave within the "
        "horizon. Only labels whose news had time to arrive are here."
    )
    rates = labels.assign(share_left=labels["n_left"] / labels["n_customers"])
    return text(says) + table(rates, {"share_left": percent(2)})


def features_section(stability: pd.DataFrame) -> str:
    return text(
        f"{len(stability)} columns describe a customer at a cutoff, each made only of "
        "what had arrived by then."
    )


def select_section(stability: pd.DataFrame) -> str:
    n_selected = int(stability["is_selected"].sum())
    says = (
        f"{n_selected} of {len(stability)} columns stay (dark). The choice is made on "
        "each fold's training side and must agree between folds."
    )
    drawn = pictures.draw_stability(stability), "bars: gain by column"
    return text(says) + side_by_side(drawn)


def split_section(folds: pd.DataFrame) -> str:
    says = (
        f"{len(folds)} cutoffs are tested, each by a model that saw only labels known "
        f"by then. {int(folds['is_untouched'].sum())} of them, the last, were seen by "
        "no choice and no search."
    )
    return text(says) + table(folds)


def train_section(comparison: pd.DataFrame, chosen: dict[str, Any]) -> str:
    model = chosen["model"]
    smote = [
        verdicts.of_handling(comparison, model, "smote", figure) for figure in CHOSEN_BY
    ]
    mine = comparison[comparison["model"] == model]
    drawn = [
        (
            pictures.draw_imbalance(mine, figure, verdicts.TITLES[figure]),
            f"differences in {verdicts.FIGURES[figure]} with their intervals",
        )
        for figure in CHOSEN_BY[:2]
    ]
    is_chosen = (comparison[RECIPE] == pd.Series(chosen)[RECIPE]).all(axis=1)
    return (
        text(verdicts.of_choice(chosen), *smote)
        + side_by_side(*drawn)
        + comparison_table(comparison, is_chosen.idxmax())
    )


def comparison_table(comparison: pd.DataFrame, chosen: Any) -> str:
    """Give all recipes; behind each figure what sets it apart from the plain recipe."""
    shown = comparison[RECIPE].replace("_", " ", regex=True)
    shown["imbalance"] = comparison["imbalance"].map(pictures.NAMES)
    for figure, name in zip(CHOSEN_BY, ["profit", "precision", "loss"], strict=True):
        parts = comparison[[f"{figure}_{part}" for part in verdicts.PARTS]].to_numpy()
        shown[figure.removesuffix("_per_1000_usd")] = [
            decimals(verdicts.DECIMALS[figure])(mean) for mean in comparison[figure]
        ]
        shown[f"by how much {name} differs"] = [
            verdicts.briefly(Interval(*row), figure) if row[0] else "-" for row in parts
        ]
    return table(shown, chosen=chosen)


def tune_section(results: Results) -> str:
    states = results.trials["state"].value_counts()
    says = (
        f"{len(results.trials)} trials, {states.get('pruned', 0)} of them given up "
        "early. Lowest mean log loss over the open folds wins."
    )
    params = pd.DataFrame(results.params.items(), columns=["setting", "value"])
    params["value"] = params["value"].astype(object)
    return (
        text(says)
        + side_by_side(
            (pictures.draw_search(results.trials), "log loss by trial"),
            (pictures.draw_settings(results.settings), "importance by setting"),
        )
        + table(params)
    )


def evaluate_section(results: Results) -> str:
    evaluation = results.evaluation
    curves, by_cutoff = evaluation.curves, evaluation.by_cutoff
    says = (
        f"Means over {len(by_cutoff)} cutoffs with 95 % t intervals. Cutoffs are few "
        "and share customers: an interval is the least that has to be allowed for."
    )
    share_left = by_cutoff["n_left"].sum() / by_cutoff["n_customers"].sum()
    drawn = [
        (pictures.draw_calibration(curves["calibration"]), "calibration"),
        (
            pictures.draw_precision_recall(curves["precision_recall"], share_left),
            "precision by recall",
        ),
        (pictures.draw_roc(curves["roc"]), "ROC curve"),
        (pictures.draw_lift(curves["lift"]), "lift by share of customers"),
        (pictures.draw_importance(results.importance), "importance by column"),
    ]
    return (
        text(says)
        + table(evaluation.metrics.replace("_", " ", regex=True))
        + side_by_side(*drawn)
        + table(by_cutoff)
        + claim_part(results.year_ago)
    )


def claim_part(year_ago: Evaluation) -> str:
    months = [f"{cutoff:%B %Y}" for cutoff in year_ago.by_cutoff["cutoff"]]
    says = (
        "Churn has its seasons. What is claimed for the coming months is therefore "
        f"what the same recipe reached a year ago, in {', '.join(months)}, each month "
        "predicted from its own, shorter past:"
    )
    return text(says) + table(year_ago.metrics.replace("_", " ", regex=True))


def decide_section(evaluation: Evaluation) -> str:
    profit = evaluation.metrics.set_index("metric").loc["profit"]
    share = evaluation.by_cutoff["n_offers"].sum()
    share = share / evaluation.by_cutoff["n_customers"].sum()
    says = (
        f"Offers to {percent(1)(share)} of customers a month would have brought "
        f"{profit['mean']:,.0f} USD per 1,000 customers and month "
        f"({profit['low']:,.0f} to {profit['high']:,.0f}), if the assumed save rate "
        "holds: it was not measured. The curve gives offers by expected gain, once."
    )
    drawn = pictures.draw_profit(evaluation.curves["profit"]), "profit by share offered"
    return text(says) + side_by_side(drawn)


def predict_section(predictions: pd.DataFrame) -> str:
    p_churn = predictions["p_churn"]
    return text(
        f"{len(predictions):,} customers, {p_churn.sum():,.0f} of whom are expected to "
        f"leave; {int(predictions['offer'].sum()):,} get an offer. Half of all chances "
        f"lie below {percent(2)(p_churn.median())}, one in a hundred above "
        f"{percent(1)(p_churn.quantile(0.99))}."
    )
