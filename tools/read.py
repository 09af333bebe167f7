"""Read: one step of the way, as each level takes it, side by side.

The steps and the levels are those of the table in README.md; a level that comes later
is found by the same names. Run it with `make read STEP=split`.
"""

import os
import re
import sys
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from rich.box import MINIMAL
from rich.console import Console
from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.table import Table
from rich.text import Text

ROOT = Path(__file__).parents[1]
NOTEBOOK = "churn.py"
LINK = re.compile(r"\[(.+?)\]\((.+?)\)")
LINE = 88  # columns of code, as in pyproject.toml
GUTTER = 5  # columns of a line's number
BETWEEN = 3  # columns between two levels
WIDE = 200  # columns where no terminal says how many it has
CARRIED = "  ↳ "  # before what did not fit on the line above

# The terminal's own colours, so that code is legible on light and on dark ones.
NAME = Style(color="blue", bold=True)
INK = ANSISyntaxTheme(
    {
        ("Comment",): Style(color="green"),
        ("Literal", "String", "Doc"): Style(color="green"),
        ("Literal",): Style(color="cyan"),
        ("Keyword",): Style(color="magenta"),
        ("Operator", "Word"): Style(color="magenta"),
        ("Name", "Decorator"): Style(color="magenta"),
        ("Name", "Class"): NAME,
        ("Name", "Function"): NAME,
    }
)


class Part(NamedTuple):
    """What a level has of a step; without code, `says` is why it has none."""

    level: str
    says: str
    place: str = ""
    first_line: int = 1
    code: str = ""


class Screen(Console):
    def on_broken_pipe(self) -> None:
        """Stop, content: who reads has seen enough, as in `| head`."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0)


def main(step: str = "") -> int:
    """Print a step of all levels; give 2 if there is no such step, else 0."""
    known = steps(ROOT)
    if step not in known:
        found = repr(step) if step else "none"
        print(
            f"make read: wanted STEP=split or another of {', '.join(known)}; "
            f"found {found}",
            file=sys.stderr,
        )
        return 2
    is_told = sys.stdout.isatty() or "COLUMNS" in os.environ
    show(parts(ROOT, step), Screen(width=None if is_told else WIDE))
    return 0


# --- what there is to read -----------------------------------------------------------


def steps(root: Path) -> list[str]:
    """List the steps of the table in README.md, in its order."""
    return [step for step in step_table(root / "README.md") if step != "step"]


def parts(root: Path, step: str) -> list[Part]:
    """Give what each level has of a step, in the order of the table in README.md."""
    table = step_table(root / "README.md")
    cells = zip(table["step"], table[step], strict=True)
    return [part_of(root, plain(level), step, cell) for level, cell in cells]


def step_table(page: Path) -> dict[str, list[str]]:
    """Give the rows of a page's table of steps, by their first cell: the step.

    The row of `step` itself is the head of the table.
    """
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    table = re.search(r"(?m)^\| step \|.*(?:\n\|.*)*", text)
    lines = table[0].splitlines() if table else []
    rows = [[c.strip() for c in line[1:-1].split("|")] for line in lines]
    return {plain(row[0]): row[1:] for row in rows if row[0].strip("-: ")}


def plain(cell: str) -> str:
    return LINK.sub(r"\1", cell).replace("`", "")


def part_of(root: Path, level: str, step: str, cell: str) -> Part:
    """Give what a level has of a step; `cell` says in README.md what it does there."""
    folder = root / folder_of(level)
    file, first, code = source(folder, step)
    if not code:
        return Part(level, why_not(folder, step))
    place = f"{folder.name}/{file.name}" + (f":{first}" if first > 1 else "")
    return Part(level, words(cell, file), place, first, code)


def folder_of(level: str) -> str:
    """Give the folder of a level: that of "level 2, project" is level2_project."""
    return level.replace("level ", "level").replace(", ", "_")


def source(folder: Path, step: str) -> tuple[Path, int, str]:
    """Give the file that holds a step, the line it begins on and its code, if any."""
    module, notebook = folder / f"{step}.py", folder / NOTEBOOK
    if module.exists():
        return module, 1, module.read_text(encoding="utf-8")
    if notebook.exists():
        return notebook, *section(notebook.read_text(encoding="utf-8"), step)
    return module, 1, ""


def section(notebook: str, step: str) -> tuple[int, str]:
    """Give a step's section of a notebook in percent cells, and its first line.

    It runs from the step's heading to the cell of the next; without one it is empty.
    """
    whole = rf"(?ms)^# ## {step}\n.*?(?=\n+# %%[^\n]*\n# ## |\Z)"
    found = re.search(whole, notebook)
    if not found:
        return 0, ""
    return notebook.count("\n", 0, found.start()) + 1, found[0]


def words(cell: str, shown: Path) -> str:
    """Give the words of a cell, with the names of linked files that are not shown."""

    def word(link: re.Match[str]) -> str:
        is_shown = link[2].endswith((shown.name, ".ipynb"))
        return link[1] if is_shown else f"{link[1]} ({Path(link[2]).name})"

    return LINK.sub(word, cell)


def why_not(folder: Path, step: str) -> str:
    """Give the reason that a level's README has for lacking a step."""
    if not folder.exists():
        return "to come"
    page = folder / "README.md"
    cells = [plain(cell) for cell in step_table(page).get(step, []) if cell]
    if cells and cells[0].startswith(("not here", "to come")):
        return ": ".join(cells)
    return f"not here, and {folder.name}/{page.name} does not say why"


# --- how it is laid out --------------------------------------------------------------


def show(parts: list[Part], screen: Screen) -> None:
    """Print what the levels have of a step: their code, or why there is none."""
    for has_code, group in groupby(parts, key=lambda part: bool(part.code)):
        if has_code:
            show_code(list(group), screen)
        else:
            for part in group:
                screen.print(Text.assemble((part.level, "bold"), f": {part.says}"))
            screen.print()


def show_code(parts: list[Part], screen: Screen) -> None:
    """Print as many side by side as fit with lines of full length, then the next."""
    beside = max(1, (screen.width + BETWEEN) // (LINE + BETWEEN))
    for start in range(0, len(parts), beside):
        screen.print(side_by_side(parts[start : start + beside], screen))
        screen.print()


def side_by_side(parts: list[Part], screen: Screen) -> Table:
    room = (screen.width - BETWEEN * (len(parts) - 1)) // len(parts)
    gutter = GUTTER if room >= GUTTER + LINE else 0
    width = min(room, gutter + LINE)
    table = Table(box=MINIMAL, show_edge=False, show_header=False, pad_edge=False)
    for _ in parts:
        table.add_column(width=width, overflow="fold")
    table.add_row(*(head(part) for part in parts), end_section=True)
    table.add_row(*(coloured(part, width, gutter, screen) for part in parts))
    return table


def head(part: Part) -> Text:
    says = (f"\n{part.says}", "italic")
    return Text.assemble((part.level, "bold"), f"  {part.place}", says)


def coloured(part: Part, width: int, gutter: int, screen: Screen) -> Text:
    """Give a part's code in colour, `width` columns wide, `gutter` of them numbers."""
    lines = Syntax("", "python", theme=INK).highlight(part.code).split("\n")
    block = Text()
    for number, line in enumerate(lines, part.first_line):
        mark = f"{number:>{gutter - 2}}  " if gutter else ""
        for piece in broken(line, width - gutter, screen):
            block.append(mark, "dim").append(piece).append("\n")
            mark = " " * gutter
    block.rstrip()
    return block


def broken(line: Text, width: int, screen: Screen) -> list[Text]:
    """Break a line that is too long; what is carried over hangs under its start."""
    if line.cell_len <= width:
        return [line]
    indent = " " * (len(line.plain) - len(line.plain.lstrip()))
    room = width - len(indent) - len(CARRIED)
    first, *rest = line[len(indent) :].wrap(screen, max(room, 1))
    carried = (Text.assemble(indent, (CARRIED, "dim"), piece) for piece in rest)
    return [Text.assemble(indent, first), *carried]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
