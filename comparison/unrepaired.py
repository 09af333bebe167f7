"""Unrepaired: the six sources as they lie there, with the damage that level 2 repairs.

Times and renamed columns are settled all the same: without that nothing can be read.
"""

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd

from level2_project.load import Sources, load
from level2_project.sources import repairs
from level2_project.sources.repairs import Repaired

LEFT_OUT = (
    "settle_spellings", "drop_test_accounts", "drop_orphans", "drop_duplicates",
    "settle_units", "blank_absurd_values",
)  # fmt: skip


def unrepaired(inbox: Path, end: pd.Timestamp) -> Sources:
    """Read what had arrived before `end`, and repair nothing.

    Level 2's own `load` reads; its repairs are replaced by one that does nothing.
    """
    stand_ins: dict[str, Any] = dict.fromkeys(LEFT_OUT, as_it_is)
    with patch.multiple(repairs, **stand_ins):
        return load(inbox, end).sources


def as_it_is(rows: pd.DataFrame, *_: Any, **__: Any) -> Repaired:
    """Return the rows as they are."""
    return Repaired(rows, 0)
