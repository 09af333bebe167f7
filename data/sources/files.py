"""Files: a drop on disk is one folder, complete or not there at all.

Its `manifest.json` is written last. It lists each file with its rows, bytes, SHA-256
and schema version, as the sender had them: a file that a broken transfer cut differs.
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from data.sources.deliver import Drop
from data.sources.formats import json_lines, published, time_text

UNFINISHED = ".unfinished."  # begins the name of what is not complete yet
DROP_MANIFEST = "manifest.json"
SECOND_SCHEMA = "body"  # a column that only schema version 2 of the tickets has
FILES = {
    "customers": "customers.csv",
    "subscriptions": "subscriptions.csv",
    "transactions": "transactions.csv",
    "tickets": "tickets.jsonl",
    "usage": "usage.parquet",
    "offers": "offers.csv",
}


def write_drop(drop: Drop, folder: Path) -> Path:
    """Write a folder like `2022-01/`. It gets its name only when it is complete."""
    target = folder / drop.name
    unfinished = folder / f"{UNFINISHED}{target.name}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    entries = []
    for source, rows in drop.sources.items():
        path, meant = unfinished / FILES[source], drop.meant.get(source, rows)
        write_source(meant, path)
        entries.append(_entry(source, meant, path))
        if len(rows) < len(meant):
            _break_off(path, len(rows))
    sent_at = time_text(np.array([drop.sent_at]))[0]
    manifest = {"drop": drop.name, "sent_at": sent_at, "files": entries}
    (unfinished / DROP_MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    shutil.rmtree(target, ignore_errors=True)
    unfinished.rename(target)
    return target


def _entry(source: str, rows: pd.DataFrame, path: Path) -> dict[str, object]:
    """Return what the manifest says of a file."""
    content = path.read_bytes()
    return {
        "name": path.name,
        "source": source,
        "rows": len(rows),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "schema_version": 2 if SECOND_SCHEMA in rows else 1,
    }


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


def _break_off(path: Path, n_rows: int) -> None:
    """Cut a CSV in the middle of the row after `n_rows`, as a broken transfer does."""
    lines = path.read_bytes().splitlines(keepends=True)  # the header is the first
    whole, row = lines[: n_rows + 1], lines[n_rows + 1]
    path.write_bytes(b"".join(whole) + row[: len(row) // 2])
