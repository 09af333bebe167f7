"""Code lines: how much code a practice costs, comments and docstrings left out."""

import ast
import inspect
import tokenize
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from data.report.freshness import ROOT

Code = Path | ModuleType | Callable[..., object]

NOTEBOOK = ROOT / "level1_notebook" / "churn.py"
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


def code_lines(code: Code) -> int:
    """Count the lines of code of a file, a module, or one function or class."""
    if isinstance(code, Path):
        return len(lines_of_code(code))
    path = Path(inspect.getfile(code))
    if isinstance(code, ModuleType):
        return len(lines_of_code(path))
    text, first = inspect.getsourcelines(code)
    return len(lines_of_code(path) & set(range(first, first + len(text))))


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
        if isinstance(node, TEXT) and ast.get_docstring(node, clean=False):
            text = node.body[0]
            lines |= set(range(text.lineno, (text.end_lineno or text.lineno) + 1))
    return lines
