"""Recorded: all that the sources say of a customer, clean, as of a cutoff.

The observable ceiling is fitted on these columns, and rules on one trace look at them.
They come from the emitted rows by arrival time, without mess: what a perfect repair of
the sources could know, no more. A new price is known once an invoice shows it, a
contract once its row has arrived.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from data.calendar import days_in, first_day
from data.sources.rows import Frames
from data.sources.tickets import CROSS, PRESSURE, SENTENCE
from data.world.beliefs import CHANNELS, PLANS, REGIONS, TOPICS, World
from data.world.state import FIRST_CUSTOMER_ID, NEVER, TERM_MONTHS, Bools, Floats, Ints

WINDOWS = ((0, 4), (4, 8), (8, 15), (15, 22), (22, 31))  # days before the cutoff
ATTEMPTS = ("failed", "retry_failed", "retry_paid", "paid")
RISE = 1.02  # times the fee known before: less is rounding


@dataclass
class Recorded:
    """Grows month by month; `features` may be asked for after any month."""

    world: World
    memory: dict[str, Floats] = field(default_factory=dict)
    usage_weeks: Floats = field(default_factory=lambda: np.zeros((0, 2 * len(WINDOWS))))
    asked: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))  # open

    def learn(self, month: int, arrived: Frames, n: int) -> None:
        """Take in what arrived in `month`; `n` customers are known by its end."""
        self.memory = {k: _grow(k, v, n) for k, v in self.memory.items()}
        self._customers(arrived["customers"], n)
        self._offers(arrived["offers"], n)
        self._prices(arrived["transactions"], n)
        self._subscriptions(month, arrived["subscriptions"], n)
        self._usage(month, arrived["usage"], n)
        self._tickets(month, arrived["tickets"], n)
        self._billing(month, arrived["transactions"], n)

    def columns(self) -> dict[str, Floats]:
        """Return every column by its name.  # each (n_customers,)"""
        known = {k: v for k, v in self.memory.items() if k != "started_on"}
        weeks = {f"usage_week_{i}": v for i, v in enumerate(self.usage_weeks.T)}
        return {**known, **weeks}

    def features(self) -> Floats:
        """Return one row per customer.  # (n_customers, n_features)"""
        return np.column_stack(list(self.columns().values())).astype(np.float32)

    def _set(
        self, name: str, rows: pd.DataFrame, values: Floats | Ints, n: int
    ) -> None:
        """Keep each customer's newest value; unknown is -1."""
        kept = self.memory.setdefault(name, np.full(n, -1.0))
        kept[_position(rows)] = values

    def _customers(self, rows: pd.DataFrame, n: int) -> None:
        for name, known in (("region", REGIONS), ("channel", CHANNELS)):
            self._set(name, rows, pd.Index(known).get_indexer(rows[name]), n)
        self._set("company_size", rows, rows["company_size"].to_numpy(float), n)

    def _remember(self, name: str, now: Floats, keep: float) -> None:
        """Add this month's value to a fading sum that keeps `keep` a month."""
        self.memory[name] = keep * self.memory.get(name, np.zeros(len(now))) + now

    def _since(self, name: str, now: Floats | Bools) -> None:
        before = self.memory.get(name, np.full(len(now), float(NEVER)))
        self.memory[name] = np.where(now > 0, 1.0, np.minimum(before + 1, NEVER))

    def _usage(self, month: int, rows: pd.DataFrame, n: int) -> None:
        past = first_day(month + 1).astype("M8[s]")
        age = ((past - rows["day"].to_numpy()) // np.timedelta64(86400, "s")) - 1
        who = _position(rows)
        spent = rows["minutes"].to_numpy(float)
        in_window = [(age >= a) & (age < b) for a, b in WINDOWS]
        weeks = [np.bincount(who[here], minlength=n) for here in in_window]
        weeks += [np.bincount(who[here], spent[here], n) for here in in_window]
        self.usage_weeks = np.column_stack(weeks).astype(float)
        days = _count(who, n)
        self.memory["days_before"] = self.memory.get("days_now", np.zeros(n))
        self.memory["days_now"] = days
        minutes: Floats = np.bincount(who, weights=spent, minlength=n).astype(float)
        self.memory["minutes"] = minutes
        last = np.full(n, 99.0)
        np.minimum.at(last, who, age)
        self.memory["last_seen"] = last
        for name, keep in (
            ("days_medium", 0.7),
            ("days_long", 0.9),
            ("days_ever", 0.97),
        ):
            self._remember(name, days, keep)
            self._remember(name.replace("days", "minutes"), minutes, keep)
            self._remember(f"{name}_weight", np.ones(n), keep)

    def _tickets(self, month: int, rows: pd.DataFrame, n: int) -> None:
        opened = rows[rows["event"] == "opened"]
        text, who = opened["text"], _position(opened)
        found = topic_of(text)
        cross = text.str.startswith(CROSS[:-1]) | text.str.endswith(PRESSURE[:-1])
        self.memory["cross"] = _count(who[cross.to_numpy(bool)], n)
        for number, topic in enumerate(TOPICS):
            now = _count(who[found == number], n)
            self._remember(f"tickets_{topic}", now, 0.6)
        self._since("since_price", _count(who[found == TOPICS.index("price")], n))
        self._since("since_any", _count(who, n))
        self._answers(month, rows, n)

    def _answers(self, month: int, rows: pd.DataFrame, n: int) -> None:
        """Keep how long answers took and the oldest open ticket waits, in days."""
        opened, resolved = (rows[rows["event"] == e] for e in ("opened", "resolved"))
        fresh = pd.Series(_days(opened["event_at"]), opened["ticket_id"].to_numpy())
        asked = pd.concat([self.asked, fresh])
        took = _days(resolved["event_at"]) - asked.reindex(resolved["ticket_id"])
        took = took.to_numpy()
        self._remember("slow", _count(_position(resolved[took > 7]), n), 0.6)
        self._remember("fast", _count(_position(resolved[took <= 1]), n), 0.6)
        self.asked = asked[~asked.index.isin(resolved["ticket_id"])]
        cutoff = float(first_day(month + 1).astype(np.int64))
        waiting = np.full(n, -1.0)
        np.maximum.at(waiting, _asker(self.asked), cutoff - self.asked.to_numpy())
        self.memory["waiting"] = waiting

    def _billing(self, month: int, rows: pd.DataFrame, n: int) -> None:
        day = (rows["event_at"].to_numpy() - first_day(month).astype("M8[s]")) // (
            np.timedelta64(86400, "s")
        )
        left = days_in(month) - day
        for kind in ATTEMPTS:
            is_kind = (rows["kind"] == kind).to_numpy()
            last = np.full(n, 99.0)
            np.minimum.at(last, _position(rows[is_kind]), left[is_kind])
            self.memory[f"days_since_{kind}"] = last
        failed = _count(_position(rows[rows["kind"] == "failed"]), n)
        self._remember("failures", failed, 0.97)
        invoices = _count(_position(rows[rows["kind"].isin(["failed", "paid"])]), n)
        self._remember("invoices", invoices, 0.97)
        self._since("since_failed", failed)

    def _prices(self, rows: pd.DataFrame, n: int) -> None:
        """Note whose invoice shows a higher fee than the one known before.

        An invoice is written under the contract at the month's start: call this before
        the month's changes are taken in.
        """
        known = self.memory.setdefault("fee", np.full(n, -1.0))
        annual = self.memory.get("annual", np.zeros(n)) == 1
        offered = self.memory["since_offer"] <= self.world.discount_months
        rows = rows[rows["kind"].isin(["failed", "paid"])]
        who = _position(rows)
        months = np.where(annual, TERM_MONTHS, 1 - self.world.discount * offered)
        fee = np.zeros(n)
        fee[who] = rows["amount_usd"].to_numpy(float) / months[who]
        self._since("since_rise", (known > 0) & (fee > RISE * known))
        self.memory["fee"] = np.where((fee > 0) & (known > 0), fee, known)

    def _subscriptions(self, month: int, rows: pd.DataFrame, n: int) -> None:
        for event in ("return", "change", "cancel"):
            now = _count(_position(rows[rows["event"] == event]), n)
            self._since(f"since_{event}", now)
        self._terms(rows[rows["event"] != "cancel"], n)
        cutoff = first_day(month + 1)
        began = self.memory["started_on"].astype(np.int64).astype("M8[D]")
        tenure = (cutoff.astype("M8[M]") - began.astype("M8[M]")).astype(float)
        self.memory["tenure"] = tenure
        self.memory["billing_day"] = (began - began.astype("M8[M]")).astype(float) + 1
        term = (tenure - 1) % TERM_MONTHS
        self.memory["term_month"] = np.where(self.memory["annual"] == 1, term, -1.0)

    def _terms(self, rows: pd.DataFrame, n: int) -> None:
        """Take over the contract that each newest row states."""
        before = self.memory.get("seats", np.full(n, -1.0)).copy()
        started = rows[rows["event"] == "start"]
        self._set("started_on", started, np.floor(_days(started["event_at"])), n)
        self._set("plan", rows, pd.Index(PLANS).get_indexer(rows["plan"]), n)
        self._set("annual", rows, (rows["contract"] == "annual").to_numpy(float), n)
        self._set("seats", rows, rows["seats"].to_numpy(float), n)
        self._set("fee", rows, rows["monthly_fee_usd"].to_numpy(float), n)
        seats = self.memory["seats"]
        moved = np.where(before > 0, np.sign(seats - before), 0.0)
        self._remember("seats_moved", moved, 0.7)
        self._since("since_shrunk", moved < 0)

    def _offers(self, rows: pd.DataFrame, n: int) -> None:
        treated = rows[rows["arm"] == "treated"]
        self._since("since_offer", _count(_position(treated), n))


def topic_of(text: pd.Series) -> Ints:
    """Return a message's topic by its words: each topic has sentences of its own."""
    found = np.zeros(len(text), np.int64)
    for number, topic in enumerate(TOPICS):
        for sentence in SENTENCE[topic]:
            start, end = sentence.split("{}")
            part = max(start, end, key=len).strip()[1:]
            found[text.str.contains(part, regex=False).to_numpy(bool)] = number
    return found


def _position(rows: pd.DataFrame) -> Ints:
    return rows["customer_id"].to_numpy(np.int64) - FIRST_CUSTOMER_ID


def _asker(asked: pd.Series) -> Ints:
    """Return the position of the customer who opened each ticket."""
    customer_id: Ints = asked.index.to_numpy(np.int64) // 10_000
    return customer_id - FIRST_CUSTOMER_ID


def _days(times: pd.Series) -> Floats:
    """Return days since 1970, with fractions."""
    return times.to_numpy().astype("M8[s]").astype(np.int64) / 86400


def _count(who: Ints, n: int) -> Floats:
    return np.bincount(who, minlength=n).astype(float)


def _grow(name: str, values: Floats, n: int) -> Floats:
    """Make room for new customers, of whom nothing has been recorded."""
    fill = NEVER if name.startswith("since") else 0.0
    return np.concatenate([values, np.full(n - len(values), fill)])
