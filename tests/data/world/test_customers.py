"""Who the customers are: newcomers, their companies and seats, what they write."""

import numpy as np
import pytest

from data.world.beliefs import World
from data.world.company import Company
from data.world.company_offers import no_offers
from data.world.history import history
from data.world.newcomers import joins, newcomers
from tests.worlds import errors_off, live_on, state_at

WORLD = World(customers=20_000)


# --- newcomers -----------------------------------------------------------------------


def test_the_number_of_newcomers_varies_as_believed():
    """A count around the mean, with a spread of the month's own."""
    company, mean = Company(WORLD, 62), WORLD.joins * WORLD.customers
    believed = mean + (WORLD.joins_spread * mean) ** 2

    n = np.array([joins(company, month) for month in range(-200, 20)])

    assert abs(n.mean() - mean) < 4 * np.sqrt(believed / len(n))
    assert abs(n.var() / believed - 1) < 4 * np.sqrt(2 / len(n))


def test_no_decision_changes_the_number_of_newcomers():
    world = World(customers=1_000)
    state = state_at(world, 3, 20)
    offers = state.active, no_offers(state)

    lives = [live_on(Company(world, 3), state, chosen, 6) for chosen in offers]

    alone, together = ([len(e.joined) for e, _ in life] for life in lives)
    assert alone == together
    assert len(set(alone)) > 3


# --- companies and their seats -------------------------------------------------------


@pytest.fixture(scope="module")
def late_state():
    return state_at(WORLD, 63, 23)


def test_nobody_pays_for_more_seats_than_the_company_has_employees(late_state):
    assert (late_state.seats <= late_state.traits.company_size).all()


@pytest.mark.parametrize("times", [4, 16, 64])
def test_companies_have_the_believed_tail(times):
    """Employees per seat of newcomers: a Pareto distribution, no bound at 7.5."""
    tail, most = WORLD.company_size
    crowd = newcomers(Company(WORLD, 64), 0, 100_000)
    rounded_up_to = times - 0.5 / crowd.seats  # whole employees

    many = crowd.traits.company_size >= times * crowd.seats

    assert abs(errors_off(many, rounded_up_to ** (-1 / tail))) < 4
    assert crowd.traits.company_size.max() <= most


def test_larger_companies_pay_for_more_seats(late_state):
    logs = np.log([late_state.traits.company_size, late_state.seats])

    assert np.corrcoef(logs)[0, 1] > 0.6


# --- tickets -------------------------------------------------------------------------


def test_tickets_grow_with_the_seats_as_believed():
    """Log tickets per log seats, by Poisson regression on seats alone."""
    written, seats = tickets_and_seats()
    slope = np.log(mean_where(written, seats >= 20) / mean_where(written, seats == 1))
    run = np.log(seats[seats >= 20]).mean()

    error = (
        np.sqrt(1 / written[seats >= 20].sum() + 1 / written[seats == 1].sum()) / run
    )

    assert abs(slope / run - WORLD.ticket_by_seats) < 4 * error + 0.03  # risk differs
    assert written.max() >= 3


def tickets_and_seats() -> tuple[np.ndarray, np.ndarray]:
    """Return tickets a month and seats of the customers of six months."""
    written, seats = [], []
    for month in history(Company(WORLD, 65), 6):
        state, tickets = month.events.state, month.events.drift.tickets
        n = np.bincount(tickets.who, minlength=len(state))
        written.append(n[state.active])
        seats.append(state.seats[state.active])
    return np.concatenate(written), np.concatenate(seats)


def mean_where(values: np.ndarray, where: np.ndarray) -> float:
    return float(values[where].mean())
