"""Found: what the last full run adopted, and what its searches found: `found.json`.

The judge fits the project in other worlds; the searches are not repeated there.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).parents[1] / "found.json"


class Found(NamedTuple):
    columns: list[str]
    params: dict[str, Any]  # settings of the model
    recipe: dict[str, Any]  # model, imbalance, recalibrate


def read_found(which: str = "adopted") -> Found:
    """Read what is used ("adopted"), or what the searches "found", used or not."""
    choices = json.loads(FILE.read_text(encoding="utf-8"))["choices"]
    return Found(**{name: choices[name][which] for name in Found._fields})
