"""Endpoint: asks an OpenAI-compatible server, patiently and within a budget."""

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import httpx
import numpy as np

from level2_project.config import TextReading
from level2_project.text.access import CannotAsk, Meter
from level2_project.text.prompt import Answer, answer

FIRST_PAUSE = 1.0  # seconds, doubled with every failure
LONGEST_PAUSE = 60.0
LONGEST_WAIT = 300.0  # seconds that a server may ask us to wait
LARGEST_BODY = 4_000_000  # bytes
AGAIN = (408, 429)  # of the 4xx: come back later
SECRET_LENGTH = 8  # a shorter key is a placeholder, and may stand in any answer

REMEDY = {
    400: "check text.model and text.batch_size",
    401: "put a valid key into the environment variable {key_variable}",
    402: "the account behind {key_variable} needs credit",
    403: "the key in {key_variable} may not use model {model!r}: ask for access",
    404: "check text.url (most end in /v1) and text.model",
    413: "lower text.batch_size",
}


class TryAgain(Exception):
    """A request failed in a way that may pass.

    Args:
        found: what happened, in a few words.
        pause: seconds that the server asked us to wait.
        billed: whether the answer may have been made, and charged, all the same.
    """

    def __init__(self, found: str, pause: float | None = None, billed: bool = False):
        super().__init__(found)
        self.pause = pause
        self.billed = billed


@dataclass
class Endpoint:
    """One server, asked one question at a time."""

    settings: TextReading
    client: httpx.Client
    meter: Meter
    jitter: np.random.Generator
    sleep: Callable[[float], None]
    key: str = field(repr=False)

    def ask(self, messages: list[dict[str, str]], answer_tokens: int) -> str:
        """Give what the model answers.

        Raises:
            BadAnswer: an answer came, but not in the protocol.
            CannotAsk: the server refuses, is not there, or costs too much.
        """
        request = _request(self.settings.model, messages, answer_tokens)
        expected = estimate(messages) + answer_tokens
        for attempt in range(self.settings.retries + 1):
            self.meter.admit(expected)
            try:
                return self._answer(self._post(request), expected).content
            except TryAgain as failure:
                last = failure
            self.meter.charge(expected if last.billed else 0)
            if attempt < self.settings.retries:
                self.sleep(self._pause(attempt, last))
        raise CannotAsk(
            f"wanted an answer from {self.settings.url}, found {last} on all "
            f"{self.settings.retries + 1} tries: see that it runs, or raise "
            "text.timeout_seconds or text.retries"
        )

    def _answer(self, body: bytes, expected: int) -> Answer:
        """Read a body and charge what it cost, as told or else as expected."""
        tokens = None
        try:
            found = answer(body)
            tokens = found.tokens
        finally:
            self.meter.charge(expected if tokens is None else tokens)
        return found

    def _post(self, request: bytes) -> bytes:
        """Send one request.

        Raises:
            TryAgain: no answer came in time, or the server is busy.
        """
        try:
            with self.client.stream("POST", "chat/completions", content=request) as got:
                body = self._whole(got)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise TryAgain("no connection") from None
        except httpx.TimeoutException:
            raise TryAgain("no answer in time", billed=True) from None
        except httpx.HTTPError as error:
            found = f"a broken connection ({type(error).__name__})"
            raise TryAgain(found, billed=True) from None
        self._check(got, body)
        return body

    def _whole(self, got: httpx.Response) -> bytes:
        """Read a body, in the time that one answer may take in all.

        The client's own limit is for every single piece: drops would never end.
        """
        ends = time.monotonic() + self.settings.timeout_seconds
        body = b""
        for piece in got.iter_bytes():
            body += piece
            if time.monotonic() > ends:
                raise httpx.ReadTimeout("the answer drips")
            if len(body) > LARGEST_BODY:
                raise TryAgain(f"more than {LARGEST_BODY} bytes", billed=True)
        return self._without_key(body)

    def _without_key(self, body: bytes) -> bytes:
        """Strike out the key: some servers send back what they were sent."""
        if len(self.key) < SECRET_LENGTH:
            return body
        return body.replace(self.key.encode(), b"[key]")

    def _check(self, got: httpx.Response, body: bytes) -> None:
        if got.is_success:
            return
        status = got.status_code
        if status in AGAIN or status >= 500:
            raise TryAgain(f"status {status}", pause=self._asked_pause(got))
        remedy = REMEDY.get(status, "check text.url and text.model")
        names = {"key_variable": self.settings.key_variable}
        raise CannotAsk(
            f"wanted an answer from {self.settings.url}, found status {status}"
            f"{_said(body)}: {remedy.format(model=self.settings.model, **names)}"
        )

    def _asked_pause(self, got: httpx.Response) -> float | None:
        pause = retry_after(got.headers)
        if pause is not None and pause > LONGEST_WAIT:
            raise CannotAsk(
                f"wanted to wait at most {LONGEST_WAIT:.0f} seconds for "
                f"{self.settings.url}, found it asks for {pause:.0f}: run again later"
            )
        return pause

    def _pause(self, attempt: int, failure: TryAgain) -> float:
        """Give the seconds until the next try: as asked, or longer from try to try."""
        if failure.pause is not None:
            return failure.pause
        longest = min(FIRST_PAUSE * 2.0**attempt, LONGEST_PAUSE)
        return longest * float(self.jitter.uniform(0.5, 1.0))


def connected(settings: TextReading, key: str) -> httpx.Client:
    """Give a client that sends the key and follows no redirect with it."""
    return httpx.Client(
        base_url=settings.url,
        headers={
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
        },
        timeout=settings.timeout_seconds,
    )


def retry_after(headers: httpx.Headers) -> float | None:
    """Give the seconds that a server asks us to wait, if it says so intelligibly."""
    asked = headers.get("Retry-After", "")
    try:
        seconds = float(asked)
    except ValueError:
        return _seconds_between(headers.get("Date", ""), asked)
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def estimate(messages: list[dict[str, str]]) -> int:
    """Guess the tokens of a request: four characters each, fewer beyond ASCII."""
    return math.ceil(sum(len(m["content"].encode()) for m in messages) / 4)


def _seconds_between(start: str, end: str) -> float | None:
    """Compare two dates of HTTP; both are the server's, so its clock may be wrong."""
    try:
        gap = parsedate_to_datetime(end) - parsedate_to_datetime(start)
    except (TypeError, ValueError):
        return None
    return max(0.0, gap.total_seconds())


def _request(model: str, messages: list[dict[str, str]], answer_tokens: int) -> bytes:
    body = {
        "model": model,
        "messages": messages,
        "temperature": 0,
        "max_tokens": answer_tokens,
    }
    return json.dumps(body).encode()


def _said(body: bytes) -> str:
    """Quote the server's own words on what is wrong, if it has any, on one line."""
    try:
        words = json.loads(body)["error"]["message"]
    except (ValueError, RecursionError, KeyError, IndexError, TypeError):
        return ""
    line = " ".join(words.split())[:120] if isinstance(words, str) else ""
    return f' ("{line}")' if line else ""
