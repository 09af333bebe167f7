"""Mistakes page: the figures of `MISTAKES.md`, from what was measured alone."""

import inspect
from pathlib import Path
from typing import Any

from comparison.code_lines import NOTEBOOK
from comparison.mistakes.register import ELSEWHERE, REGISTER, Mistake
from data.report.freshness import ROOT
from data.report.publish import filled

PAGE = ROOT / "level1_notebook" / "MISTAKES.md"
METRICS = {
    ("claimed", "roc_auc"): "AUC claimed",
    ("happened", "roc_auc"): "AUC happened",
    ("claimed", "average_precision"): "precision claimed",
    ("happened", "average_precision"): "precision happened",
    ("happened", "calibration"): "calibration happened",
    ("happened", "profit"): "profit happened",
}


def page(found: dict[str, Any], text: str) -> str:
    """Fill the blocks of the page, whose words are written by hand."""
    blocks = {
        "register": register(),
        "reported": reported(found["mistakes"]),
        "changes": changes(found["mistakes"]),
        "worlds": f"{len(found['seeds'])} worlds of {found['customers']:,} customers.",
        "accuracy": accuracies(found["mistakes"]["accuracy"]),
    }
    return filled(text, blocks)


def register() -> str:
    head = "| id | mistake | stands in | put right in |\n|---|---|---|---|\n"
    return head + "".join(map(row, REGISTER.items()))


def accuracies(one: dict[str, Any]) -> str:
    model, nobody = (
        one[side]["claimed"]["accuracy"]["mean"] for side in ("with", "without")
    )
    return (
        f"The accuracy of level 2's model at 0.5 is {model:.4f}; "
        f'"nobody leaves" has {nobody:.4f}.'
    )


def row(item: tuple[str, Mistake]) -> str:
    name, mistake = item
    return f"| `{name}` | {mistake.says} | {stands(mistake)} | {fixed(mistake)} |\n"


def stands(mistake: Mistake) -> str:
    """Link the line of the notebook that makes the mistake."""
    if mistake.stands == ELSEWHERE:
        return "not here; many notebooks"
    line = line_of(mistake.stands)
    return f"[`churn.py`, line {line}](churn.py#L{line})"


def line_of(code: str) -> int:
    """Find a line of the notebook.

    Raises:
        LookupError: it is not there, or more than once.
    """
    lines = NOTEBOOK.read_text(encoding="utf-8").splitlines()
    found = [number for number, line in enumerate(lines, start=1) if code in line]
    if len(found) != 1:
        raise LookupError(f"wanted one line with {code!r} in churn.py, found {found}")
    return found[0]


def fixed(mistake: Mistake) -> str:
    if not mistake.fixed:
        return "level 3, to come"
    path = Path(inspect.getfile(mistake.fixed)).relative_to(ROOT)
    _, line = inspect.getsourcelines(mistake.fixed)
    return f"[`{mistake.fixed.__name__}`](../{path.as_posix()}#L{line})"


def reported(measured: dict[str, Any]) -> str:
    lines = [
        "| id | AUC | precision | calibration | profit |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, one in measured.items():
        cells = [
            both(one["with"], metric)
            for metric in ("roc_auc", "average_precision", "calibration", "profit")
        ]
        if any(cell != "-" for cell in cells):
            lines.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def both(sides: dict[str, Any], metric: str) -> str:
    """Write a figure as claimed and as happened."""
    texts = [
        number(sides[side][metric]["mean"], metric) if metric in sides[side] else "-"
        for side in ("claimed", "happened")
    ]
    return "-" if texts == ["-", "-"] else " → ".join(texts)


def changes(measured: dict[str, Any]) -> str:
    head = f"| id | {' | '.join(METRICS.values())} |\n|---|{'--:|' * len(METRICS)}\n"
    rows = [
        f"| `{name}` | {' | '.join(difference(one, *key) for key in METRICS)} |\n"
        for name, one in measured.items()
    ]
    return head + "".join(rows)


def difference(one: dict[str, Any], side: str, metric: str) -> str:
    found = one["difference"][side].get(metric)
    if found is None or found["low"] == found["high"] == 0:
        return "-"
    reach = number((found["high"] - found["low"]) / 2, metric)
    text = f"{number(found['mean'], metric, '+')} ± {reach}"
    is_clear = found["low"] > 0 or found["high"] < 0
    is_seen = float(number(found["mean"], metric).replace(",", "")) != 0
    return f"**{text}**" if is_clear and is_seen else text


def number(value: float, metric: str, sign: str = "") -> str:
    digits = {"profit": 0, "calibration": 2}.get(metric, 3)
    return f"{value:{sign},.{digits}f}"
