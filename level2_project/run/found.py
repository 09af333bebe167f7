"""Found: what the last full run found, kept beside the code that uses it.

The judge fits the project in other worlds; the search is not repeated there. Columns
and settings come from `found.json`, which `make found` renews from a run.
"""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "found.json"


def read_found() -> dict[str, Any]:
    """Read the `columns`, the `params`, and the figures that the README shows."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def write_found(found: dict[str, Any]) -> None:
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
