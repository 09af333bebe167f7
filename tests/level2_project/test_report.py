"""Tests of the report: one page that says what the numbers say, and reaches nowhere."""

import re
from base64 import b64decode
from html.parser import HTMLParser

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from level2_project.measures.interval import Interval
from level2_project.pages.html import page, table, text
from level2_project.pages.verdicts import of_handling, of_peer, won
from level2_project.report import (
    Results,
    evaluate_section,
    load_section,
    report,
    tune_section,
)
from tests.level2_project.results import comparison, peers, repairs, results_of

STEPS = "load label features select split train tune evaluate decide predict".split()
VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """What a page is made of, and whether its tags close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture(scope="module")
def results() -> Results:
    return results_of()


@pytest.fixture(scope="module")
def html(results, tmp_path_factory) -> str:
    """The page; that drawing it leaves matplotlib's settings alone is checked here."""
    before = dict(mpl.rcParams)
    path = report(results, tmp_path_factory.mktemp("run"))
    assert dict(mpl.rcParams) == before
    return path.read_text(encoding="utf-8")


def test_the_page_is_well_formed_and_headed_by_the_steps_in_order(html):
    page = Page(html)

    assert page.open == []
    headings = re.findall(r"<h2>(.*?)</h2>", html)
    assert [heading.lower() for heading in headings] == STEPS


def test_the_page_reaches_nowhere_and_runs_nothing(html):
    page = Page(html)

    inside = {"href": "#", "src": "data:image/svg+xml;base64,"}
    for tag, attributes in page.tags:
        assert tag not in {"script", "link", "iframe", "object"}
        for name, start in inside.items():
            assert (attributes.get(name) or start).startswith(start)
    assert "url(" not in html
    assert "@import" not in html


def test_every_picture_has_words_and_loads_nothing(html):
    images = [attributes for tag, attributes in Page(html).tags if tag == "img"]

    assert len(images) >= 10
    for image in images:
        assert image["alt"]
        drawn = b64decode(str(image["src"]).split(",")[1]).decode()
        outside = re.findall(r'href="([^#"][^"]*)"', drawn)
        assert all("w3.org" in address or "purl" in address for address in outside)


def test_the_same_results_make_the_same_bytes(results, html):
    assert evaluate_section(results) in html
    assert tune_section(results) in html


def test_text_from_the_data_cannot_become_markup():
    evil = "<script>alert('&')</script>"

    section = text(evil) + load_section(repairs().assign(repair=evil))
    whole = page(evil, evil, {"load": section}, evil)

    assert "<script" not in whole
    assert Page(whole).words.count(evil) > 3


@pytest.mark.parametrize(
    ("effect", "says"),
    [
        (-0.02, "SMOTE lost against doing nothing: -0.0200 (-0.0280 to -0.0120)"),
        (0.02, "SMOTE won against doing nothing: +0.0200 (+0.0120 to +0.0280)"),
        (0.001, "SMOTE cannot be told from doing nothing"),
    ],
)
def test_whether_smote_lost_is_read_off_the_numbers(effect, says):
    summary = comparison(smote=effect)

    assert says in of_handling(summary, "lightgbm", "smote", "average_precision")


def test_a_lower_log_loss_wins_and_a_higher_one_loses():
    rise = Interval(0.01, 0.005, 0.015)

    assert won(rise, more_is_better=False) == "lost"
    assert won(rise, more_is_better=True) == "won"


def test_a_single_cutoff_proves_nothing():
    assert won(Interval(0.5, np.nan, np.nan), more_is_better=True) == "drew"


def test_peers_are_compared_cutoff_by_cutoff():
    near = of_peer(peers(), "FLAML", "log_loss")
    luck = peers()
    luck.loc[luck["contender"] == "FLAML", "log_loss"] += [0.02, -0.02, 0.01, -0.01]

    assert "ours won: -0.0010 (-0.0010 to -0.0010)" in near
    assert "neither won" in of_peer(luck, "FLAML", "log_loss")


def test_the_verdicts_and_intervals_stand_on_the_page(html, results):
    words = Page(html).words

    assert "SMOTE lost against doing nothing" in words
    assert "LightGBM, nothing done about imbalance, without recalibration" in words
    for repair in repairs().query("n_rows > 0")["repair"]:
        assert repair in words
    profit = results.evaluation.metrics.set_index("metric").loc["profit"]
    assert f"({profit['low']:,.0f} to {profit['high']:,.0f})" in words


def test_the_chosen_row_of_a_table_is_marked_and_blanks_are_dashes():
    rows = pd.DataFrame({"name": ["a", "b"], "n_rows": [1.0, np.nan]})

    made = table(rows, chosen=1)

    assert made.count('class="chosen"') == 1
    assert '<tr class="chosen"><td>b</td><td class="number">-</td></tr>' in made


def test_a_search_that_gave_nothing_up_can_be_reported(results):
    trials = results.trials.assign(state="complete")

    assert "0 of them given up" in tune_section(results._replace(trials=trials))
