"""Drops: one source of one month, read as it lies there, refused when it is unfit.

What comes back has the source's columns, times of text files still as text, and two
more that say where a row comes from: `drop` (number of the month) and `file_row`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from level2_project.sources.formats import NUMBERS, read_csv, read_json, read_parquet
from level2_project.sources.repairs import spelled
from level2_project.sources.schema import (
    INTEGER,
    MAY_BE_EMPTY,
    MEANING,
    NUMBER,
    RENAMED,
    SEND_AGAIN,
    SOURCES,
    TIME,
    WORD,
    WORDS,
    Place,
    file_of,
)

PARQUET: dict[str, Callable[[pa.DataType], bool]] = {
    INTEGER: pa.types.is_integer,
    TIME: pa.types.is_timestamp,
    WORD: lambda kind: pa.types.is_dictionary(kind) or pa.types.is_string(kind),
}
SMALL = {  # usage is nine tenths of all rows; minutes will hold NaN
    "customer_id": pa.int32(),
    "minutes": pa.float32(),
    "sessions": pa.int8(),
    "day": pa.timestamp("s"),
    "arrived_at": pa.timestamp("s"),
}


class Part(NamedTuple):
    """One source of one drop."""

    rows: pd.DataFrame
    is_cut: bool  # the file ended in the middle of a row, which was left out


def read_part(raw: Path, month: int, source: str) -> Part:
    """Read one source of one month's drop.

    Raises:
        BadDrop: the file is missing or damaged, a column is unknown or missing, or a
            cell is empty, of a wrong type or an unknown word.
    """
    place = Place(file_of(source, month))
    try:
        table, is_cut = _read(raw / place.file, source, place)
        _check_columns(table, source, place)
        table = _checked(table, source, place)
    except pa.ArrowInvalid as error:
        raise place.refuse("a whole file", repr(str(error)), SEND_AGAIN) from None
    file_row = np.arange(1, len(table) + 1, dtype=np.int32)
    rows = table.to_pandas().assign(drop=np.int16(month), file_row=file_row)
    return Part(_by_arrival(rows) if source == "usage" else rows, is_cut)


def _read(path: Path, source: str, place: Place) -> tuple[pa.Table, bool]:
    """Read a file, but for a last line that was cut off."""
    if not path.is_file():
        remedy = "fetch the drop again, or run `make data`"
        raise place.refuse("a file", f"none in {path.parent}", remedy)
    content = path.read_bytes()
    if path.suffix == ".parquet":
        return read_parquet(content), False
    whole = content[: content.rfind(b"\n") + 1]
    if not whole:
        raise place.refuse("whole rows", f"{len(content)} bytes", SEND_AGAIN)
    read = read_json if path.suffix == ".jsonl" else read_csv
    return read(whole, source, place), len(whole) < len(content)


def _check_columns(table: pa.Table, source: str, place: Place) -> None:
    found, renamed = table.column_names, RENAMED.get(source, {})
    wanted = SOURCES[source].columns
    unknown = [name for name in found if name not in wanted and name not in renamed]
    missing = wanted.keys() - {renamed.get(name, name) for name in found}
    doubled = {name for name in found if found.count(name) > 1}
    if not (unknown or missing or doubled):
        return
    wrong = ", ".join([*unknown, *sorted(missing | doubled)])
    raise place._replace(column=wrong, row="header").refuse(
        f"the columns {', '.join(wanted)}",
        ", ".join(found),
        "ask the source what changed; a new name goes into RENAMED in sources.py",
    )


def _checked(table: pa.Table, source: str, place: Place) -> pa.Table:
    """Check every cell and turn text into numbers; times stay as they are."""
    for index, name in enumerate(table.column_names):
        kind = SOURCES[source].columns.get(name)
        if kind is None:  # renamed; it is text
            continue
        here = place._replace(column=name)
        typed = _from_parquet if source == "usage" else _from_text
        column = typed(table[name], kind, here)
        _check_words(column, WORDS.get((source, name)), here)
        table = table.set_column(index, name, column)
    return table


def _from_text(column: pa.ChunkedArray, kind: str, place: Place) -> pa.ChunkedArray:
    wanted = NUMBERS.get(kind, pa.string())
    try:
        cells = column.cast(wanted)
    except pa.ArrowInvalid:
        _refuse_first([not _casts(c, wanted) for c in column], column, kind, place)
        raise
    if kind == NUMBER:
        infinite = pc.invert(pc.is_finite(cells)).fill_null(False)
        _refuse_first(infinite, column, kind, place)
    if place.column not in MAY_BE_EMPTY:
        _refuse_first(column.is_null(), column, kind, place)
    return cells


def _casts(cell: pa.Scalar, wanted: pa.DataType) -> bool:
    try:
        cell.cast(wanted)
    except pa.ArrowInvalid:
        return False
    return True


def _from_parquet(column: pa.ChunkedArray, kind: str, place: Place) -> pa.ChunkedArray:
    if not PARQUET[kind](column.type):
        where = place._replace(row="all")
        raise where.refuse(MEANING[kind], f"the type {column.type}", SEND_AGAIN)
    if column.null_count:
        _refuse_first(column.is_null(), column, kind, place)
    try:
        return column.cast(SMALL.get(place.column, column.type))
    except pa.ArrowInvalid as error:
        where = place._replace(row="unknown")
        raise where.refuse(MEANING[kind], repr(str(error)), SEND_AGAIN) from None


def _check_words(
    column: pa.ChunkedArray, known: tuple[str, ...] | None, place: Place
) -> None:
    if known is None:
        return
    unknown = [w for w in column.unique().to_pylist() if spelled(w) not in known]
    if unknown:
        where = place._replace(row=str(column.to_pylist().index(unknown[0]) + 1))
        remedy = (
            "ask the source what it means; a new word goes into WORDS in sources.py"
        )
        raise where.refuse(f"one of {', '.join(known)}", repr(unknown[0]), remedy)


def _refuse_first(
    is_bad: npt.ArrayLike, column: pa.ChunkedArray, kind: str, place: Place
) -> None:
    """Refuse the first bad cell, if there is one."""
    for row in np.flatnonzero(np.asarray(is_bad))[:1]:
        where, found = place._replace(row=str(row + 1)), column[int(row)].as_py()
        raise where.refuse(MEANING[kind], repr(found), SEND_AGAIN)


def _by_arrival(usage: pd.DataFrame) -> pd.DataFrame:
    """Sort by arrival, and let clients be the same categories in every drop."""
    usage = usage.iloc[np.argsort(usage["arrived_at"].to_numpy(), kind="stable")]
    clients = pd.CategoricalDtype(list(WORDS["usage", "client"]))
    return usage.astype({"client": clients})
