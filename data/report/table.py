"""Table: one row per contender, what it claimed beside what happened."""

import re
from collections.abc import Mapping
from io import StringIO
from textwrap import fill
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from data.judge.interval import Interval
from data.judge.metrics import METRICS
from data.report.pool import Figures, Report

LABELS = {
    "no_offers": "no offers",
    "everybody": "offers to everybody",
    "random_tenth": "offers to a random tenth",
    "riskiest_tenth": "*riskiest tenth, by true risk*",
    "observable": "*ceiling: observable*",
    "full_information": "*ceiling: full information*",
    "best_policy": "*ceiling: policy*",
}
USABLE = ("no_offers", "everybody", "random_tenth")  # baselines that anyone could use
TRUTH = ("riskiest_tenth", "observable", "full_information", "best_policy")
LEVEL = re.compile(r"level(\d+)_(\w+)")
HEAD = (
    "contender", "offers a month", "profit, USD per 1,000 customers", "ROC AUC",
    "average precision", "log loss", "calibration", "lift at 10 %",
)  # fmt: skip
DECIMALS = {"calibration": 2, "lift_at_10_percent": 1}
DASH, WAITING = "-", "..."
WIDE = 150  # columns; the whole table fits


def label(name: str) -> str:
    """Name a contender: "level 1, notebook" for the folder `level1_notebook`."""
    if found := LEVEL.fullmatch(name):
        return f"**level {found[1]}, {found[2]}**"
    return LABELS.get(name, f"**{name}**")


def plain(name: str) -> str:
    """Name a contender in plain text."""
    return label(name).strip("*")


def rows(report: Report, notes: Mapping[str, str] | None = None) -> list[list[str]]:
    """Return the table's cells as text; what needs the truth comes last.

    Args:
        notes: what to write for a contender without a result, such as "failed".
    """
    known, notes = report.pooled, notes or {}
    names = (*USABLE, *report.levels, *TRUTH)
    if report.ceilings is None:
        names = tuple(name for name in names if name != "observable")
    cells = []
    for name in names:
        if name == "observable":
            cells.append(_observable(report))
        elif name in known:
            cells.append(_row(report, name, known[name]))
        else:
            note = notes.get(name, WAITING)
            cells.append([label(name), note, *[""] * (len(HEAD) - 2)])
    return cells


def _row(report: Report, name: str, figures: Figures) -> list[str]:
    offers, profit = f"{100 * figures.offer_share.mean:.1f} %", _usd(figures.profit)
    if name == "full_information":  # as a contender it predicts and makes no offers
        kept = report.ceilings
        usd = kept.observable["full_information_profit"] if kept else None
        offers, profit = DASH, DASH if usd is None else f"{usd:+,.0f}"
    return [label(name), offers, profit, *_metrics(figures)]


def _observable(report: Report) -> list[str]:
    assert report.ceilings is not None
    kept = report.ceilings.observable
    metrics = [_number(name, kept[name]) for name in METRICS]
    return [LABELS["observable"], DASH, f"{kept['profit']:+,.0f}", *metrics]


def _usd(figure: Interval) -> str:
    if not figure.half_width:
        return f"{figure.mean:+,.0f}" if figure.mean else "0"
    return f"{figure.mean:+,.0f} ± {figure.half_width:,.0f}"


def _metrics(figures: Figures) -> list[str]:
    """Write "claimed → happened" where there is a claim."""
    cells = []
    for name in METRICS:
        happened = figures.happened.get(name)
        cell = _number(name, happened.mean) if happened else DASH
        if name in figures.claimed:
            cell = f"{_number(name, figures.claimed[name].mean)} → {cell}"
        cells.append(cell)
    return cells


def _number(name: str, value: float) -> str:
    return f"{value:.{DECIMALS.get(name, 3)}f}"


def markdown(report: Report) -> str:
    """Write the table for a page."""
    lines = [HEAD, ["---", *["--:"] * (len(HEAD) - 1)], *rows(report)]
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"{table}\n\n{caption(report, 'in italics')}\n"


def title(report: Report) -> str:
    """Name the worlds that a table shows."""
    n_worlds = len(report.seeds)
    worlds = "one world" if n_worlds < 2 else f"{n_worlds} worlds"
    return f"{worlds.capitalize()} of {report.customers:,} customers"


def caption(report: Report, where: str) -> str:
    """Explain the table's numbers.

    Args:
        where: the rows that need the truth stand "below the line" or "in italics".
    """
    spread = "" if len(report.seeds) < 2 else ", ± half a 95 % interval over worlds"
    return (
        f"{title(report)}, 12 sealed months each; claimed → happened. "
        "Profit: beyond making no offer, over the sealed year and 24 "
        f"further months{spread}. Metrics: expected under the true probabilities, mean "
        f"over the cutoffs. Rows {where} need the truth, so nobody could use them: the "
        "riskiest tenth is ranked by true risk; full information knows all that is "
        "true at the cutoff; the policy also knows the probabilities of all months to "
        "come, and so earns more."
    )


def terminal(
    report: Report, width: int, notes: Mapping[str, str] | None = None
) -> Table:
    """Lay out as many of the table's columns as a terminal of `width` can show."""
    for n_columns in range(len(HEAD), 2, -1):
        table = _laid_out(report, n_columns, notes or {})
        if Measurement.get(_console(), _console().options, table).maximum <= width:
            break
    return table


def _laid_out(report: Report, n_columns: int, notes: Mapping[str, str]) -> Table:
    table = Table(box=SIMPLE_HEAD, title=title(report), title_justify="left")
    for number, head in enumerate(HEAD[:n_columns]):
        side: Any = "right" if number else "left"
        table.add_column(fill(head, 16), justify=side, no_wrap=True)
    cells = rows(report, notes)
    n_truth = sum(row[0].startswith("*") and row[0][1] != "*" for row in cells)
    for number, row in enumerate(cells):
        style = "bold" if row[0].startswith("**") else ""
        last = number + 1 == len(cells) - n_truth
        table.add_row(
            row[0].strip("*"), *row[1:n_columns], style=style, end_section=last
        )
    return table


def explained(report: Report, width: int) -> Group:
    """Lay out the table with its caption."""
    text = fill(caption(report, "below the line"), width - 1)
    return Group(terminal(report, width), Text(text))


def transcript(command: str, *shown: RenderableType) -> str:
    """Write what a command prints on a wide terminal, as a block of a page."""
    console = _console()
    with console.capture() as capture:
        console.print(*shown, sep="\n")
    lines = [line.rstrip() for line in capture.get().splitlines()]
    return "\n".join(["```text", f"$ {command}", *lines, "```"])


def _console() -> Console:
    return Console(width=WIDE, file=StringIO(), color_system=None)
