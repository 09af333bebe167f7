"""What is written a column at a time says the same as what is written row by row."""

import json

import numpy as np
import pandas as pd
import pytest

from data.sources.defects import ZONES
from data.sources.formats import json_lines, time_text
from data.sources.rows import keep_rows

TIMES = np.array(["2022-01-31T23:30:00", "2024-02-29T00:00:01"], "M8[s]")


def test_json_lines_are_read_back_as_they_were():
    words = ["", "plain", 'a "quote"', "back\\slash", "two\nlines", "naïve ✓", None]
    rows = pd.DataFrame({"n": range(-3, 4), "text": pd.Series(words, dtype="str")})

    lines = json_lines(rows).decode().splitlines()

    assert [json.loads(line)["text"] for line in lines] == words
    assert [json.loads(line)["n"] for line in lines] == list(range(-3, 4))


def test_json_lines_are_the_bytes_that_pandas_writes(small_clean):
    tickets = small_clean["tickets"][["ticket_id", "event", "text"]]

    assert json_lines(tickets).decode() == tickets.to_json(orient="records", lines=True)
    assert json_lines(tickets[:0]) == b"\n"


@pytest.mark.parametrize(("zone", "hours"), ZONES.items())
def test_local_times_are_read_back_as_the_moment_that_they_name(zone, hours):
    local = TIMES + np.timedelta64(hours, "h")

    named = pd.to_datetime(time_text(local, zone), utc=True)

    assert (named.tz_localize(None) == TIMES).all()


@pytest.mark.parametrize("source", ["usage", "tickets", "subscriptions"])
def test_picked_rows_are_those_that_pandas_picks(small_clean, source):
    rows = small_clean[source]
    where = np.arange(len(rows)) % 3 == 0

    picked = keep_rows(rows, where)

    pd.testing.assert_frame_equal(picked, rows[where].reset_index(drop=True))
