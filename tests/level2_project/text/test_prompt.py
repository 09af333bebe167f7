"""Prompt: only valid readings pass, whatever an endpoint says."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from level2_project.text.prompt import (
    TOPICS,
    BadAnswer,
    Reading,
    question,
    readings,
)

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=12,
)
NEARLY = st.fixed_dictionaries(
    {},
    optional={
        "id": st.integers(0, 4) | ANYTHING,
        "topic": st.sampled_from(TOPICS) | ANYTHING,
        "tone": st.floats(-0.5, 1.5) | st.integers(-1, 2) | ANYTHING,
    },
)
TONES = st.floats(0, 1) | st.integers(0, 1)
VALID = st.lists(st.tuples(st.sampled_from(TOPICS), TONES), max_size=9)


def is_valid(found: Reading) -> bool:
    return found.topic in TOPICS and type(found.tone) is float and 0 <= found.tone <= 1


def as_items(pairs: list[tuple[str, float]]) -> list[dict]:
    return [
        {"id": i, "topic": topic, "tone": tone}
        for i, (topic, tone) in enumerate(pairs, start=1)
    ]


@given(ANYTHING | st.lists(NEARLY, max_size=4), st.integers(0, 4))
def test_of_any_json_only_valid_readings_pass(content, n_texts):
    for wrapped in (content, {"readings": content}):
        try:
            found = readings(json.dumps(wrapped), n_texts)
        except BadAnswer:
            continue
        assert len(found) == n_texts
        assert all(map(is_valid, found))


@given(st.text(), st.integers(0, 3))
def test_of_any_text_only_valid_readings_pass(content, n_texts):
    with pytest.raises(BadAnswer):
        readings(content, n_texts)


@given(VALID, st.randoms(use_true_random=False))
def test_valid_readings_come_back_unchanged_and_in_order(pairs, chance):
    items = as_items(pairs)
    chance.shuffle(items)

    found = readings(json.dumps({"readings": items}), len(pairs))

    assert [(read.topic, read.tone) for read in found] == pairs


@given(VALID.filter(len), st.data())
def test_one_invalid_reading_spoils_the_batch(pairs, data):
    items = as_items(pairs)
    spoilt = data.draw(st.integers(0, len(items) - 1))
    key, value = data.draw(
        st.sampled_from(
            [("id", 99), ("topic", "Bug"), ("tone", 1.001), ("tone", math.nan)]
        )
    )
    items[spoilt][key] = value

    with pytest.raises(BadAnswer, match=r"^wanted "):
        readings(json.dumps({"readings": items}), len(pairs))


@given(st.lists(st.text(max_size=30), max_size=6))
def test_whatever_customers_write_arrives_as_they_wrote_it(texts):
    sent = json.loads(question(texts))

    assert [item["text"] for item in sent] == texts
    assert [item["id"] for item in sent] == list(range(1, len(texts) + 1))
