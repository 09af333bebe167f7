"""Exam: the judge runs the notebook's own cells; what is read is what is examined."""

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import jupytext
import pandas as pd

READS = "flat"  # the judge lays flat.csv and active.csv into the inbox

SOURCE = Path(__file__).with_name("churn.py")
TITLE = "Who will leave?"  # the imports and settings stand under it
FIT = "load label features split train evaluate decide".split()  # all but `explore`


def fit(inbox: Path, outbox: Path) -> None:
    """Write `claim.json` and the model, once, from what the open months left."""
    _run(FIT, inbox, outbox)


def predict(inbox: Path, cutoff: str, outbox: Path) -> None:
    """Write `predictions.parquet`, one row per customer in `active.csv`.

    Args:
        cutoff: the day of the export, "2024-01-01".

    Raises:
        KeyError: the notebook left a customer out.
    """
    _run(["predict"], inbox, outbox)
    active = pd.read_csv(inbox / "active.csv")["customer_id"]
    predictions = pd.read_csv(outbox / "predictions.csv").set_index("customer_id")
    rows = predictions.loc[active].reset_index()
    rows.insert(1, "cutoff", cutoff)
    rows.to_parquet(outbox / "predictions.parquet", index=False)


def cells_by_step(source: str) -> dict[str, list[str]]:
    """Return the code cells of a percent script by the heading above them."""
    cells, heading = defaultdict(list), ""
    for cell in jupytext.reads(source, fmt="py:percent").cells:
        if cell.cell_type == "code":
            cells[heading].append(cell.source)
        elif found := re.match(r"#+ (.+)", cell.source):
            heading = found[1]
    return cells


def _run(steps: list[str], inbox: Path, outbox: Path) -> None:
    """Run steps in a namespace of their own; what must last lies in the outbox."""
    cells = cells_by_step(SOURCE.read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    for step in [TITLE, *steps]:
        for code in cells[step]:
            exec(compile(code, f"{SOURCE.name}, {step}", "exec"), names)
        names |= {"DATA": inbox, "OUT": outbox}
