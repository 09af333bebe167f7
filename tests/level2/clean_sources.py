"""Clean sources: what a perfect repair of the six sources would give."""

import pandas as pd
from level2_project.load import Sources

from data.deliver import late_rows
from data.mess import Mess
from data.rows import Frames
from data.streams import Streams

TYPES = {
    "customers": {"company_size": float},
    "subscriptions": {"seats": float},
    "usage": {"minutes": "float32"},
}


def clean_sources(emitted: Frames) -> Sources:
    """Put clean rows into the types of loaded ones, some of them late, as they arrive.

    Args:
        emitted: one frame per source.
    """
    return Sources(**{name: _arriving(name, rows) for name, rows in emitted.items()})


def _arriving(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    rows, _ = late_rows(Mess(), Streams(1), 0, name, rows)
    rows = rows.astype(TYPES.get(name, {}))
    return rows.sort_values("arrived_at", kind="stable", ignore_index=True)
