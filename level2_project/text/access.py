"""Access: whom to ask, with which key, and for how much."""

import os
from dataclasses import dataclass

import httpx

from level2_project.config import TextReading


class CannotAsk(RuntimeError):
    """Asking is over; the one-line message says why and what to do."""


@dataclass
class Meter:
    """Counts requests and USD, and stops before the cap is passed."""

    cap_usd: float
    usd_per_million_tokens: float
    spent_usd: float = 0.0
    n_requests: int = 0

    def usd(self, tokens: int) -> float:
        return tokens * self.usd_per_million_tokens / 1e6

    def admit(self, tokens: int) -> None:
        """Count a request of about so many tokens.

        Raises:
            CannotAsk: it would cost more than is left.
        """
        if self.spent_usd + self.usd(tokens) > self.cap_usd:
            raise CannotAsk(
                f"wanted to spend at most {self.cap_usd:.4f} USD on reading tickets, "
                f"found {self.spent_usd:.4f} spent and about {self.usd(tokens):.4f} "
                "more for the next request: raise text.cost_cap_usd and run again"
            )
        self.n_requests += 1

    def charge(self, tokens: int) -> None:
        self.spent_usd += self.usd(tokens)


def check_settings(settings: TextReading) -> None:
    """See that the config says whom to ask.

    Raises:
        CannotAsk: `text.url` or `text.model` does not.
    """
    if not is_plain(settings.url):
        raise CannotAsk(
            "wanted text.url like http://127.0.0.1:8080/v1, found "
            f"{'something else' if settings.url else 'nothing'}: set it in the config "
            f"(a key belongs into {settings.key_variable}, not into the address)"
        )
    if not settings.model:
        raise CannotAsk(
            "wanted text.model, found nothing: name one of the endpoint's models"
        )


def is_plain(url: str) -> bool:
    """Tell whether an address is one of HTTP and has no place for a secret in it.

    >>> is_plain("https://ai.example/v1"), is_plain("https://me:password@ai.example/v1")
    (True, False)
    """
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    is_http = parts.scheme in ("http", "https") and bool(parts.host)
    has_port = parts.port is None or 0 < parts.port < 65_536
    secret = parts.userinfo or parts.query or parts.fragment
    return is_http and has_port and not secret


def key_of(settings: TextReading) -> str:
    """Take the key from the environment.

    Raises:
        CannotAsk: there is none, or it cannot be sent.
    """
    key = os.environ.get(settings.key_variable, "").strip()
    if not key:
        raise CannotAsk(
            f"wanted a key in the environment variable {settings.key_variable}, found "
            "none: export it (any word will do for a server that asks for no key)"
        )
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise CannotAsk(
            f"wanted a key of plain characters in {settings.key_variable}, found "
            "spaces or others in it: export it again"
        )
    return key
