"""Endpoint: the `openai` package asks a server; the cap on the cost is ours."""

import json
import os
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import openai

from level2_project.config import TextReading
from level2_project.text import CannotAsk
from level2_project.text.prompt import (
    INSTRUCTION,
    BadAnswer,
    Reading,
    Readings,
    question,
    readings,
)

ANSWER_TOKENS = 40  # room for one reading; most take half of it
# A name or a number, a port, a path; nothing in which a secret could stand.
PLAIN_URL = r"https?://([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?(/[^\s@?#]*)?"
SCHEMA: Any = {
    "name": "readings",
    "strict": True,
    "schema": Readings.model_json_schema(),
}
REMEDY = {
    400: "check text.model, text.batch_size, and that it knows response_format",
    401: "put a valid key into the environment variable {key_variable}",
    402: "the account behind {key_variable} needs credit",
    403: "the key in {key_variable} may not use this model: ask for access",
    404: "check text.url (most end in /v1) and text.model",
    413: "lower text.batch_size",
    429: "run again later",
}


class Budget:
    """Adds up USD; a request counts as billed until the server says less."""

    def __init__(self, settings: TextReading) -> None:
        self.cap_usd = settings.cost_cap_usd
        self.usd_per_token = settings.usd_per_million_tokens / 1e6
        self.spent_usd = self.reserved_usd = 0.0  # reserved: by the last request
        self.n_requests = 0

    def reserve(self, request: httpx2.Request) -> None:
        """Count a try, at four bytes a token and the longest answer, before it is sent.

        Raises:
            CannotAsk: it would cost more than is left.
        """
        tokens = len(request.content) / 4 + json.loads(request.content)["max_tokens"]
        usd = tokens * self.usd_per_token
        if self.spent_usd + usd > self.cap_usd:
            raise CannotAsk(
                f"wanted to spend at most {self.cap_usd:.4f} USD on reading tickets, "
                f"found {self.spent_usd:.4f} spent and about {usd:.4f} more for the "
                "next request: raise text.cost_cap_usd and run again"
            )
        self.n_requests += 1
        self.reserved_usd = usd
        self.spent_usd += usd

    def settle(self, tokens: Any) -> None:
        """Replace what was reserved by what was used, if the server tells a count."""
        if type(tokens) is int and tokens >= 0:
            self.spent_usd += tokens * self.usd_per_token - self.reserved_usd

    def release(self, response: httpx2.Response) -> None:
        """Take back what was reserved for a try that was refused."""
        if not response.is_success:
            self.settle(0)


class Endpoint:
    """One server, asked one question at a time."""

    def __init__(self, settings: TextReading, budget: Budget) -> None:
        self.settings, self.budget, self._key = settings, budget, key_of(settings)
        before, after = [without_telemetry, budget.reserve], [budget.release, hurry]
        self.client = openai.OpenAI(
            base_url=settings.url,
            api_key=self._key,
            timeout=settings.timeout_seconds,
            max_retries=settings.retries,
            http_client=openai.DefaultHttpxClient(
                follow_redirects=False,  # one would carry the key elsewhere
                event_hooks={"request": before, "response": after},
            ),
        )

    def close(self) -> None:
        self.client.close()

    def ask(self, texts: list[str]) -> list[Reading]:
        """Return one reading per text.

        Raises:
            BadAnswer: an answer came, but not one valid reading for each text.
            CannotAsk: the server refuses, is not there, or costs too much.
        """
        try:
            return readings(self._content(texts), len(texts))
        except openai.APIStatusError as error:
            said = " ".join(error.message.replace(self._key, "[key]").split())
            found = f"status {error.status_code} ({said[:160]})"
            remedy = REMEDY.get(error.status_code, "check text.url and that it runs")
        except openai.APITimeoutError:
            found, remedy = "no answer in time", "raise text.timeout_seconds"
        except openai.APIConnectionError:
            found, remedy = "no connection, or a cut one", "see that it runs"
        raise CannotAsk(
            f"wanted an answer from {self.settings.url}, found {found}: "
            + remedy.format(key_variable=self.settings.key_variable)
        )

    def _content(self, texts: list[str]) -> str:
        """Ask, and return what the model says."""
        try:
            completion = self.client.chat.completions.create(
                model=self.settings.model,
                messages=[
                    {"role": "system", "content": INSTRUCTION},
                    {"role": "user", "content": question(texts)},
                ],
                response_format={"type": "json_schema", "json_schema": SCHEMA},
                temperature=0,
                max_tokens=ANSWER_TOKENS * (len(texts) + 1),
            )
            self.budget.settle(getattr(completion.usage, "total_tokens", None))
            return str(completion.choices[0].message.content)
        except (AttributeError, IndexError, RecursionError, TypeError, ValueError):
            raise BadAnswer("wanted a chat completion, found another body") from None


class Hurried(httpx2.SyncByteStream):
    """A body that must be whole within the time-out, which else is for each piece."""

    def __init__(self, response: Any) -> None:
        self.stream, self.request = response.stream, response.request
        self.ends = time.monotonic() + self.request.extensions["timeout"]["read"]

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.stream:
            if time.monotonic() > self.ends:
                raise httpx2.ReadTimeout("the answer drips", request=self.request)
            yield piece

    def close(self) -> None:
        self.stream.close()


def hurry(response: httpx2.Response) -> None:
    response.stream = Hurried(response)


def without_telemetry(request: httpx2.Request) -> None:
    """Take out what the package tells of this computer: its system and versions."""
    for name in [name for name in request.headers if name.startswith("x-stainless")]:
        del request.headers[name]


def check_settings(settings: TextReading) -> None:
    """See that the config says which endpoint and which model to ask.

    Raises:
        CannotAsk: `text.url` or `text.model` does not.
    """
    if not re.fullmatch(PLAIN_URL, settings.url):
        raise CannotAsk(
            "wanted text.url like http://127.0.0.1:8080/v1, found "
            f"{'something else' if settings.url else 'nothing'}: set it in the config "
            f"(a key belongs into {settings.key_variable}, not into the address)"
        )
    if not settings.model:
        raise CannotAsk("wanted text.model, found nothing: name one of the endpoint's")


def key_of(settings: TextReading) -> str:
    """Return the key from the environment.

    Raises:
        CannotAsk: there is none, or it cannot be sent.
    """
    key = os.environ.get(settings.key_variable, "").strip()
    if not key or " " in key or not (key.isascii() and key.isprintable()):
        found = "spaces or special characters in it" if key else "none"
        raise CannotAsk(
            f"wanted a key in the environment variable {settings.key_variable}, found "
            f"{found}: export it (any word will do for a server that asks for no key)"
        )
    return key
