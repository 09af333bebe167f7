"""Every direct dependency is imported and called once, beside all the others.

Some combinations install and then fail when run: so a resolved lock proves little.
"""

import asyncio
import io
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LEFT_OUT = {"scale"}  # extras that are locked, and that `make setup` does not install


def declared() -> dict[str, list[Requirement]]:
    """Return what pyproject.toml asks for, by extra; "" is the base."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: [Requirement(r) for r in texts] for extra, texts in extras.items()}


def installed() -> list[str]:
    """Return the names of the packages that `make setup` owes this machine."""
    wanted = {extra: rs for extra, rs in declared().items() if extra not in LEFT_OUT}
    requirements = [requirement for rs in wanted.values() for requirement in rs]
    return sorted({r.name for r in requirements if not r.marker or r.marker.evaluate()})


CALLS: dict[str, Callable[[], None]] = {}


def calls(*names: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a function as the one call of these dependencies."""

    def register(call: Callable[[], None]) -> Callable[[], None]:
        CALLS.update(dict.fromkeys(names, call))
        return call

    return register


def alone(name: str) -> object:
    """Keep what starts a Prefect server out of tests that run side by side."""
    return pytest.param(name, marks=pytest.mark.flow) if name == "prefect" else name


@pytest.mark.parametrize("name", [alone(name) for name in installed()])
def test_the_dependency_works_beside_the_others(name, request):
    assert name in CALLS, f"write a call of {name} in {Path(__file__).name}"
    if name == "prefect":
        request.getfixturevalue("prefect_server")

    CALLS[name]()


def test_no_call_outlives_its_dependency():
    names = {r.name for requirements in declared().values() for r in requirements}

    assert set(CALLS) <= names


def test_an_extra_that_setup_leaves_out_is_locked_all_the_same():
    lock = (ROOT / "requirements.lock").read_text()

    for extra in LEFT_OUT:
        for requirement in declared()[extra]:
            assert f"\n{requirement.name}==" in lock


def two_groups():
    """Return a frame with a number, a text and a gap, and labels that follow it."""
    import numpy as np
    import pandas as pd

    tenure_days = np.arange(80.0)
    plan = np.where(tenure_days % 3 == 0, "basic", "pro")
    customers = pd.DataFrame({"tenure_days": tenure_days, "plan": plan})
    customers["seats"] = customers["tenure_days"].where(tenure_days % 7 > 0)
    return customers, pd.Series((tenure_days < 20).astype(int), name="churned")


def run_module(*arguments: str) -> None:
    """Run `python -m ...` from the root; its output is shown if it fails."""
    subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, check=True)


# --- data/ ---------------------------------------------------------------------------


@calls("numpy")
def draw_numbers():
    import numpy as np

    stream = np.random.Generator(np.random.Philox(key=7))

    assert stream.normal(size=(3, 2)).shape == (3, 2)


@calls("pandas", "pyarrow")
def write_and_read_parquet():
    import pandas as pd
    import pyarrow.parquet

    customers, _ = two_groups()
    file = io.BytesIO()
    customers.to_parquet(file)

    pd.testing.assert_frame_equal(pd.read_parquet(file), customers)
    assert pyarrow.parquet.read_table(file).num_rows == len(customers)


@calls("scikit-learn")
def fit_a_pipeline():
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    customers, churned = two_groups()
    model = make_pipeline(SimpleImputer(), LogisticRegression())

    assert model.fit(customers[["seats"]], churned).score(customers[["seats"]], churned)


@calls("lightgbm")
def fit_trees():
    from lightgbm import LGBMClassifier

    customers, churned = two_groups()
    model = LGBMClassifier(n_estimators=5, verbose=-1)
    model.fit(customers[["tenure_days", "seats"]], churned)

    p_churn = model.predict_proba(customers[["tenure_days", "seats"]])[:, 1]
    assert p_churn[0] > p_churn[-1]


@calls("matplotlib")
def draw_a_line():
    from matplotlib.figure import Figure

    figure, file = Figure(), io.BytesIO()
    figure.subplots().plot([1, 2, 3])
    figure.savefig(file, format="png")

    assert file.getvalue().startswith(b"\x89PNG")


@calls("rich")
def print_a_table():
    from rich.console import Console
    from rich.table import Table

    table, screen = Table("level"), io.StringIO()
    table.add_row("level 1")
    Console(file=screen).print(table)

    assert "level 1" in screen.getvalue()


@calls("filelock")
def wait_for_a_lock():
    from filelock import FileLock, Timeout

    with TemporaryDirectory() as folder:
        first, second = FileLock(f"{folder}/lock"), FileLock(f"{folder}/lock")
        with first, pytest.raises(Timeout):
            second.acquire(timeout=0)


@calls("grimp")
def follow_imports():
    import grimp

    graph = grimp.build_graph("tools", cache_dir=None)

    assert "tools.excerpt" in graph.find_upstream_modules("tools.read")


# --- level 1 -------------------------------------------------------------------------


@calls("jupytext", "nbformat", "nbclient", "ipykernel")
def run_a_notebook():
    import jupytext
    import nbclient
    import nbformat

    cells = "# %% [markdown]\n# Sum\n\n# %%\n1 + 1\n"
    notebook = jupytext.reads(cells, fmt="py:percent")
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    nbformat.validate(notebook)

    assert notebook.cells[1].outputs[0].data["text/plain"] == "2"


@calls("seaborn")
def draw_a_distribution():
    import seaborn
    from matplotlib.figure import Figure

    customers, _ = two_groups()
    axes = Figure().subplots()
    seaborn.histplot(customers, x="tenure_days", hue="plan", ax=axes)

    assert axes.patches


@calls("plotly")
def draw_for_the_browser():
    import plotly.express

    customers, _ = two_groups()
    figure = plotly.express.scatter(customers, x="tenure_days", y="seats", color="plan")

    assert "scatter" in figure.to_json()


@calls("joblib")
def save_and_load():
    import joblib

    customers, _ = two_groups()
    file = io.BytesIO()
    joblib.dump(customers, file)

    assert joblib.load(file).equals(customers)


# --- level 2 -------------------------------------------------------------------------


@calls("imbalanced-learn")
def oversample():
    from imblearn.over_sampling import SMOTE

    customers, churned = two_groups()
    smote = SMOTE(random_state=7)
    _, balanced = smote.fit_resample(customers[["tenure_days"]], churned)

    assert balanced.mean() == 0.5


@calls("optuna")
def search():
    import optuna

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=7))
    study.optimize(lambda trial: trial.suggest_float("x", -1, 1) ** 2, n_trials=12)

    assert study.best_value < 1


@calls("skrub")
def vectorise_a_table():
    from skrub import TableVectorizer

    customers, churned = two_groups()
    numbers = TableVectorizer().fit_transform(customers, churned)

    assert len(numbers) == len(customers)


@calls("pydantic")
def refuse_a_setting():
    from pydantic import BaseModel, Field, ValidationError

    class Settings(BaseModel, extra="forbid"):
        trials: int = Field(ge=1)

    assert Settings(trials=3).trials == 3
    with pytest.raises(ValidationError, match="trials"):
        Settings(trials=0)


@calls("jinja2")
def fill_a_template():
    from jinja2 import Environment

    page = Environment(autoescape=True).from_string("<b>{{ name }}</b>")

    assert page.render(name="A & B") == "<b>A &amp; B</b>"


@calls("openai")
def ask_an_endpoint():
    import httpx
    from openai import OpenAI

    message = {"role": "assistant", "content": "price"}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    answer = {"id": "1", "object": "chat.completion", "created": 0, "model": "small"}
    transport = httpx.MockTransport(
        lambda request: httpx.Response(200, json={**answer, "choices": [choice]})
    )
    with httpx.Client(transport=transport) as web:
        client = OpenAI(api_key="none", base_url="http://ai/v1", http_client=web)
        asked = client.chat.completions.create(
            model="small", messages=[{"role": "user", "content": "Too dear."}]
        )

    assert asked.choices[0].message.content == "price"


@calls("prefect")
def run_a_flow():
    from prefect import flow, task

    @task
    def double(number: int) -> int:
        return 2 * number

    @flow
    def twice(number: int) -> int:
        return double(double(number))

    assert twice(1) == 4


@calls("fastapi", "httpx")
def answer_a_request():
    import httpx
    from fastapi import FastAPI
    from pydantic import BaseModel, Field

    app = FastAPI()

    class Batch(BaseModel):
        tenure_days: list[float] = Field(min_length=1)

    @app.post("/predict")
    def predict(batch: Batch) -> int:
        return len(batch.tenure_days)

    async def ask(*tenure_days: float) -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport) as client:
            body = {"tenure_days": tenure_days}
            return await client.post("http://app/predict", json=body)

    assert asyncio.run(ask(3.0, 4.0)).json() == 2
    assert asyncio.run(ask()).status_code == 422


# --- level 3 -------------------------------------------------------------------------


@calls("uvicorn")
def serve():
    import uvicorn

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def ask() -> bytes:
        config = uvicorn.Config(app, port=0, lifespan="off", log_level="error")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        host, port = server.servers[0].sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"GET / HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n")
        answer = await reader.read()
        writer.close()
        server.should_exit = True
        await serving
        return answer

    assert asyncio.run(ask()).startswith(b"HTTP/1.1 204")


@calls("sqlalchemy", "alembic")
def migrate_a_database():
    import sqlalchemy as sa
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        migrate = Operations(MigrationContext.configure(connection))
        month = sa.Column("month", sa.Text, primary_key=True)
        drops = migrate.create_table("drops", month)
        connection.execute(sa.insert(drops), [{"month": "2022-01"}])

        assert connection.execute(sa.select(drops.c.month)).scalar_one() == "2022-01"
    engine.dispose()


@calls("duckdb")
def query_a_frame():
    import duckdb

    customers, _ = two_groups()
    query = "SELECT plan, count(*) AS n FROM customers GROUP BY plan ORDER BY plan"
    with duckdb.connect() as database:
        database.register("customers", customers)
        counts = database.sql(query).df()

    assert dict(counts.to_numpy()) == {"basic": 27, "pro": 53}


@calls("pandera")
def check_a_contract():
    import pandera.pandas as pa

    customers, _ = two_groups()
    days = pa.Column(float, pa.Check.ge(0))
    contract = pa.DataFrameSchema({"tenure_days": days, "plan": pa.Column(str)})

    assert contract.validate(customers).equals(customers)
    with pytest.raises(pa.errors.SchemaError):
        contract.validate(customers.assign(tenure_days=-1.0))


# --- dev -----------------------------------------------------------------------------


@calls("ruff")
def lint():
    run_module("ruff", "--version")


@calls("mypy")
def check_types():
    run_module("mypy", "--config-file=", "-c", "n_customers: int = 1")


@calls("pytest")
def list_markers():
    run_module("pytest", "--markers")


@calls("threadpoolctl")
def hold_threads():
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        pass


@calls("pytest-xdist")
def share_tests_out():
    run_module("pytest", "-n", "1", "--version")


@calls("hypothesis")
def find_the_smallest():
    from hypothesis import find
    from hypothesis import strategies as st

    assert find(st.integers(0, 1000), lambda n: n >= 10) == 10


@calls("pre-commit")
def read_the_hooks():
    run_module("pre_commit", "validate-config")
