"""Traces: rules that see the records alone, and the one that was chosen."""

import json

import numpy as np
import pytest

from data.judge.ceiling.record import open_months
from data.judge.ceiling.traces import (
    CHOSEN,
    CHOSEN_ON,
    TRACES,
    best_trace,
    choose,
    marked_year,
    offers_on,
)
from data.judge.year import live
from data.options import SHOWN
from data.world.beliefs import CHANNELS, World

SMALL = World(customers=400)


@pytest.fixture(scope="module")
def opened():
    return open_months(SMALL, 7)


def test_there_are_thirty_traces_or_more_and_each_marks_some_but_not_all(opened):
    year = marked_year(*opened)
    shares = dict(zip(TRACES, year.seen.mean(axis=0), strict=True))

    assert len(TRACES) >= 30
    assert {name for name, share in shares.items() if not 0 < share < 1} == set()


def test_what_is_recorded_is_what_is_true_of_channel_and_tenure(opened):
    judge, record = opened
    state, columns = judge.begin.after, record.recorded.columns()
    here = state.active

    search = TRACES["channel paid_search"](columns)
    first_year = TRACES["first year"](columns)

    by_search = state.traits.channel == CHANNELS.index("paid_search")
    assert (search == by_search)[here].all()
    assert (first_year == (state.tenure <= 12))[here].all()


def test_a_price_rise_is_marked_once_an_invoice_has_shown_it(opened):
    judge, record = opened
    mine, marks = record.copied(), []
    trace = TRACES["price rise on an invoice within 4 months"]

    def look(cutoff):
        stayed = cutoff.state.active & ~cutoff.state.annual & (cutoff.state.tenure > 8)
        marks.append(trace(mine.recorded.columns())[stayed].mean())
        return offers_on(lambda columns: columns["fee"] < 0, mine)(cutoff)

    live(judge, look, mine.watch)

    rise = SMALL.price_rise_month[1]
    assert max(marks[: rise + 1]) < 0.1
    assert min(marks[rise + 1 : rise + 5]) > 0.9


def test_a_rule_offers_to_free_customers_with_the_trace_and_to_nobody_else(opened):
    judge, record = opened
    mine = record.copied()
    rule = offers_on(TRACES["first year"], mine)

    months = live(judge, rule, mine.watch)

    for month in months:
        offers, cutoff = month.decision.offers, month.cutoff
        assert offers.any()
        assert not (offers & ~cutoff.free).any()
        assert (cutoff.state.tenure[offers] <= 12).all()


def test_the_chosen_rule_earned_most_in_worlds_that_are_not_shown():
    chosen = json.loads(CHOSEN.read_text())
    usd = chosen["usd_per_1000_customers"]

    assert usd[chosen["trace"]] == max(usd.values())
    assert set(usd) == set(TRACES)
    assert best_trace() is TRACES[chosen["trace"]]
    assert not {str(seed) for seed in CHOSEN_ON} & set(SHOWN.split(","))


def test_the_chosen_rule_belongs_to_the_beliefs_of_today():
    assert json.loads(CHOSEN.read_text())["beliefs"] == World().fingerprint()


@pytest.mark.long
def test_choosing_again_chooses_the_same_rule():
    usd = choose(World(customers=2_000))

    assert TRACES[next(iter(usd))] is best_trace()
    assert list(usd.values()) == sorted(usd.values(), reverse=True)
    assert np.isfinite(list(usd.values())).all()
