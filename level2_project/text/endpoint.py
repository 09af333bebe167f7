"""Endpoint: the `openai` package asks a server; the cap on the cost is ours."""

import json
import os
import re
from dataclasses import dataclass
from typing import Any

import openai

from level2_project.config import TextReading
from level2_project.text import CannotAsk, prompt

ANSWER_TOKENS = 40  # room for one reading; most take half of it
# No user, password or query in it: a secret belongs into the environment.
PLAIN_URL = r"https?://[\w.-]+(:\d{1,5})?(/[^\s@?#]*)?"
REMEDY = {
    0: "see that it runs, and check the settings under [text]",
    401: "put a valid key into the environment variable",
    404: "check text.url (most end in /v1) and text.model",
    429: "run again later, or see that the account has credit",
}
# What the package would tell the server of this computer is left out.
UNTOLD = "Lang Package-Version OS Arch Runtime Runtime-Version Async Read-Timeout"
HEADERS = {f"X-Stainless-{name}": openai.Omit() for name in UNTOLD.split()}


@dataclass
class Endpoint:
    """One server, asked one question at a time; it holds no key between questions."""

    settings: TextReading
    spent_usd: float = 0.0

    def ask(self, texts: list[str]) -> list[prompt.Reading]:
        """Return one reading per text; raise `BadAnswer`, or `CannotAsk` if none."""
        key, url = key_of(self.settings), self.settings.url
        try:
            return prompt.readings(self._answer(texts, key), len(texts))
        except openai.APIError as error:
            said = " ".join(str(error).replace(key, "[key]").split())[:160].rstrip(".")
            remedy = REMEDY.get(getattr(error, "status_code", 0), REMEDY[0])
            message = f"wanted an answer from {url}, found: {said}; {remedy}"
            raise CannotAsk(message) from None

    def _answer(self, texts: list[str], key: str) -> str:
        """Ask, and return what the model says."""
        settings = self.settings
        said = {"system": prompt.INSTRUCTION, "user": prompt.question(texts)}
        request: dict[str, Any] = {
            "model": settings.model,
            "messages": [{"role": r, "content": text} for r, text in said.items()],
            "response_format": {"type": "json_schema", "json_schema": prompt.SCHEMA},
            "temperature": 0,
            "max_tokens": ANSWER_TOKENS * (len(texts) + 1),
        }
        # About four bytes a token, and the longest answer.
        of_a_try = len(json.dumps(request)) / 4 + request["max_tokens"]
        self._spend((1 + settings.retries) * of_a_try)
        with openai.OpenAI(
            base_url=settings.url, api_key=key,
            timeout=settings.timeout_seconds, max_retries=settings.retries,
        ) as client:  # fmt: skip
            completions = client.chat.completions.with_raw_response
            raw = completions.create(**request, extra_headers=HEADERS)
        # Tries that failed may have been billed; those that were not made go back.
        self._spend((raw.retries_taken - settings.retries) * of_a_try)
        try:
            answer = raw.parse()
            self._spend(answer.usage.total_tokens - of_a_try if answer.usage else 0)
            return str(answer.choices[0].message.content)
        except (AttributeError, IndexError, RecursionError, TypeError, ValueError):
            raise prompt.BadAnswer("wanted a chat completion, found none") from None

    def _spend(self, tokens: float) -> None:
        """Add what tokens cost; raise `CannotAsk` if that is more than is left."""
        usd = tokens * self.settings.usd_per_million_tokens / 1e6
        cap = self.settings.cost_cap_usd
        if self.spent_usd + usd > cap and usd > 0:
            raise CannotAsk(
                f"wanted to spend at most {cap:.4f} USD on reading tickets, found "
                f"{self.spent_usd:.4f} spent and up to {usd:.4f} for the next request: "
                "raise text.cost_cap_usd and run again"
            )
        self.spent_usd += usd


def key_of(settings: TextReading) -> str:
    """Return the key from the environment; raise `CannotAsk` if something is unset."""
    variable = settings.key_variable
    key = os.environ.get(variable, "").strip()
    wanted = {
        "text.url like http://127.0.0.1:8080/v1": re.fullmatch(PLAIN_URL, settings.url),
        "text.model, a name that the endpoint knows": settings.model,
        f"a key in the environment variable {variable}": re.fullmatch("[!-~]+", key),
    }
    for name, found in wanted.items():
        if not found:
            raise CannotAsk(f"wanted {name}, found none that can be used: set it")
    return key
