import numpy as np
import pandas as pd

from level2_project.grid import Floats, Grid, days_since, know, last, only, sums, DAY, spread

WINDOWS = (28, 90)


def ticket_features(grid, tickets, text):
    opened = know(grid, first_told(tickets, "opened"))
    answers = know(grid, _answers(tickets))
    took = answers.rows["answer_days"]
    slow, fast = only(answers, took > 7), only(answers, took <= 1)
    out = {"days_since_ticket": days_since(opened), "n_tickets": sums(opened)}
    for days in WINDOWS:
        out[f"tickets_{days}"] = sums(opened, days=days)
        out[f"slow_{days}"] = sums(slow, days=days)
        out[f"fast_{days}"] = sums(fast, days=days)
    out["tickets_180"] = sums(opened, days=180)
    out["slow_180"] = sums(slow, days=180)
    out["open_tickets"] = out["n_tickets"] - sums(answers)
    out["waiting_days"] = waiting(grid, tickets)
    out["answer_days"] = last(answers, took)
    return {**out, **_text(opened, text)}


def first_told(tickets, event):
    return tickets[tickets["event"] == event].drop_duplicates("ticket_id")


def _answers(tickets):
    pairs = first_told(tickets, "opened").merge(first_told(tickets, "resolved"), on="ticket_id", suffixes=("", "_r"))
    took = (pairs["event_at_r"] - pairs["event_at"]).dt.total_seconds() / DAY
    arrived = pairs[["arrived_at", "arrived_at_r"]].max(axis=1)
    return pairs[["ticket_id", "customer_id"]].assign(event_at=pairs["event_at_r"], arrived_at=arrived, answer_days=took)


def waiting(grid, tickets):
    opened = know(grid, first_told(tickets, "opened"))
    solved = first_told(tickets, "resolved").set_index("ticket_id")["arrived_at"].reindex(opened.rows["ticket_id"])
    from level2_project.grid import seconds, first_after
    past = np.where(solved.isna(), grid.shape[1], first_after(grid.cutoffs, seconds(solved)))
    which, when = spread(opened.enters, past)
    out = np.zeros(grid.shape)
    age = (grid.cutoffs[when] - opened.at[which]) / DAY
    np.maximum.at(out, (opened.who[which], when), age)
    return out


def _text(opened, text):
    about = text.drop_duplicates("ticket_id").set_index("ticket_id").reindex(opened.rows["ticket_id"]).fillna(0.0)
    return {f"{c}_{d}": sums(opened, about[c].to_numpy(), d) for c in about for d in WINDOWS}
