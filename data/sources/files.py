"""Files: a drop on disk is one folder a month, complete or not there at all."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from data.calendar import month_name
from data.sources.deliver import Drop
from data.sources.formats import json_lines, published
from data.sources.mess import Mess

UNFINISHED = ".unfinished."  # begins the name of what is not complete yet
FILES = {
    "customers": "customers.csv",
    "subscriptions": "subscriptions.csv",
    "transactions": "transactions.csv",
    "tickets": "tickets.jsonl",
    "usage": "usage.parquet",
    "offers": "offers.csv",
}


def write_drop(drop: Drop, folder: Path, mess: Mess | None = None) -> Path:
    """Write a folder like `2022-01/`. It gets its name only when it is complete."""
    target = folder / month_name(drop.month)
    unfinished = folder / f"{UNFINISHED}{target.name}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    for source, rows in drop.sources.items():
        write_source(rows, unfinished / FILES[source])
    for source, month, _ in mess.cut_drops if mess else ():
        if month == drop.month and FILES[source].endswith(".csv"):
            _append_half_a_row(unfinished / FILES[source])
    shutil.rmtree(target, ignore_errors=True)
    unfinished.rename(target)
    return target


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file with `write`. It gets its name only when it is complete."""
    unfinished = path.with_name(f"{UNFINISHED}{path.name}")
    write(unfinished)
    unfinished.rename(path)


def write_source(rows: pd.DataFrame, path: Path) -> None:
    """Write one source in the format that its file's ending names."""
    if path.suffix == ".parquet":
        write_parquet(rows, path)
    elif path.suffix == ".jsonl":
        path.write_bytes(json_lines(published(rows)))
    else:
        _write_csv(published(rows), path)


def write_parquet(rows: pd.DataFrame, path: Path) -> None:
    write_table(pa.Table.from_pandas(rows, preserve_index=False, nthreads=1), path)


def write_table(table: pa.Table, path: Path) -> None:
    """Write rows without gaps, each column in the way that is fast for its type.

    Statistics are left out, since no reader looks for single rows.
    """
    required = [column.with_nullable(False) for column in table.schema]
    small = [c.name for c in required if c.type in (pa.int8(), pa.int16())]
    pq.write_table(
        table.cast(pa.schema(required)),  # without the notes that pandas adds
        path,
        compression="lz4",
        use_dictionary=[c.name for c in required if _repeats(c)],
        column_encoding=dict.fromkeys(small, "DELTA_BINARY_PACKED"),
        write_statistics=False,
    )


def _repeats(column: pa.Field) -> bool:
    """Tell whether values repeat, so that a dictionary saves space."""
    number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    return not (number or column.name == "key")


def _write_csv(rows: pd.DataFrame, path: Path) -> None:
    table = pa.Table.from_pandas(rows, preserve_index=False, nthreads=1)
    table = table.combine_chunks()  # pyarrow 26.0.1 writes garbage for empty chunks
    header = ",".join(rows.columns) + "\n"
    options = pacsv.WriteOptions(include_header=False, quoting_style="none")
    with path.open("wb") as file:
        file.write(header.encode())
        pacsv.write_csv(table, file, options)


def _append_half_a_row(path: Path) -> None:
    """Append half a row, as a transfer that breaks off does."""
    content = path.read_bytes()
    last_row = content.splitlines()[-1]
    path.write_bytes(content + last_row[: len(last_row) // 2])
