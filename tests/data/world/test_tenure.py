"""Customers leave less the longer they have stayed, as the cited figures say."""

import numpy as np
import pandas as pd
import pytest

from data.world.beliefs import World
from data.world.company import Company
from data.world.history import history

WORLD, MOST = World(customers=20_000), 60
# Shifted beta-geometric (1.5, 30): share who leave in a month of tenure (FACTS).
CITED = {1: 0.048, 12: 0.035, 36: 0.023}
WITHIN = 0.15  # of the cited share, besides luck


@pytest.fixture(scope="module")
def first_stays() -> pd.DataFrame:
    """Customers and leavers of 24 months by tenure, without those who came back."""
    came_back, rows = np.zeros(0, bool), []
    for month in history(Company(WORLD, 61), 24):
        events, state = month.events, month.events.state
        came_back = np.pad(came_back, (0, len(state) - len(came_back)))
        here = state.active & ~came_back & (state.tenure < MOST)
        left = events.left[here] > 0
        rows.append(pd.DataFrame({"tenure": state.tenure[here], "left": left}))
        came_back |= events.return_day > 0
    return pd.concat(rows).groupby("tenure")["left"].agg(["sum", "count"])


def share_and_error(stays: pd.DataFrame, first: int, last: int) -> tuple[float, float]:
    left, here = stays.loc[first:last].sum()
    share = left / here
    return share, np.sqrt(share * (1 - share) / here)


@pytest.mark.parametrize(
    ("month", "first", "last"), [(1, 1, 1), (12, 10, 14), (36, 32, 40)]
)
def test_the_share_who_leave_is_the_cited_one(first_stays, month, first, last):
    share, error = share_and_error(first_stays, first, last)

    cited = CITED[month]

    assert error < 0.06 * cited
    assert abs(share - cited) < WITHIN * cited + 2 * error


def test_the_share_who_leave_falls_from_the_first_month_on(first_stays):
    spans = [(1, 2), (3, 5), (6, 11), (12, 23), (24, 35), (36, 59)]

    shares = [share_and_error(first_stays, *span)[0] for span in spans]

    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 1.7 * shares[-1]
