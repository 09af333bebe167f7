"""Formats: CSV, JSON lines and Parquet as frames, refused where a row is broken.

Cells are as they stand in the file: `drops.py` checks what they hold. `names` are the
columns that the file should have. A file that pyarrow cannot read raises its error.
"""

import json

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from level2_project.sources.schema import SEND_AGAIN, Place


def read_csv(content: bytes, names: list[str], place: Place) -> pd.DataFrame:
    """Read all cells as text; an empty cell is missing."""
    broken: list[pacsv.InvalidRow] = []

    def note(row: pacsv.InvalidRow) -> str:
        broken.append(row)
        return "skip"

    table = pacsv.read_csv(
        pa.BufferReader(content),
        pacsv.ReadOptions(use_threads=False),  # else rows have no numbers
        pacsv.ParseOptions(invalid_row_handler=note, ignore_empty_lines=False),
        pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
        ),
    )
    for row in broken[:1]:
        where, found = place._replace(row=str(row.number - 1)), row.actual_columns
        wanted = f"{row.expected_columns} cells"
        raise where.refuse(wanted, f"{found}: {row.text!r}", SEND_AGAIN)
    return table.to_pandas()


def read_json(content: bytes, names: list[str], place: Place) -> pd.DataFrame:
    """Read one object a line, cells as text; a month without rows is an empty line."""
    rows = []
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            rows.append(dict(json.loads(line)))
        except (ValueError, TypeError):
            if content.strip():
                where, found = place._replace(row=str(number)), repr(line[:60])
                raise where.refuse("a JSON object", found, SEND_AGAIN) from None
    columns = None if rows else names
    return pd.DataFrame(rows, columns=columns, dtype=object).astype("str")


def read_parquet(content: bytes, names: list[str], place: Place) -> pd.DataFrame:
    return pq.read_table(pa.BufferReader(content)).to_pandas()
