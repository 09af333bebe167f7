"""Reading side by side: each step is where README.md says, cut to what matters."""

import io
import os
import pty
import re
import shutil
import subprocess
import sys

import pytest

from tests.worlds import ROOT
from tools.excerpt import LINE, LINK, MOST, parts, plain, step_table, steps
from tools.read import Screen, show

README = ROOT / "README.md"
TABLE = step_table(README)
LEVELS = [plain(level) for level in TABLE["step"]]
STEPS = "load label features split train evaluate decide predict monitor".split()
OF_ONE_LEVEL = "explore select tune".split()
NOTEBOOK = (ROOT / "level1_notebook" / "churn.py").read_text()


def printed(step, width, house=ROOT, everything=False):
    paper = io.StringIO()
    show(parts(house, step, everything), Screen(file=paper, width=width))
    return paper.getvalue()


def coded(step, house=ROOT, everything=False):
    return [part for part in parts(house, step, everything) if part.lines]


def code(part):
    return [text for _, text in part.lines]


def letters(text):
    """Drop what laying out may change: white space and the mark of a carried line."""
    return re.sub(r"\s|↳", "", text)


def run(*command, **env):
    clean = {name: os.environ[name] for name in ("HOME", "PATH")}
    return subprocess.run(
        command, cwd=ROOT, env=clean | env, text=True, capture_output=True, check=False
    )


def read(*arguments, **env):
    return run(sys.executable, "-m", "tools.read", *arguments, **env)


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


# --- the tables ----------------------------------------------------------------------


def test_the_readme_has_the_steps_of_all_three_levels():
    assert [step for step in TABLE if step != "step"] == STEPS
    assert [level[:7] for level in LEVELS] == ["level 1", "level 2", "level 3"]


def test_every_step_that_a_level_lists_can_be_read():
    listed = {s for page in ROOT.glob("level*/README.md") for s in step_table(page)}

    assert listed - {"step"} <= set(steps(ROOT))
    assert set(OF_ONE_LEVEL) <= set(steps(ROOT))


@pytest.mark.parametrize("step", OF_ONE_LEVEL)
def test_a_step_of_one_level_is_shown_there_and_owes_no_reason_elsewhere(step):
    found = parts(ROOT, step)

    assert len(coded(step)) == 1
    reasons = {part.says for part in found if not part.lines}
    assert reasons <= {"not a step of this level", "to come"}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_where_the_readme_says_or_its_absence_has_a_reason(step, level):
    column = LEVELS.index(level)
    part, cell = parts(ROOT, step)[column], TABLE[step][column]
    linked = LINK.findall(cell)

    if part.lines:
        assert part.says == plain(cell)
        file = linked[0][1].replace(".ipynb", ".py")
        assert part.place.startswith(f"{file}:")
    elif (ROOT / part.level.replace("level ", "level").replace(", ", "_")).exists():
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

    assert level2.lines == []
    assert level2.says == "not here, and level2_project/README.md does not say why"


def test_a_level_that_comes_is_shown_without_being_asked(house):
    (house / "level3_service").mkdir()
    (house / "level3_service" / "split.py").write_text("LATEST_MONTHS = 3\n")

    level3 = parts(house, "split")[2]
    page = printed("split", 300, house)

    assert level3.place == "level3_service/split.py:1"
    assert all(level in page.splitlines()[0] for level in LEVELS)
    assert re.search(r"# ## split .* 1  LATEST_MONTHS = 3 *\n", page)


# --- the lines that matter -----------------------------------------------------------


@pytest.mark.parametrize("step", [*STEPS[:-1], *OF_ONE_LEVEL])
def test_what_is_shown_fits_a_screen_and_is_in_its_file(step):
    for part in coded(step):
        assert 1 <= len(part.lines) <= MOST
        file = ROOT / part.place.partition(":")[0]
        lines = ["", *file.read_text().splitlines()]
        changed = [text for n, text in part.lines if text != lines[n]]
        assert all(text.endswith('"""') for text in changed)
        assert max(map(len, code(part))) <= LINE


@pytest.mark.parametrize("step", ["load", "split", "select", "tune", "label"])
def test_a_modules_step_begins_with_the_function_of_its_name(step):
    *_, level2 = coded(step)

    assert code(level2)[0].startswith(f"def {step}(")


MODULE = '''"""Split: a module."""
LIMIT = 3


def unused():
    return 0


@cached
def split(rows):
    """Cut the rows in two.

    Args:
        rows: any.
    """
    return before(rows), rows[LIMIT:]


def before(rows):
    return rows[:LIMIT]
'''


def test_a_short_function_is_followed_by_those_that_it_calls(house):
    (house / "level2_project" / "split.py").write_text(MODULE)

    level2 = parts(house, "split")[1]

    assert level2.lines == [
        (9, "@cached"),
        (10, "def split(rows):"),
        (11, '    """Cut the rows in two."""'),
        (16, "    return before(rows), rows[LIMIT:]"),
        (0, ""),
        (19, "def before(rows):"),
        (20, "    return rows[:LIMIT]"),
    ]
    assert level2.place == "level2_project/split.py:9 (7 of 20 lines)"


@pytest.mark.parametrize("step", STEPS[:-1])
def test_on_request_all_of_it_is_shown(step):
    level1, level2, *_ = coded(step, everything=True)

    first, *rest = code(level1)
    after = NOTEBOOK.splitlines()[level1.lines[-1][0] :]
    assert first == f"# ## {step}"
    assert [line for line in rest if line.startswith("# ## ")] == []
    cell, heading, *_ = (line for line in after if line)
    assert cell == "# %% [markdown]"
    assert heading.startswith("# ## ")
    file, _, line = level2.place.partition(":")
    assert code(level2) == (ROOT / file).read_text().splitlines()
    assert line == "1"


def test_a_long_section_is_cut_between_two_cells():
    (level1,) = coded("explore")

    lines = NOTEBOOK.splitlines()

    after = [line for line in lines[level1.lines[-1][0] :] if line]
    assert len(level1.lines) > MOST / 2
    assert after[0].startswith("# %%")


# --- the page ------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS[:-1])
def test_at_200_columns_the_levels_stand_on_the_same_lines(step):
    level1, level2, *_ = coded(step)

    page = printed(step, 200).splitlines()

    first = next(line for line in page if f"# ## {step}" in line)
    assert level1.place in page[0]
    assert level2.place in page[0]
    assert code(level2)[0] in first
    assert max(map(len, page)) <= 200


@pytest.mark.parametrize("width", [179, 188, 200])
@pytest.mark.parametrize("step", STEPS[:-1])
def test_no_line_of_code_is_broken_to_stand_beside_another(step, width):
    page = printed(step, width, everything=True)

    for part in coded(step, everything=True):
        assert [line for line in code(part) if line not in page] == []
    assert "↳" not in page


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("step", STEPS[:-1])
def test_with_less_room_the_levels_follow_each_other_whole(step, width):
    page = printed(step, width)

    texts = page
    if width == 120:
        texts = re.sub(r"(?m)^ *\d+(  |$)", "", page)  # the numbers of the lines
    shown = ["\n".join(code(part)) for part in coded(step)]
    starts = [letters(texts).index(letters(text)) for text in shown]
    assert starts == sorted(starts)
    assert max(map(len, page.splitlines())) <= width


def test_what_is_carried_over_hangs_under_its_start():
    page = printed("load", 80)

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
    assert done.stderr == (
        "make read: wanted STEP=split or another of "
        f"{', '.join(steps(ROOT))}; found {found}\n"
    )


@pytest.mark.parametrize(
    ("arguments", "found"), [([], "none"), (["STEP=spilt"], "'spilt'")]
)
def test_make_read_passes_on_what_is_unknown(arguments, found):
    done = make_read(*arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    line, *of_make = done.stderr.splitlines()
    assert line.endswith(f"; found {found}")
    assert all(line.startswith("make: ***") for line in of_make)


def test_make_read_prints_the_page_and_how_to_see_the_rest():
    done = make_read("STEP=split")

    assert done.stderr == ""
    rest = "Whole files: make read STEP=split ALL=1\n"
    assert done.stdout == printed("split", 200) + rest
    assert make_read("STEP=split", "ALL=1").stdout == printed("split", 200, ROOT, True)


def test_a_pipe_has_no_colours_and_the_width_it_is_told():
    narrow = read("split", COLUMNS="80")

    assert narrow.stdout.startswith(printed("split", 80))
    assert "\x1b" not in narrow.stdout


def test_a_terminal_gets_its_code_in_colour():
    paper = io.StringIO()
    terminal = Screen(
        file=paper, width=200, force_terminal=True, color_system="standard"
    )

    show(parts(ROOT, "split"), terminal)

    assert "\x1b[35mdef\x1b[0m" in paper.getvalue()


def test_a_terminal_gets_the_page_through_its_pager():
    main, terminal = pty.openpty()
    command = [sys.executable, "-m", "tools.read", "split"]
    env = {**os.environ, "PAGER": "sed 's/^/paged: /'", "TERM": "xterm"}

    done = subprocess.run(
        command, cwd=ROOT, env=env, stdin=terminal, stdout=terminal, check=False
    )

    assert done.returncode == 0
    assert os.read(main, 1000).startswith(b"paged: ")


@pytest.mark.parametrize("step", ["monitor", "train"])  # a short page, a long one
def test_a_reader_who_has_seen_enough_ends_it_in_silence(step):
    shell = f"set -o pipefail; '{sys.executable}' -m tools.read {step} ALL=1 | true"

    done = run("bash", "-c", shell)

    assert (done.returncode, done.stderr) == (0, "")
