"""Drops: one source of one month, read as it lies there, refused when it is unfit."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from pandera.errors import SchemaErrors
from pandera.pandas import DataFrameSchema

from data.calendar import first_day
from level2_project.sources import repairs
from level2_project.sources.columns import TIME, WORD
from level2_project.sources.formats import read_csv, read_json, read_parquet
from level2_project.sources.schema import (
    NEW_COLUMN,
    RENAMED,
    SEND_AGAIN,
    SOURCES,
    BadDrop,
    Place,
    file_of,
)

READ = {".csv": read_csv, ".jsonl": read_json, ".parquet": read_parquet}
SMALL = {  # usage is nine tenths of all rows; minutes will hold NaN
    "customer_id": "int32",
    "minutes": "float32",
    "sessions": "int8",
    "day": "datetime64[s]",
    "arrived_at": "datetime64[s]",
}


class Delivery(NamedTuple):
    """One source of one month, after all repairs that need no other month.

    Attributes:
        rows: the source's columns, and `drop`, the number of the month.
        is_cut: the file ended in the middle of a row, which was left out.
        repaired: how many rows each repair touched.
    """

    rows: pa.Table
    is_cut: bool
    repaired: dict[str, int]


def read_bytes(raw: Path, month: int, source: str) -> bytes:
    """Read the file of one source of one month.

    Raises:
        BadDrop: there is none, or it cannot be opened.
    """
    place = Place(file_of(source, month))
    try:
        return (raw / place.file).read_bytes()
    except OSError as error:
        found = f"none in {(raw / place.file).parent} ({error.strerror})"
        remedy = "fetch the drop again, or run `make data`"
        raise place.refuse("a file", found, remedy) from None


def read_drop(content: bytes, month: int, source: str) -> Delivery:
    """Read, check and repair one source of one month.

    Raises:
        BadDrop: the file is damaged, a column is unknown or missing, or a cell is
            empty, of a wrong type, an unknown word or from after the month.
    """
    place, names = Place(file_of(source, month)), list(SOURCES[source].columns)
    ends = len(content) if source == "usage" else content.rfind(b"\n") + 1
    if not ends:
        raise place.refuse("whole rows", f"{len(content)} bytes", SEND_AGAIN)
    try:
        rows = READ[Path(place.file).suffix](content[:ends], names, place)
    except (pa.ArrowException, OSError) as error:
        raise place.refuse("a whole file", repr(str(error)), SEND_AGAIN) from None
    rows, n_renamed = repairs.settle_schema(rows, source)
    rows, repaired = _settled(checked(rows, source, place), source)
    _check_arrivals(rows["arrived_at"], month, place)
    if source in RENAMED:
        repaired = {"settle_schema": n_renamed} | repaired
    if source == "usage":  # too long to be sorted again when all months are there
        rows = rows.sort_values("arrived_at", kind="stable")
    rows = rows[names].assign(drop=np.int16(month))
    table = pa.Table.from_pandas(rows, preserve_index=False)
    return Delivery(table, ends < len(content), repaired)


def _settled(rows: pd.DataFrame, source: str) -> tuple[pd.DataFrame, dict[str, int]]:
    """Write times and words one way, and count the rows that were written otherwise."""
    if source == "usage":  # Parquet knows times and words
        return rows.astype(SMALL), {}
    times, words = (SOURCES[source].of_kind(kind) for kind in (TIME, WORD))
    rows, n_local = repairs.settle_time_zones(rows, times)
    rows, n_mistyped = repairs.settle_spellings(rows, words)
    return rows, {"settle_time_zones": n_local, "settle_spellings": n_mistyped}


def checked(rows: pd.DataFrame, source: str, place: Place) -> pd.DataFrame:
    """Check all columns and cells of a file, and turn text into numbers.

    Raises:
        BadDrop: the message names the first wrong cell, and counts the others.
    """
    try:
        return _schema(source).validate(rows, lazy=True)
    except SchemaErrors as error:
        raise _refused(error.failure_cases, rows, source, place) from None


@cache
def _schema(source: str) -> DataFrameSchema:
    columns = SOURCES[source].columns
    return DataFrameSchema(columns, strict=True, unique_column_names=True)


def _refused(
    cases: pd.DataFrame, rows: pd.DataFrame, source: str, place: Place
) -> BadDrop:
    columns = SOURCES[source].columns
    header = cases.loc[cases["schema_context"] == "DataFrameSchema", "failure_case"]
    if len(header):
        where = place._replace(column=", ".join(map(str, header)), row="header")
        wanted, found = f"the columns {', '.join(columns)}", ", ".join(rows)
        return where.refuse(wanted, found, NEW_COLUMN)
    cells = cases.drop_duplicates(["column", "index"]).sort_values("index")
    first = cells.iloc[0]
    column = columns[first["column"]]
    if pd.isna(first["index"]):  # the type of the whole column is wrong
        row, found = "all", f"the type {rows[first['column']].dtype}"
    else:
        cell = rows[first["column"]].iloc[int(first["index"])]
        row = str(int(first["index"]) + 1)
        found = "an empty cell" if pd.isna(cell) else repr(cell)
    if len(cells) > 1:
        found += f" ({len(cells) - 1} more cells are wrong)"
    where = place._replace(column=first["column"], row=row)
    return where.refuse(column.title, found, column.description or SEND_AGAIN)


def _check_arrivals(arrived_at: pd.Series, month: int, place: Place) -> None:
    """Refuse rows from after their drop's month: nobody could have known them."""
    early = np.flatnonzero(arrived_at >= pd.Timestamp(first_day(month + 1)))
    for row in early[:1]:
        where = place._replace(column="arrived_at", row=str(row + 1))
        wanted, found = f"a time before {first_day(month + 1)}", arrived_at.iloc[row]
        remedy = "check that the file lies in the right month"
        raise where.refuse(wanted, found, remedy)
