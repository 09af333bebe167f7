"""Table: one row per contender, what it claimed beside what happened."""

from typing import Any

from rich.table import Table

LABELS = {
    "nobody": "offer to nobody",
    "everybody": "offer to everybody",
    "random": "a random tenth",
    "risk_ranked": "the tenth at highest true risk",
    "level1_notebook": "**level 1, notebook**",
    "level2_project": "**level 2, project**",
    "level3_service": "**level 3, service**",
    "observable": "*ceiling: observable*",
    "full_information": "*ceiling: full information*",
    "best_policy": "*ceiling: policy*",
}
HEAD = (
    "contender", "offers a month", "profit, USD per 1,000 customers", "ROC AUC",
    "average precision", "log loss", "calibration", "lift at 10 %",
)  # fmt: skip
METRICS = (
    "roc_auc",
    "average_precision",
    "log_loss",
    "calibration",
    "lift_at_10_percent",
)
DECIMALS = {"calibration": 2, "lift_at_10_percent": 1}
DASH = "-"


def rows(report: dict[str, Any]) -> list[list[str]]:
    """Give the table's cells as text, best-known contenders last."""
    pooled = report["pooled"]
    first = ["nobody", "everybody", "random", "risk_ranked", *report["levels"]]
    cells = [_row(name, pooled[name]) for name in first]
    cells.append(_observable(report["ceilings"]["observable"]))
    full, best = pooled["full_information"], pooled["best_policy"]
    cells.append([LABELS["full_information"], DASH, DASH, *_metrics(full)])
    cells.append(_row("best_policy", best))
    return cells


def _row(name: str, figures: dict[str, Any]) -> list[str]:
    offers = f"{100 * figures['offer_share']['mean']:.1f} %"
    return [LABELS.get(name, name), offers, _usd(figures["profit"]), *_metrics(figures)]


def _observable(figures: dict[str, float]) -> list[str]:
    metrics = [_number(name, figures[name]) for name in METRICS]
    return [LABELS["observable"], DASH, f"{figures['profit']:+,.0f}", *metrics]


def _usd(figure: dict[str, Any]) -> str:
    if figure["low"] is None or figure["low"] == figure["high"]:
        return f"{figure['mean']:+,.0f}" if figure["mean"] else "0"
    reach = figure["high"] - figure["mean"]
    return f"{figure['mean']:+,.0f} ± {reach:,.0f}"


def _metrics(figures: dict[str, Any]) -> list[str]:
    """Give "claimed → happened" where there is a claim."""
    happened, claimed = figures.get("happened", {}), figures.get("claimed", {})
    cells = []
    for name in METRICS:
        cell = _number(name, happened[name]["mean"]) if name in happened else DASH
        if name in claimed:
            cell = f"{_number(name, claimed[name]['mean'])} → {cell}"
        cells.append(cell)
    return cells


def _number(name: str, value: float) -> str:
    return f"{value:.{DECIMALS.get(name, 3)}f}"


def markdown(report: dict[str, Any]) -> str:
    """Write the table for a page."""
    lines = [HEAD, ["---", *["--:"] * (len(HEAD) - 1)], *rows(report)]
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"{table}\n\n{caption(report)}\n"


def caption(report: dict[str, Any]) -> str:
    """Say what the table's numbers are."""
    n_seeds = len(report["seeds"])
    return (
        f"Claimed → happened. {n_seeds} worlds of {report['customers']:,} customers, "
        "12 sealed months each; profit beyond making no offer, over the sealed year "
        "and 24 further months, ± half a 95 % interval over worlds. Metrics are exact "
        "expectations under the true chances, averaged over the cutoffs."
    )


def terminal(report: dict[str, Any]) -> Table:
    """Lay the table out for a terminal."""
    table = Table(caption=caption(report), caption_justify="left", caption_style="dim")
    for number, title in enumerate(HEAD):
        table.add_column(title, justify="right" if number else "left")
    for cells in rows(report):
        level = cells[0].startswith("**")
        plain = [cell.strip("*") for cell in cells]
        table.add_row(*plain, style="bold" if level else "")
    return table
