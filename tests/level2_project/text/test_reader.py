"""Text: the local reader carries topic and tone, and learns nothing late."""

import pickle
import time
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score

from data.judge.ceiling.recorded import topic_of
from data.sources.tickets import CROSS, PRESSURE
from data.sources.tickets import messages as written
from level2_project.config import read_config
from level2_project.text.ai import AiEncoder
from level2_project.text.reader import LocalEncoder, reader

SETTINGS = read_config().text
FIRST_CUTOFF = pd.Timestamp("2022-05-01")
SEED = 7


def tickets_of(
    texts: list[str | None], arrived_at: str | pd.Timestamp = "2022-03-01"
) -> pd.DataFrame:
    """One ticket opened a text, and its answer a day later."""
    at = pd.Timestamp(arrived_at).as_unit("s")
    asked = pd.DataFrame(
        {
            "ticket_id": np.arange(len(texts)) + 1_000,
            "customer_id": np.arange(len(texts)),
            "event": "opened",
            "event_at": at,
            "arrived_at": at,
            "text": pd.Series(texts, dtype="str"),
        }
    )
    answer = {"event": "resolved", "arrived_at": at + pd.Timedelta(days=1)}
    answered = asked.assign(**answer, text=pd.Series(pd.NA, asked.index, dtype="str"))
    return pd.concat([asked, answered], ignore_index=True)


def messages(n: int, seed: int = SEED) -> list[str]:
    """Write as the company's customers do: topics by their shares, a few cross."""
    generator = np.random.default_rng(seed)
    topic = generator.choice(4, n, p=[0.37, 0.33, 0.13, 0.17])
    cross = generator.random(n) < 0.15
    return list(written(generator.random((n, 4)), topic, cross))


def local(components: int = 16, seed: int = SEED):
    return reader(replace(SETTINGS, components=components), seed)


@cache
def fitted(components: int = 16):
    return local(components).fit(tickets_of(messages(600)), FIRST_CUTOFF)


def numbers(read: pd.DataFrame) -> np.ndarray:
    return read.drop(columns="ticket_id").to_numpy()


def is_cross(texts: list[str]) -> np.ndarray:
    """Tell by its words whether a message is cross: some that are show it nowhere."""
    said = pd.Series(texts)
    greets, closes = said.str.startswith(CROSS[:-1]), said.str.endswith(PRESSURE[:-1])
    return (greets | closes).to_numpy()


@pytest.fixture(scope="module")
def seen_later() -> tuple[list[str], list[str]]:
    return messages(1_000, seed=8), messages(1_000, seed=9)


def learnt(read, seen_later, told) -> np.ndarray:
    """Fit a linear classifier on half of what came later and read the other half."""
    known, asked = seen_later
    model = LogisticRegression(C=100, max_iter=1_000)
    model.fit(numbers(read(tickets_of(known))), told(known))
    return model.predict(numbers(read(tickets_of(asked))))


# --- what it carries -----------------------------------------------------------------


def test_the_topic_can_be_read_off_the_columns(seen_later):
    def told(texts):
        return topic_of(pd.Series(texts))

    found = learnt(fitted().read, seen_later, told)

    right = np.mean(found == told(seen_later[1]))
    assert right > 0.95  # saying the commonest topic: 0.37


def test_the_tone_can_be_read_off_the_columns(seen_later):
    found = learnt(fitted().read, seen_later, is_cross)

    assert balanced_accuracy_score(is_cross(seen_later[1]), found) > 0.90  # blind: 0.50


def test_the_tone_would_not_be_carried_by_the_topics_alone(seen_later):
    def topics(tickets):
        return fitted().read(tickets).filter(regex="ticket_id|topic")

    found = learnt(topics, seen_later, is_cross)

    assert balanced_accuracy_score(is_cross(seen_later[1]), found) < 0.80


# --- shape ---------------------------------------------------------------------------


def test_one_row_per_ticket_opened_in_their_order():
    tickets = tickets_of(messages(30)).sample(frac=1, random_state=1)

    read = fitted().read(tickets)

    opened = tickets[tickets["event"] == "opened"]
    assert read["ticket_id"].tolist() == opened["ticket_id"].tolist()
    assert read.drop(columns="ticket_id").dtypes.eq(float).all()


def test_columns_are_topics_and_half_as_many_tones():
    read = fitted(components=5).read(tickets_of(["search is slow."]))

    topics, tones = [f"topic_{i:02d}" for i in range(5)], ["tone_00", "tone_01"]
    assert list(read) == ["ticket_id", *topics, *tones]


def test_the_same_words_give_the_same_numbers():
    read = fitted().read(tickets_of(["Is it slow?", "No.", "Is it slow?"]))

    rows = numbers(read)
    assert (rows[0] == rows[2]).all()
    assert (rows[0] != rows[1]).any()


def test_a_ticket_is_read_alike_whatever_is_read_beside_it():
    tickets = tickets_of(messages(200))
    text_reader = fitted()

    alone = text_reader.read(tickets[tickets["ticket_id"] == 1_150])
    among = text_reader.read(tickets).query("ticket_id == 1150")

    assert (numbers(alone) == numbers(among)).all()


# --- learning ------------------------------------------------------------------------


def test_what_arrives_at_the_first_cutoff_or_later_teaches_nothing():
    early = tickets_of(messages(300))
    late = tickets_of(["Zebra zebra quagga okapi!"] * 200, FIRST_CUTOFF)
    probe = tickets_of([*messages(50, seed=3), "zebra okapi"])

    with_late = local().fit(pd.concat([early, late]), FIRST_CUTOFF).read(probe)

    without = local().fit(early, FIRST_CUTOFF).read(probe)
    pd.testing.assert_frame_equal(with_late, without, check_exact=True)


def test_what_arrives_a_second_before_the_first_cutoff_teaches():
    second_before = FIRST_CUTOFF - pd.Timedelta(seconds=1)
    just = tickets_of(["zebra okapi quagga"] * 50 + messages(50), second_before)

    read = local().fit(just, FIRST_CUTOFF).read(tickets_of(["zebra okapi"]))

    assert np.abs(numbers(read)).sum() > 0.1


def test_the_seed_decides():
    tickets = tickets_of(messages(300))

    same, again, other = (
        numbers(local(seed=seed).fit(tickets, FIRST_CUTOFF).read(tickets))
        for seed in (1, 1, 2)
    )

    assert (same == again).all()
    assert (same != other).any()


def test_a_reader_survives_being_written_and_read_back():
    text_reader, tickets = fitted(), tickets_of(messages(20))

    back = pickle.loads(pickle.dumps(text_reader))

    assert (numbers(back.read(tickets)) == numbers(text_reader.read(tickets))).all()


# --- little to read ------------------------------------------------------------------


def test_no_tickets_give_no_rows_and_all_columns():
    read = fitted(components=4).read(tickets_of([]))

    assert read.shape == (0, 1 + 4 + 2)


@pytest.mark.parametrize("texts", [[], ["", None, "  "], ["? !", "a"], ["urgent"]])
def test_where_there_are_no_two_words_to_learn_all_numbers_are_zero(texts):
    text_reader = local().fit(tickets_of(texts), FIRST_CUTOFF)

    read = text_reader.read(tickets_of(["search is slow.", None]))

    assert (numbers(read) == 0).all()
    assert len(read) == 2


def test_a_missing_text_among_others_is_all_zero():
    read = fitted().read(tickets_of(["search is slow.", None, ""]))

    assert np.abs(numbers(read)).sum(axis=1)[0] > 0
    assert (numbers(read)[1:] == 0).all()


def test_texts_that_are_all_alike_are_no_trouble():
    text_reader = local().fit(tickets_of(["search is slow"] * 9), FIRST_CUTOFF)

    rows = numbers(text_reader.read(tickets_of(["search is slow"])))

    assert (rows == 0).all()  # nothing tells one text from another


def test_fewer_texts_than_components_are_too_few_to_learn_from():
    text_reader = local(16).fit(tickets_of(["alpha beta", "gamma"]), FIRST_CUTOFF)

    rows = numbers(text_reader.read(tickets_of(["alpha beta"])))

    assert rows.shape == (1, 24)
    assert (rows == 0).all()


@settings(max_examples=40)
@given(st.lists(st.text(max_size=20), max_size=8), st.integers(2, 100))
def test_whatever_customers_write_gives_finite_numbers(texts, components):
    encoder = LocalEncoder(components, SEED).fit(texts)

    found = encoder.encode([*texts, "search is slow"])

    assert found.shape == (len(texts) + 1, components + components // 2)
    assert np.isfinite(found).all()


# --- speed and choice ----------------------------------------------------------------


def test_sixty_thousand_tickets_take_less_than_ten_seconds():
    tickets = tickets_of(messages(60_000))
    start = time.perf_counter()

    read = local().fit(tickets.head(9_000), FIRST_CUTOFF).read(tickets)

    assert len(read) == 60_000
    assert time.perf_counter() - start < 10


def test_the_config_chooses_the_reader(tmp_path):
    settings = replace(SETTINGS, reader="ai", url="http://127.0.0.1:1/v1", model="m")

    assert isinstance(reader(settings, SEED, tmp_path).encoder, AiEncoder)
    assert isinstance(reader(SETTINGS, SEED).encoder, LocalEncoder)
