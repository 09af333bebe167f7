"""The ladder: its title follows from intervals, its marks are explained."""

import matplotlib
import pytest

from comparison.ladder.draw import PANELS, draw_ladder, exam_figures
from comparison.ladder.message import message
from comparison.ladder.rungs import RUNGS
from comparison.pooled import Effect, Figures, read_pooled
from comparison.renew import LADDER
from data.judge.interval import Interval
from data.report.style import STYLE, save


@pytest.fixture(scope="module")
def found():
    return read_pooled()


def ladder(**steps: float) -> dict[str, Effect]:
    """Build a ladder by its steps in average precision, each known to +-0.001."""

    def effect(step: float) -> Effect:
        interval = Interval(step, step - 0.001, step + 0.001)
        figures = Figures({}, {"average_precision": interval})
        return Effect(figures, figures, figures)

    return {name: effect(steps.get(name, 0.0)) for name in RUNGS}


def text_of(figure) -> str:
    texts = [text.get_text() for text in figure.findobj(matplotlib.text.Text)]
    return "\n".join(texts)


def test_the_ladder_is_drawn_from_what_is_kept(found, tmp_path):
    with matplotlib.rc_context(STYLE):
        save(draw_ladder(found, exam_figures()), tmp_path / "ladder")

    fresh = (tmp_path / "ladder.svg").read_bytes()
    assert LADDER.with_suffix(".svg").read_bytes() == fresh


def test_the_picture_explains_its_own_marks(found):
    text = text_of(draw_ladder(found, exam_figures()))

    assert message(found.ladder) in text
    assert "raised by this practice" in text
    assert "95 % interval of the change" in text


def test_the_footnote_names_what_the_table_has_where_it_differs(found):
    rung = found.ladder["completeness"].done.happened
    same = {metric: rung[metric].mean for metric in PANELS}

    assert "as in the README" in text_of(draw_ladder(found, same))
    other = text_of(draw_ladder(found, same | {"average_precision": 0.321}))
    assert "which has 0.321" in other


def test_the_title_names_the_largest_gain_and_the_practices_without_any():
    assert message(ladder(sources=0.09, snapshots=0.03, lightgbm=0.01)) == (
        "Most of the gain in average precision comes from the six sources, "
        "none from the selection of columns or tuning"
    )
    assert message(
        ladder(snapshots=0.04, sources=0.03, lightgbm=0.02, tuning=0.01)
    ) == (
        "The largest part of the gain in average precision comes from "
        "point-in-time snapshots, none from the selection of columns"
    )


def test_a_gain_that_is_not_clear_is_no_gain():
    text = message(ladder(sources=0.09, selection=0.0005, lightgbm=0.01, tuning=0.01))

    assert text.endswith("none from the selection of columns")
    assert message(ladder(sources=0.09)).endswith(
        "none from LightGBM, the selection of columns or tuning"
    )
    assert message(ladder()) == "No practice clearly raises the average precision"


def test_what_was_searched_and_not_kept_is_no_part_of_the_gain(monkeypatch):
    selection = RUNGS["selection"]._replace(is_kept=False)
    monkeypatch.setitem(RUNGS, "selection", selection)

    assert message(ladder(selection=0.09, sources=0.03)).startswith(
        "Most of the gain in average precision comes from the six sources"
    )
