"""Found: the columns and settings that the last full run chose.

The judge fits the project in other worlds; the search is not repeated there. Columns
and settings come from `found.json`, which `make found` renews from a run.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).parents[1] / "found.json"


class Found(NamedTuple):
    columns: list[str]
    params: dict[str, Any]  # settings of the model


def read_found() -> Found:
    known = json.loads(FILE.read_text(encoding="utf-8"))
    return Found(known["columns"], known["params"])


def write_found(found: dict[str, Any]) -> None:
    """Write at least `columns` and `params`; the rest is what the README may say."""
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
