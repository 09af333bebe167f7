"""Read: one step, as each level takes it, side by side.

Run it with `make read STEP=split`; `ALL=1` prints whole files.
"""

import os
import sys
from contextlib import nullcontext
from itertools import groupby
from pathlib import Path

from rich.box import MINIMAL
from rich.console import Console
from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.table import Table
from rich.text import Text

from tools.excerpt import LINE, Part, parts, steps

ROOT = Path(__file__).parents[1]
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


class Screen(Console):
    def on_broken_pipe(self) -> None:
        """Stop, content: the reader has seen enough, as in `| head`."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0)


def main(step: str = "", everything: str = "") -> int:
    """Print a step of all levels; return 2 if there is no such step, else 0."""
    known = steps(ROOT)
    if step not in known:
        found = repr(step) if step else "none"
        print(
            f"make read: wanted STEP=split or another of {', '.join(known)}; "
            f"found {found}",
            file=sys.stderr,
        )
        return 2
    has_width = sys.stdout.isatty() or "COLUMNS" in os.environ
    screen = Screen(width=None if has_width else WIDE)
    os.environ.setdefault("LESS", "FRX")  # no pager for what fits; colours; stay there
    with screen.pager(styles=True) if screen.is_terminal else nullcontext():
        shown = parts(ROOT, step, bool(everything))
        show(shown, screen)
        if any(part.lines for part in shown) and not everything:
            screen.print(f"Whole files: make read STEP={step} ALL=1")
    return 0


# --- how it is laid out --------------------------------------------------------------


def show(parts: list[Part], screen: Screen) -> None:
    """Print what the levels have of a step: their code, or why there is none."""
    for has_code, group in groupby(parts, key=lambda part: bool(part.lines)):
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
    """Return a part's code in colour, with the numbers of its lines in the gutter."""
    code = "\n".join(text for _, text in part.lines)
    inked = Syntax("", "python", theme=INK).highlight(code).split("\n")
    block = Text()
    for (number, _), line in zip(part.lines, inked, strict=False):
        mark = f"{number or '':>{gutter - 2}}  " if gutter else ""
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
    sys.exit(main(*sys.argv[1:3]))
