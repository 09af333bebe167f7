"""Ticket features: how often customers write, about what, and how long they wait."""

import numpy as np
import pandas as pd

from level2_project.point_in_time.grid import DAY, Floats, Grid, Known, know, spread

WINDOWS = (28, 90, 180)  # days
TEXT_WINDOWS = (28, 90)
SLOW, FAST = 7, 1  # days to an answer: more than, at most


def ticket_features(
    grid: Grid, tickets: pd.DataFrame, text: pd.DataFrame
) -> dict[str, Floats]:
    """Count tickets, open tickets and answers, and sum what the texts say."""
    asked, resolved = (_first_news(tickets, event) for event in ("opened", "resolved"))
    opened, answered = know(grid, asked), know(grid, _answers(asked, resolved))
    took = answered.rows["answer_days"]
    return {
        "days_since_ticket": opened.days_since(), "n_tickets": opened.sums(),
        **opened.windows("n_tickets", WINDOWS), "last_answer_days": answered.last(took),
        **answered.windows("n_slow_answers", WINDOWS, took > SLOW),
        **answered.windows("n_fast_answers", WINDOWS, took <= FAST),
        **_waiting(opened, resolved), **_words(opened, text),
    }  # fmt: skip


def _first_news(tickets: pd.DataFrame, event: str) -> pd.DataFrame:
    """Keep one kind of event; of two rows on a ticket, the one that arrived first."""
    rows = tickets[tickets["event"] == event]
    return rows.sort_values("arrived_at", kind="stable").drop_duplicates("ticket_id")


def _answers(asked: pd.DataFrame, resolved: pd.DataFrame) -> pd.DataFrame:
    """Return one row per resolved ticket; it arrives with the later of its two rows."""
    pairs = asked.merge(resolved, on="ticket_id", suffixes=("", "_resolved"))
    took = pairs["event_at_resolved"] - pairs["event_at"]
    return pairs[["customer_id"]].assign(
        event_at=pairs["event_at_resolved"],
        arrived_at=pairs[["arrived_at", "arrived_at_resolved"]].max(axis=1),
        answer_days=took.dt.total_seconds() / DAY,
    )


def _waiting(opened: Known, resolved: pd.DataFrame) -> dict[str, Floats]:
    """Count open tickets, and the days for which the oldest has waited."""
    told_at = resolved.set_index("ticket_id")[["event_at", "arrived_at"]].max(axis=1)
    solved = told_at.reindex(opened.rows["ticket_id"])
    asked = opened.rows[["event_at", "arrived_at"]].max(axis=1)
    which, when = spread(opened.grid.cutoffs, asked, solved)
    cell = (opened.who[which], when)
    n_open, oldest = np.zeros(opened.grid.shape), np.zeros(opened.grid.shape)
    np.add.at(n_open, cell, 1)
    np.maximum.at(oldest, cell, (opened.grid.cutoffs[when] - opened.at[which]) / DAY)
    return {"n_open_tickets": n_open, "waiting_days": oldest}


def _words(opened: Known, text: pd.DataFrame) -> dict[str, Floats]:
    """Sum what the reader found; a ticket that was not read counts nothing."""
    found = text.drop_duplicates("ticket_id").set_index("ticket_id")
    found = found.reindex(opened.rows["ticket_id"]).fillna(0.0)
    sums = [opened.windows(column, TEXT_WINDOWS, found[column]) for column in found]
    return {name: values for windows in sums for name, values in windows.items()}
