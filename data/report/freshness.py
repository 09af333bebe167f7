"""Freshness: tells whether a kept result still belongs to what it was computed by.

A result is computed by an entry module. It depends on the code of every module that
the entry imports, directly or not; on the files beside that code that the code names
(`config.toml`, `found.json`, the notebook's `churn.py`); and on the versions of the
numerical packages. All of these make its key. A module outside changes no key.
"""

import ast
import re
from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
NUMERICAL = (
    "imbalanced-learn", "lightgbm", "numpy", "optuna", "pandas", "pyarrow",
    "scikit-learn", "scipy", "skrub",
)  # fmt: skip
FILE_NAME = re.compile(r"\w[\w/*-]*(\.\w+)+|\*\.\w+")  # "config.toml", "sql/*.sql"


def key(entries: Iterable[str], *also: object) -> str:
    """Return a hash of all that a result depends on.

    Args:
        entries: the modules that compute it, such as "level2_project.exam".
        also: what else it depends on: a seed, the world's beliefs; by its `repr`.
    """
    digest = blake2b(digest_size=8)
    for name in NUMERICAL:
        digest.update(f"{name} {version(name)}\n".encode())
    for path in inputs(entries):
        digest.update(f"{path.relative_to(ROOT)}\n".encode())
        digest.update(_essence(path) if path.suffix == ".py" else path.read_bytes())
    digest.update(repr(also).encode())
    return digest.hexdigest()


def inputs(entries: Iterable[str]) -> list[Path]:
    """List the files that a result of these entry modules depends on, sorted."""
    modules = [path for entry in entries for path in _closure(entry, ROOT)]
    named = [path for module in modules for path in _named_files(module, ROOT)]
    return sorted({*modules, *named})


@cache
def _closure(entry: str, root: Path) -> frozenset[Path]:
    """Find the entry module and all that it imports, with the packages around them."""
    graph = _graph(root)
    if entry not in graph.modules:
        raise LookupError(f"wanted a module of this project, found {entry!r}")
    modules = {entry, *graph.find_upstream_modules(entry)}
    parts = [name.split(".") for name in modules]
    names = {".".join(part[:n]) for part in parts for n in range(1, len(part) + 1)}
    return frozenset(_file_of(name, root) for name in names)


@cache
def _graph(root: Path) -> grimp.ImportGraph:
    """Build the graph of who imports whom, over all packages of the house."""
    packages = [path.parent.name for path in root.glob("*/__init__.py")]
    return grimp.build_graph(*sorted(packages), cache_dir=None)


def _file_of(module: str, root: Path) -> Path:
    path = root / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _named_files(module: Path, root: Path) -> frozenset[Path]:
    """Find the files that a module's code names, beside it or in a folder above."""
    constants = (
        node.value
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    names = {text for text in constants if FILE_NAME.fullmatch(text)} - {"*.py"}
    folders = [folder for folder in module.parents if folder.is_relative_to(root)]
    found = (folder.glob(name) for folder in folders[:-1] for name in names)
    return frozenset(path for paths in found for path in paths if path.is_file())


@cache
def _essence(path: Path) -> bytes:
    """Return what a module does: its code without comments, layout and docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [line for line in body if not _is_text(line)]  # type: ignore[attr-defined]
    return repr(_plain(tree)).encode()


def _plain(node: object) -> object:
    """Leave out what is empty: Pythons differ in the empty fields that they know."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, ast.AST):
        return node
    fields = [(name, _plain(value)) for name, value in ast.iter_fields(node)]
    return type(node).__name__, [
        field for field in fields if field[1] not in (None, [])
    ]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
