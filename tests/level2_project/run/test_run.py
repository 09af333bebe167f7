"""The run: the same steps leave the same results, and a second run makes nothing."""

import json
import re
from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd
import pytest

from level2_project import steps
from level2_project.__main__ import main
from level2_project.config import Config, read_config
from level2_project.load import load
from level2_project.point_in_time.usage import USAGE_MONTHS
from level2_project.run.folder import Run, open_run
from level2_project.snapshots import candidates

CLOCKED = {"tuned.json", "peers.parquet", "comparison.parquet"}  # hold seconds


def quick(raw, runs) -> Config:
    """Give the config with little to search and to compare."""
    config = read_config()
    return replace(
        config,
        raw=str(raw),
        runs=str(runs),
        split=replace(config.split, n_folds=4, untouched=2),
        train=replace(config.train, compare_customers=600),
        tune=replace(config.tune, trials=3, customers=600),
    )


def silent(name: str) -> steps.Progress:
    return lambda done, wanted: None


@pytest.fixture(scope="module")
def done(small_world, tmp_path_factory) -> Run:
    """A run of all steps on a small world, without Prefect."""
    run = open_run(quick(small_world, tmp_path_factory.mktemp("runs")))
    steps.in_order(run, silent)
    return run


@pytest.fixture
def config_file(done, tmp_path) -> Path:
    """The config of the run that is done, as a file."""
    quoted = {str: json.dumps, bool: lambda value: str(value).lower()}
    lines = []
    for name, value in asdict(done.config).items():
        rows = value if isinstance(value, dict) else {name: value}
        lines += [f"[{name}]"] if isinstance(value, dict) else []
        lines += [f"{k} = {quoted.get(type(v), str)(v)}" for k, v in rows.items()]
    path = tmp_path / "config.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def written(run: Run) -> dict[str, int]:
    """Give when each file of the run was last written."""
    return {path.name: path.stat().st_mtime_ns for path in run.folder.iterdir()}


def test_a_run_says_all_that_is_needed_to_get_it_again(done):
    known = json.loads((done.folder / "run.json").read_text())

    assert known["config"]["seed"] == done.config.seed
    assert re.fullmatch("[0-9a-f]{40}|unknown", known["git_commit"])
    assert {"pandas", "lightgbm", "optuna"} <= set(known["libraries"])
    assert known["data_hash"] != known["code_hash"]


def test_a_second_run_makes_nothing_but_the_report(done):
    before = written(done)

    steps.in_order(open_run(done.config), silent)

    after = written(done)
    assert {name for name in after if after[name] != before[name]} == {"report.html"}


def test_other_data_or_another_config_is_another_run(done, tmp_path):
    other = replace(done.config, seed=1)

    assert open_run(replace(other, runs=str(tmp_path))).folder.name != done.folder.name


def test_predictions_cover_each_customer_once_and_some_get_an_offer(done):
    rows = pd.read_parquet(done.folder / "predictions.parquet")

    assert list(rows) == ["customer_id", "cutoff", "p_churn", "offer"]
    assert rows["customer_id"].is_unique
    assert rows["p_churn"].between(0, 1).all()
    assert 0 < rows["offer"].mean() < 0.5


def test_a_year_of_usage_is_enough_to_predict(done, small_world):
    day = pd.Timestamp(done.config.time.predict_at)
    customers = pd.read_parquet(done.folder / "candidates.parquet")
    rows = customers[["customer_id", "cutoff"]]

    few = candidates(load(small_world, day, USAGE_MONTHS).sources, rows, done.config)

    pd.testing.assert_frame_equal(few, customers)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("label", "n_left"),
        ("features", "snapshots at 19 cutoffs, 146 features"),
        ("split", "is_untouched"),
        ("compare", "class_weights"),
        ("select", "columns are kept: "),
        ("tune", "num_leaves = "),
        ("train", "model.joblib"),
        ("evaluate", "claimed, by the season to come a year ago"),
        ("decide", "customers get an offer"),
        ("all", "report.html"),
    ],
)
def test_each_step_can_be_called_by_its_name_and_tells_what_it_left(
    done, config_file, capsys, command, says
):
    before = written(done)

    code = main([command, "--config", str(config_file)])

    assert code == 0
    assert says in capsys.readouterr().out
    made = {name for name, at in written(done).items() if at != before.get(name)}
    assert made <= {"report.html"}


def test_a_step_takes_those_before_it_and_none_after_it(done, monkeypatch):
    taken: list[str] = []
    noted = {
        name: lambda run, progress, name=name: taken.append(name)
        for name in steps.STEPS
    }
    monkeypatch.setattr(steps, "STEPS", noted)

    steps.in_order(done, silent, "tune")

    assert taken == ["features", "compare", "select", "tune"]


def test_the_flow_takes_the_steps_in_the_same_order():
    flow = Path(steps.__file__).with_name("flow.py").read_text()
    body = flow.split("def level2(")[1]

    called = re.findall(r"^    (?:return )?(\w+)\(", body, re.MULTILINE)

    assert called == list(steps.STEPS)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["predict", "--cutoff", "2024-01-02"], "first of a month"),
        (["predict", "--cutoff", "2023-12-01"], "2024-01-01 or later"),
        (["all", "--config", "nowhere.toml"], "cannot read nowhere.toml"),
    ],
)
def test_a_users_mistake_gets_one_line_and_exit_code_2(capsys, arguments, says):
    code = main(arguments)

    assert code == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


@pytest.mark.long
@pytest.mark.flow
def test_the_flow_gives_what_the_plain_steps_give(
    done, small_world, tmp_path, prefect_server
):
    from level2_project.flow import level2

    run = open_run(quick(small_world, tmp_path))
    level2(run, silent)

    for path in done.folder.glob("*.parquet"):
        if path.name not in CLOCKED:
            assert (run.folder / path.name).read_bytes() == path.read_bytes(), path.name
    claims = [(r.folder / "claim.json").read_text() for r in (done, run)]
    assert claims[0] == claims[1]
