"""Numbers: how customers behave is written in `World`, and nowhere else."""

import ast
from pathlib import Path

import pytest

from tests.worlds import ROOT

# The two lists of choices: beliefs about the company, and rates of the mess.
LISTS = {"data/world/beliefs.py", "data/sources/mess.py"}
MODULES = [
    path
    for room in ("world", "sources")
    for path in sorted((ROOT / "data" / room).glob("*.py"))
    if path.relative_to(ROOT).as_posix() not in LISTS
]
# Counting, doubling, and seconds in a minute, an hour and a day.
STRUCTURE = {0, 1, 2, 60, 3600, 86_400}
# Numbers of other files, each with the reason why it is no belief.
REASONS = {
    ("state", 12): "months in the term of an annual contract",
    ("state", 99): "stands for never",
    ("state", 10_001): "the first customer_id",
    ("hazard", 4): "the stage after three retries",
    ("hazard", 12): "months in a year",
    ("newcomers", 28): "days that every month has",
    ("step", 10): "more draws, so that a tiny world has enough survivors",
    ("streams", 16): "bytes of a Philox key",
    ("rows", 10): "digits of a row's number",
    ("rows", 100): "digits of a row's number",
    ("rows", 1000): "digits of a row's number",
    ("rows", 5): "minutes until a row arrives",
    ("rows", 9): "hour at which the company makes offers",
    ("rows", 15): "minutes until a row arrives",
    ("rows", 20): "minutes until a row arrives",
    ("tickets", 0.5): "half a day before the next month ends",
    ("tickets", 3): "position of the last uniform",
    ("tickets", 4): "uniforms for a message",
    ("tickets", 10): "digits of a ticket's number",
    ("tickets", 1000): "digits of a ticket's number",
    ("transactions", 5): "tells last month's retries from this month's",
    ("usage", 0.5): "the middle of a 16-bit step",
    ("usage", 4): "16-bit numbers in a word",
    ("usage", 16): "bits of a number",
    ("usage", 27): "hours until a day's usage is collected",
    ("usage", 127): "fits 8 bits",
    ("usage", 8192): "customers in a block of work",
    ("flat", 5): "points of the survey",
    ("defects", 5): "hours of a time zone",
    ("defects", 8): "hours of a time zone",
    ("defects", 24): "hours in a day",
    ("defects", 100): "digits of a test account's number",
    ("defects", 500): "a month that is never reached",
    ("defects", 10): "digits of a ticket's number",
    ("defects", 32_000): "fits 16 bits",
    ("defects", 9_000_000): "the first test account's number",
}


def numbers(code: str) -> set[float]:
    """Return every number written in a module, without those of its structure."""
    constants = [n.value for n in ast.walk(ast.parse(code)) if type(n) is ast.Constant]
    written = {value for value in constants if type(value) in (int, float)}
    return written - STRUCTURE


def unexplained(path: Path, code: str) -> set[float]:
    return {n for n in numbers(code) if (path.stem, n) not in REASONS}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_module_but_the_beliefs_holds_a_number_of_behaviour(path):
    assert unexplained(path, path.read_text(encoding="utf-8")) == set()


def test_a_number_of_behaviour_in_a_module_is_seen():
    path = ROOT / "data" / "world" / "hazard.py"
    code = path.read_text(encoding="utf-8")
    believed = "/ world.price_rise_fade_months"

    assert believed in code
    assert unexplained(path, code.replace(believed, "/ 40")) == {40}


def test_every_exception_is_still_needed():
    found = {(p.stem, n) for p in MODULES for n in numbers(p.read_text("utf-8"))}

    assert REASONS.keys() - found == set()
