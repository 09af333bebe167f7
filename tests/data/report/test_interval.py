"""Interval: means over worlds, by hand, and running totals that end at the whole."""

from dataclasses import astuple

import numpy as np
import pytest
from scipy import stats

from data.judge.interval import Interval, cumulative, interval
from tests.data.report.reports import LEVELS, report_of


def test_the_interval_is_that_of_a_t_test_by_scipy():
    values = [3.0, 5.0, 4.0, 9.0]

    found = interval(values)

    by_scipy = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert found.mean == pytest.approx(5.25)
    assert (found.low, found.high) == pytest.approx(tuple(by_scipy))


def test_a_single_world_has_no_interval():
    assert interval([7.0]) == Interval(7.0, None, None)


def test_a_running_total_adds_up_each_world_before_they_are_compared():
    """Months that make up for each other are sure in sum, whatever each of them is."""
    totals = cumulative([[1.0, 9.0], [9.0, 1.0]])

    assert [total.mean for total in totals] == [5.0, 10.0]
    assert totals[0].low < 5.0 < totals[0].high
    assert totals[1].low == totals[1].high == 10.0


def test_the_last_running_total_is_the_pooled_profit():
    pooled = report_of(LEVELS[:2]).pooled

    for contender in pooled.values():
        assert astuple(contender.cumulative_profit[-1]) == pytest.approx(
            astuple(contender.profit)
        )


def test_a_groups_interval_is_that_of_the_group_in_every_world():
    report = report_of(LEVELS[:1])

    group = report.pooled[LEVELS[0]].calibration_curve[3]

    worlds = [world.contenders[LEVELS[0]] for world in report.per_seed]
    true = [world.calibration_curve[3].true for world in worlds]
    assert group.true.mean == pytest.approx(np.mean(true))
    assert group.true.low < min(true) < max(true) < group.true.high
