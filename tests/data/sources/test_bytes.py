"""The same seed gives the same bytes, whoever writes them and in whatever order."""

import os
import subprocess
import sys

import numpy as np

from data.simulate import simulate
from data.sources.deliver import deliver
from data.sources.files import write_drop
from data.sources.plan import Plan, emit_month
from data.world.beliefs import World
from data.world.history import history
from tests.worlds import ROOT, digests, month_folder


def simulate_in_a_new_process(*arguments: str, hash_seed: str) -> None:
    """Call the command line with Python's own hashing shuffled."""
    command = [sys.executable, "-m", "data", "simulate", *arguments]
    env = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run(command, cwd=ROOT, env=env, check=True)


def write_in_order(plan: Plan, order: np.ndarray) -> None:
    """Emit and write the months of a world in `order`; sealed ones lie beside."""
    lived = list(history(plan.company, plan.world.months))
    emitted = {m: emit_month(plan, lived[m].events).arrivals for m in order}
    for month in order[::-1]:
        late = emitted[month - 1].next_month if month else {}
        for drop in deliver(
            plan.mess, plan.company.streams, month, emitted[month], late
        ):
            write_drop(drop, plan.folder)


def test_one_worker_in_another_process_writes_the_bytes_of_two(small_world, tmp_path):
    arguments = ["--size", "small", "--workers", "1", "--out", str(tmp_path / "w")]

    simulate_in_a_new_process(*arguments, hash_seed="7")

    assert digests(tmp_path / "w") == digests(small_world)


def test_months_written_in_any_order_are_the_same_bytes(small_plan, tmp_path):
    order = np.random.default_rng(1).permutation(small_plan.world.months)
    shuffled = Plan(small_plan.world, small_plan.seed, tmp_path)

    write_in_order(shuffled, order)

    in_order = [digests(month_folder(small_plan.folder, m)) for m in range(36)]
    assert [digests(month_folder(tmp_path, m, 36)) for m in range(36)] == in_order


def test_another_seed_gives_other_bytes_in_every_file(small_plan, tmp_path):
    world, seed = World(customers=2_000, open_months=1), small_plan.seed + 1
    simulate(Plan(world, seed, tmp_path / "w"), workers=1)

    here, there = digests(small_plan.folder), digests(tmp_path / "w")

    shared = set(here) & set(there)
    assert len(shared) > 20
    assert [name for name in shared if here[name] == there[name]] == []


def test_a_longer_history_starts_with_the_bytes_of_a_shorter_one(tmp_path):
    """Months before the sealed year do not know when it begins."""
    for name, open_months in (("short", 6), ("long", 7)):
        world = World(customers=300, open_months=open_months)
        simulate(Plan(world, 1, tmp_path / name), workers=1)

    short, long = (digests(tmp_path / name) for name in ("short", "long"))

    months = [name for name in short if name.startswith("20")]
    assert len(months) == 6 * 7
    assert {n: short[n] for n in months} == {n: long[n] for n in months}
