"""Value: what a customer and an offer are worth, against recursion by hand."""

from dataclasses import replace

import numpy as np
import pytest

from data.judge.future import Future, Life, foresee
from data.judge.value import best_schedule, gain, offer_cost, worth
from data.world.beliefs import World
from data.world.company import Company
from tests.data.judge.by_hand import Values, customer_at, nobody, schedules, value_of
from tests.worlds import state_at

WORLD, N = World(customers=60, open_months=10), 60
NO_RETURN = replace(WORLD, return_probability=0.0)


def random_life(generator: np.random.Generator) -> Life:
    """Draw chances, fees and cuts far wider than the world's, dogs among them."""
    shape, early = (36, N), (np.arange(36) < 14)[:, None]
    return Life(
        voluntary=np.where(early, 0.4, 0.1) * generator.random(shape),
        involuntary=0.08 * generator.random(shape),
        fee=5 + 60 * generator.random(shape),
        cut=generator.random(shape) - 0.3,
    )


def random_future(seed: int) -> Future:
    generator = np.random.default_rng(seed)
    annual = generator.random(N) < 0.4
    renewal = generator.integers(0, 12, N)
    runs_on = [np.where(annual, (renewal - t) % 12, 0) for t in range(36)]
    lives = random_life(generator), random_life(generator)
    return Future(*lives, runs_on=np.array(runs_on), annual=annual)


def real_future() -> Future:
    """Foresee a small world, its newcomers left out."""
    state = state_at(WORLD, 3, 10)
    future = foresee(Company(WORLD, 3), state)
    some = np.flatnonzero(state.active)[:N]
    lives = (
        Life(*(column[:, some] for column in vars(life).values()))
        for life in (future.first, future.again)
    )
    return Future(*lives, future.runs_on[:, some], future.annual[some])


@pytest.fixture(scope="module", params=["random", "real"])
def future(request) -> Future:
    return random_future(seed=1) if request.param == "random" else real_future()


def test_worth_is_that_of_recursion_by_hand(future):
    without = worth(WORLD, future)

    by_hand = [Values(customer_at(WORLD, future, i), nobody) for i in range(N)]

    for t in (0, 1, 7, 11, 12, 30, 36):
        for again, values in ((False, without.first), (True, without.again)):
            expected = [hand.here(t, again) for hand in by_hand]
            assert values[t].sum(axis=0) == pytest.approx(expected)
        gone = [hand.gone(t, 0) for hand in by_hand]
        assert without.gone[t].sum(axis=0) == pytest.approx(gone, abs=1e-9)


def test_the_sealed_year_and_the_run_off_are_kept_apart(future):
    """With fees of the run-off alone, the sealed year's part is nothing."""
    late = (np.arange(36) >= 12)[:, None]
    lives = (replace(x, fee=x.fee * late) for x in (future.first, future.again))
    whole, run_off = worth(WORLD, future), worth(WORLD, Future(*lives, *rest(future)))

    assert (run_off.first[:, 0] == 0).all()
    assert run_off.first[:, 1] == pytest.approx(whole.first[:, 1])


def rest(future: Future) -> tuple[np.ndarray, np.ndarray]:
    return future.runs_on, future.annual


def test_the_gain_of_one_offer_is_that_of_recursion_by_hand(future):
    gained = gain(WORLD, future, worth(WORLD, future))

    for i in range(N):
        hand = Values(customer_at(WORLD, future, i), nobody, costs=False)
        for again, mine in ((False, gained.first), (True, gained.again)):
            expected = [hand.offer(t, again) - hand.here(t, again) for t in range(12)]
            assert mine[:, :, i].sum(axis=1) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("again", [False, True])
def test_the_cost_of_an_offer_is_that_by_hand(future, again):
    for t in range(12):
        by_hand = [customer_at(WORLD, future, i).cost(t, again) for i in range(N)]

        assert offer_cost(WORLD, future, t, again) == pytest.approx(by_hand)


# --- the best schedule ---------------------------------------------------------------


def test_no_way_to_offer_is_worth_more_than_the_best_schedule(future):
    """The recursion weighs both ways at every chance, returned or not."""
    schedule = best_schedule(WORLD, future, worth(WORLD, future))
    better_than_nothing = []

    for i in range(N):
        customer = customer_at(WORLD, future, i)

        def plan(t: int, again: bool, i: int = i) -> bool:
            return bool((schedule.again if again else schedule.first)[t, i])

        ours = Values(customer, plan).here(0, False)
        best = Values(customer, None).here(0, False)
        assert ours == pytest.approx(best)
        better_than_nothing.append(
            best > Values(customer, nobody).here(0, False) + 0.01
        )

    assert np.mean(better_than_nothing) > 0.05


def test_the_best_schedule_is_the_best_of_all_that_there_are(future):
    """Every schedule is tried, for customers who never come back."""
    schedule = best_schedule(NO_RETURN, future, worth(NO_RETURN, future))
    tried = list(schedules())

    for i in range(N):
        customer = customer_at(NO_RETURN, future, i)
        values = {months: value_of(customer, months) for months in tried}
        chosen: list[int] = []
        for t in np.flatnonzero(schedule.first[:, i]):
            if not chosen or t - chosen[-1] >= 6:
                chosen.append(int(t))
        assert values[tuple(chosen)] == pytest.approx(max(values.values()))

    assert len(tried) == 1 + 12 + 21


def test_both_ways_by_hand_agree(future):
    """The walk and the recursion, two ways of writing the same words."""
    for i in range(5):
        customer = customer_at(NO_RETURN, future, i)
        for months in ((), (0,), (3, 9), (11,)):
            walk = value_of(customer, months)

            recursion = Values(customer, lambda t, again, m=months: t in m)

            assert walk == pytest.approx(recursion.here(0, False))
