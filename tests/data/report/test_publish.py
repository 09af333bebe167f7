"""Published pages and pictures are those that the kept report gives."""

import json
import re
from dataclasses import astuple
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.options import SEED
from data.report.compare import committed
from data.report.pictures import draw
from data.report.publish import RESULTS, filled, pages, sample
from data.report.table import markdown
from data.simulate import simulate
from data.sources.plan import Plan
from data.world.beliefs import World, beliefs
from tests.data.report.reports import LEVELS, report_of
from tests.worlds import ROOT

WORDS = st.text("abc |*\n0.5%→", max_size=30)


@pytest.fixture(scope="module")
def report():
    return committed()


# --- blocks --------------------------------------------------------------------------


@given(WORDS, WORDS, WORDS, WORDS, WORDS)
def test_a_filled_block_holds_its_content_and_the_rest_stays(
    before, old, between, also_old, after
):
    text = (
        f"{before}<!-- a -->{old}<!-- /a -->{between}<!-- b -->{also_old}<!-- /b -->"
        f"{after}"
    )

    page = filled(text, {"a": "new", "b": " other\n"})

    assert page == (
        f"{before}<!-- a -->\nnew\n<!-- /a -->{between}<!-- b -->\nother\n<!-- /b -->"
        f"{after}"
    )


@given(WORDS, WORDS, WORDS)
def test_filling_twice_is_filling_once(before, content, after):
    text = f"{before}<!-- a -->old<!-- /a -->{after}"

    once = filled(text, {"a": content})

    assert filled(once, {"a": content}) == once


@pytest.mark.parametrize(
    "text", ["", "<!-- a -->", "<!-- /a -->", "<!-- b --><!-- /b -->"]
)
def test_a_page_without_the_block_is_refused(text):
    with pytest.raises(ValueError, match="<!-- a -->"):
        filled(text, {"a": "content"})


# --- what is committed ---------------------------------------------------------------


@pytest.mark.parametrize("page", ["README.md", "data/README.md"])
def test_the_pages_generated_blocks_are_those_of_the_kept_report(report, page):
    blocks = pages(report)[ROOT / page]

    text = (ROOT / page).read_text(encoding="utf-8")

    assert blocks
    assert filled(text, blocks) == text


def test_the_kept_table_is_that_of_the_kept_report(report):
    kept = (ROOT / "results" / "levels.md").read_text(encoding="utf-8")

    assert kept == markdown(report)


@pytest.fixture(scope="module")
def redrawn(report, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("redrawn")
    draw(report, folder)
    return folder


def test_the_kept_pictures_are_those_that_are_drawn(redrawn):
    kept = {p.name for p in RESULTS.iterdir() if p.suffix == ".svg"}
    kept -= {"ladder.svg"}  # the comparison's; it looks after them

    assert kept == {path.name for path in redrawn.iterdir()}


def test_the_kept_pictures_are_redraws_of_the_kept_report(redrawn):
    for path in redrawn.glob("*.svg"):
        assert (RESULTS / path.name).read_text() == path.read_text(), path.name


def test_every_level_shows_a_picture_of_its_own_and_the_readme_the_rest(report):
    pages = {"README.md": ["claims", "profit_by_month", "calibration"]}
    pages |= {f"{n}/README.md": [f"calibration_{n}"] for n in report.levels}

    for page, names in pages.items():
        text = (ROOT / page).read_text(encoding="utf-8")
        for name in names:
            alt = re.findall(rf"!\[([^\]]*)\]\([./]*results/{name}\.svg\)", text)
            assert len(alt) == 1, (page, name)
            assert len(alt[0]) > 40  # says what one would see


def test_the_kept_running_totals_end_at_the_kept_profits(report):
    for contender in report.pooled.values():
        last = contender.cumulative_profit[-1]
        assert astuple(last) == pytest.approx(astuple(contender.profit))


def cells(text: str) -> list[list[str]]:
    rows = [row for row in text.splitlines() if row.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_tables_figures_are_those_of_the_report():
    """Read back from the text: profits, and each claim beside the same months."""
    report = report_of(LEVELS[:2])
    table = cells(markdown(report))

    profits = {row[0].strip("*"): row[2] for row in table}
    for name, label in (
        ("everybody", "offers to everybody"),
        ("level1_notebook", "level 1, notebook"),
        ("observable", "ceiling: observable"),
    ):
        shown = float(profits[label].split(" ±")[0].replace(",", ""))
        assert shown == pytest.approx(report.pooled[name].profit.mean, abs=0.5)
    figures = report.pooled["level2_project"]
    (claim,) = [
        row for row in table if row[:2] == ["level 2, project, 3 months", "ROC AUC"]
    ]
    wanted = (figures.claimed, figures.happened_claimed, figures.claimed_less_happened)
    shown = [float(cell.split(" ±")[0]) for cell in claim[2:5]]
    assert shown == pytest.approx([w["roc_auc"].mean for w in wanted], abs=0.0006)
    assert float(claim[5]) == pytest.approx(
        figures.happened["roc_auc"].mean, abs=0.0006
    )


def test_the_data_card_lists_every_belief(report):
    card = (ROOT / "data" / "README.md").read_text(encoding="utf-8")

    missing = [b["belief"] for b in beliefs() if f"| `{b['belief']}` |" not in card]

    assert missing == []
    assert all(belief["unit"] and belief["source"] for belief in beliefs())
    assert len(beliefs()) == len(vars(World()))


# --- the sample ----------------------------------------------------------------------

SAMPLE = ROOT / "data" / "sample"
NAMES = (
    "customers.csv subscriptions.csv transactions.csv tickets.jsonl usage.csv".split()
)


@pytest.mark.parametrize("name", [*NAMES, "offers.csv", "flat.csv"])
def test_fifty_rows_of_every_source_are_there_to_be_looked_at(name):
    lines = (SAMPLE / name).read_text(encoding="utf-8").splitlines()

    assert len(lines) == 50 + name.endswith(".csv")


def first_line(path: Path) -> str:
    return path.read_text(encoding="utf-8").splitlines()[0]


def test_the_samples_have_the_columns_of_the_world_of_today(
    small_world, tmp_path, monkeypatch
):
    monkeypatch.setattr("data.report.publish.SAMPLE", tmp_path)

    sample(small_world)

    assert {path.name for path in tmp_path.iterdir()} >= {*NAMES}
    for fresh in tmp_path.glob("*.csv"):
        assert first_line(SAMPLE / fresh.name) == first_line(fresh)
    tickets = [json.loads(first_line(d / "tickets.jsonl")) for d in (SAMPLE, tmp_path)]
    assert list(tickets[0]) == list(tickets[1])


@pytest.mark.long
def test_the_samples_are_of_the_world_of_today(tmp_path, monkeypatch):
    simulate(Plan(World(), SEED, tmp_path / "raw"))
    monkeypatch.setattr("data.report.publish.SAMPLE", tmp_path)

    sample(tmp_path / "raw")

    for name in [*NAMES, "offers.csv", "flat.csv"]:
        assert (SAMPLE / name).read_bytes() == (tmp_path / name).read_bytes()
