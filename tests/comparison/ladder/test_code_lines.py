"""Lines of code: text for readers does not count."""

from comparison.ladder.code_lines import NOTEBOOK, code_lines, lines_of_code
from level2_project import decide

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


def test_a_function_is_a_part_of_its_file():
    part, whole = code_lines(decide.decide), code_lines(decide)

    assert 3 < part < whole
    assert code_lines(NOTEBOOK) > 100
