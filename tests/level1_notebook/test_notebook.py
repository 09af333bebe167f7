"""The notebook: built from its source, run, short, and what it prints is true."""

import ast
import base64
import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from statistics import median

import jupytext
import nbformat
import pandas as pd
import pytest

from level1_notebook import __main__ as level1
from tests.level1_notebook.houses import ROOT, furnish, python

LEVEL = ROOT / "level1_notebook"
SOURCE = jupytext.read(LEVEL / "churn.py", fmt="py:percent")
COMMITTED = nbformat.read(LEVEL / "churn.ipynb", as_version=4)
README = (LEVEL / "README.md").read_text()
STEPS = "load explore label features split train evaluate decide predict".split()
PLOTLY = "application/vnd.plotly.v1+json"
NUMBER = r"\d+(?:\.\d+)?"


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(notebook):
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def outputs(notebook, kind):
    """Return what the cells show of one MIME type, in order."""
    found = [output.get("data", {}).get(kind) for output in shown(notebook)]
    return [content for content in found if content]


def code_lines(cell):
    lines = [line.strip() for line in cell.source.splitlines()]
    return sum(bool(line) and not line.startswith("#") for line in lines)


def figures(cell):
    kinds = [kind for output in cell.outputs for kind in output.get("data", {})]
    return sum(kind in ("image/png", PLOTLY) for kind in kinds)


# --- what is committed ---------------------------------------------------------------


def test_the_committed_notebook_has_the_cells_of_its_source():
    cells = [(cell.cell_type, cell.source) for cell in COMMITTED.cells]

    assert cells == [(cell.cell_type, cell.source) for cell in SOURCE.cells]


def test_the_committed_notebook_is_valid():
    nbformat.validate(COMMITTED)


def test_every_code_cell_ran_once_and_in_order():
    counts = [cell.execution_count for cell in code_cells(COMMITTED)]

    assert counts == list(range(1, len(counts) + 1))


def test_no_cell_ended_in_an_error_or_a_warning():
    kinds = {output.output_type for output in shown(COMMITTED)}

    assert kinds == {"execute_result", "display_data"}  # neither error nor stream


def test_the_committed_numbers_are_those_of_a_fresh_build(fresh_clone):
    rebuilt = nbformat.read(fresh_clone / "level1_notebook/churn.ipynb", as_version=4)

    then, now = (" ".join(outputs(n, "text/plain")) for n in (COMMITTED, rebuilt))

    numbers = [[float(n) for n in re.findall(NUMBER, text)] for text in (then, now)]
    assert len(numbers[0]) > 100
    # Another processor may round the last digit the other way.
    assert numbers[0] == pytest.approx(numbers[1], rel=2e-3, abs=2e-3)
    words = [re.sub(NUMBER, "", text).split() for text in (then, now)]
    assert words[0] == words[1]


# --- its shape -----------------------------------------------------------------------


def test_the_headings_are_the_names_of_the_steps_in_order():
    text = "\n".join(c.source for c in SOURCE.cells if c.cell_type == "markdown")

    headings = re.findall(r"(?m)^#+ .*", text)

    sections = [*STEPS, "what this is enough for"]
    assert headings == ["# Who will leave?", *(f"## {name}" for name in sections)]


def test_cells_are_short():
    lengths = [code_lines(cell) for cell in code_cells(SOURCE)]

    assert median(lengths) <= 5
    assert max(lengths) <= 15


def test_at_most_six_figures_are_drawn_and_one_of_them_is_interactive():
    assert 1 < sum(figures(cell) for cell in code_cells(COMMITTED)) <= 6
    assert len(outputs(COMMITTED, PLOTLY)) == 1


def test_every_figure_answers_a_question_asked_right_above_it():
    above = zip(COMMITTED.cells, COMMITTED.cells[1:], strict=False)

    texts = [t.source for t, c in above if c.cell_type == "code" and figures(c)]

    assert texts
    assert [text for text in texts if "?" not in text] == []


def test_the_interactive_figure_is_stored_without_its_library():
    text = (LEVEL / "churn.ipynb").read_text()

    assert "<script" not in text
    assert "plotly.js" not in text.lower()
    assert len(json.dumps(outputs(COMMITTED, PLOTLY)[0])) < 50_000


def test_the_notebook_and_its_pictures_are_small():
    pictures = [len(base64.b64decode(png)) for png in outputs(COMMITTED, "image/png")]

    assert (LEVEL / "churn.ipynb").stat().st_size < 500_000
    assert max(pictures) < 50_000


def test_the_readme_links_to_every_section_and_to_no_other():
    links = re.findall(r"churn\.ipynb#([\w-]+)", README)

    assert links == [*STEPS, "what-this-is-enough-for"]


def test_the_readme_says_which_step_is_missing():
    assert "| monitor | not here: " in README


# --- what it says --------------------------------------------------------------------


def test_what_the_text_says_of_the_figures_is_true(fresh_clone):
    customers = pd.read_csv(fresh_clone / "data/raw/flat.csv")
    left = customers.groupby(["plan", "contract", "channel"])["churned"].mean()
    by_plan = customers.groupby(["contract", "plan"])["churned"].mean()
    use = customers.groupby("churned")["total_active_days"].median()
    silent = customers[customers["days_since_last_use"] > 30]
    early = customers[customers["churned"] == 1]["tenure_months"] <= 24

    assert left.idxmax()[:2] == ("solo", "monthly")
    assert left.idxmin()[:2] == ("business", "annual")
    for plan in ("solo", "team", "business"):
        assert by_plan["monthly", plan] > by_plan["annual", plan]
    for contract in ("monthly", "annual"):
        shares = by_plan[contract][["business", "team", "solo"]]
        assert shares.is_monotonic_increasing
    assert use[1] < use[0]
    assert silent["churned"].mean() > 0.5
    assert early.mean() > 0.4


def test_the_text_of_the_last_cell_names_what_will_hurt_first():
    last = SOURCE.cells[-1].source

    pains = """
        no cutoff|Totals up to|in other words|random split|not "leaves next month"|
        Accuracy|threshold|CSV by hand|pickle|Nobody watches
    """
    assert [p for p in re.split(r"\s*\|\s*", pains.strip()) if p not in last] == []


def test_the_last_cell_is_words_alone():
    last = SOURCE.cells[-1]

    assert last.cell_type == "markdown"
    assert re.findall(r"\d", last.source) == []


def test_no_output_speaks_of_the_sealed_year():
    assert "2024" not in "".join(outputs(COMMITTED, "text/plain"))


# --- what it may open ----------------------------------------------------------------


def imports(file: Path) -> set[str]:
    """Return the top packages that a file imports."""
    names = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")  # "" is `from . import`
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("file", sorted(LEVEL.glob("*.py")), ids=lambda f: f.name)
def test_level_1_imports_neither_a_level_nor_the_world(file):
    ours = {"data", "level1_notebook", "level2_project", "level3_service", ""}

    assert imports(file) & ours == set()


@pytest.mark.parametrize("file", sorted(LEVEL.glob("*.py")), ids=lambda f: f.name)
def test_no_file_of_level_1_names_the_sealed_truth(file):
    assert not re.search("sealed|truth/|ledger", file.read_text())


# --- how it is built -----------------------------------------------------------------


@pytest.fixture(scope="module")
def house(tmp_path_factory, fresh_clone):
    """Another house, with the flat export and nothing else of the data, and a build."""
    house = furnish(tmp_path_factory.mktemp("no sources here"), "level1_notebook")
    (house / "data/raw").mkdir(parents=True)
    shutil.copy(fresh_clone / "data/raw/flat.csv", house / "data/raw")
    build = python(house, "-m", "level1_notebook")
    assert (build.returncode, build.stderr) == (0, "")
    return house


def notebook_bytes(house: Path) -> bytes:
    return (house / "level1_notebook/churn.ipynb").read_bytes()


@pytest.mark.long
def test_a_build_leaves_what_the_readme_lists(house):
    written = {path.name for path in (house / "build/level1").iterdir()}

    assert written == set(re.findall(r"`build/level1/([\w.]+)`", README))


def test_a_build_from_the_flat_export_alone_gives_the_same_bytes(house, fresh_clone):
    assert notebook_bytes(house) == notebook_bytes(fresh_clone)


def test_a_second_call_has_nothing_to_do_and_says_so(house):
    again = python(house, "-m", "level1_notebook")

    said, *_ = again.stdout.splitlines()
    assert said == "level1_notebook/churn.ipynb is up to date"


def test_a_cell_that_fails_is_named_and_the_old_notebook_stays(house):
    source, notebook = house / "level1_notebook/churn.py", notebook_bytes(house)
    text = source.read_text()
    source.write_text(text.replace("customers.shape", "customers.shapes"))

    build = python(house, "-m", "level1_notebook")

    source.write_text(text)
    assert build.returncode == 1
    assert "AttributeError" in build.stderr
    assert "customers.shapes" in build.stderr
    assert notebook_bytes(house) == notebook


def test_a_build_prints_what_is_claimed_and_what_happened(house):
    claim = json.loads((house / "build/level1/claim.json").read_text())
    figures = [{"roc_auc": x, "average_precision": x / 10} for x in (0.5, 0.6)]
    worlds = [{"contenders": {LEVEL.name: {"happened": f}}} for f in figures]
    results = house / "results" / "levels.json"
    results.parent.mkdir()
    results.write_text(json.dumps({"per_seed": worlds}))

    with_results = python(house, "-m", "level1_notebook").stdout
    shutil.rmtree(results.parent)
    without = python(house, "-m", "level1_notebook").stdout

    roc_auc = f"ROC AUC +{claim['roc_auc']:.3f} +"
    assert re.search(f"{roc_auc}0.550\n", with_results)
    assert "mean of 2 worlds" in with_results
    assert re.search(f"{roc_auc}-\n", without)
    assert "make compare" in without


def test_the_committed_results_say_what_happened(monkeypatch):
    n_worlds = len(level1.happened())

    monkeypatch.setattr(level1, "RESULTS", ROOT / "no such file.json")

    assert n_worlds > 1
    assert level1.happened() == []


@pytest.mark.long
def test_a_folder_that_cannot_be_written_gets_one_line(house):
    build = house / "build"
    build.rename(house / "build, as it was")
    build.touch()  # a file where a folder is wanted

    run = python(house, "-m", "level1_notebook")

    build.unlink()
    (house / "build, as it was").rename(build)
    assert run.returncode == 2
    assert re.fullmatch(r"python -m level1_notebook: .*build.*\n", run.stderr)


def test_a_disk_that_is_full_leaves_no_half_a_notebook(monkeypatch, tmp_path):
    def half(path, text, encoding):
        path.write_bytes(text[:10].encode())
        raise OSError(errno.ENOSPC, "No space left on device")

    notebook = tmp_path / "churn.ipynb"
    monkeypatch.setattr(level1, "NOTEBOOK", notebook)
    monkeypatch.setattr(level1, "fingerprint", lambda: "")
    monkeypatch.setattr(Path, "write_text", half)

    with pytest.raises(OSError, match="No space left"):
        level1.write(jupytext.reads("# %%\n1", fmt="py:percent"))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("missing", ["build", "data/raw"])  # at work on one, the other
def test_ctrl_c_ends_in_one_line(tmp_path, house, missing):
    copy = tmp_path / "house"
    shutil.copytree(house, copy)
    shutil.rmtree(copy / missing)
    if missing == "data/raw":
        furnish(copy, "data")
    command = [sys.executable, "-m", "level1_notebook"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    run = subprocess.Popen(command, cwd=copy, start_new_session=True, **pipes)
    run.stdout.readline()  # it has begun

    os.killpg(run.pid, signal.SIGINT)  # as a terminal does

    _, errors = run.communicate(timeout=20)
    assert errors == "stopped: the same command begins anew\n"
    assert run.returncode == 130


def test_a_world_that_cannot_be_simulated_ends_the_build(tmp_path):
    house = furnish(tmp_path, "level1_notebook", "data")
    (house / "data/raw").mkdir()
    (house / "data/raw/holiday.txt").write_text("no world")

    build = python(house, "-m", "level1_notebook")

    assert build.returncode == 2
    assert len(build.stderr.splitlines()) == 1
    assert not (house / "level1_notebook/churn.ipynb").exists()
