"""Drops: one source of one month, read as it lies there, refused when it is unfit.

A drop is named by its month, "2024-09"; sent again, it is "2024-09.r2".
"""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from data.calendar import first_day, month_number
from level2_project.sources import repairs, schema
from level2_project.sources.schema import SOURCES, Place, refusal

SMALL = {  # usage is nine tenths of all rows; minutes will hold NaN
    "customer_id": "int32", "minutes": "float32", "sessions": "int8",
    "day": "datetime64[s]", "arrived_at": "datetime64[s]",
}  # fmt: skip


class Delivery(NamedTuple):
    """One source of one month, after all repairs that need no other month."""

    rows: pa.Table  # the source's columns, and `drop`, the number of the month
    repaired: dict[str, int]  # how many rows each repair touched

    def came_by(self, end: pd.Timestamp) -> bool:
        """Tell whether it had been sent before `end`, by the arrival of its rows."""
        latest = pc.max(self.rows["arrived_at"]).as_py()
        return latest is None or latest < end


def read_drop(content: bytes, drop: str, source: str) -> Delivery:
    """Read, check and repair one file; refuse one that is damaged or not as wanted."""
    file, names = schema.file_of(source, drop), list(SOURCES[source].columns)
    if source != "usage" and not content.endswith(b"\n"):
        found = "half a row" if content else "0 bytes"
        raise refusal(Place(file, row="last"), "a whole file", found)
    try:
        rows = READ[Path(file).suffix](content, names, file)
    except (pa.ArrowException, OSError) as error:
        raise refusal(Place(file), "a whole file", repr(str(error))) from None
    rows, repaired = _settled(rows, source, file)
    month, sent_again = month_number(drop[:7]), "." in drop
    end = first_day(month + 1 + sent_again)  # nobody could have known what comes later
    for row in np.flatnonzero(rows["arrived_at"] >= pd.Timestamp(end))[:1]:
        where, found = Place(file, "arrived_at", row + 1), rows["arrived_at"].iloc[row]
        remedy = "check that the file lies in the right month"
        raise refusal(where, f"a time before {end}", found, remedy)
    if source == "usage":  # too long to be sorted again when all months are there
        rows = rows.sort_values("arrived_at", kind="stable")
    rows = rows[names].assign(drop=np.int16(month))
    table = pa.Table.from_pandas(rows, preserve_index=False)
    return Delivery(table, repaired)


def _settled(
    rows: pd.DataFrame, source: str, file: str
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Write columns, times and words one way, and count what was written otherwise."""
    rows, n_renamed = repairs.settle_schema(rows, source)
    rows = schema.checked(rows, source, file)
    if source == "usage":  # Parquet knows times and words
        return rows.astype(SMALL), {}
    repaired = {"settle_schema": n_renamed} if source in schema.RENAMED else {}
    for repair in (repairs.settle_time_zones, repairs.settle_spellings):
        rows, repaired[repair.__name__] = repair(rows, source)
    return rows, repaired


def read_csv(content: bytes, names: list[str], file: str) -> pd.DataFrame:
    """Read all cells as text; an empty cell is missing."""
    broken: list[pacsv.InvalidRow] = []

    def note(row: pacsv.InvalidRow) -> str:
        broken.append(row)
        return "skip"

    as_text = {"column_types": dict.fromkeys(names, pa.string()), "null_values": [""]}
    table = pacsv.read_csv(
        pa.BufferReader(content),
        pacsv.ReadOptions(use_threads=False),  # else rows have no numbers
        pacsv.ParseOptions(invalid_row_handler=note, ignore_empty_lines=False),
        pacsv.ConvertOptions(strings_can_be_null=True, **as_text),
    )
    for row in broken[:1]:
        where, wanted = Place(file, row=row.number - 1), f"{row.expected_columns} cells"
        raise refusal(where, wanted, f"{row.actual_columns}: {row.text!r}")
    return table.to_pandas()


def read_json(content: bytes, names: list[str], file: str) -> pd.DataFrame:
    """Read one object a line, cells as text; a month without rows is an empty line."""
    rows = []
    for number, line in enumerate(content.splitlines() if content.strip() else [], 1):
        try:
            rows.append(dict(json.loads(line)))
        except (ValueError, TypeError):
            where = Place(file, row=number)
            raise refusal(where, "a JSON object", repr(line[:60])) from None
    columns = None if rows else names
    return pd.DataFrame(rows, columns=columns, dtype=object).astype("str")


def read_parquet(content: bytes, names: list[str], file: str) -> pd.DataFrame:
    return pq.read_table(pa.BufferReader(content)).to_pandas()


READ = {".csv": read_csv, ".jsonl": read_json, ".parquet": read_parquet}
