"""The register: every mistake stands where it says, and was measured."""

import json
from types import FunctionType, ModuleType

import matplotlib
import pytest

from comparison.__main__ import FILE, LADDER
from comparison.code_lines import code_lines
from comparison.draw_ladder import draw_ladder
from comparison.ladder import RUNGS
from comparison.measure import inputs
from comparison.mistakes.register import REGISTER
from comparison.mistakes_page import PAGE, difference, fixed, page, stands
from data.report.style import STYLE, save

DEMANDED = {
    "one-row-per-customer", "lifetime-totals", "status-columns", "random-split",
    "fingerprints", "smote-before-split", "class-weights", "immature-labels",
    "accuracy", "threshold-one-half", "chosen-by-the-test", "filled-before-split",
    "risk-not-value", "no-control-group",
}  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return json.loads(FILE.read_text())


def test_every_mistake_that_was_asked_for_is_there():
    assert set(REGISTER) >= DEMANDED


@pytest.mark.parametrize("name", REGISTER)
def test_a_mistake_stands_on_one_line_and_is_put_right_in_one_place(name):
    mistake = REGISTER[name]

    assert stands(mistake).startswith(("[`churn.py`, line ", "not here"))
    assert fixed(mistake).startswith(("[`", "level 3"))


def test_what_is_kept_was_measured_with_this_code_and_in_five_worlds(found):
    assert found["inputs"] == inputs()
    assert len(found["seeds"]) >= 5
    assert set(found["mistakes"]) == set(REGISTER)
    assert list(found["ladder"]) == list(RUNGS)


def test_the_page_is_written_from_what_is_kept(found):
    text = PAGE.read_text(encoding="utf-8")

    assert page(found, text) == text


def test_the_ladder_is_drawn_from_what_is_kept(found, tmp_path):
    with matplotlib.rc_context(STYLE):
        save(draw_ladder(found), tmp_path / "ladder")

    fresh = (tmp_path / "ladder.svg").read_bytes()
    assert LADDER.with_suffix(".svg").read_bytes() == fresh
    assert LADDER.with_suffix(".png").stat().st_size > 10_000


@pytest.mark.parametrize("name", RUNGS)
def test_every_rung_has_code_that_is_there(name):
    assert all(code_lines(place) > 0 for place in RUNGS[name].code)


def test_no_line_of_code_is_counted_for_two_rungs():
    code = [part for rung in RUNGS.values() for part in rung.code]

    whole = {part for part in code if isinstance(part, ModuleType)}
    parts = [part for part in code if isinstance(part, FunctionType)]
    assert len(code) == len(set(code))
    assert not {module.__name__ for module in whole} & {f.__module__ for f in parts}


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.01, 0.03, "**+0.020 ± 0.010**"),
        (-0.01, 0.05, "+0.020 ± 0.030"),
        (0.0, 0.0, "-"),
    ],
)
def test_a_difference_is_bold_where_its_interval_leaves_out_none(low, high, text):
    found = {"mean": (low + high) / 2, "low": low, "high": high}
    one = {"difference": {"claimed": {"roc_auc": found}, "happened": {}}}

    assert difference(one, "claimed", "roc_auc") == text
    assert difference(one, "happened", "roc_auc") == "-"
