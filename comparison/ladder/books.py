"""Books: every line of level 2's code, booked once.

A line stands with the rung that brings it. What belongs to none is booked under `REST`.
"""

from comparison.ladder.code_lines import NOTEBOOK, booked, lines_of_code
from comparison.ladder.rungs import LEVEL1

REST = "rest"
BOOKS = {
    "snapshots": (
        "load.py", "label.py", "snapshots.py", "features.py",
        "sources/__init__.py", "sources/drops.py", "sources/schema.py",
        "sources/interim.py", "sources/repairs.py: Repaired settle_schema "
        "settle_time_zones", "point_in_time/__init__.py", "point_in_time/grid.py",
        "point_in_time/keys.py", "point_in_time/contract.py",
        "point_in_time/billing.py", "point_in_time/tickets.py",
        "point_in_time/usage.py",
    ),
    "sources": (
        "point_in_time/contract.py: _prices _yearly_term",
        "point_in_time/billing.py: offer_features",
        "point_in_time/tickets.py: _answers _waiting",
        "point_in_time/usage.py: Seen _visible _trends _surprise _clients",
    ),
    "repaired": ("sources/repairs.py", "load.py: _repairs"),
    "text": (
        "text/__init__.py", "text/reader.py", "text/ai.py", "text/endpoint.py",
        "text/prompt.py", "point_in_time/tickets.py: _words",
    ),
    "walk_forward": (
        "split.py", "evaluate.py", "measures/__init__.py", "measures/curves.py",
        "measures/interval.py", "measures/metrics.py",
    ),
    "lightgbm": (
        "compare.py", "train.py", "models/__init__.py", "models/balance.py",
        "models/encode.py",
    ),
    "selection": ("select.py",),
    "tuning": ("tune.py",),
    "expected_profit": ("decide.py", "predict.py", "measures/gain.py"),
    "reachable": ("measures/gain.py: reachable",),
    "completeness": ("sources/completeness.py",),
    REST: (
        "__init__.py", "__main__.py", "config.py", "exam.py", "flow.py", "report.py",
        "steps.py", "work.py", "pages/__init__.py", "pages/html.py",
        "pages/pictures.py", "pages/verdicts.py", "pages/words.py",
        "run/__init__.py", "run/display.py", "run/folder.py", "run/found.py",
    ),
}  # fmt: skip


def lines_by_rung() -> dict[str, int]:
    """Count the lines of code that each rung brings; level 1's are the notebook's."""
    counts = {name: len(lines) for name, lines in booked(BOOKS).items()}
    return {LEVEL1: len(lines_of_code(NOTEBOOK)), **counts}
