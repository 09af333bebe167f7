"""What several tests of level 1 look at, made once."""

from pathlib import Path

import pytest

from tests.level1_notebook.houses import ROOT, furnish, python


@pytest.fixture(scope="session")
def fresh_clone(tmp_path_factory) -> Path:
    """A house with the data's code, where `make level1` has just been called."""
    house = tmp_path_factory.mktemp("a fresh clone")
    furnish(house, "data", "level1_notebook")
    build = python(house, "-m", "level1_notebook")
    assert build.returncode == 0, build.stderr
    return house


@pytest.fixture(scope="session")
def small_flat(tmp_path_factory) -> Path:
    """The flat export of a small world."""
    folder = tmp_path_factory.mktemp("small") / "raw"
    simulate = ["-m", "data", "simulate", "--size", "small", "--out", str(folder)]
    world = python(ROOT, *simulate)
    assert world.returncode == 0, world.stderr
    return folder / "flat.csv"
