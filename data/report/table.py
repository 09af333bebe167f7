"""Table: one row per contender, what it claimed beside what happened."""

import re
from io import StringIO
from textwrap import fill
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

LABELS = {
    "nobody": "nobody",
    "everybody": "everybody",
    "random": "a random tenth",
    "risk_ranked": "the riskiest tenth",
    "observable": "*ceiling: observable*",
    "full_information": "*ceiling: full information*",
    "best_policy": "*ceiling: policy*",
}
LEVEL = re.compile(r"level(\d+)_(\w+)")
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
WIDE = 150  # columns; the whole table fits


def label(name: str) -> str:
    """Name a contender: "level 1, notebook" for the folder `level1_notebook`."""
    if found := LEVEL.fullmatch(name):
        return f"**level {found[1]}, {found[2]}**"
    return LABELS.get(name, f"**{name}**")


def rows(report: dict[str, Any]) -> list[list[str]]:
    """Give the table's cells as text, best-known contenders last."""
    pooled = report["pooled"]
    first = ["nobody", "everybody", "random", "risk_ranked", *report["levels"]]
    cells = [_row(name, pooled[name]) for name in first]
    kept = report["ceilings"]["observable"]
    observable = [_number(name, kept[name]) for name in METRICS]
    informed = _metrics(pooled["full_information"])
    cells.append(_ceiling("observable", kept["profit"], observable))
    cells.append(
        _ceiling("full_information", kept["full_information_profit"], informed)
    )
    return [*cells, _row("best_policy", pooled["best_policy"])]


def _row(name: str, figures: dict[str, Any]) -> list[str]:
    offers = f"{100 * figures['offer_share']['mean']:.1f} %"
    return [label(name), offers, _usd(figures["profit"]), *_metrics(figures)]


def _ceiling(name: str, profit: float, metrics: list[str]) -> list[str]:
    return [LABELS[name], DASH, f"{profit:+,.0f}", *metrics]


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
        "expectations under the true chances, averaged over the cutoffs. The first "
        "four rows are baselines, named by whom they make offers to."
    )


def terminal(report: dict[str, Any], width: int) -> Table:
    """Lay out as many of the table's columns as a terminal of `width` can show."""
    for n_columns in range(len(HEAD), 2, -1):
        table = _laid_out(report, n_columns)
        if Measurement.get(_console(), _console().options, table).maximum <= width:
            break
    return table


def _laid_out(report: dict[str, Any], n_columns: int) -> Table:
    table = Table(box=SIMPLE_HEAD, caption=caption(report), caption_justify="left")
    for number, title in enumerate(HEAD[:n_columns]):
        side: Any = "right" if number else "left"
        table.add_column(fill(title, 16), justify=side, no_wrap=True)
    for cells in rows(report):
        is_level = cells[0].startswith("**")
        plain = [cell.strip("*") for cell in cells[:n_columns]]
        table.add_row(*plain, style="bold" if is_level else "")
    return table


def transcript(report: dict[str, Any]) -> str:
    """Give what `make compare` prints on a wide terminal."""
    console = _console()
    with console.capture() as capture:
        console.print(terminal(report, WIDE))
    lines = [line.rstrip() for line in capture.get().splitlines()]
    return "\n".join(["```text", "$ make compare", *lines, "```"])


def _console() -> Console:
    return Console(width=WIDE, file=StringIO(), color_system=None)
