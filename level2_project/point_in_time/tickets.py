"""Ticket features: how often customers write, about what, and how long they wait."""

import numpy as np
import pandas as pd

from level2_project.point_in_time.grid import (
    DAY,
    Floats,
    Grid,
    Known,
    days_since,
    first_after,
    know,
    last,
    only,
    seconds,
    spread,
    sums,
)

WINDOWS = (28, 90, 180)  # days
TEXT_WINDOWS = (28, 90)
SLOW, FAST = 7, 1  # days to an answer: more than, at most


def ticket_features(
    grid: Grid, tickets: pd.DataFrame, text: pd.DataFrame
) -> dict[str, Floats]:
    """Count tickets, open tickets and answers, and sum what the texts say.

    Args:
        tickets: one row per ticket opened, and per ticket resolved.
        text: one row per `ticket_id`, with numbers that say what was written.
    """
    opened = know(grid, _first_news(tickets, "opened"))
    return {
        "days_since_ticket": days_since(opened),
        "n_tickets": sums(opened),
        **{f"n_tickets_{days}": sums(opened, days=days) for days in WINDOWS},
        **_answers(know(grid, _answered(tickets))),
        **_waiting(opened, _first_news(tickets, "resolved")),
        **_words(opened, text),
    }


def _first_news(tickets: pd.DataFrame, event: str) -> pd.DataFrame:
    """Keep one kind of event; of two rows on a ticket, the one that arrived first."""
    rows = tickets[tickets["event"] == event]
    return rows.sort_values("arrived_at", kind="stable").drop_duplicates("ticket_id")


def _answered(tickets: pd.DataFrame) -> pd.DataFrame:
    """Return one row per resolved ticket; it arrives with the later of its two rows."""
    pairs = _first_news(tickets, "opened").merge(
        _first_news(tickets, "resolved"), on="ticket_id", suffixes=("", "_resolved")
    )
    took = pairs["event_at_resolved"] - pairs["event_at"]
    arrived_at = pairs[["arrived_at", "arrived_at_resolved"]].max(axis=1)
    return pd.DataFrame(
        {
            "customer_id": pairs["customer_id"],
            "event_at": pairs["event_at_resolved"],
            "arrived_at": arrived_at,
            "answer_days": took.dt.total_seconds() / DAY,
        }
    )


def _answers(answered: Known) -> dict[str, Floats]:
    took = answered.rows["answer_days"]
    slow, fast = only(answered, took > SLOW), only(answered, took <= FAST)
    return {
        "last_answer_days": last(answered, took),
        **{f"n_slow_answers_{days}": sums(slow, days=days) for days in WINDOWS},
        **{f"n_fast_answers_{days}": sums(fast, days=days) for days in WINDOWS},
    }


def _waiting(opened: Known, resolved: pd.DataFrame) -> dict[str, Floats]:
    """Count open tickets, and the days for which the oldest has waited."""
    resolved_at = resolved.set_index("ticket_id")[["event_at", "arrived_at"]].max(
        axis=1
    )
    solved = resolved_at.reindex(opened.rows["ticket_id"])
    past = first_after(opened.grid.cutoffs, seconds(solved))
    never = np.where(solved.isna(), opened.grid.shape[1], past)
    which, when = spread(opened.enters, never)
    cell = (opened.who[which], when)
    n_open, oldest = np.zeros(opened.grid.shape), np.zeros(opened.grid.shape)
    np.add.at(n_open, cell, 1)
    np.maximum.at(oldest, cell, (opened.grid.cutoffs[when] - opened.at[which]) / DAY)
    return {"n_open_tickets": n_open, "waiting_days": oldest}


def _words(opened: Known, text: pd.DataFrame) -> dict[str, Floats]:
    """Sum what the reader found; a ticket that was not read counts nothing."""
    found = text.drop_duplicates("ticket_id").set_index("ticket_id")
    found = found.reindex(opened.rows["ticket_id"]).fillna(0.0)
    return {
        f"{column}_{days}": sums(opened, found[column], days)
        for column in found
        for days in TEXT_WINDOWS
    }
