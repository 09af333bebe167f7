"""The house's rules: who may import what, who may open what, what an import does."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worlds import ROOT

LEVELS = sorted(path.parent.name for path in ROOT.glob("level*/__init__.py"))
MODULES = sorted((ROOT / "data").rglob("*.py"))
# All that a level may import of data/: what is needed to read the published sources.
READS_PUBLISHED = {"data.calendar"}
SEALED = ("sealed", "truth/", "ledger/")
CODE = [
    path
    for path in sorted(ROOT.rglob("*.py"))
    if not {".venv", "build"} & set(path.relative_to(ROOT).parts)
]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def code_of(*folders: str) -> list[Path]:
    return [path for path in CODE if path.relative_to(ROOT).parts[0] in folders]


def imports(path: Path) -> set[str]:
    """Return every module that a file names in an import, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def strings(path: Path) -> set[str]:
    """Return every string in a file but its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    return {t for t in texts if isinstance(t, str)} - docstrings(tree)


def docstrings(tree: ast.Module) -> set[str]:
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    nodes = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    return {ast.get_docstring(node, clean=False) or "" for node in nodes}


def top(module: str) -> str:
    return module.partition(".")[0]


# --- imports -------------------------------------------------------------------------


def test_there_is_a_level_to_hold_the_rules_against():
    assert "level1_notebook" in LEVELS


@pytest.mark.parametrize("level", LEVELS)
def test_no_level_imports_another(level):
    others = {other for other in LEVELS if other != level}

    named = {top(module) for path in code_of(level) for module in imports(path)}

    assert named & others == set()


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_imports_of_data_only_what_reads_published_sources(level):
    allowed = set() if level.startswith("level1_") else READS_PUBLISHED

    named = {module for path in code_of(level) for module in imports(path)}

    assert {module for module in named if top(module) == "data"} <= allowed


def test_the_world_and_its_judge_import_no_level():
    named = {top(module) for path in code_of("data") for module in imports(path)}

    assert named & set(LEVELS) == set()


def test_only_the_comparison_knows_of_the_comparison():
    others = code_of("data", "tools", *LEVELS)

    assert [path for path in others if "comparison" in map(top, imports(path))] == []


def test_what_is_imported_of_data_opens_no_truth():
    """What levels may import must not lead them to the sealed truth either."""
    for module in READS_PUBLISHED:
        path = ROOT / f"{module.replace('.', '/')}.py"

        assert {top(named) for named in imports(path)} & {"data"} == set()
        assert [text for text in strings(path) if "sealed" in text] == []


@pytest.mark.parametrize("path", CODE, ids=name)
def test_prefect_is_imported_in_flows_only(path):
    flows = "prefect" in {top(module) for module in imports(path)}

    is_a_test = path.relative_to(ROOT).parts[0] == "tests"
    assert not flows or path.name == "flow.py" or is_a_test


# --- rooms ---------------------------------------------------------------------------

DATA_ROOMS = ("world", "sources", "judge", "report")  # each may import those before
MOST_MODULES = 15  # "about a dozen"; past it a newcomer no longer sees the architecture
WAYS_IN_FOR_ROOMS = {"config", "calendar"}  # the settings and the names of months


def rooms() -> dict[str, list[Path]]:
    """List the modules of each folder inside `data/`, a level or the comparison."""
    found: dict[str, list[Path]] = {}
    for path in code_of("data", "comparison", "tools", *LEVELS):
        if path.name != "__init__.py" and len(path.relative_to(ROOT).parts) > 2:
            found.setdefault(name(path.parent), []).append(path)
    return found


def named_in(path: Path) -> set[str]:
    """Return every module and every name of one that a file imports."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    names = {f"{node.module}.{alias.name}" for node in froms for alias in node.names}
    return names | imports(path)


def uses_a_step(package: str, named: set[str], steps: set[str]) -> set[str]:
    """Return which of the modules named in imports are steps or ways in."""
    parts = [module.split(".") for module in named]
    return {part[1] for part in parts if part[0] == package and part[1:]} & steps


@pytest.mark.parametrize("room", rooms())
def test_a_room_holds_about_a_dozen_modules_at_most(room):
    assert len(rooms()[room]) <= MOST_MODULES


@pytest.mark.parametrize("package", ["data", *LEVELS])
def test_nothing_in_a_folder_imports_a_step(package):
    top_level = {path.stem for path in (ROOT / package).glob("*.py")}
    steps = top_level - WAYS_IN_FOR_ROOMS
    inside = [
        p for room in rooms().values() for p in room if name(p).startswith(package)
    ]

    wrong = {name(p): uses_a_step(package, named_in(p), steps) for p in inside}

    assert {path: used for path, used in wrong.items() if used} == {}


def test_an_import_of_a_step_would_be_seen():
    named = {"level2_project.train", "level2_project.models.encode", "pandas"}

    assert uses_a_step("level2_project", named, {"train", "models_"}) == {"train"}


@pytest.mark.parametrize("room", DATA_ROOMS)
def test_arrows_between_the_rooms_of_data_point_one_way(room):
    above = DATA_ROOMS[DATA_ROOMS.index(room) + 1 :]

    inside = [
        path for r in rooms() if r.startswith(f"data/{room}") for path in rooms()[r]
    ]
    named = {module for path in inside for module in named_in(path)}

    assert [m for m in named if m.startswith(tuple(f"data.{r}" for r in above))] == []


# --- the sealed truth ----------------------------------------------------------------


def test_only_the_judge_reads_the_truth():
    """`simulate` writes it into the sealed folder; no level and no page imports it."""
    readers = [
        name(path)
        for path in code_of("data", "comparison", *LEVELS)
        if "data.world.truth" in named_in(path)
    ]

    assert [r for r in readers if not r.startswith("data/judge/")] == [
        "data/simulate.py"
    ]


@pytest.mark.parametrize("path", code_of(*LEVELS, "tools"), ids=name)
def test_nobody_but_the_judge_names_the_sealed_folder(path):
    assert [text for text in strings(path) if any(s in text for s in SEALED)] == []


def test_the_notebook_that_readers_open_names_no_sealed_folder():
    for path in ROOT.glob("level*/*.ipynb"):
        assert "sealed/" not in path.read_text(encoding="utf-8")


# --- modules -------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_what_it_is_in_one_sentence(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))

    first = (ast.get_docstring(tree) or "").splitlines()[0]

    assert first.endswith((".", "?", "`."))
    if not path.name.startswith("__"):  # "Streams: every random draw has an address."
        assert first.lower().startswith(f"{path.stem.replace('_', ' ')}: ")


IMPORT_ALL = """
import importlib, logging, os, random, sys
import numpy as np
import lightgbm, matplotlib.pyplot, pandas, pyarrow.csv, rich.console  # not ours
import scipy.stats

before = random.getstate(), np.random.get_state()[1].tolist()
settings = dict(os.environ), os.getcwd(), logging.root.handlers[:], sys.path[:]
for name in sys.argv[1:]:
    importlib.import_module(name)
assert (random.getstate(), np.random.get_state()[1].tolist()) == before
assert (dict(os.environ), os.getcwd(), logging.root.handlers[:]) == settings[:3]
assert sys.path == settings[3]
"""


def test_importing_does_nothing(tmp_path):
    """No file is made, no seed set, nothing printed, no logger configured."""
    parts = [path.relative_to(ROOT).with_suffix("").parts for path in MODULES]
    names = [".".join(part) for part in parts if part[-1] != "__init__"]
    command = [sys.executable, "-B", "-W", "error", "-c", IMPORT_ALL, *names]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}

    run = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )

    assert run.stderr == run.stdout == ""
    assert run.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_no_random_number_comes_from_a_global_state():
    """Counter-based streams only; the one fixed seed stands in until a stream does.

    A clock runs in `data/report` alone: it says how long an exam takes.
    """
    banned = {"random", "secrets", "uuid", "time", "datetime"}

    for path in [path for path in MODULES if "report" not in path.parts]:
        assert imports(path) & banned == set()
        assert "np.random.seed" not in path.read_text(encoding="utf-8")
