"""Formats: how the files write values. Each function writes a whole column at once."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

ESCAPES = {"\\": r"\\", '"': r"\"", "\n": r"\n"}  # in JSON


def published(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with times as text, "2022-01-31 09:00:00Z"."""
    times = rows.select_dtypes("datetime")
    return rows.assign(**{name: as_text(times[name]) for name in times})


def as_text(values: pd.Series) -> pd.arrays.ArrowStringArray:
    """Return values as text, as the files write them."""
    if pd.api.types.is_datetime64_dtype(values):
        return time_text(values.to_numpy())
    return pd.array(pc.cast(pa.array(values), pa.string()), dtype="str")


def time_text(
    times: npt.NDArray[np.datetime64], zone: str | pa.Array = "Z"
) -> pd.arrays.ArrowStringArray:
    """Return times as text, "2022-01-31 09:00:00Z"."""
    text = pc.cast(pa.array(times.astype("M8[s]")), pa.string())
    return pd.array(pc.binary_join_element_wise(text, zone, ""), dtype="str")


def repeated(word: str, n: int) -> pd.arrays.ArrowStringArray:
    """Return one word `n` times, faster than pandas does."""
    return pd.array(pa.repeat(word, n), dtype="str")


def json_lines(rows: pd.DataFrame) -> bytes:
    """Return one JSON object per row and line; no rows are one empty line."""
    table = pa.Table.from_pandas(rows, preserve_index=False, nthreads=1)
    members = [_member(name, table[name]) for name in table.column_names]
    objects = pc.binary_join_element_wise(*members, ",")
    lines = pc.binary_join_element_wise("{", objects, "}", "").combine_chunks()
    whole = pa.ListArray.from_arrays([0, len(lines)], lines)
    return pc.binary_join(whole, "\n")[0].as_buffer().to_pybytes() + b"\n"


def _member(name: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return `"name":value`: words in quotes, numbers as they are, gaps as null."""
    text, quote = pc.cast(values, pa.string()), ""
    if pa.types.is_large_string(values.type):
        quote = '"'
        for special, escaped in ESCAPES.items():
            text = pc.replace_substring(text, special, escaped)
    text = pc.binary_join_element_wise(f'"{name}":{quote}', text, quote, "")
    return pc.coalesce(text, f'"{name}":null')
