"""Tickets: what customers wrote to support. A small grammar makes the sentences."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.calendar import days_in, first_day
from data.sources.rows import Times, arrives, working_time
from data.world.beliefs import TOPICS, World
from data.world.company import Company
from data.world.drift import Tickets
from data.world.state import Bools, Floats, Ints
from data.world.step import STAYS, Events

Texts = npt.NDArray[np.object_]

CALM = ("Hi,", "Hello,", "Good morning,", "Hi there,", "Dear team,", "")
CROSS = ("Again:", "Hello?", "Third time now.", "Seriously,", "I am fed up.", "")
THING = (
    "the weekly report", "the export", "the calendar sync", "the mobile app",
    "the dashboard", "single sign-on", "the invoice page", "the import wizard",
    "search", "notifications", "the shared workspace", "the API",
)  # fmt: skip
SENTENCE = {
    "how_to": (
        "how do I set up {}?",
        "is there a guide for {}?",
        "where do I find {}?",
        "can I change who sees {}?",
        "what is the best way to use {} with a new colleague?",
        "I would like to understand {} better.",
        "can you show me {}?",
    ),
    "bug": (
        "{} stopped working this morning.",
        "{} shows an error and nothing else.",
        "since the update {} is very slow.",
        "{} loses what I entered.",
        "{} does not load on my machine.",
        "numbers in {} are wrong.",
        "{} keeps logging me out.",
    ),
    "price": (
        "is there a cheaper plan that still has {}?",
        "the price has become hard to justify for {}.",
        "do you offer a discount if we only need {}?",
        "our budget was cut, what would {} alone cost?",
        "why do we pay so much more than last year for {}?",
        "a competitor quoted us less, including {}.",
    ),
    "cancel": (
        "how do I close my account and keep the data from {}?",
        "we are thinking of leaving, {} is not enough.",
        "what happens to {} if we cancel?",
        "please tell me the notice period, we hardly use {}.",
        "we are moving to another tool because of {}.",
        "how do I export everything in {} before we stop?",
    ),
}
THANKS = ("Thanks!", "Thank you.", "Best regards", "Cheers", "No rush.", "")
PRESSURE = (
    "This is urgent.", "We cannot work like this.", "Please answer this time.",
    "I expect a reply today.", "Very disappointing.", "",
)  # fmt: skip


def tickets(company: Company, events: Events) -> pd.DataFrame:
    """Return one row per ticket opened and one per ticket resolved, without text."""
    world, month, written = company.world, events.month, _written(events)
    customer_id = events.state.customer_id[written.who]
    at = _opened_at(company, month, written)
    days = _answer_days(world, month, written)
    resolved_at = at + (86400 * days).astype("m8[s]")
    cross = events.state.irritation[written.who] > world.cross_irritation
    text = messages(_choices(company, month, written), written.topic, cross)
    ticket_id = (customer_id * 1000 + month) * 10 + written.part
    no_text = np.full(len(at), None)
    asked = _rows(ticket_id, customer_id, "opened", at, text)
    answered = _rows(ticket_id, customer_id, "resolved", resolved_at, no_text)
    return pd.concat([asked, answered], ignore_index=True)


def _written(events: Events) -> Tickets:
    """Return the tickets of customers who wrote before they left."""
    tickets, left_day = events.drift.tickets, events.left_day
    who = tickets.who
    in_time = (events.left[who] == STAYS) | (tickets.day <= left_day[who])
    here = events.state.active[who] & in_time
    return Tickets(*(column[here] for column in tickets))


def _opened_at(company: Company, month: int, written: Tickets) -> Times:
    at = first_day(month).astype("M8[s]") + (written.day - 1).astype("m8[D]")
    for part, mine in _parts(written):
        n = int(written.who[mine].max()) + 1
        at[mine] += working_time(company, f"ticket.{part}", month, n)[written.who[mine]]
    return at


def _answer_days(world: World, month: int, written: Tickets) -> Floats:
    """Return the days to the answer, which must arrive by the end of the next month."""
    last = days_in(month) - written.day + days_in(month + 1) - 0.5
    most = np.minimum(last, world.answer_days_most)
    return np.minimum(written.resolved_after, most)


def _choices(company: Company, month: int, written: Tickets) -> Floats:
    """Draw four uniforms for every customer, keep the writers'.  # (n_tickets, 4)"""
    choice = np.empty((len(written.who), 4))
    for part, mine in _parts(written):
        n = int(written.who[mine].max()) + 1
        drawn = company.streams(f"ticket.text.{part}", month).random((n, 4))
        choice[mine] = drawn[written.who[mine]]
    return choice


def _parts(written: Tickets) -> list[tuple[int, Bools]]:
    """Mark the tickets that are a customer's first of the month, second, and so on."""
    return [(int(part), written.part == part) for part in np.unique(written.part)]


def _rows(
    ticket_id: Ints, customer_id: Ints, event: str, at: Times, text: Texts
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ticket_id": ticket_id,
            "customer_id": customer_id,
            "event": event,
            "event_at": at,
            "arrived_at": arrives("tickets", at),
            "text": pd.Series(text, dtype="str"),
        }
    )


def messages(choice: Floats, topic: Ints, cross: Bools) -> Texts:
    """Write one message per ticket; `cross` customers greet and close impatiently.

    Args:
        choice: uniform draws for greeting, sentence, thing and closing.  # (n, 4)
        topic: position in TOPICS.  # (n,)
    """
    greeting = np.where(
        cross, _one_of(CROSS, choice[:, 0]), _one_of(CALM, choice[:, 0])
    )
    closing = np.where(
        cross, _one_of(PRESSURE, choice[:, 3]), _one_of(THANKS, choice[:, 3])
    )
    options = [_one_of(SENTENCE[name], choice[:, 1]) for name in TOPICS]
    sentence = np.choose(topic, options) if len(topic) else np.empty(0, object)
    thing = _one_of(THING, choice[:, 2])
    parts = zip(greeting, sentence, thing, closing, strict=True)
    texts = [_message(hi, body.format(what), bye) for hi, body, what, bye in parts]
    return np.asarray(texts, dtype=object)


def _message(greeting: str, body: str, closing: str) -> str:
    if not greeting.endswith(","):
        body = body[0].upper() + body[1:]
    return f"{greeting} {body} {closing}".strip()


def _one_of(options: tuple[str, ...], uniform: Floats) -> Texts:
    """Return for each draw one of the options, all equally likely."""
    return np.asarray(options, object)[(uniform * len(options)).astype(int)]
