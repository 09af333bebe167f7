"""Schema: what the files of the six sources must look like, checked by pandera.

Numbers are read from text; times and words stay text until a repair puts them right.
A column's `title` says what is wanted, its `description` what to do about a wrong cell.
"""

import re
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from level2_project import UserError

SEND_AGAIN = "have the source send this month's file again"
NEW_COLUMN = "ask the source what changed; a new name goes into RENAMED in schema.py"
NEW_WORD = "ask the source what it means; a new word goes into schema.py"
RENAMED = {"tickets": {"body": "text"}}  # what a source called a column at other times
TIME, WORD = {"kind": "time"}, {"kind": "word"}  # what repairs put right
HAS_ZONE = r"(?:Z|[+-]\d\d:\d\d)$"
CLIENTS = ["web", "ios", "android"]


class BadDrop(UserError):
    """A drop cannot be used; the message names file, column, row and remedy."""


class Place(NamedTuple):
    file: str
    column: str = "-"
    row: object = "-"  # 1 is the first after the header


def refusal(
    where: Place, wanted: str, found: object, remedy: str = SEND_AGAIN
) -> BadDrop:
    """Return the error that says what was wanted, what was found, what to do."""
    at = f"{where.file}, column {where.column}, row {where.row}"
    return BadDrop(f"{at}: wanted {wanted}, found {found}. Remedy: {remedy}.")


def utc(times: pd.Series) -> pd.Series:
    """Turn text in any time zone into UTC; NaT where it is no time or has no zone."""
    zoned = times.where(times.str.contains(HAS_ZONE, na=False))
    read = pd.to_datetime(zoned, utc=True, format="ISO8601", errors="coerce")
    return read.dt.tz_localize(None).astype("datetime64[s]")


@cache  # the same few words, a hundred thousand times
def spelled(word: str) -> str:
    """Write a word as the sources do when nobody types it by hand.

    >>> spelled(" North America. ")
    'north_america'
    """
    return re.sub(r"[\s_.-]+", "_", word.casefold()).strip("_")


def whole(kind: str = "int64", wanted: str = "a whole number") -> pa.Column:
    return pa.Column(kind, coerce=True, title=wanted)


def number(**options: Any) -> pa.Column:
    finite = pa.Check(np.isfinite)
    return pa.Column(float, finite, coerce=True, title="a finite number", **options)


def time(**options: Any) -> pa.Column:
    readable = pa.Check(lambda times: utc(times).notna())
    wanted = 'a time with its zone, like "2022-01-31 09:00:00Z"'
    return pa.Column(checks=readable, title=wanted, metadata=TIME, **options)


def word(*known: str, **options: Any) -> pa.Column:
    """Describe words: those that later steps tell apart, or any if none is named."""
    if not known:
        return pa.Column(title="a word", metadata=WORD, **options)
    is_known = pa.Check(lambda words: words.map(spelled, "ignore").isin(known))
    options |= {"title": f"one of {', '.join(known)}", "description": NEW_WORD}
    return pa.Column(checks=is_known, metadata=WORD, **options)


def parquet_time() -> pa.Column:
    return pa.Column(checks=pa.Check(pd.api.types.is_datetime64_dtype), title="a time")


class Source(NamedTuple):
    """One source: its file in every drop, and how its rows are told apart."""

    file: str
    key: tuple[str, ...]
    columns: dict[str, pa.Column]
    happened: str = "event_at"
    comes_in_campaigns: bool = False  # else something happens every day

    def of_kind(self, kind: dict[str, str]) -> list[str]:
        """List the columns whose cells are times or words."""
        return [name for name, c in self.columns.items() if c.metadata == kind]


WHEN = {"event_at": time(), "arrived_at": time()}
# fmt: off
SOURCES = {
    "customers": Source("customers.csv", ("customer_id", "event", "event_at"), {
        "customer_id": whole(), "event": word("created", "updated"), **WHEN,
        "email": pa.Column(title="text"), "region": word(), "channel": word(),
        "company_size": number(nullable=True),
    }),
    "subscriptions": Source("subscriptions.csv", ("event_id",), {
        "event_id": whole(), "customer_id": whole(),
        "event": word("start", "return", "change", "cancel"), **WHEN,
        "plan": word("solo", "team", "business"), "contract": word("monthly", "annual"),
        "seats": number(), "monthly_fee_usd": number(),
        "ends_on": time(nullable=True), "reason": word(nullable=True),
    }),
    "transactions": Source("transactions.csv", ("transaction_id",), {
        "transaction_id": whole(), "invoice_id": whole(), "customer_id": whole(),
        "kind": word("paid", "failed", "retry_paid", "retry_failed", "refund"), **WHEN,
        "amount_usd": number(),
    }),
    "tickets": Source("tickets.jsonl", ("ticket_id", "event"), {
        "ticket_id": whole(), "customer_id": whole(),
        "event": word("opened", "resolved"), **WHEN, "text": pa.Column(nullable=True),
    }),
    "usage": Source("usage.parquet", ("customer_id", "day"), {
        "customer_id": whole("Int32"), "day": parquet_time(),
        "client": pa.Column(pd.CategoricalDtype(CLIENTS), coerce=True,
            title=f"one of {', '.join(CLIENTS)}", description=NEW_WORD),
        "minutes": whole("Int32"), "arrived_at": parquet_time(),
        "sessions": whole("Int8", "a whole number up to 127"),
    }, happened="day"),
    "offers": Source("offers.csv", ("offer_id",), {
        "offer_id": whole(), "customer_id": whole(), **WHEN, "campaign": word(),
        "arm": word("treated", "control", "withheld"), "discount": number(),
        "discount_months": whole(),
    }, comes_in_campaigns=True),
}
# fmt: on


def file_of(source: str, drop: str) -> str:
    """Name a source's file within the folder of all drops, "2022-03/usage.parquet"."""
    return f"{drop}/{SOURCES[source].file}"


def checked(rows: pd.DataFrame, source: str, file: str) -> pd.DataFrame:
    """Check all columns and cells of a file, and turn text into numbers."""
    columns = SOURCES[source].columns
    schema = pa.DataFrameSchema(columns, strict=True, unique_column_names=True)
    try:
        return schema.validate(rows, lazy=True)
    except SchemaErrors as error:
        raise _refused(error.failure_cases, rows, columns, file) from None


def _refused(
    cases: pd.DataFrame, rows: pd.DataFrame, columns: dict[str, pa.Column], file: str
) -> BadDrop:
    header = cases.loc[cases["schema_context"] == "DataFrameSchema", "failure_case"]
    if len(header):
        where = Place(file, ", ".join(map(str, header)), "header")
        wanted = f"the columns {', '.join(columns)}"
        return refusal(where, wanted, ", ".join(rows), NEW_COLUMN)
    cells = cases.drop_duplicates(["column", "index"]).sort_values("index")
    name, index = cells[["column", "index"]].iloc[0]
    if pd.isna(index):  # the type of the whole column is wrong
        where, found = Place(file, name, "all"), f"the type {rows[name].dtype}"
    else:
        where, cell = Place(file, name, int(index) + 1), rows[name].iloc[int(index)]
        found = "an empty cell" if pd.isna(cell) else repr(cell)
    if len(cells) > 1:
        found += f" ({len(cells) - 1} more cells are wrong)"
    remedy = columns[name].description or SEND_AGAIN
    return refusal(where, columns[name].title, found, remedy)
