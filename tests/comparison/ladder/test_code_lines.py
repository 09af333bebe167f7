"""Lines of code: text for readers does not count."""

import pytest

from comparison.ladder.books import BOOKS, REST, lines_by_rung
from comparison.ladder.code_lines import all_lines, booked, lines_of_code
from comparison.ladder.rungs import LEVEL1, RUNGS

CODE = '''"""What it is.

More of it.
"""

# Why.
LIMIT = 3  # months


def late(days: int) -> bool:
    """Say whether it is late."""
    return (
        days > LIMIT
    )


TEXT = """a string
that is code"""
'''


def test_comments_docstrings_and_empty_lines_do_not_count(tmp_path):
    path = tmp_path / "late.py"
    path.write_text(CODE)

    assert lines_of_code(path) == {7, 10, 12, 13, 14, 17, 18}


def test_a_part_that_is_named_is_taken_out_of_its_file(tmp_path):
    (tmp_path / "late.py").write_text(CODE)
    code = {"rule": ["late.py: late"], "words": ["late.py"]}

    lines = {
        name: {line.number for line in lines}
        for name, lines in booked(code, tmp_path).items()
    }

    assert lines == {"rule": {10, 12, 13, 14}, "words": {7, 17, 18}}


def test_a_part_that_is_not_there_is_refused(tmp_path):
    (tmp_path / "late.py").write_text(CODE)

    with pytest.raises(LookupError, match="wanted early in"):
        booked({"rule": ["late.py: early"]}, tmp_path)


def test_every_line_of_level_2_is_booked_once():
    books = booked(BOOKS)

    assert set().union(*books.values()) == all_lines()
    assert sum(map(len, books.values())) == len(all_lines())


def test_every_rung_brings_code_and_the_rows_add_up_to_the_whole():
    lines = lines_by_rung()

    assert set(lines) == {*RUNGS, REST}
    assert min(lines.values()) > 0
    assert sum(lines.values()) - lines[LEVEL1] == len(all_lines())
