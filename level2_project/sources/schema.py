"""Sources: what the files of the six sources must look like."""

from typing import NamedTuple

from data.calendar import month_name

INTEGER, NUMBER, TEXT, WORD, TIME = "integer", "number", "text", "word", "time"
MEANING = {
    INTEGER: "a whole number",
    NUMBER: "a finite number",
    TEXT: "text",
    WORD: "a word",
    TIME: 'a time with its zone, like "2022-01-31 09:00:00Z"',
}
SEND_AGAIN = "have the source send this month's file again"


class BadDrop(ValueError):
    """A drop cannot be used; the message names file, column, row and remedy."""


class Source(NamedTuple):
    """One source: its file in every drop, and how its rows are told apart."""

    file: str
    columns: dict[str, str]  # name: kind
    key: tuple[str, ...]
    happened: str = "event_at"
    comes_in_campaigns: bool = False  # else something happens every day

    def of_kind(self, *kinds: str) -> list[str]:
        return [name for name, kind in self.columns.items() if kind in kinds]


SOURCES = {
    "customers": Source(
        "customers.csv",
        {
            "customer_id": INTEGER,
            "event": WORD,
            "event_at": TIME,
            "arrived_at": TIME,
            "email": TEXT,
            "region": WORD,
            "channel": WORD,
            "company_size": NUMBER,
        },
        key=("customer_id", "event", "event_at"),
    ),
    "subscriptions": Source(
        "subscriptions.csv",
        {
            "event_id": INTEGER,
            "customer_id": INTEGER,
            "event": WORD,
            "event_at": TIME,
            "arrived_at": TIME,
            "plan": WORD,
            "contract": WORD,
            "seats": NUMBER,
            "monthly_fee_usd": NUMBER,
            "ends_on": TIME,
            "reason": WORD,
        },
        key=("event_id",),
    ),
    "transactions": Source(
        "transactions.csv",
        {
            "transaction_id": INTEGER,
            "customer_id": INTEGER,
            "kind": WORD,
            "event_at": TIME,
            "arrived_at": TIME,
            "amount_usd": NUMBER,
        },
        key=("transaction_id",),
    ),
    "tickets": Source(
        "tickets.jsonl",
        {
            "ticket_id": INTEGER,
            "customer_id": INTEGER,
            "event": WORD,
            "event_at": TIME,
            "arrived_at": TIME,
            "text": TEXT,
        },
        key=("ticket_id", "event"),
    ),
    "usage": Source(
        "usage.parquet",
        {
            "customer_id": INTEGER,
            "day": TIME,
            "client": WORD,
            "minutes": INTEGER,
            "sessions": INTEGER,
            "arrived_at": TIME,
        },
        key=("customer_id", "day"),
        happened="day",
    ),
    "offers": Source(
        "offers.csv",
        {
            "offer_id": INTEGER,
            "customer_id": INTEGER,
            "event_at": TIME,
            "arrived_at": TIME,
            "campaign": WORD,
            "arm": WORD,
            "discount": NUMBER,
            "discount_months": INTEGER,
        },
        key=("offer_id",),
        comes_in_campaigns=True,
    ),
}
MAY_BE_EMPTY = {"company_size", "ends_on", "reason", "text"}
RENAMED = {"tickets": {"body": "text"}}  # what a source called a column at other times
WORDS = {  # what later steps tell apart; other words are taken as they come
    ("customers", "event"): ("created", "updated"),
    ("subscriptions", "event"): ("start", "return", "change", "cancel"),
    ("subscriptions", "plan"): ("solo", "team", "business"),
    ("subscriptions", "contract"): ("monthly", "annual"),
    ("transactions", "kind"): (
        "paid", "failed", "retry_paid", "retry_failed", "refund",
    ),
    ("tickets", "event"): ("opened", "resolved"),
    ("usage", "client"): ("web", "ios", "android"),
    ("offers", "arm"): ("treated", "control"),
}  # fmt: skip


class Place(NamedTuple):
    """Where in the drops something lies."""

    file: str
    column: str = "-"
    row: str = "-"  # 1 is the first after the header

    def refuse(self, wanted: str, found: object, remedy: str) -> BadDrop:
        """Make the error that says what was wanted, what was found, what to do."""
        return BadDrop(
            f"{self.file}, column {self.column}, row {self.row}: wanted {wanted}, "
            f"found {found}. Remedy: {remedy}."
        )


def file_of(source: str, month: int) -> str:
    """Name a source's file within the folder of all drops, "2022-03/usage.parquet"."""
    return f"{month_name(month)}/{SOURCES[source].file}"
