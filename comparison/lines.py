"""Lines: how much code a practice costs, comments and docstrings left out."""

import ast
import tokenize
from pathlib import Path

from data.freshness import ROOT

LEVEL2 = "level2_project"
TEXT = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
LAYOUT = (
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
)


def code_lines(place: str) -> int:
    """Count the lines of code of "file.py", or of "file.py:name" in it.

    A place without a folder is one of level 2.
    """
    file, _, name = place.partition(":")
    path = ROOT / file if "/" in file else ROOT / LEVEL2 / file
    lines = lines_of_code(path)
    if not name:
        return len(lines)
    node = defined(path, name)
    assert node.end_lineno is not None  # it was parsed
    return len(lines & set(range(node.lineno, node.end_lineno + 1)))


def defined(path: Path, name: str) -> ast.stmt:
    """Find a function or class of a module.

    Raises:
        LookupError: the module has none of that name.
    """
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if getattr(node, "name", None) == name:
            return node
    raise LookupError(f"wanted {name} in {path.relative_to(ROOT)}, found none")


def lines_of_code(path: Path) -> set[int]:
    """Give the numbers of the lines that hold code."""
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
        if isinstance(node, TEXT) and ast.get_docstring(node, clean=False):
            text = node.body[0]
            lines |= set(range(text.lineno, (text.end_lineno or text.lineno) + 1))
    return lines
