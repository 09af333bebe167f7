"""Formats: CSV, JSON lines and Parquet as tables, refused where a row is broken."""

import json

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.json as pajson
import pyarrow.parquet as pq

from level2_project.sources.schema import (
    INTEGER,
    MEANING,
    NUMBER,
    RENAMED,
    SEND_AGAIN,
    SOURCES,
    TEXT,
    BadDrop,
    Place,
)

NUMBERS = {INTEGER: pa.int64(), NUMBER: pa.float64()}  # other kinds are text
JSON_NUMBERS = {INTEGER: (int,), NUMBER: (int, float)}


def read_csv(content: bytes, source: str, place: Place) -> pa.Table:
    """Read all cells as text; an empty cell is null."""
    broken: list[pacsv.InvalidRow] = []

    def note(row: pacsv.InvalidRow) -> str:
        broken.append(row)
        return "skip"

    table = pacsv.read_csv(
        pa.BufferReader(content),
        pacsv.ReadOptions(use_threads=False),  # else rows have no numbers
        pacsv.ParseOptions(invalid_row_handler=note, ignore_empty_lines=False),
        pacsv.ConvertOptions(
            column_types=dict.fromkeys(SOURCES[source].columns, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
        ),
    )
    if broken:
        raise _broken_row(broken[0], place)
    return table


def _broken_row(row: pacsv.InvalidRow, place: Place) -> BadDrop:
    where = place._replace(row=str(row.number - 1))
    wanted = f"{row.expected_columns} cells"
    return where.refuse(wanted, f"{row.actual_columns}: {row.text!r}", SEND_AGAIN)


def read_json(content: bytes, source: str, place: Place) -> pa.Table:
    """Read one object a line; a field that no line has is no column."""
    kinds = SOURCES[source].columns
    if not content.strip():  # a month without rows
        return pa.table(dict.fromkeys(kinds, pa.array([], pa.string())))
    kinds = kinds | dict.fromkeys(RENAMED.get(source, {}), TEXT)
    types = {name: NUMBERS.get(kind, pa.string()) for name, kind in kinds.items()}
    try:
        table = pajson.read_json(
            pa.BufferReader(content),
            pajson.ReadOptions(use_threads=False, block_size=len(content) + 1),
            pajson.ParseOptions(explicit_schema=pa.schema(list(types.items()))),
        )
    except pa.ArrowInvalid:
        raise _broken_line(content, kinds, place) from None
    return _without_absent_fields(table, json.loads(content.split(b"\n", 1)[0]))


def _without_absent_fields(table: pa.Table, first: dict[str, object]) -> pa.Table:
    """Drop columns that only the schema asked for."""
    empty = [n for n in table.column_names if table[n].null_count == len(table)]
    return table.drop_columns([name for name in empty if name not in first])


def _broken_line(content: bytes, kinds: dict[str, str], place: Place) -> BadDrop:
    """Find the first line that is no object or has a field of a wrong type."""
    for row, line in enumerate(content.splitlines(), start=1):
        where = place._replace(row=str(row))
        try:
            fields = json.loads(line).items()
        except (ValueError, AttributeError):
            return where.refuse("a JSON object", repr(line[:60]), SEND_AGAIN)
        for name, value in fields:
            kind = kinds.get(name, TEXT)
            if not isinstance(value, (*JSON_NUMBERS.get(kind, (str,)), type(None))):
                where = where._replace(column=name)
                return where.refuse(MEANING[kind], repr(value), SEND_AGAIN)
    return place.refuse("JSON objects with the same fields", "others", SEND_AGAIN)


def read_parquet(content: bytes) -> pa.Table:
    return pq.read_table(pa.BufferReader(content))
