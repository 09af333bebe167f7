"""Columns: the kinds of column that a file may have, checked by pandera.

Text files are checked as they come: numbers are read, times and words stay text until
a repair puts them right. A column's `title` says what is wanted of a cell, its
`description` what to do about another.
"""

import re
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

TIME, WORD = {"kind": "time"}, {"kind": "word"}  # what repairs put right
NEW_WORD = "ask the source what it means; a new word goes into schema.py"
HAS_ZONE = r"(?:Z|[+-]\d\d:\d\d)$"


def whole(kind: str = "int64", wanted: str = "a whole number") -> pa.Column:
    return pa.Column(kind, coerce=True, title=wanted)


def number(**options: Any) -> pa.Column:
    largest = np.finfo(float).max  # an infinite number is larger
    finite = pa.Check.in_range(-largest, largest)
    return pa.Column(float, finite, coerce=True, title="a finite number", **options)


def text(title: str = "text", **options: Any) -> pa.Column:
    return pa.Column(title=title, **options)  # a text file's cells are text as read


def time(**options: Any) -> pa.Column:
    readable = pa.Check(lambda times: utc(times).notna())
    wanted = 'a time with its zone, like "2022-01-31 09:00:00Z"'
    return text(wanted, checks=readable, metadata=TIME, **options)


def utc(times: pd.Series) -> pd.Series:
    """Turn text in any time zone into UTC; NaT where it is no time or has no zone."""
    zoned = times.where(times.str.contains(HAS_ZONE, na=False))
    read = pd.to_datetime(zoned, utc=True, format="ISO8601", errors="coerce")
    return read.dt.tz_localize(None).astype("datetime64[s]")


def word(*known: str, **options: Any) -> pa.Column:
    """Describe words: those that later steps tell apart, or any if none is named."""
    if not known:
        return text("a word", metadata=WORD, **options)
    return text(
        f"one of {', '.join(known)}",
        checks=pa.Check(lambda words: words.isin(_spellings(words, known))),
        description=NEW_WORD,
        metadata=WORD,
        **options,
    )


def _spellings(words: pd.Series, known: tuple[str, ...]) -> list[str]:
    return [word for word in words.dropna().unique() if spelled(word) in known]


def spelled(word: str) -> str:
    """Write a word as the sources do when nobody types it by hand.

    >>> spelled(" North America. ")
    'north_america'
    """
    return re.sub(r"[\s_.-]+", "_", word.casefold()).strip("_")


def parquet_time() -> pa.Column:
    return pa.Column(checks=pa.Check(pd.api.types.is_datetime64_dtype), title="a time")


def parquet_word(*known: str) -> pa.Column:
    kind = pd.CategoricalDtype(list(known))  # the same categories in every drop
    wanted = f"one of {', '.join(known)}"
    return pa.Column(kind, coerce=True, title=wanted, description=NEW_WORD)
