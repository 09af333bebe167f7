"""Reading side by side: each step is where README.md says, and all of it is printed."""

import io
import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.worlds import ROOT
from tools.read import LINK, Screen, folder_of, parts, plain, show, step_table, steps

README = ROOT / "README.md"
TABLE = step_table(README)
LEVELS = [plain(level) for level in TABLE["step"]]
STEPS = "load label features split train evaluate decide predict monitor".split()
NOTEBOOK = (ROOT / "level1_notebook" / "churn.py").read_text()
UNKNOWN = (
    "make read: wanted STEP=split or another of load, label, features, split, train, "
    "evaluate, decide, predict, monitor; found {}"
)


def printed(step, width, house=ROOT):
    paper = io.StringIO()
    show(parts(house, step), Screen(file=paper, width=width))
    return paper.getvalue()


def coded(step, house=ROOT):
    return [part for part in parts(house, step) if part.code]


def letters(text):
    """Drop what laying out may change: white space and the mark of a carried line."""
    return re.sub(r"\s|↳", "", text)


def run(*command, **env):
    clean = {name: os.environ[name] for name in ("HOME", "PATH")}
    return subprocess.run(
        command, cwd=ROOT, env=clean | env, text=True, capture_output=True, check=False
    )


def read(*arguments, **env):
    return run(sys.executable, "tools/read.py", *arguments, **env)


def make_read(*arguments):
    tools = ("-o", ".venv/.complete", f'PY="{sys.executable}"')
    return run("make", *tools, "read", *arguments)


@pytest.fixture
def house(tmp_path):
    """Return a copy of what there is to read, to be changed."""
    shutil.copy(README, tmp_path)
    for level in ROOT.glob("level[12]_*"):
        shutil.copytree(level, tmp_path / level.name)
    return tmp_path


# --- the table -----------------------------------------------------------------------


def test_the_readme_has_the_steps_of_all_three_levels():
    assert steps(ROOT) == STEPS
    assert [level[:7] for level in LEVELS] == ["level 1", "level 2", "level 3"]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_where_the_readme_says_or_its_absence_has_a_reason(step, level):
    column = LEVELS.index(level)
    part, cell = parts(ROOT, step)[column], TABLE[step][column]
    linked = LINK.findall(cell)

    if part.code:
        says, file = linked[0]
        assert part.says.startswith(says)
        assert file.replace(".ipynb", ".py") == part.place.partition(":")[0]
    elif (ROOT / folder_of(level)).exists():
        assert linked == []
        assert plain(cell) == "not here"
        assert re.fullmatch(r"not here: (\S+ ){4,}\S+", part.says)
    else:
        assert linked == []
        assert part.says == "to come"
        assert "to come" in {row[column] for row in TABLE.values()}


def test_a_step_that_vanishes_without_a_word_is_said_to_have(house):
    (house / "level2_project" / "split.py").unlink()

    level2 = parts(house, "split")[1]

    assert level2.code == ""
    assert level2.says == "not here, and level2_project/README.md does not say why"


def test_a_level_that_comes_is_shown_without_being_asked(house):
    (house / "level3_service").mkdir()
    (house / "level3_service" / "split.py").write_text("LATEST_MONTHS = 3\n")

    level3 = parts(house, "split")[2]
    page = printed("split", 300, house)

    assert level3.place == "level3_service/split.py"
    assert all(level in page.splitlines()[0] for level in LEVELS)
    assert re.search(r"# ## split .* 1  LATEST_MONTHS = 3 *\n", page)


# --- level 1's section ---------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS[:-1])
def test_a_section_starts_at_its_heading_and_ends_before_the_next(step):
    level1, *_ = parts(ROOT, step)

    first, *rest = level1.code.splitlines()
    after = NOTEBOOK.splitlines()[level1.first_line - 1 + len(rest) + 1 :]
    assert first == f"# ## {step}"
    assert [line for line in rest if line.startswith("# ## ")] == []
    assert level1.code in NOTEBOOK
    cell, heading, *_ = (line for line in after if line)
    assert cell == "# %% [markdown]"
    assert heading.startswith("# ## ")


def test_sections_carry_the_numbers_of_their_lines():
    level1, *_ = parts(ROOT, "split")
    lines = NOTEBOOK.splitlines()

    assert lines[level1.first_line - 1] == "# ## split"
    assert level1.place == f"level1_notebook/churn.py:{level1.first_line}"
    assert f"{level1.first_line}  # ## split" in printed("split", 200)


# --- the page ------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS[:-1])
def test_at_200_columns_the_levels_stand_on_the_same_lines(step):
    level1, level2, *_ = coded(step)

    page = printed(step, 200).splitlines()

    first = next(line for line in page if f"# ## {step}" in line)
    assert level1.place in page[0]
    assert level2.place in page[0]
    assert level2.code.splitlines()[0] in first
    assert max(map(len, page)) <= 200


@pytest.mark.parametrize("width", [179, 188, 200])
@pytest.mark.parametrize("step", STEPS[:-1])
def test_no_line_of_code_is_broken_to_stand_beside_another(step, width):
    page = printed(step, width)

    for part in coded(step):
        assert [line for line in part.code.splitlines() if line not in page] == []
    assert "↳" not in page


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("step", STEPS[:-1])
def test_with_less_room_the_levels_follow_each_other_whole(step, width):
    page = printed(step, width)

    texts = page
    if width == 120:
        texts = re.sub(r"(?m)^ *\d+(  |$)", "", page)  # the numbers of the lines
    starts = [letters(texts).index(letters(part.code)) for part in coded(step)]
    assert starts == sorted(starts)
    assert max(map(len, page.splitlines())) <= width


def test_what_is_carried_over_hangs_under_its_start():
    page = printed("decide", 80)

    broken = re.search(r"\n( +)\S.*\n( *)↳ ", page)

    assert len(broken[2]) == len(broken[1]) + 2


@pytest.mark.parametrize("width", [80, 200])
def test_a_missing_step_gets_a_line_a_level(house, width):
    page = printed("monitor", width, house)

    lines = [line.partition(": ")[0] for line in page.rstrip().splitlines()]
    assert set(LEVELS) <= set(lines)


# --- the command ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "found"), [([], "none"), ([""], "none"), (["spilt"], "'spilt'")]
)
def test_an_unknown_step_gets_one_line_and_the_code_2(arguments, found):
    done = read(*arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == UNKNOWN.format(found) + "\n"


@pytest.mark.parametrize(
    ("arguments", "found"), [([], "none"), (["STEP=spilt"], "'spilt'")]
)
def test_make_read_passes_on_what_is_unknown(arguments, found):
    done = make_read(*arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    line, *of_make = done.stderr.splitlines()
    assert line == UNKNOWN.format(found)
    assert all(line.startswith("make: ***") for line in of_make)


def test_make_read_prints_the_page_and_nothing_else():
    done = make_read("STEP=split")

    assert done.stderr == ""
    assert done.stdout == printed("split", 200)


def test_a_pipe_has_no_colours_and_the_width_it_is_told():
    narrow = read("split", COLUMNS="80")

    assert narrow.stdout == printed("split", 80)
    assert "\x1b" not in narrow.stdout


def test_a_terminal_gets_its_code_in_colour():
    paper = io.StringIO()
    terminal = Screen(
        file=paper, width=200, force_terminal=True, color_system="standard"
    )

    show(parts(ROOT, "split"), terminal)

    assert "\x1b[35mdef\x1b[0m" in paper.getvalue()


@pytest.mark.parametrize("step", ["monitor", "train"])  # a short page, a long one
def test_a_reader_who_has_seen_enough_ends_it_in_silence(step):
    shell = f"set -o pipefail; '{sys.executable}' tools/read.py {step} | true"

    done = run("bash", "-c", shell)

    assert (done.returncode, done.stderr) == (0, "")
