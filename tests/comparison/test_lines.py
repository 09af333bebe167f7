"""Lines of code: text for readers does not count."""

import pytest

from comparison.lines import code_lines, defined, lines_of_code
from data.freshness import ROOT

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
    part, whole = code_lines("decide.py:decide"), code_lines("decide.py")

    assert 3 < part < whole
    assert code_lines("level1_notebook/churn.py") > 100


def test_a_name_that_is_gone_is_an_error():
    with pytest.raises(LookupError, match="wanted nothing in"):
        defined(ROOT / "level2_project" / "decide.py", "nothing")
