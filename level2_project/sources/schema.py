"""Schema: what the files of the six sources must look like."""

from typing import NamedTuple

import pandera.pandas as pa

from data.calendar import month_name
from level2_project import UserError
from level2_project.sources.columns import (
    number,
    parquet_time,
    parquet_word,
    text,
    time,
    whole,
    word,
)

SEND_AGAIN = "have the source send this month's file again"
NEW_COLUMN = "ask the source what changed; a new name goes into RENAMED in schema.py"
RENAMED = {"tickets": {"body": "text"}}  # what a source called a column at other times


class BadDrop(UserError):
    """A drop cannot be used; the message names file, column, row and remedy."""


class Place(NamedTuple):
    """Where in the drops something lies."""

    file: str
    column: str = "-"
    row: str = "-"  # 1 is the first after the header

    def refuse(self, wanted: str, found: object, remedy: str) -> BadDrop:
        """Return the error that says what was wanted, what was found, what to do."""
        return BadDrop(
            f"{self.file}, column {self.column}, row {self.row}: wanted {wanted}, "
            f"found {found}. Remedy: {remedy}."
        )


class Source(NamedTuple):
    """One source: its file in every drop, and how its rows are told apart."""

    file: str
    columns: dict[str, pa.Column]
    key: tuple[str, ...]
    happened: str = "event_at"
    comes_in_campaigns: bool = False  # else something happens every day

    def of_kind(self, kind: dict[str, str]) -> list[str]:
        """List the columns whose cells are times or words."""
        return [name for name, c in self.columns.items() if c.metadata == kind]


SOURCES = {
    "customers": Source(
        "customers.csv",
        {
            "customer_id": whole(),
            "event": word("created", "updated"),
            "event_at": time(),
            "arrived_at": time(),
            "email": text(),
            "region": word(),
            "channel": word(),
            "company_size": number(nullable=True),
        },
        key=("customer_id", "event", "event_at"),
    ),
    "subscriptions": Source(
        "subscriptions.csv",
        {
            "event_id": whole(),
            "customer_id": whole(),
            "event": word("start", "return", "change", "cancel"),
            "event_at": time(),
            "arrived_at": time(),
            "plan": word("solo", "team", "business"),
            "contract": word("monthly", "annual"),
            "seats": number(),
            "monthly_fee_usd": number(),
            "ends_on": time(nullable=True),
            "reason": word(nullable=True),
        },
        key=("event_id",),
    ),
    "transactions": Source(
        "transactions.csv",
        {
            "transaction_id": whole(),
            "customer_id": whole(),
            "kind": word("paid", "failed", "retry_paid", "retry_failed", "refund"),
            "event_at": time(),
            "arrived_at": time(),
            "amount_usd": number(),
        },
        key=("transaction_id",),
    ),
    "tickets": Source(
        "tickets.jsonl",
        {
            "ticket_id": whole(),
            "customer_id": whole(),
            "event": word("opened", "resolved"),
            "event_at": time(),
            "arrived_at": time(),
            "text": text(nullable=True),
        },
        key=("ticket_id", "event"),
    ),
    "usage": Source(
        "usage.parquet",
        {
            "customer_id": whole("Int32"),
            "day": parquet_time(),
            "client": parquet_word("web", "ios", "android"),
            "minutes": whole("Int32"),
            "sessions": whole("Int8", "a whole number up to 127"),
            "arrived_at": parquet_time(),
        },
        key=("customer_id", "day"),
        happened="day",
    ),
    "offers": Source(
        "offers.csv",
        {
            "offer_id": whole(),
            "customer_id": whole(),
            "event_at": time(),
            "arrived_at": time(),
            "campaign": word(),
            "arm": word("treated", "control"),
            "discount": number(),
            "discount_months": whole(),
        },
        key=("offer_id",),
        comes_in_campaigns=True,
    ),
}


def file_of(source: str, month: int) -> str:
    """Name a source's file within the folder of all drops, "2022-03/usage.parquet"."""
    return f"{month_name(month)}/{SOURCES[source].file}"
