"""Rooms: the world stands alone, and the sources know of the world alone."""

import ast
from pathlib import Path

import pytest

from tests.worlds import ROOT

ALLOWED = {
    "world": ("data.calendar", "data.world"),
    "sources": ("data.calendar", "data.world", "data.sources"),
}
MODULES = [path for room in ALLOWED for path in (ROOT / "data" / room).rglob("*.py")]


def imports_of_ours(code: str) -> set[str]:
    """Return the modules of this project that a module imports, wherever in it."""
    nodes = list(ast.walk(ast.parse(code)))
    plain = {a.name for n in nodes if isinstance(n, ast.Import) for a in n.names}
    named = {
        "." * n.level + (n.module or "") for n in nodes if isinstance(n, ast.ImportFrom)
    }
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {"", "data"}
    return {module for module in plain | named if module.split(".")[0] in folders}


def strangers(path: Path, code: str) -> set[str]:
    allowed = ALLOWED[path.parent.name]
    return {m for m in imports_of_ours(code) if not m.startswith(allowed)}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_world_and_sources_import_only_what_lies_below_them(path):
    assert strangers(path, path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("room", ALLOWED)
@pytest.mark.parametrize(
    "line",
    ["from data.judge.exam import exam", "import data.report.table", "from . import x"],
)
def test_an_import_from_above_is_seen(room, line):
    assert strangers(ROOT / "data" / room / "new.py", line) != set()


def test_the_world_does_not_import_its_sources():
    path = ROOT / "data" / "world" / "new.py"

    assert strangers(path, "from data.sources.emit import emit") != set()
