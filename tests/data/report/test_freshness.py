"""Freshness: what is kept belongs to the code and the beliefs that are here."""

import ast
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

import data.report.freshness as freshness
from data.judge.ceilings import StaleCeilings, read_ceilings
from data.report.freshness import code_fingerprint
from data.world.beliefs import World
from tests.worlds import ROOT

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
    """A function that gives the fingerprint of a house whose one module is a text."""
    monkeypatch.setattr(freshness, "ROOT", tmp_path)
    (tmp_path / "house").mkdir()

    def of(code: str, name: str = "house/late.py") -> str:
        for old in tmp_path.rglob("*.py"):
            old.unlink()
        (tmp_path / name).write_text(code)
        return code_fingerprint(["house"])

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
    assert fingerprint(CODE, "house/other.py") != fingerprint(CODE)


def test_the_order_in_which_folders_are_named_does_not_count():
    there = code_fingerprint(["data", "level1_notebook"])

    assert code_fingerprint(["level1_notebook", "data"]) == there
    assert code_fingerprint(["data"]) != there


def parse_as_another_python(text: str) -> ast.Module:
    """Give functions and classes the field that Python 3.12 brought, or take it."""
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


# --- what is kept --------------------------------------------------------------------


@pytest.fixture(scope="module")
def report():
    return json.loads((ROOT / "results" / "levels.json").read_text())


def test_the_kept_report_is_of_this_code_and_these_beliefs(report):
    assert report["code"] == code_fingerprint(["data", *report["levels"]])
    assert report["beliefs"] == World().fingerprint()


def test_the_kept_report_holds_every_level_that_is_here_and_found_no_leak(report):
    adapters = {path.parent.name for path in ROOT.glob("level*/exam.py")}

    assert set(report["levels"]) == adapters
    assert report["leaks"] == []


def test_the_kept_report_was_judged_by_the_kept_ceilings(report):
    kept = read_ceilings(World(), ROOT / "results" / "ceilings.json")

    assert report["ceilings"] == kept


@pytest.mark.parametrize("text", [None, "{}", '{"beliefs": "0123456789abcdef"}'])
def test_missing_and_stale_ceilings_are_refused(tmp_path: Path, text):
    path = tmp_path / "ceilings.json"
    if text is not None:
        path.write_text(text)

    with pytest.raises(StaleCeilings, match="make ceilings"):
        read_ceilings(World(), path)


def test_beliefs_but_not_the_size_change_their_fingerprint():
    assert World(customers=7).fingerprint() == World().fingerprint()
    assert World(joins=0.03).fingerprint() != World().fingerprint()
    assert World(open_months=12).fingerprint() != World().fingerprint()
