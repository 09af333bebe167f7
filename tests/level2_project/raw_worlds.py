"""Raw worlds: the drops of a small world as level 2 may find them."""

import shutil
from collections.abc import Callable
from pathlib import Path

from data.calendar import month_name
from tests.worlds import month_folder


def all_drops(small_world: Path, folder: Path, months: int = 36) -> Path:
    """Lay the drops of the open and the sealed months side by side, as links."""
    folder.mkdir()
    for month in range(months):
        first = month_folder(small_world, month)
        for drop in first.parent.glob(f"{first.name}*"):
            (folder / drop.name).symlink_to(drop)
    return folder


def first_drops(small_world: Path, folder: Path, months: int = 2) -> Path:
    """Copy the first drops, to be spoilt."""
    for month in range(months):
        name = month_name(month)
        shutil.copytree(small_world / name, folder / name)
    return folder


def rewrite(path: Path, change: Callable[[str], str]) -> None:
    """Change a text file."""
    path.write_text(change(path.read_text()))


def with_cell(text: str, row: int, column: int, value: str) -> str:
    """Return a CSV with another value in one cell; row 1 follows the header."""
    lines = text.splitlines(keepends=True)
    cells = lines[row].rstrip("\n").split(",")
    cells[column] = value
    lines[row] = ",".join(cells) + "\n"
    return "".join(lines)
