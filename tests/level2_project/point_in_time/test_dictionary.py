"""Dictionary: every feature is explained, and nothing else is."""

import re
from pathlib import Path

import pandas as pd
import pytest

from level2_project.config import read_config
from level2_project.features import features
from level2_project.load import Sources
from level2_project.point_in_time import grid
from level2_project.point_in_time.keys import KEYS
from level2_project.text.prompt import TOPICS
from level2_project.text.reader import reader
from tests.level2_project.clean_sources import clean_sources

FILE = Path(grid.__file__).with_name("dictionary.csv")
PATTERNS = {"NN": r"\d\d", "WORD": f"(?:{'|'.join(TOPICS)})"}
BY_AI = "tickets, reader = ai"


@pytest.fixture(scope="module")
def dictionary() -> pd.DataFrame:
    """One row per feature, or per pattern of text features."""
    return pd.read_csv(FILE, keep_default_na=False)


@pytest.fixture(scope="module")
def columns(small_clean) -> list[str]:
    """Name the features of real snapshots."""
    sources = clean_sources(small_clean)
    config, cutoff = read_config(), pd.Timestamp("2022-05-01")
    text_reader = reader(config.text, seed=1).fit(sources.tickets, cutoff)
    rows = sources.subscriptions[["customer_id"]].head(9).drop_duplicates()
    text = text_reader.read(sources.tickets.head(9))
    found = features(sources, text, rows.assign(cutoff=cutoff))
    return list(found.columns.drop(KEYS))


def pattern(name: str) -> re.Pattern[str]:
    for placeholder, meant in PATTERNS.items():
        name = name.replace(placeholder, meant)
    return re.compile(name)


def test_every_feature_is_in_the_dictionary_once(dictionary, columns):
    names = dictionary.loc[dictionary["source"] != BY_AI, "name"].map(pattern)

    times = [sum(bool(n.fullmatch(column)) for n in names) for column in columns]

    assert len(columns) > 140
    assert dict(zip(columns, times, strict=True)) == dict.fromkeys(columns, 1)


def test_every_name_in_the_dictionary_is_a_feature(dictionary, columns):
    by_ai = [f"topic_{word}_{days}" for word in TOPICS for days in (28, 90)]
    known = [*columns, *by_ai, "tone_28", "tone_90"]

    unknown = [
        n for n in dictionary["name"] if not any(map(pattern(n).fullmatch, known))
    ]

    assert unknown == []


def test_every_feature_has_a_meaning_a_unit_a_source_and_a_window(dictionary):
    assert list(dictionary) == ["name", "meaning", "unit", "source", "window"]
    assert (dictionary != "").all(axis=None)
    assert set(dictionary["source"]) == {*Sources._fields, BY_AI}


def test_a_window_in_a_name_is_the_window_in_the_dictionary(dictionary):
    days = dictionary["name"].str.extract(r"_(\d+)$")[0].dropna()

    assert (dictionary.loc[days.index, "window"] == days + " days").all()
