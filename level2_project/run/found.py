"""Found: the columns and settings that the last full run chose, in `found.json`.

The judge fits the project in other worlds; the search is not repeated there.
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
