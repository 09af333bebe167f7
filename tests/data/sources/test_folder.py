"""The folder of a world: whole months or none, and one plain line for a mistake."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.__main__ import main
from data.sources.files import FILES
from tests.worlds import ROOT, digests

FEW = ["simulate", "--customers", "60", "--months", "15", "--workers", "1"]

# Writes half of the n-th file, then dies as a machine does that loses its power.
DIES_MIDWAY = """
import os, signal, sys
import data.sources.files
from data.__main__ import main

write, left = data.sources.files.write_source, int(sys.argv[1])

def write_source(rows, path):
    global left
    left -= 1
    write(rows, path)
    if not left:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        os.kill(os.getpid(), signal.SIGKILL)

data.sources.files.write_source = write_source
main(sys.argv[2:])
"""


def die_midway(n_files: int, folder: Path) -> None:
    command = [sys.executable, "-c", DIES_MIDWAY, str(n_files)]
    run = subprocess.run([*command, *FEW, "--out", str(folder)], cwd=ROOT, check=False)
    assert run.returncode < 0  # killed


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A world of 60 customers that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole") / "raw"
    assert main([*FEW, "--out", str(folder)]) == 0
    return folder


# --- interrupted runs ----------------------------------------------------------------


@pytest.mark.parametrize("n_files", [4, 21])
def test_a_killed_run_leaves_whole_months_only_and_a_rerun_completes_them(
    whole, tmp_path, n_files
):
    die_midway(n_files, tmp_path / "raw")
    left = digests(tmp_path / "raw")
    shown = [n for n in left if n.startswith(("20", "sealed/drops/20"))]

    assert len(shown) == 7 * ((n_files - 1) // 6)  # six sources and a manifest
    assert [name for name in shown if left[name] != digests(whole)[name]] == []
    assert main([*FEW, "--out", str(tmp_path / "raw")]) == 0
    assert digests(tmp_path / "raw") == digests(whole)


def test_a_complete_world_is_left_as_it_is(whole, capsys):
    before = {path: path.stat().st_mtime_ns for path in whole.rglob("*")}

    assert main([*FEW, "--out", str(whole)]) == 0

    assert capsys.readouterr().out == f"{whole} is up to date\n"
    assert {path: path.stat().st_mtime_ns for path in whole.rglob("*")} == before


def test_every_drop_holds_six_sources_and_a_manifest(whole):
    drops = [*whole.glob("20*"), *whole.glob("sealed/drops/*")]

    assert len(drops) == 15 + 2  # two were sent again
    for drop in drops:
        names = {path.name for path in drop.iterdir()}
        assert names == {*FILES.values(), "manifest.json"}


def test_the_seed_stands_under_sealed_and_nowhere_else(tmp_path):
    """Not in the manifests, and not as a number in any text."""
    seed = "7450913"
    arguments = [*FEW, "--seed", seed, "--out", str(tmp_path / "raw")]
    assert main(arguments) == 0

    files = (path for path in (tmp_path / "raw").rglob("*") if path.is_file())
    named = [path for path in files if seed.encode() in path.read_bytes()]

    assert named == [tmp_path / "raw" / "sealed" / "seed.json"]


def test_a_drop_that_is_sent_again_after_the_open_months_is_sealed(tmp_path):
    """It arrives when the first sealed month has begun."""
    months = ["simulate", "--customers", "60", "--months", "18", "--workers", "1"]
    assert main([*months, "--out", str(tmp_path / "raw")]) == 0

    assert (tmp_path / "raw" / "2022-06").is_dir()  # the last of six open months
    assert not (tmp_path / "raw" / "2022-06.r2").exists()
    assert (tmp_path / "raw" / "sealed" / "drops" / "2022-06.r2").is_dir()


def test_one_customer_is_a_world(tmp_path):
    alone = ["simulate", "--customers", "1", "--months", "13"]

    assert main([*alone, "--out", str(tmp_path / "raw")]) == 0

    assert (tmp_path / "raw" / "flat.csv").read_text().count("\n") == 2


# --- mistakes ------------------------------------------------------------------------


def mistake(*arguments: str, capsys) -> str:
    """Make a mistake on the command line; give the one line that it gets."""
    try:
        code = main(list(arguments))
    except SystemExit as error:  # argparse's way out
        code = error.code
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.startswith("python -m data")
    assert said.err.count("\n") == 1
    return said.err


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ("simulate --customers 0", "at least 1, found 0"),
        ("simulate --customers -7", "at least 1, found -7"),
        ("simulate --customers x", "'x'"),
        ("simulate --customers 2.5", "'2.5'"),
        ("simulate --months 12", "at least 13"),
        ("simulate --months twelve", "'twelve'"),
        ("simulate --seed soon", "'soon'"),
        ("simulate --size huge", "'large'"),
        ("simulate --workers 0", "--workers"),
        ("simulate --depth 3", "--depth"),
        ("simulat", "'simulate'"),
        ("exam --seeds 1,b", "'1,b'"),
        ("exam --levels level9_nowhere", "level9_nowhere"),
        ("exam --levels level1_notebook,", "level1_notebook"),
        ("exam --customers 0", "at least 1"),
        ("sample --out nowhere", "make data"),
    ],
)
def test_a_wrong_argument_gets_one_line(
    arguments, names, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)

    assert names in mistake(*arguments.split(), capsys=capsys)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    ["", "{", "[1]", "3", "null", "{}", '{"customers": 60}', b"\xff\xfe"],
)
def test_a_folder_whose_manifest_is_broken_gets_one_line(content, tmp_path, capsys):
    manifest = content if isinstance(content, bytes) else content.encode()
    (tmp_path / "world.json").write_bytes(manifest)

    assert str(tmp_path) in mistake(*FEW, "--out", str(tmp_path), capsys=capsys)


def test_a_manifest_that_does_not_say_whether_it_is_complete_gets_one_line(
    whole, tmp_path, capsys
):
    manifest = json.loads((whole / "world.json").read_text())
    del manifest["complete"]
    (tmp_path / "world.json").write_text(json.dumps(manifest))

    assert str(tmp_path) in mistake(*FEW, "--out", str(tmp_path), capsys=capsys)


def test_a_folder_with_another_world_is_refused_and_left_alone(whole, capsys):
    before = digests(whole)

    line = mistake(*FEW, "--seed", "8", "--out", str(whole), capsys=capsys)

    assert "seed 2022" in line
    assert "seed 8" in line
    assert digests(whole) == before


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("precious")

    line = mistake(*FEW, "--out", str(tmp_path), capsys=capsys)

    assert str(tmp_path) in line
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_that_cannot_be_written_gets_one_line(place, tmp_path, capsys):
    (tmp_path / "file").write_text("")

    assert place in mistake(*FEW, "--out", str(tmp_path / place), capsys=capsys)


def test_a_mistake_ends_the_process_with_2():
    command = [sys.executable, "-m", "data", "simulate", "--customers", "0"]

    run = subprocess.run(command, cwd=ROOT, env=dict(os.environ), check=False)

    assert run.returncode == 2
