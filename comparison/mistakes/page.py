"""Page: the figures of `MISTAKES.md`, and every sentence that states a result."""

import inspect
from pathlib import Path

from comparison.ladder.code_lines import NOTEBOOK
from comparison.mistakes.register import ELSEWHERE, REGISTER, Mistake
from comparison.mistakes.sentences import accuracies, again, in_short
from comparison.pooled import Effect, Figures, Pooled
from data.judge.interval import Interval
from data.report.freshness import ROOT
from data.report.publish import filled

PAGE = ROOT / "level1_notebook" / "MISTAKES.md"
FINE = {"profit": 0, "calibration": 2}  # digits; shares have 3, differences of them 4
METRICS = {
    ("claimed", "roc_auc"): "claimed AUC",
    ("happened", "roc_auc"): "actual AUC",
    ("claimed", "average_precision"): "claimed precision",
    ("happened", "average_precision"): "actual precision",
    ("happened", "calibration"): "actual calibration",
    ("happened", "profit"): "actual profit",
}


def page(found: Pooled, text: str, further: Pooled | None = None) -> str:
    """Fill the page's blocks; the words around them are written by hand.

    Args:
        further: the same of other worlds, if it was measured.
    """
    blocks = {
        "in_short": in_short(found.mistakes),
        "register": register(),
        "reported": reported(found.mistakes),
        "changes": changes(found.mistakes),
        "worlds": worlds(found),
        "further": again(bold(found), further),
        "accuracy": accuracies(found.mistakes["accuracy"]),
    }
    return filled(text, blocks)


def worlds(found: Pooled) -> str:
    return (
        f"{len(found.seeds)} worlds of {found.customers:,} customers, seeds "
        f"{min(found.seeds)} to {max(found.seeds)}."
    )


def bold(found: Pooled) -> dict[str, dict[tuple[str, str], Interval]]:
    """Return the differences that the page prints bold, by mistake and metric."""
    return {
        name: {
            metric: one
            for metric in METRICS
            if (one := effect.difference.get(*metric)) and is_bold(one, metric[1])
        }
        for name, effect in found.mistakes.items()
    }


def register() -> str:
    head = "| id | mistake | level 1's line | level 2's remedy |\n|---|---|---|---|\n"
    rows = [
        f"| `{name}` | {mistake.label} | {line_link(mistake)} | {fix_link(mistake)} |\n"
        for name, mistake in REGISTER.items()
    ]
    return head + "".join(rows)


def line_link(mistake: Mistake) -> str:
    """Link the line of the notebook that makes the mistake."""
    if mistake.line == ELSEWHERE:
        return "not in level 1; in many other notebooks"
    number = line_number(mistake.line)
    return f"[`churn.py`, line {number}](churn.py#L{number})"


def line_number(code: str) -> int:
    """Find a line of the notebook.

    Raises:
        LookupError: it is not there, or more than once.
    """
    lines = NOTEBOOK.read_text(encoding="utf-8").splitlines()
    found = [number for number, line in enumerate(lines, start=1) if code in line]
    if len(found) != 1:
        raise LookupError(f"wanted one line with {code!r} in churn.py, found {found}")
    return found[0]


def fix_link(mistake: Mistake) -> str:
    """Link the function of level 2 that avoids the mistake."""
    if not mistake.fix:
        return "none: it assumes a save rate; level 3 measures it"
    path = Path(inspect.getfile(mistake.fix)).relative_to(ROOT)
    _, line = inspect.getsourcelines(mistake.fix)
    return f"[`{mistake.fix.__name__}`](../{path.as_posix()}#L{line})"


def reported(mistakes: dict[str, Effect]) -> str:
    """Write a row per mistake: each metric as claimed and as it is."""
    lines = [
        "| id | AUC | precision | calibration | profit |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, effect in mistakes.items():
        cells = [
            claimed_and_actual(effect.done, metric)
            for metric in ("roc_auc", "average_precision", "calibration", "profit")
        ]
        if any(cell != "-" for cell in cells):
            lines.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def claimed_and_actual(figures: Figures, metric: str) -> str:
    sides = [figures.get(side, metric) for side in ("claimed", "happened")]
    if sides == [None, None]:
        return "-"
    return " → ".join(number(side.mean, metric) if side else "-" for side in sides)


def changes(mistakes: dict[str, Effect]) -> str:
    """Write a row per mistake: how it changes each metric."""
    head = f"| id | {' | '.join(METRICS.values())} |\n|---|{'--:|' * len(METRICS)}\n"
    rows = [
        f"| `{name}` | {' | '.join(_changes(effect.difference))} |\n"
        for name, effect in mistakes.items()
    ]
    return head + "".join(rows)


def _changes(difference: Figures) -> list[str]:
    return [change(difference.get(*metric), metric[1]) for metric in METRICS]


def change(found: Interval | None, metric: str) -> str:
    """Write a difference with half its interval, bold where it is clear."""
    if found is None or found.low is None or found.high is None:
        return "-"
    if found.low == found.high == 0:  # the mistake cannot change it
        return "-"
    digits = FINE.get(metric, 4)
    text = f"{found.mean:+,.{digits}f} ± {(found.high - found.low) / 2:,.{digits}f}"
    return f"**{text}**" if is_bold(found, metric) else text


def is_bold(found: Interval, metric: str) -> bool:
    """Tell whether the interval leaves out 0, and the printed mean is not 0."""
    return found.is_clear and round(found.mean, FINE.get(metric, 4)) != 0


def number(value: float, metric: str) -> str:
    return f"{value:,.{FINE.get(metric, 3)}f}"
