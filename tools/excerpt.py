"""Excerpt: what each level has of a step, cut to the lines that matter.

The steps are those of the table in README.md and of the tables in the levels' own
READMEs. A step is a module of that name, or a section of the notebook.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

Lines = list[tuple[int, str]]  # number in the file, 0 for none; text

NOTEBOOK = "churn.py"
LINK = re.compile(r"\[(.+?)\]\((.+?)\)")
MOST = 25  # lines that are read without scrolling
LINE = 88  # columns of code, as in pyproject.toml


class Part(NamedTuple):
    """What a level has of a step; without lines, `says` is why it has none."""

    level: str
    says: str
    place: str = ""
    lines: Lines = []  # noqa: RUF012 (never changed)


def steps(root: Path) -> list[str]:
    """Return the steps of the README's table, then those that only a level's lists."""
    pages = [root / "README.md", *sorted(root.glob("level*/README.md"))]
    names = dict.fromkeys(step for page in pages for step in step_table(page))
    return [step for step in names if step != "step"]


def parts(root: Path, step: str, everything: bool = False) -> list[Part]:
    """Return what each level has of a step, in the order of the table in README.md."""
    table = step_table(root / "README.md")
    cells = table.get(step, [""] * len(table["step"]))
    levels = zip(map(plain, table["step"]), cells, strict=True)
    return [part_of(root, level, step, cell, everything) for level, cell in levels]


def step_table(page: Path) -> dict[str, list[str]]:
    """Return the rows of a page's table of steps, by their first cell: the step.

    The row of `step` itself is the head of the table.
    """
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    table = re.search(r"(?m)^\| step \|.*(?:\n\|.*)*", text)
    lines = table[0].splitlines() if table else []
    rows = [[c.strip() for c in line[1:-1].split("|")] for line in lines]
    return {plain(row[0]): row[1:] for row in rows if row[0].strip("-: ")}


def plain(cell: str) -> str:
    return LINK.sub(r"\1", cell).replace("`", "")


def part_of(root: Path, level: str, step: str, cell: str, everything: bool) -> Part:
    """Return what a level has of a step; `cell` says in README.md what it does."""
    folder = root / level.replace("level ", "level").replace(", ", "_")
    own = [plain(c) for c in step_table(folder / "README.md").get(step, []) if c]
    file, lines, n_lines = source(folder, step, everything)
    if not lines:
        return Part(level, why_not(folder, own, is_owed=bool(cell)))
    place = f"{folder.name}/{file.name}:{lines[0][0]}"
    if len(lines) < n_lines:
        place += f" ({len(lines)} of {n_lines} lines)"
    return Part(level, plain(cell) or "".join(own[-1:]), place, lines)


def source(folder: Path, step: str, everything: bool) -> tuple[Path, Lines, int]:
    """Return the file that holds a step, the lines to show, and how many it has."""
    module, notebook = folder / f"{step}.py", folder / NOTEBOOK
    if module.exists():
        text = module.read_text(encoding="utf-8")
        lines = whole(text)
        return module, lines if everything else gist(text, step), len(lines)
    if notebook.exists():
        lines = section(notebook.read_text(encoding="utf-8"), step)
        return notebook, lines if everything else first_cells(lines), len(lines)
    return module, [], 0


def why_not(folder: Path, own: list[str], is_owed: bool) -> str:
    """Return the reason for which a level has no such step.

    Args:
        folder: the level's.
        own: the cells of the step's row in the level's README.
        is_owed: the table in README.md has the step, so every level owes a reason.
    """
    if not folder.exists():
        return "to come"
    if own and own[0].startswith(("not here", "to come")):
        return ": ".join(own)
    if not is_owed:
        return "not a step of this level"
    return f"not here, and {folder.name}/README.md does not say why"


# --- its lines ------------------------------------------------------------------------


def whole(text: str, first: int = 1) -> Lines:
    """Return all lines of a text that begins on line `first` of its file."""
    return list(enumerate(text.splitlines(), first))


def gist(module: str, name: str) -> Lines:
    """Return the function `name`, and those that it calls while there is room.

    Docstrings are cut to their first line. Without such a function, the module's
    first lines are returned.
    """
    functions = {
        node.name: node
        for node in ast.parse(module).body
        if isinstance(node, ast.FunctionDef)
    }
    if name not in functions:
        return whole(module)[:MOST]
    lines = module.splitlines()
    found: Lines = []
    for function in called(functions, name):
        more = [(0, "")] * bool(found) + shortened(function, lines)
        if found and len(found) + len(more) > MOST:
            break
        found += more
    return found[:MOST]


def called(
    functions: dict[str, ast.FunctionDef], name: str
) -> Iterator[ast.FunctionDef]:
    """Yield a function, then the module's own functions that it calls, then theirs."""
    queue = [name]
    for current in queue:
        yield functions[current]
        names = [n for n in ast.walk(functions[current]) if isinstance(n, ast.Name)]
        in_order = sorted(names, key=lambda n: (n.lineno, n.col_offset))
        new = [n.id for n in in_order if n.id in functions and n.id not in queue]
        queue += dict.fromkeys(new)


def shortened(function: ast.FunctionDef, lines: list[str]) -> Lines:
    """Return a function's lines, its docstring cut to the first."""
    first = min([function.lineno, *(d.lineno for d in function.decorator_list)])
    found = {n: lines[n - 1] for n in range(first, (function.end_lineno or first) + 1)}
    start, end = function.body[0].lineno, function.body[0].end_lineno or 0
    if ast.get_docstring(function) and start < end:
        found[start] = closed(found[start])
        for number in range(start + 1, end + 1):
            del found[number]
    return list(found.items())


def closed(summary: str) -> str:
    """Return the first line of a docstring with its closing quotes, cut to fit."""
    if len(summary) + 3 > LINE:
        summary = summary[: LINE - 4].rpartition(" ")[0] + "…"
    return f'{summary}"""'


def section(notebook: str, step: str) -> Lines:
    """Return a step's section of a notebook in percent cells, from its heading on.

    It runs to the cell of the next heading; without the heading it is empty.
    """
    pattern = rf"(?ms)^# ## {step}\n.*?(?=\n+# %%[^\n]*\n# ## |\Z)"
    found = re.search(pattern, notebook)
    if not found:
        return []
    return whole(found[0], notebook.count("\n", 0, found.start()) + 1)


def first_cells(lines: Lines) -> Lines:
    """Return the first cells of a section, as many as are read without scrolling."""
    ends = [i for i, (_, text) in enumerate(lines) if text.startswith("# %%")]
    if len(lines) <= MOST:
        return lines
    end = max((i for i in ends if i <= MOST), default=MOST)
    while not lines[end - 1][1].strip():
        end -= 1
    return lines[:end]
