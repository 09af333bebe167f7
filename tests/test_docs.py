"""What the pages promise: commands exist, links lead somewhere, examples run."""

import re
import subprocess
import sys

import pytest

from tests.worlds import ROOT

PAGES = sorted(p for p in ROOT.glob("**/README.md") if ".venv" not in p.parts)
MORE = ("CONTRIBUTING.md", "GLOSSARY.md", "level1_notebook/MISTAKES.md")
PAGES = [p for p in [*PAGES, *map(ROOT.joinpath, MORE)] if "build" not in p.parts]
LINK = re.compile(r"\]\((?!http)([^)#]+)")
TARGET = re.compile(r"`make ([a-z0-9-]+)`|^make ([a-z0-9-]+)", re.MULTILINE)


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL)


def name(page):
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_to_a_file_leads_to_one(page):
    missing = [to for to in LINK.findall(page.read_text()) if not leads(page, to)]

    assert missing == []


def leads(page, to):
    return (page.parent / to).exists()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_target_that_a_page_names_exists(page):
    makefile = (ROOT / "Makefile").read_text()

    named = {a or b for a, b in TARGET.findall(page.read_text())}

    assert [t for t in named if not re.search(rf"^{t}:", makefile, re.MULTILINE)] == []


def test_the_data_cards_example_runs_and_prints_a_line_a_month():
    (example,) = blocks(ROOT / "data" / "README.md", "python")

    run = [sys.executable, "-c", example]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)

    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["0", "1", "2"]
    assert all(re.fullmatch(r"\d+ \d+ offers, \d+ left", line) for line in lines)


@pytest.mark.parametrize(
    "command", ["simulate", "exam", "ceilings", "results", "sample"]
)
def test_every_command_of_the_world_explains_itself(command):
    run = [sys.executable, "-m", "data", command, "--help"]

    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)

    assert f"python -m data {command}" in done.stdout
