"""The run: the same steps leave the same results, and a second run makes nothing."""

import json
import re
import subprocess
import sys
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest

from level2_project import steps, work
from level2_project.__main__ import main
from level2_project.config import Config, read_config
from level2_project.load import load
from level2_project.point_in_time.usage import USAGE_MONTHS
from level2_project.run import folder
from level2_project.run.display import Display
from level2_project.run.folder import Run, open_run
from level2_project.snapshots import candidates

ROOT = Path(steps.__file__).parents[1]


def quick(raw, runs) -> Config:
    """Return the config with little to search and to compare."""
    config = read_config()
    return replace(
        config,
        raw=str(raw),
        runs=str(runs),
        split=replace(config.split, n_folds=5, confirming=2, untouched=1),
        train=replace(config.train, compare_customers=300),
        tune=replace(config.tune, trials=3, customers=600),
    )


def silent() -> Display:
    return Display({step.name: step.seconds for step in steps.STEPS})


@pytest.fixture(scope="module")
def reads() -> dict[str, set[str]]:
    """What each step of the run below has read."""
    return {}


@pytest.fixture(scope="module")
def done(small_world, tmp_path_factory, reads) -> Run:
    """A run of all steps on a small world, without Prefect."""
    run = open_run(quick(small_world, tmp_path_factory.mktemp("runs")))
    read = Run.read
    with pytest.MonkeyPatch.context() as patch:
        for step in steps.STEPS:
            names = reads[step.name] = set()
            patch.setattr(
                Run, "read", lambda run, n, to=names: to.add(n) or read(run, n)
            )
            steps.take(step, run, silent())
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
    """When each result of the run was last written; the lock is none."""
    return {path.name: path.stat().st_mtime_ns for path in run.folder.glob("[!.]*")}


def test_a_run_says_all_that_is_needed_to_get_it_again(done):
    known = json.loads((done.folder / "run.json").read_text())

    assert known["settings"] == asdict(done.config)
    assert re.fullmatch("[0-9a-f]{40}|unknown", known["about"]["commit"])
    for library in ("pandas", "lightgbm", "optuna"):
        assert f"{library} {version(library)}" in known["about"]["libraries"]
    assert known["about"]["data"] != known["about"]["code"]


def test_a_second_run_makes_nothing(done):
    before = written(done)

    steps.in_order(open_run(done.config), silent(), steps.STEPS)

    assert written(done) == before


def test_another_config_is_another_run_but_another_place_is_not(done, tmp_path):
    here = replace(done.config, runs=str(tmp_path))
    tuned = replace(here, tune=replace(here.tune, trials=4))

    assert open_run(here).folder.name == done.folder.name
    assert open_run(replace(here, seed=1)).folder.name != done.folder.name
    assert open_run(tuned).folder.name != done.folder.name


@pytest.mark.parametrize("name", ["split.py", "page.j2", "dictionary.csv"])
def test_other_code_templates_or_meanings_are_another_run(
    done, tmp_path, monkeypatch, name
):
    (tmp_path / "room").mkdir()
    path = tmp_path / "room" / name
    path.write_text("before")
    monkeypatch.setattr(folder, "CODE", tmp_path)
    before = open_run(done.config).folder

    path.write_text("after")

    assert open_run(done.config).folder != before


def test_what_was_read_of_the_drops_is_kept_beside_the_runs(done):
    assert (Path(done.config.runs) / "interim" / "2023-12.usage.arrow").exists()


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


def test_the_months_own_cutoff_is_predicted_as_a_later_one_would_be(done):
    path = work.predict_later(done, done.config.time.predict_at)

    pd.testing.assert_frame_equal(pd.read_parquet(path), done.read("predictions"))


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("load", "drop_duplicates"),
        ("label", "n_left"),
        ("features", "snapshots.parquet"),
        ("split", "to confirm"),
        ("compare", "class_weights"),
        ("select", "is_selected"),
        ("tune", "num_leaves"),
        ("train", "model.joblib"),
        ("evaluate", "nats per customer and month"),
        ("decide", "gain_usd"),
        ("predict", "predictions.parquet"),
        ("report", "report.html"),
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
    assert written(done) == before


def test_a_step_takes_those_before_it_and_none_after_it(done, monkeypatch):
    taken: list[str] = []
    monkeypatch.setattr(steps, "take", lambda step, run, _: taken.append(step.name))

    steps.in_order(done, silent(), steps.up_to("select"))

    assert taken == ["load", "label", "features", "split", "compare", "select"]


# --- one table of steps --------------------------------------------------------------


def test_every_step_finds_what_it_needs_and_has_its_work():
    made: set[str] = set()
    for step in steps.STEPS:
        assert set(step.needs) <= made, step.name
        assert callable(getattr(work, f"{step.name}_step"))
        made |= set(step.makes)

    works = {name for name in vars(work) if name.endswith("_step")}
    assert works == {f"{step.name}_step" for step in steps.STEPS}


def test_every_step_reads_what_the_table_says_that_it_needs(done, reads):
    assert {
        step.name: set(step.needs) | ({"run.json"} if step.name == "report" else set())
        for step in steps.STEPS
    } == reads


def test_a_step_that_makes_too_little_is_no_step(done, tmp_path, monkeypatch):
    monkeypatch.setattr(work, "split_step", lambda run, progress: [])
    split = steps.up_to("split")[-1]

    with pytest.raises(ValueError, match="shorter"):
        steps.take(split, Run(done.config, tmp_path), silent())


def test_a_run_leaves_what_the_table_says(done):
    made = {done.path(name).name for step in steps.STEPS for name in step.makes}

    assert made | {"run.json", "study.journal"} <= {
        path.name for path in done.folder.iterdir()
    }
    assert not list(done.folder.glob(".unfinished.*"))


def test_the_readme_has_a_row_for_each_step_in_the_same_order():
    readme = Path(steps.__file__).with_name("README.md").read_text()

    rows = re.findall(r"^\| (\w+) \| \[", readme, re.MULTILINE)

    assert rows == [step.name for step in steps.STEPS]


def test_help_and_a_typo_load_nothing_heavy():
    program = (
        "import sys; from level2_project.__main__ import parser; parser();"
        "print({'pandas', 'numpy', 'sklearn', 'optuna', 'pydantic'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program]

    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "set()"


def test_the_time_left_falls_while_a_step_reports_nothing():
    display = Display({"load": 30.0, "select": 30.0})
    display.begin("load")

    display.clock = lambda: display.began + 20.0

    assert display.get_renderable() == "step 1 of 2, load, 0:40 left"


def test_the_display_counts_steps_and_the_time_left_falls_to_nothing():
    display = Display({"load": 30.0, "select": 10.0})

    begun = display.begin("load")
    before = display.ends
    begun(1, 2)
    halfway = display.ends
    display.begin("select")(1, 1)

    assert before > halfway > display.ends
    assert display.get_renderable() == "step 2 of 2, select, 0:00 left"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["predict", "--cutoff", "2023-12-01"], "wanted 2024-01-01 or the first"),
        (["predict", "--cutoff", "2024-01-02"], "found 2024-01-02"),
        (["all", "--config", "nowhere.toml"], "cannot use nowhere.toml"),
    ],
)
def test_a_users_mistake_gets_one_line_and_exit_code_2(capsys, arguments, says):
    code = main(arguments)

    assert code == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_a_command_that_is_unknown_is_refused_in_one_line(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["trian"])

    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.long
@pytest.mark.flow
def test_the_flow_gives_what_the_plain_steps_give(
    done, small_world, tmp_path, prefect_server
):
    from level2_project.flow import level2

    run = open_run(quick(small_world, tmp_path))
    level2(run, silent(), steps.STEPS)

    for path in done.folder.glob("*.parquet"):
        assert (run.folder / path.name).read_bytes() == path.read_bytes(), path.name
    claims = [(r.folder / "claim.json").read_text() for r in (done, run)]
    assert claims[0] == claims[1]
