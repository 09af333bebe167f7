"""Tests of the report: one page that says what the numbers say, and reaches nowhere."""

import re
from base64 import b64decode
from html.parser import HTMLParser

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from level2_project.evaluate import Evaluation
from level2_project.measures.interval import Interval
from level2_project.pages.verdicts import (
    of_calibration,
    of_choice,
    of_lift,
    of_profit,
    verdict,
)
from level2_project.pages.words import meanings
from level2_project.report import Results, report
from tests.level2_project.results import predictions, repairs, results_of

SECTIONS = ["decide", "evaluate", "train", "load"]
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
def html(results) -> str:
    """The page; that drawing it leaves matplotlib's settings alone is checked here."""
    before = dict(mpl.rcParams)
    page = report(results)
    assert dict(mpl.rcParams) == before
    return page


def page_of(results: Results) -> Page:
    return Page(report(results))


def drawn(html: str) -> list[str]:
    """The pictures of a page, as SVG."""
    images = [attributes for tag, attributes in Page(html).tags if tag == "img"]
    return [b64decode(str(image["src"]).split(",")[1]).decode() for image in images]


def test_the_page_is_well_formed_and_every_link_has_its_section(html):
    page = Page(html)

    assert page.open == []
    sections = [attributes["id"] for tag, attributes in page.tags if tag == "section"]
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert sections == SECTIONS
    assert links == [f"#{section}" for section in SECTIONS]


def test_the_decision_comes_first_with_the_sum_that_it_should_bring(html, results):
    lead = re.sub(r"\s+", " ", re.findall(r'<p class="lead">(.*?)</p>', html, re.S)[0])

    mean, low, high = profit_of(results.evaluation)
    assert "Make an offer to 39 of 1,000 customers (3.9 %)." in lead
    assert "If the assumed share of leavers is kept" in lead
    assert f"they bring {mean} USD ({low} to {high}): the" in lead
    assert html.index(lead[:20]) < html.index("<section")


def test_every_figure_is_claimed_with_its_error_but_profit(html, results):
    words = Page(html).words

    claimed = results.claimed
    auc, error = claimed["roc_auc"], claimed["roc_auc_error"]
    assert f"{auc:.4f} ± {error:.4f}" in words
    assert words.count("not claimed") == 1


def test_the_untouched_months_stand_where_the_claim_is_explained(html, results):
    decided, explained = Page(html).words.split("How good the probabilities are")[-2:]

    mean, low, high = profit_of(results.untouched)
    assert f"have brought {mean} USD ({low} to {high}) a month" in explained
    assert f"{mean} USD" not in decided


def profit_of(evaluation: Evaluation) -> list[str]:
    """Write mean and ends in USD; the page has 1,000 customers."""
    metrics = evaluation.metrics.set_index("metric")
    return [f"{usd:,.0f}" for usd in metrics.loc["profit", ["mean", "low", "high"]]]


def test_money_is_of_the_customers_of_this_month(results):
    half = results.predictions.iloc[::2]

    words = page_of(results._replace(predictions=half)).words

    profit = results.evaluation.metrics.set_index("metric").loc["profit", "mean"]
    assert f"they bring {profit / 2:,.0f} USD" in words
    assert "for the\n500 customers of this month" in words


def test_a_month_without_offers_can_be_reported(results):
    none = results.predictions.assign(offer=False)

    words = page_of(results._replace(predictions=none)).words

    assert "Make an offer to 0 of\n1,000 customers (0.0 %)" in words


def test_no_name_of_the_code_stands_on_the_page_or_in_its_pictures(html):
    texts = [Page(html).words, *(Page(picture).words for picture in drawn(html))]

    assert [re.findall(r"\w*[a-z]_\w*", text) for text in texts] == [[]] * len(texts)


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

    assert len(images) == 5
    assert all(image["alt"] for image in images)
    for picture in drawn(html):
        outside = re.findall(r'href="([^#"][^"]*)"', picture)
        assert all("w3.org" in address or "purl" in address for address in outside)


def test_a_table_of_many_columns_becomes_a_list_on_a_narrow_screen(html):
    tables = re.findall(r"<table(.*?)>(.*?)</thead>", html, re.S)

    assert len(tables) >= 8
    for attributes, head in tables:
        assert head.count("</th>") <= 4 or 'class="many"' in attributes
    assert "@media (max-width: 720px)" in html


def test_the_same_results_make_the_same_bytes(results, html):
    assert report(results) == html


def test_text_from_the_data_cannot_become_markup(results):
    evil = "<script>alert('&')</script>"
    changed = results._replace(
        repairs=repairs().assign(repair=evil), about={evil: evil}
    )

    html = report(changed)

    assert "<script" not in html
    assert Page(html).words.count(evil) > 3


def test_a_single_cutoff_proves_nothing():
    found = Interval(0.5, np.nan, np.nan)

    assert verdict(found, 0, "a gain", "a loss", "unclear") == "unclear"


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        ((400, 800), "the whole interval is a gain"),
        ((-800, -400), "the whole interval is a loss"),
        ((-100, 800), "does not show whether that is a gain or a loss"),
    ],
)
def test_whether_offers_bring_a_gain_is_read_off_the_interval(ends, says):
    assert says in of_profit(Interval(sum(ends) / 2, *ends))


@pytest.mark.parametrize(
    ("ends", "biased", "ranks"),
    [
        ((1.1, 1.3), "more leavers are predicted", "finds leavers"),
        ((0.7, 0.9), "fewer leavers are predicted", "worse than drawing lots"),
        ((0.9, 1.1), "no bias can be told", "cannot be told from drawing lots"),
    ],
)
def test_bias_and_lift_are_held_against_one(ends, biased, ranks):
    found = Interval(sum(ends) / 2, *ends)

    assert biased in of_calibration(found)
    assert ranks in of_lift(found)


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        ((-0.003, -0.001), "it is better, and used"),
        ((-0.003, 0.001), "searched, nothing gained, and the plain way stays"),
        ((0.001, 0.003), "it is worse, and the plain way stays"),
        ((0.0, 0.0), "The search found a longer past: the plain way itself."),
    ],
)
def test_whether_a_choice_is_used_is_read_off_the_interval(ends, says):
    low, high = ends
    choice = {"mean": sum(ends) / 2, "low": low, "high": high}

    assert says in of_choice("a longer past", choice)


def test_the_recipe_in_use_stands_on_the_page_even_if_another_one_was_best(html):
    words = Page(html).words

    assert "Used: LightGBM, nothing against imbalance, without recalibration." in words
    assert "found as best LightGBM, class weights against imbalance, with" in words
    assert words.count("nothing gained") == 2


def test_the_verdicts_stand_on_the_page(html):
    words = Page(html).words

    assert "LightGBM, nothing against imbalance, without recalibration" in words
    for repair in repairs().query("n_rows > 0")["repair"]:
        assert repair in words


def test_the_customers_with_an_offer_are_set_beside_the_others(html):
    offered = predictions().query("offer")["p_churn"].mean()

    assert f"{100 * offered:.1f} %" in Page(html).words


def test_the_chosen_recipe_alone_is_marked(html):
    rows = re.findall(r'<tr class="chosen">(.*?)</tr>', html, re.S)

    assert len(rows) == 1
    assert ">LightGBM<" in rows[0]
    assert ">nothing<" in rows[0]


def test_a_column_that_the_dictionary_lacks_has_dashes():
    found = meanings(pd.Series(["is_unpaid", "topic_03_28", "a_stranger"]))

    assert found["column"].tolist() == ["unpaid", "topic 03, 28 days", "a stranger"]
    assert found["meaning"].notna().tolist() == [True, True, False]
