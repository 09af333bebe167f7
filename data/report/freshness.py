"""Freshness: tells whether a kept result still belongs to the code that is here."""

import ast
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

ROOT = Path(__file__).parents[2]
# They change no figure.
SHOWS_ONLY = (
    *("table.py", "pictures.py", "draw_claims.py", "looks.py", "publish.py"),
    *("mistakes_page.py", "draw_ladder.py"),
)


def code_fingerprint(folders: Iterable[str]) -> str:
    """Hash the Python code in `folders`; comments, layout, docstrings do not count."""
    digest = blake2b(digest_size=8)
    for folder in sorted(folders):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.name in SHOWS_ONLY:
                continue
            digest.update(f"{path.relative_to(ROOT)}\n{_essence(path)}\n".encode())
    return digest.hexdigest()


def _essence(path: Path) -> str:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [line for line in body if not _is_text(line)]  # type: ignore[attr-defined]
    return repr(_plain(tree))


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
