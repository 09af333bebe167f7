"""Code lines: how much code a practice costs, comments and docstrings left out.

Code is named by its file within a level, `split.py`. Parts of a file are named after
it, `measures/gain.py: reachable`; the file alone then stands for what is left of it.
"""

import ast
import tokenize
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from data.report.freshness import ROOT

NOTEBOOK = ROOT / "level1_notebook" / "churn.py"
LEVEL2 = ROOT / "level2_project"
DEFINED = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
LAYOUT = (
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
)


class Line(NamedTuple):
    file: Path
    number: int


def booked(
    code: Mapping[str, Iterable[str]], level: Path = LEVEL2
) -> dict[str, set[Line]]:
    """Return the lines of code that each practice is booked with.

    Args:
        code: by practice: files of the level, or parts of them.
    """
    parts = {
        name: {line for place in places for line in _part(place, level)}
        for name, places in code.items()
    }
    in_parts = {line for lines in parts.values() for line in lines}
    files = {
        name: {line for place in places for line in _file(place, level)}
        for name, places in code.items()
    }
    return {name: parts[name] | (files[name] - in_parts) for name in code}


def all_lines(level: Path = LEVEL2) -> set[Line]:
    """Return all lines of code of a level."""
    return {
        Line(path, number)
        for path in level.rglob("*.py")
        for number in lines_of_code(path)
    }


def _part(place: str, level: Path) -> set[Line]:
    """Return the lines of the functions and classes that are named after a file.

    Raises:
        LookupError: the file has no such part.
    """
    file, _, names = place.partition(": ")
    path, wanted = level / file, set(names.split())
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {
        n.name: n for n in tree.body if isinstance(n, DEFINED) and n.name in wanted
    }
    if missing := wanted - set(found):
        raise LookupError(f"wanted {', '.join(sorted(missing))} in {file}, found none")
    spans = [range(_first(n), (n.end_lineno or n.lineno) + 1) for n in found.values()]
    return {
        Line(path, number)
        for number in lines_of_code(path)
        if any(number in span for span in spans)
    }


def _first(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([node.lineno, *(mark.lineno for mark in node.decorator_list)])


def _file(place: str, level: Path) -> set[Line]:
    """Return all lines of a file; none where parts of it are named."""
    if ":" in place:
        return set()
    return {Line(level / place, number) for number in lines_of_code(level / place)}


def lines_of_code(path: Path) -> set[int]:
    """Return the numbers of the lines that hold code."""
    with tokenize.open(path) as file:
        tokens = list(tokenize.generate_tokens(file.readline))
    held = {
        line
        for token in tokens
        if token.type not in LAYOUT
        for line in range(token.start[0], token.end[0] + 1)
    }
    return held - docstring_lines(path)


def docstring_lines(path: Path) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Module, *DEFINED)) and ast.get_docstring(node, False):
            text = node.body[0]
            lines |= set(range(text.lineno, (text.end_lineno or text.lineno) + 1))
    return lines
