"""Table: one row per contender; claims beside what happened in the same months."""

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

from data.judge.exam import RANKED_BY, RISKIEST
from data.judge.interval import Interval
from data.judge.metrics import METRICS
from data.report.kept import MODELLED
from data.report.pool import Figures, Report

LABELS = {
    "no_offers": "no offers",
    "everybody": "offers to everybody",
    "random_tenth": "offers to a random tenth",
    "riskiest_tenth": "riskiest tenth, by level 2",
    "one_trace": "best rule on one trace",
    "true_riskiest_tenth": "*riskiest tenth, by true risk*",
    "observable": "*ceiling: observable*",
    "full_information": "*ceiling: full information*",
    "best_policy": "*ceiling: policy*",
}
USABLE = ("no_offers", "everybody", "random_tenth", "riskiest_tenth", "one_trace")
TRUTH = ("true_riskiest_tenth", *MODELLED, "best_policy")
LEVEL = re.compile(r"level(\d+)_(\w+)")
HEAD = (
    "contender", "offers a month", "profit, USD per 1,000 customers", "ROC AUC",
    "average precision", "log loss", "calibration", "lift at 10 %",
)  # fmt: skip
CLAIM_HEAD = (
    "level", "figure", "claimed", "happened, same months", "claimed less happened",
    "happened, year",
)  # fmt: skip
NAMES = dict(zip(METRICS, HEAD[3:], strict=True)) | {"profit": "profit"}
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
    names = [*USABLE, *report.levels, *TRUTH]
    if RANKED_BY not in report.levels:
        names.remove(RISKIEST)
    cells = []
    for name in names:
        if name in known:
            cells.append(_row(name, known[name]))
        elif name not in MODELLED:  # these are kept, or not shown
            note = notes.get(name, WAITING)
            cells.append([label(name), note, *[""] * (len(HEAD) - 2)])
    return cells


def _row(name: str, figures: Figures) -> list[str]:
    offers = f"{100 * figures.offer_share.mean:.1f} %"
    year = [figures.happened.get(metric) for metric in METRICS]
    metrics = [
        _number(metric, figure.mean) if figure else DASH
        for metric, figure in zip(METRICS, year, strict=True)
    ]
    return [label(name), offers, _usd(figures.profit), *metrics]


def claim_rows(report: Report) -> list[list[str]]:
    """Return a row for every figure that a level claims and the judge measures."""
    known = [(n, report.pooled[n]) for n in report.levels if n in report.pooled]
    return [
        _claim_row(name, metric, figures)
        for name, figures in known
        for metric in figures.claimed_less_happened
        if metric in {*figures.happened_claimed, "profit"}
    ]


def _claim_row(name: str, metric: str, figures: Figures) -> list[str]:
    """Set a claim beside what happened in the months that it is about, and the year.

    A claimed profit is that of a year.
    """
    claimed, excess = figures.claimed[metric], figures.claimed_less_happened[metric]
    year = figures.profit if metric == "profit" else figures.happened[metric]
    if metric == "profit":
        cells = [f"{claimed.mean:+,.0f}", DASH, _usd(excess), _usd(year)]
    else:
        same = figures.happened_claimed[metric]
        cells = [_number(metric, i.mean) for i in (claimed, same)]
        cells += [spread(metric, excess), _number(metric, year.mean)]
    months = f", {figures.claimed_months} months" if figures.claimed_months else ""
    return [f"{plain(name)}{months}", NAMES[metric], *cells]


def spread(metric: str, figure: Interval) -> str:
    """Write a difference with half its interval."""
    decimals = DECIMALS.get(metric, 3)
    half = f" ± {figure.half_width:.{decimals}f}" if figure.half_width else ""
    return f"{figure.mean:+.{decimals}f}{half}"


def _usd(figure: Interval) -> str:
    if not figure.half_width:
        return f"{figure.mean:+,.0f}" if figure.mean else "0"
    return f"{figure.mean:+,.0f} ± {figure.half_width:,.0f}"


def _number(name: str, value: float) -> str:
    return f"{value:.{DECIMALS.get(name, 3)}f}"


def markdown(report: Report) -> str:
    """Write the tables for a page."""
    figures = _page_table(HEAD, 1, rows(report))
    claims = _page_table(CLAIM_HEAD, 2, claim_rows(report))
    return f"{figures}\n\n{caption(report, 'in italics')}\n\n{claims}\n"


def _page_table(head: tuple[str, ...], n_text: int, cells: list[list[str]]) -> str:
    sides = [*["---"] * n_text, *["--:"] * (len(head) - n_text)]
    lines = [list(head), sides, *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


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
    beside = "" if len(report.seeds) < 2 else ", ± half a 95 % interval over worlds"
    return (
        f"{title(report)}, 12 sealed months each. Profit: beyond making no offer, over "
        f"the sealed year and 24 further months{beside}. Metrics: expected under the "
        "true probabilities, mean over the cutoffs of a year in which no offers are "
        f"made. Rows {where} need the truth, so nobody could use them. The observable "
        "ceiling is a model of the true values that sees what was recorded. Full "
        "information knows all that is true at the cutoff. The policy also knows the "
        "probabilities of all months to come, and so earns more."
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
    """Lay out the tables with their caption."""
    text = Text(fill(caption(report, "below the line"), width - 1) + "\n")
    claims = Table(box=SIMPLE_HEAD)
    for number, head in enumerate(CLAIM_HEAD):
        side: Any = "right" if number > 1 else "left"
        claims.add_column(fill(head, 16), justify=side, no_wrap=True)
    for row in claim_rows(report):
        claims.add_row(*row)
    return Group(terminal(report, width), text, claims)


def transcript(command: str, *shown: RenderableType) -> str:
    """Write what a command prints on a wide terminal, as a block of a page."""
    console = _console()
    with console.capture() as capture:
        console.print(*shown, sep="\n")
    lines = [line.rstrip() for line in capture.get().splitlines()]
    return "\n".join(["```text", f"$ {command}", *lines, "```"])


def _console() -> Console:
    return Console(width=WIDE, file=StringIO(), color_system=None)
