"""Freshness: what is kept belongs to the code and the beliefs that are here."""

import ast
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

import data.report.freshness as freshness
from data.report.freshness import key

CODE = '''
"""A module."""

LIMIT = 3  # months


def late(days: int) -> bool:
    """Say whether it is late.

    Args:
        days: since the invoice.
    """
    text = "a string that is code"
    return days > LIMIT and bool(text)


class Empty:
    """Holds nothing."""

    size: int = 0
'''


@pytest.fixture
def fingerprint(tmp_path, monkeypatch):
    """Return a function that keys a house whose only module is a text."""

    def of(code: str, name: str = "late.py") -> str:
        house = Path(tempfile.mkdtemp(dir=tmp_path)) / "house"
        house.mkdir()
        (house / "__init__.py").touch()
        (house / name).write_text(code)
        monkeypatch.setattr(freshness, "ROOT", house.parent)
        monkeypatch.syspath_prepend(house.parent)
        return key([f"house.{name.removesuffix('.py')}"])

    return of


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# months", "# of thirty days"),
        ("  # months", ""),
        ('"""A module."""', '"""Something else."""'),
        ('"""A module."""', ""),
        ("Say whether it is late.", "Tell if it is."),
        ('    """Holds nothing."""\n', ""),
        (
            "days > LIMIT and bool(text)",
            "(\n        days>LIMIT and bool( text )\n    )",
        ),
        ("\n\n\n", "\n\n\n\n"),
    ],
)
def test_comments_docstrings_and_layout_do_not_count(fingerprint, old, new):
    assert old in CODE

    assert fingerprint(CODE.replace(old, new)) == fingerprint(CODE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("days > LIMIT", "days >= LIMIT"),
        ("a string that is code", "another string"),
        ("LIMIT", "MOST"),
        ("days: int", "days: float"),
        ("size: int = 0", "size: int = 1"),
        ("def late", "@staticmethod\ndef late"),
        ("class Empty:", "class Empty(dict):"),
    ],
)
def test_code_counts(fingerprint, old, new):
    assert old in CODE

    assert fingerprint(CODE.replace(old, new)) != fingerprint(CODE)


def test_where_code_stands_counts(fingerprint):
    assert fingerprint(CODE, "other.py") != fingerprint(CODE)


def house_of(folder: Path, files: dict[str, str]) -> Path:
    """Write a package `house` of these files into a new folder."""
    for name, text in {"__init__.py": "", **files}.items():
        path = folder / "house" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


HOUSE = {
    "entry.py": "import house.room.used\n",
    "room/__init__.py": "",
    "room/used.py": 'SETTINGS = "settings.toml"\nQUERIES = "sql/*.sql"\n',
    "room/unused.py": "import house.entry\n",
    "room/sql/one.sql": "SELECT 1",
    "settings.toml": "trees = 100\n",
    "other.toml": "trees = 100\n",
}


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("entry.py", True),
        ("room/__init__.py", True),
        ("room/used.py", True),
        ("room/unused.py", False),
        ("room/sql/one.sql", True),
        ("settings.toml", True),
        ("other.toml", False),
    ],
)
def test_what_an_entry_imports_and_names_counts_and_nothing_else(
    tmp_path, monkeypatch, file, counts
):
    keys = []
    for number, text in enumerate([HOUSE[file], HOUSE[file] + "\nMORE = 1\n"]):
        house = house_of(tmp_path / str(number), {**HOUSE, file: text})
        monkeypatch.setattr(freshness, "ROOT", house)
        with monkeypatch.context() as patch:
            patch.syspath_prepend(house)
            keys.append(key(["house.entry"]))

    assert (keys[0] != keys[1]) == counts


def test_the_versions_of_numerical_packages_count(monkeypatch):
    before = key(["data.calendar"])
    monkeypatch.setattr(freshness, "version", lambda name: "0")

    assert key(["data.calendar"]) != before


def test_what_else_a_result_depends_on_counts():
    assert key(["data.calendar"], 1) != key(["data.calendar"], 2)


def test_an_unknown_entry_is_refused():
    with pytest.raises(LookupError, match=r"data\.nothing"):
        key(["data.nothing"])


def parse_as_another_python(text: str) -> ast.Module:
    """Return functions and classes the field that Python 3.12 brought, or take it."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            without = tuple(name for name in node._fields if name != "type_params")
            has_it = without != node._fields
            node._fields = without if has_it else (*without, "type_params")
            node.type_params = []
    return tree


def test_the_version_of_python_does_not_count(fingerprint, monkeypatch):
    """The kept report is checked under every Python of the project."""
    here = fingerprint(CODE)
    another = SimpleNamespace(**{**vars(ast), "parse": parse_as_another_python})

    monkeypatch.setattr(freshness, "ast", another, raising=False)

    assert fingerprint(CODE) == here
