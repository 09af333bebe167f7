"""Pictures: every level is in each of them, no label lies on another, all is there."""

import re
from itertools import combinations
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from data.report.draw_claims import METRIC
from data.report.draw_profit import money
from data.report.pictures import draw, pictures
from data.report.style import STYLE, apart, look, signed
from tests.data.report.reports import LEVELS, report_of

UP_TO_FOUR = [LEVELS[:n] for n in range(1, 5)]


def written(figure: Figure) -> dict[str, Bbox]:
    """Return the box of every text that is drawn, by the text and its place."""
    drawn, canvas = set(), FigureCanvasAgg(figure)

    def note(text: Text, renderer: object) -> None:
        if text.get_visible() and text.get_text():
            drawn.add(text)

    with pytest.MonkeyPatch.context() as patch:  # ticks out of sight are not drawn
        patch.setattr(Text, "draw", note)
        canvas.draw()
    boxes = [(t, Text.get_window_extent(t, canvas.get_renderer())) for t in drawn]
    return {f"{t.get_text()} at {b.x0:.0f}, {b.y0:.0f}": b for t, b in boxes}


# --- who is in them ------------------------------------------------------------------


@pytest.fixture(scope="module", params=UP_TO_FOUR, ids=len)
def levels(request):
    return request.param


@pytest.fixture(scope="module")
def drawn(levels, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    draw(report_of(levels), folder)
    return folder


def shown(picture: Path) -> set[str]:
    """Return the ids in an SVG."""
    return set(re.findall(r'id="([^"]+)"', picture.read_text()))


def test_every_level_has_its_line_in_each_picture(levels, drawn):
    claims = shown(drawn / "claims.svg")
    lines = shown(drawn / "profit_by_month.svg") & shown(drawn / "calibration.svg")

    assert {f"{name}.{METRIC}" for name in levels} <= claims
    assert set(levels) <= lines


def test_a_levels_own_picture_shows_it_and_no_other_level(levels, drawn):
    for name in levels:
        assert set(LEVELS) & shown(drawn / f"calibration_{name}.svg") == {name}


def test_simple_rules_and_three_ceilings_stand_beside_the_levels_profit(levels, drawn):
    lines = money(report_of(levels))

    beside = {"no_offers", "one_trace", "observable", "full_information", "best_policy"}
    assert set(lines) == beside | set(levels)
    assert set(lines) <= shown(drawn / "profit_by_month.svg")
    assert {len(intervals) for intervals in lines.values()} == {12}


def test_each_picture_is_there_as_svg_and_nothing_else(levels, drawn):
    alone = {f"calibration_{name}" for name in levels}

    names = {"claims", "profit_by_month", "calibration"} | alone
    files = {f"{name}.svg" for name in names}
    assert {path.name for path in drawn.iterdir()} == files


def test_drawing_twice_gives_the_same_bytes(tmp_path):
    for folder in ("one", "other"):
        draw(report_of(LEVELS[:1]), tmp_path / folder)

    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes()


def test_a_single_world_is_drawn_without_intervals(tmp_path):
    report = report_of(LEVELS[:1], n_worlds=1)

    draw(report, tmp_path)

    assert report.pooled[LEVELS[0]].profit.low is None
    assert LEVELS[0] in shown(tmp_path / "profit_by_month.svg")


# --- how they are read ---------------------------------------------------------------


@pytest.mark.parametrize("seed", range(2))
def test_no_text_lies_on_another_or_over_the_edge(levels, seed):
    with mpl.rc_context(STYLE):
        for name, figure in pictures(report_of(levels, seed=seed)).items():
            boxes = written(figure)

            on_another = [
                (name, one, other)
                for (one, a), (other, b) in combinations(boxes.items(), 2)
                if a.overlaps(b)
            ]
            over = [text for text, b in boxes.items() if not inside(b, figure.bbox)]
            assert on_another == []
            assert over == []


def inside(box: Bbox, paper: Bbox) -> bool:
    across = paper.x0 <= box.x0 and box.x1 <= paper.x1
    return across and paper.y0 <= box.y0 and box.y1 <= paper.y1


def test_levels_differ_by_more_than_colour():
    assert len({look(name).marker for name in LEVELS}) == len(LEVELS)


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=8), st.floats(0.1, 9))
def test_labels_keep_their_order_and_their_distance(heights, gap):
    placed = np.array(apart(heights, gap))

    order = np.argsort(heights, kind="stable")
    assert np.all(np.diff(placed[order]) >= gap - 1e-9)
    assert placed.mean() == pytest.approx(np.mean(heights), abs=1e-9)


def test_labels_that_are_far_apart_stay_where_they_are():
    assert apart([5.0, 0.0, -3.0], gap=1) == pytest.approx([5.0, 0.0, -3.0])


def test_money_has_a_sign_and_nothing_has_none():
    assert [signed(usd) for usd in (9_609.6, -438.2, 0.2)] == [
        "+9,610",
        "\N{MINUS SIGN}438",
        "0",
    ]
