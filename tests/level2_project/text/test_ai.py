"""Ai: an endpoint is asked once, patiently, within a budget, and never simply believed.

Every test that needs an answer gets it from a real server on loopback.
"""

import json
import pickle
import socket
import sqlite3
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from level2_project.config import read_config
from level2_project.text import CannotAsk
from level2_project.text.ai import LONGEST, MOST_UNREADABLE, AiEncoder
from level2_project.text.prompt import TOPICS
from level2_project.text.reader import Reader, reader
from tests.level2_project.text.ai_server import (
    AiServer,
    changed,
    completion,
    fails,
    reads,
    says,
    sends,
    unless,
)

KEY = "sk-of-nobody-1234567890"
SETTINGS = replace(
    read_config().text, reader="ai", model="small-1", batch_size=4, timeout_seconds=5.0
)
TEXTS = ["price 10", "bug 20", "how_to 30", "cancel 40", "hello", "bug 60"]


@pytest.fixture(autouse=True)
def key(monkeypatch) -> None:
    monkeypatch.setenv(SETTINGS.key_variable, KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture(autouse=True)
def waits(monkeypatch) -> list[float]:
    """The pauses between tries, in seconds; nobody waits for them here."""
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    return pauses


def asker(server: AiServer | str, cache=None, **settings) -> AiEncoder:
    url = server if isinstance(server, str) else server.url
    return AiEncoder(replace(SETTINGS, url=url, **settings), cache)


def encode(encoder: AiEncoder, texts: list[str] = TEXTS) -> np.ndarray:
    return encoder.encode(texts)


def topics(found: np.ndarray) -> list[str]:
    return [TOPICS[number] for number in found[:, :-1].argmax(axis=1)]


def tones(found: np.ndarray) -> list[float]:
    return found[:, -1].tolist()


def closed_url() -> str:
    """An address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


# --- the happy path ------------------------------------------------------------------


def test_each_text_gets_its_own_topic_and_tone_in_order():
    with AiServer() as server:
        found = encode(asker(server))

    assert topics(found) == ["price", "bug", "how_to", "cancel", "other", "bug"]
    assert tones(found) == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    assert (found[:, :-1].sum(axis=1) == 1).all()


def test_a_request_speaks_the_protocol():
    with AiServer() as server:
        encode(asker(server))

    asked = server.asked[0]
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.body["model"] == "small-1"
    assert [m["role"] for m in asked.body["messages"]] == ["system", "user"]


def test_texts_are_asked_about_in_batches_and_each_once():
    with AiServer() as server:
        found = encode(asker(server), [*TEXTS, *TEXTS[::-1]])

    assert [asked.texts for asked in server.asked] == [TEXTS[:4], TEXTS[4:]]
    assert tones(found[:6]) == tones(found[:5:-1])


def test_an_address_may_end_in_a_slash():
    with AiServer() as server:
        encode(asker(server.url + "/"))

    assert server.asked[0].path == "/v1/chat/completions"


def test_empty_texts_are_other_and_cost_nothing():
    with AiServer() as server:
        found = encode(asker(server), ["", "  \n"])

    assert server.asked == []
    assert topics(found) == ["other", "other"]
    assert np.isnan(tones(found)).all()


def test_no_texts_give_no_rows_and_all_columns():
    assert encode(asker("http://127.0.0.1:1/v1"), []).shape == (0, len(TOPICS) + 1)


def test_endless_texts_are_sent_in_part():
    with AiServer() as server:
        encode(asker(server), ["x" * 3 * LONGEST])

    assert server.asked[0].texts == ["x" * LONGEST]


def test_tickets_are_read_into_named_columns(tmp_path):
    tickets = pd.DataFrame(
        {
            "ticket_id": [5, 5, 3],
            "event": ["opened", "resolved", "opened"],
            "arrived_at": pd.Timestamp("2022-03-01"),
            "text": pd.Series(["bug 90", None, "price 10"], dtype="str"),
        }
    )
    with AiServer() as server:
        settings = replace(SETTINGS, url=server.url)
        ai_reader = reader(settings, 7, tmp_path)
        read = ai_reader.fit(tickets, pd.Timestamp("2022-05-01")).read(tickets)

    assert list(read) == ["ticket_id", *(f"topic_{topic}" for topic in TOPICS), "tone"]
    assert read["ticket_id"].tolist() == [5, 3]
    assert read["topic_bug"].tolist() == [1, 0]
    assert read["tone"].tolist() == [0.9, 0.1]


# --- the cache -----------------------------------------------------------------------


def test_a_second_run_asks_nothing_and_says_the_same(tmp_path):
    with AiServer() as server:
        first = encode(asker(server, tmp_path))
        server.asked.clear()
        second = encode(asker(server, tmp_path))

    assert server.asked == []
    np.testing.assert_array_equal(first, second)


def test_a_second_run_needs_neither_server_nor_key(tmp_path, monkeypatch):
    with AiServer() as server:
        first = encode(asker(server, tmp_path))
    monkeypatch.delenv(SETTINGS.key_variable)

    np.testing.assert_array_equal(encode(asker(closed_url(), tmp_path)), first)


def test_only_new_texts_are_asked_about(tmp_path):
    with AiServer() as server:
        encode(asker(server, tmp_path), TEXTS[:3])
        server.asked.clear()
        encode(asker(server, tmp_path))

    assert [asked.texts for asked in server.asked] == [TEXTS[3:]]


def test_another_model_is_asked_anew(tmp_path):
    with AiServer() as server:
        encode(asker(server, tmp_path))
        server.asked.clear()
        encode(asker(server, tmp_path, model="large-2"))

    assert len(server.asked) == 2


def test_another_prompt_is_asked_anew(tmp_path, monkeypatch):
    with AiServer() as server:
        encode(asker(server, tmp_path))
        server.asked.clear()
        monkeypatch.setattr("level2_project.text.ai.VERSION", "another")
        encode(asker(server, tmp_path))

    assert len(server.asked) == 2


def test_what_was_read_before_an_interruption_is_not_asked_about_again(tmp_path):
    with AiServer(reads, fails(401)) as server:
        with pytest.raises(CannotAsk):
            encode(asker(server, tmp_path))
        server.asked.clear()
        found = encode(asker(server, tmp_path))

    assert [asked.texts for asked in server.asked] == [TEXTS[4:]]
    assert tones(found) == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]


@pytest.mark.parametrize("damage", [b"no database", b"SQLite format 3\0" + b"?" * 99])
def test_a_damaged_cache_is_named_with_the_way_out(tmp_path, damage):
    (tmp_path / "readings.sqlite").write_bytes(damage)

    with (
        AiServer() as server,
        pytest.raises(CannotAsk, match="Delete the file if it is damaged") as error,
    ):
        encode(asker(server, tmp_path))

    assert str(tmp_path / "readings.sqlite") in str(error.value)
    one_clean_line(error)


def test_a_cache_that_another_run_holds_is_told_in_one_line(tmp_path, monkeypatch):
    def locked(*_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr("level2_project.text.ai.Cache.keep", locked)
    with (
        AiServer() as server,
        pytest.raises(CannotAsk, match="database is locked") as error,
    ):
        encode(asker(server, tmp_path))

    one_clean_line(error)


def test_the_cache_holds_no_key_no_address_and_no_text(tmp_path):
    with AiServer() as server:
        encode(asker(server, tmp_path))

    (file,) = tmp_path.iterdir()
    content = file.name.encode() + file.read_bytes()
    for secret in (KEY, "127.0.0.1", str(server.http.server_port), *TEXTS):
        assert secret.encode() not in content


# --- failures that pass --------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 529])
def test_a_passing_failure_is_asked_again(status, waits):
    with AiServer(fails(status), fails(status)) as server:
        found = encode(asker(server), TEXTS[:2])

    assert tones(found) == [0.1, 0.2]
    assert len(server.asked) == 3
    assert len(waits) == 2


@pytest.mark.parametrize("asked_for", ["7", "2.5"])
def test_a_pause_that_the_server_asks_for_is_kept(asked_for, waits):
    with AiServer(fails(429, Retry_After=asked_for)) as server:
        encode(asker(server), TEXTS[:1])

    assert waits == [float(asked_for)]


def test_a_server_that_wants_hours_is_not_waited_for(waits):
    with (
        AiServer(fails(429, Retry_After="7200")) as server,
        pytest.raises(CannotAsk, match="429; run again later"),
    ):
        encode(asker(server))

    assert len(server.asked) == 1
    assert waits == []


def stalling(seconds: float):
    return lambda asked: reads(asked)._replace(stall=seconds)


def test_a_stall_ends_in_a_time_out_and_another_try(waits):
    with AiServer(stalling(3.0)) as server:
        found = encode(asker(server, timeout_seconds=0.2), TEXTS[:2])

    assert tones(found) == [0.1, 0.2]
    assert len(server.asked) == 2
    assert len(waits) == 1


def test_a_connection_cut_in_the_answer_is_asked_again():
    with AiServer(lambda asked: reads(asked)._replace(cut=10)) as server:
        found = encode(asker(server), TEXTS[:2])

    assert tones(found) == [0.1, 0.2]
    assert len(server.asked) == 2


def test_a_server_that_never_recovers_is_given_up_on():
    with (
        AiServer(always=fails(500)) as server,
        pytest.raises(CannotAsk, match="500") as error,
    ):
        encode(asker(server))

    assert len(server.asked) == 5
    one_clean_line(error)


def test_a_server_that_is_not_there_is_named(waits):
    url = closed_url()

    with pytest.raises(CannotAsk, match=f"{url}, found: Connection error") as error:
        encode(asker(url, retries=2))

    assert len(waits) == 2
    one_clean_line(error)


# --- failures that stay --------------------------------------------------------------


def one_clean_line(error) -> None:
    told = f"{error.value} {error.value!r}"
    assert "\n" not in told
    assert KEY not in told
    assert str(error.value).startswith("wanted ")
    assert ": " in str(error.value)


REMEDIES = {400: "[text]", 401: "valid key", 403: "[text]", 404: "text.url"}


@pytest.mark.parametrize("status", REMEDIES)
def test_a_refusal_stops_at_once_and_names_status_and_remedy(status, waits):
    with (
        AiServer(fails(status)) as server,
        pytest.raises(CannotAsk, match=rf"found: Error code: {status}\b") as error,
    ):
        encode(asker(server))

    assert len(server.asked) == 1
    assert waits == []
    assert REMEDIES[status] in str(error.value)
    one_clean_line(error)


def test_a_refusal_quotes_the_server_without_the_key():
    said = {"error": {"message": f"No such key:\n {KEY} " + "x" * 999}}
    with (
        AiServer(fails(401, json.dumps(said).encode())) as server,
        pytest.raises(CannotAsk, match=r"No such key: \[key\]") as error,
    ):
        encode(asker(server))

    assert len(str(error.value)) < 400
    one_clean_line(error)


@pytest.mark.parametrize("body", [b"<html>", b'{"error": "no"}', b"[1]", b"\xff"])
def test_a_refusal_in_any_form_is_told(body):
    with (
        AiServer(fails(400, body)) as server,
        pytest.raises(CannotAsk, match="400") as error,
    ):
        encode(asker(server))

    one_clean_line(error)


# --- rubbish -------------------------------------------------------------------------


def with_first(**values: object):
    return changed(lambda found: [{**found[0], **values}, *found[1:]])


RUBBISH = {
    "too few": changed(lambda found: found[:-1]),
    "too many": changed(lambda found: [*found, found[0]]),
    "an id twice": with_first(id=2),
    "ids from zero": changed(lambda found: [{**r, "id": r["id"] - 1} for r in found]),
    "no ids": changed(lambda found: [{**r, "id": None} for r in found]),
    "unknown topic": with_first(topic="weather"),
    "topic of another kind": with_first(topic=["bug"]),
    "tone above 1": with_first(tone=1.01),
    "tone below 0": with_first(tone=-0.01),
    "tone in words": with_first(tone="angry"),
    "tone is true": with_first(tone=True),
    "no tone": with_first(tone=None),
    "tone is NaN": with_first(tone=float("nan")),
    "tone beyond all numbers": with_first(tone=10**400),
    "readings of no kind": changed(lambda found: [1] * len(found)),
    "an object by topic": changed(lambda found: {"price": 1}),
    "no JSON": says("I am sorry, I cannot do that."),
    "half of the JSON": says('{"readings": [{"id": 1, "topic": "bug", "to'),
    "nothing": says(""),
    "no text": says(None),
    "a list as text": says([{"type": "text", "text": "bug"}]),
    "too many brackets": says("[" * 100_000 + "]" * 100_000),
    "an HTML page": sends(
        b"<!doctype html><title>Bad gateway</title>",
        headers={"Content-Type": "text/html"},
    ),
    "HTML that is called JSON": sends(b"<!doctype html><title>Bad gateway</title>"),
    "half a body": sends(completion("{}")[:40]),
    "no choices": sends(b'{"choices": []}'),
    "another protocol": sends(b'"pong"'),
    "an empty body": sends(b""),
    "bytes": sends(b"\xff\xfe\x00"),
}


@pytest.mark.parametrize("act", RUBBISH.values(), ids=RUBBISH)
def test_rubbish_is_not_believed_but_asked_about_again(act):
    with AiServer(act) as server:
        found = encode(asker(server), TEXTS[:3])

    assert [asked.texts for asked in server.asked] == [TEXTS[:3]] * 2
    assert tones(found) == [0.1, 0.2, 0.3]


WRAPPED = {
    "a fence": "```json\n{}\n```",
    "a bare fence": "```\n{}\n```",
    "an introduction": "Here you are:\n{}\nAnything else?",
}


@pytest.mark.parametrize("wrapping", WRAPPED.values(), ids=WRAPPED)
def test_json_in_a_wrapping_is_read(wrapping):
    def act(asked):
        return says(wrapping.replace("{}", reads_content(asked)))(asked)

    with AiServer(act) as server:
        found = encode(asker(server), TEXTS[:3])

    assert len(server.asked) == 1
    assert tones(found) == [0.1, 0.2, 0.3]


def reads_content(asked) -> str:
    return json.loads(reads(asked).body)["choices"][0]["message"]["content"]


def test_readings_in_another_order_go_to_their_own_texts():
    with AiServer(changed(lambda found: found[::-1])) as server:
        found = encode(asker(server), TEXTS[:3])

    assert len(server.asked) == 1
    assert tones(found) == [0.1, 0.2, 0.3]


def test_a_batch_that_stays_bad_is_halved_until_the_culprit_is_alone():
    texts = ["bug 10", "bug 20", "bad luck", "bug 40"]
    with AiServer(always=unless("bad", says("no"))) as server:
        encoder = asker(server)
        with pytest.warns(UserWarning, match="1"):
            found = encode(encoder, texts)

    np.testing.assert_array_equal(tones(found), [0.1, 0.2, np.nan, 0.4])
    assert topics(found)[2] == "other"
    sizes = [len(asked.texts) for asked in server.asked]
    assert sizes == [4, 4, 2, 2, 2, 1, 1, 1]


def test_unreadable_texts_are_reported_with_their_number_and_a_reason():
    with (
        AiServer(always=unless("bad", with_first(tone=7))) as server,
        pytest.warns(UserWarning, match="found: Input should be less") as told,
    ):
        encode(asker(server), ["bug 10", "bad luck", "bad news"])

    assert "3 texts" in str(told[0].message)
    assert "for 2 " in str(told[0].message)


def test_an_unreadable_text_is_asked_about_again_by_the_next_run(tmp_path):
    with AiServer(says("no"), says("no")) as server:
        with pytest.warns(UserWarning, match="none to believe"):
            encode(asker(server, tmp_path), ["bug 10"])
        found = encode(asker(server, tmp_path), ["bug 10"])

    assert tones(found) == [0.1]


def test_an_endpoint_that_only_talks_rubbish_is_given_up_on():
    texts = [f"bug {i}" for i in range(10, 90)]
    with (
        AiServer(always=sends(b"<html>Please log in</html>")) as server,
        pytest.raises(CannotAsk, match="10 texts in a row") as error,
    ):
        encode(asker(server, batch_size=20), texts)

    assert len(server.asked) < 8 * MOST_UNREADABLE
    one_clean_line(error)


def test_bad_texts_among_good_ones_do_not_stop_the_reading():
    texts = [
        f"bad {i}" if i % 2 else f"bug {i}" for i in range(2 * MOST_UNREADABLE + 4)
    ]
    with AiServer(always=unless("bad", says("no"))) as server:
        encoder = asker(server)
        with pytest.warns(UserWarning, match="none to believe"):
            found = encode(encoder, texts)

    assert np.isfinite(tones(found)[::2]).all()


def test_an_echoed_key_is_never_repeated():
    echo = says(json.dumps({"readings": [{"id": 1, "topic": KEY, "tone": 0}]}))
    with (
        AiServer(echo, echo) as server,
        pytest.warns(UserWarning, match="none to believe") as told,
    ):
        encode(asker(server), ["bug 10"])

    assert KEY not in str(told[0].message)


# --- money ---------------------------------------------------------------------------


CAP = {
    "cost_cap_usd": 0.8, "usd_per_million_tokens": 1e3, "batch_size": 1, "retries": 0,
}  # fmt: skip


def test_the_cap_stops_before_it_is_passed():
    with AiServer() as server:  # 100 tokens, 0.10 USD an answer
        encoder = asker(server, **CAP)
        with pytest.raises(CannotAsk, match=r"text\.cost_cap_usd") as error:
            encode(encoder)

    assert encoder.endpoint.spent_usd == pytest.approx(0.1 * len(server.asked))
    assert 0 < encoder.endpoint.spent_usd <= CAP["cost_cap_usd"]
    one_clean_line(error)


def test_a_cap_of_nothing_asks_nothing():
    with AiServer() as server, pytest.raises(CannotAsk, match=r"0\.0000 spent"):
        encode(asker(server, cost_cap_usd=0.0))

    assert server.asked == []


def test_a_server_without_a_price_is_never_too_dear():
    with AiServer() as server:
        encode(asker(server, cost_cap_usd=0.0, usd_per_million_tokens=0.0))

    assert len(server.asked) == 2


def test_without_a_count_of_tokens_the_estimate_is_charged():
    def act(asked):
        return sends(completion(reads_content(asked), None))(asked)

    with AiServer(act) as server:
        encoder = asker(server, usd_per_million_tokens=1.0)
        encode(encoder, TEXTS[:1])

    sent = sum(len(m["content"]) for m in server.asked[0].body["messages"])
    assert encoder.endpoint.spent_usd >= sent / 4 / 1e6


def test_what_was_read_when_the_money_ran_out_is_kept(tmp_path):
    with AiServer() as server:
        with pytest.raises(CannotAsk):
            encode(asker(server, tmp_path, **CAP))
        paid = len(server.asked)
        encode(asker(server, tmp_path))

    assert paid > 0
    assert [asked.texts for asked in server.asked[paid:]] == batches(TEXTS[paid:])


def test_a_request_must_be_paid_for_with_all_its_retries():
    with AiServer() as server, pytest.raises(CannotAsk, match=r"0\.0000 spent"):
        encode(asker(server, **{**CAP, "retries": 4}))

    assert server.asked == []


def test_a_try_that_failed_counts_as_billed():
    with AiServer(fails(500)) as server:
        encoder = asker(server, usd_per_million_tokens=1.0)
        encode(encoder, TEXTS[:1])

    one_answer = 100 / 1e6
    assert encoder.endpoint.spent_usd > 2 * one_answer


def batches(texts: list[str]) -> list[list[str]]:
    return [texts[i : i + 4] for i in range(0, len(texts), 4)]


# --- what is missing -----------------------------------------------------------------


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_key_is_told_before_anything_is_sent(monkeypatch, value):
    monkeypatch.delenv(SETTINGS.key_variable)
    if value is not None:
        monkeypatch.setenv(SETTINGS.key_variable, value)
    with (
        AiServer() as server,
        pytest.raises(CannotAsk, match=f"{SETTINGS.key_variable}, found none"),
    ):
        encode(asker(server))

    assert server.asked == []


@pytest.mark.parametrize("bad", ["two words", "line\nbreak", "schlüssel"])
def test_a_key_that_cannot_be_sent_is_refused_unseen(monkeypatch, bad):
    monkeypatch.setenv(SETTINGS.key_variable, bad)

    with pytest.raises(CannotAsk, match=SETTINGS.key_variable) as error:
        encode(asker(closed_url()))

    assert bad not in str(error.value)


BAD_URLS = {
    "none": "",
    "no scheme": "127.0.0.1:8080/v1",
    "a file": "file:///v1",
    "no host": "http:///v1",
    "a password in it": "http://me:hush@127.0.0.1/v1",
    "a key in it": "http://127.0.0.1/v1?key=hush",
    "no address": "http://[::1",
    "a number too much": "http://127.0.0.1:99999999/v1",
}


@pytest.mark.parametrize("url", BAD_URLS.values(), ids=BAD_URLS)
def test_an_address_that_cannot_be_used_is_refused(url):
    with pytest.raises(CannotAsk, match=r"wanted text\.url") as error:
        encode(asker(url))

    assert "hush" not in str(error.value)
    one_clean_line(error)


def test_a_missing_model_is_refused():
    with pytest.raises(CannotAsk, match=r"wanted text\.model"):
        encode(asker(closed_url(), model=""))


# --- the key -------------------------------------------------------------------------


def test_the_key_is_in_no_repr_log_or_written_copy(tmp_path, caplog):
    caplog.set_level("DEBUG")
    with AiServer(fails(500)) as server:
        ai_reader = Reader(asker(server, tmp_path))
        encode(ai_reader.encoder)

    assert KEY not in repr(ai_reader)
    assert "500" in caplog.text
    assert KEY not in caplog.text
    assert KEY.encode() not in pickle.dumps(ai_reader)


def test_the_package_tells_nothing_of_this_computer():
    with AiServer() as server:
        encode(asker(server))

    told = {name.lower() for name in server.asked[0].headers}
    of_the_package = {name for name in told if name.startswith("x-stainless")}
    assert of_the_package <= {"x-stainless-raw-response", "x-stainless-retry-count"}
