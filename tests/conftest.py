"""What several tests of the shared world look at, made once."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings

from data.judge.year import Setting
from data.simulate import simulate
from data.sources.plan import Plan
from data.sources.rows import Frames
from data.world.beliefs import World
from tests.worlds import emitted, judge_of

# The same examples on every run; a slow machine is no failure.
settings.register_profile("calm", deadline=None, derandomize=True)
settings.load_profile("calm")

SMALL = World(customers=2_000)
SEED = 2022


@pytest.fixture(scope="session")
def small_plan(tmp_path_factory) -> Plan:
    """The plan of `python -m data simulate --size small`, carried out by 2 workers."""
    plan = Plan(SMALL, SEED, tmp_path_factory.mktemp("small") / "raw")
    simulate(plan, workers=2)
    return plan


@pytest.fixture(scope="session")
def small_world(small_plan) -> Path:
    """The folder of a small world."""
    return small_plan.folder


@pytest.fixture(scope="session")
def small_clean() -> Frames:
    """All clean rows of the small world, before any mess."""
    return emitted(SMALL, SEED)


@pytest.fixture(scope="session")
def judge() -> Setting:
    """What the judge knows of a world of 20,000 customers."""
    return judge_of(World(customers=20_000), seed=5)


@pytest.fixture(scope="session")
def panel() -> pd.DataFrame:
    """One row per customer and month of a world of 20,000: what was true, what came."""
    from tests.data.world.panel import panel_of

    return panel_of(World(customers=20_000), seed=11)


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory) -> Iterator[None]:
    """Run a temporary Prefect server: 10 s, once, and nothing left in the home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        patch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
        patch.setenv("DO_NOT_TRACK", "1")
        from prefect.testing.utilities import prefect_test_harness

        with prefect_test_harness(server_startup_timeout=120):
            yield
