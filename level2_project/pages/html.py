"""Page: the pieces of the report's HTML; all text that goes in is escaped."""

from collections.abc import Callable
from html import escape
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from level2_project.pages.pictures import svg

Say = Callable[[Any], str]  # how a column's values read
STRESSED = ' class="chosen"'

STYLE = """
:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #1f2d3a; line-height: 1.5;
  font: 15px/1.55 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 40px 32px 64px; }
h1 { font-size: 30px; font-weight: 600; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 20px; font-weight: 600; margin: 44px 0 8px; padding-top: 14px;
  border-top: 1px solid #d5dce3; }
p { max-width: 72ch; margin: 8px 0 14px; }
nav { margin: 18px 0 0; color: #5b6773; }
nav a { color: inherit; text-decoration: none; margin-right: 14px; }
nav a:hover { text-decoration: underline; }
.lead { color: #5b6773; margin: 0; max-width: none; }
table { border-collapse: collapse; margin: 14px 0 20px; font-size: 13.5px;
  font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: #5b6773; vertical-align: bottom; }
th, td { padding: 5px 18px 5px 0; border-bottom: 1px solid #e8ecf0; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; }
td { white-space: nowrap; }
.chosen td { font-weight: 600; background: #f4f6f8; }
.wide { overflow-x: auto; }
.pictures { display: grid; grid-template-columns: 1fr 1fr; gap: 18px 28px;
  margin: 18px 0; }
.pictures img { width: 100%; height: auto; display: block; }
footer { margin-top: 56px; padding-top: 14px; border-top: 1px solid #d5dce3;
  color: #5b6773; font-size: 13px; }
@media (max-width: 720px) { .pictures { grid-template-columns: 1fr; }
  main { padding: 24px 16px; } }
@media print { body { font-size: 11px; } main { max-width: none; padding: 0; }
  nav { display: none; } h2 { break-after: avoid; margin-top: 28px; }
  table { font-size: 10px; } tr, img { break-inside: avoid; } }
"""


def page(title: str, lead: str, sections: dict[str, str], foot: str) -> str:
    """Give the whole page; `sections` maps headings to HTML that is ready."""
    links = "".join(f'<a href="#{escape(n)}">{escape(n)}</a>' for n in sections)
    body = "\n".join(
        f'<section id="{escape(name)}"><h2>{escape(name.capitalize())}</h2>\n'
        f"{content}</section>"
        for name, content in sections.items()
    )
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{escape(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>{STYLE}</style></head>
<body><main>
<h1>{escape(title)}</h1>
<p class="lead">{escape(lead)}</p>
<nav>{links}</nav>
{body}
<footer>{escape(foot)}</footer>
</main></body>
</html>
"""


def text(*sentences: str) -> str:
    return f"<p>{escape(' '.join(sentences))}</p>\n"


def pictures(*drawn: tuple[Figure, str]) -> str:
    """Put pictures side by side, each with what it says for those who do not see it."""
    images = "\n".join(
        f'<img src="{svg(figure)}" alt="{escape(says)}">' for figure, says in drawn
    )
    return f'<div class="pictures">{images}</div>\n'


def table(
    rows: pd.DataFrame, say: dict[str, Say] | None = None, chosen: Any = None
) -> str:
    """Give a table: one row per row, columns headed by their names.

    Args:
        rows: what to show, in this order.
        say: how a column's values read, where plain text will not do.
        chosen: the label of the row to stress.
    """
    cells = {name: _cells(rows[name], (say or {}).get(name)) for name in rows}
    sides = {name: _side(rows[name]) for name in rows}
    head = "".join(
        f"<th{sides[name]}>{escape(heading(str(name)))}</th>" for name in rows
    )
    body = "\n".join(
        f"<tr{STRESSED if label == chosen else ''}>"
        + "".join(f"<td{sides[name]}>{cells[name][place]}</td>" for name in rows)
        + "</tr>"
        for place, label in enumerate(rows.index)
    )
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>\n'
        f"<tbody>{body}</tbody></table></div>\n"
    )


def heading(column: str) -> str:
    """Say a column's name.

    >>> heading("n_customers"), heading("is_untouched"), heading("log_loss")
    ('customers', 'untouched', 'log loss')
    """
    return column.removeprefix("n_").removeprefix("is_").replace("_", " ")


def _cells(values: pd.Series, say: Say | None) -> list[str]:
    known = say or plain
    return [escape("-" if pd.isna(value) else known(value)) for value in values]


def _side(values: pd.Series) -> str:
    is_number = pd.api.types.is_numeric_dtype(values) and values.dtype != bool
    return ' class="number"' if is_number else ""


def plain(value: Any) -> str:
    """Say a value: counts with commas, other numbers with four digits that count.

    >>> plain(12345), plain(0.0123456), plain(True), plain(pd.Timestamp("2023-05-01"))
    ('12,345', '0.01235', 'yes', '2023-05-01')
    """
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if pd.api.types.is_integer(value) else str(value)


def percent(digits: int) -> Say:
    return lambda share: f"{100 * share:.{digits}f} %"


def decimals(count: int) -> Say:
    return lambda value: f"{value:,.{count}f}"
