"""Ai: an endpoint reads texts in batches; what it has read is kept on disk."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from level2_project.config import TextReading
from level2_project.text.access import CannotAsk, Meter, check_settings, key_of
from level2_project.text.endpoint import Endpoint, connected
from level2_project.text.known import Known
from level2_project.text.prompt import (
    ANSWER_TOKENS,
    LONGEST,
    TOPICS,
    BadAnswer,
    Reading,
    question,
    readings,
)

Floats = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]

TRIES = 2  # of a batch whose answer cannot be believed, before it is halved
MOST_UNREADABLE = 10  # in a row; more is no text's fault but the endpoint's


class UnreadableTexts(UserWarning):
    """Some texts were read as "other" because no answer on them could be believed."""


@dataclass
class AiEncoder:
    """Turns texts into topics and a tone by asking an OpenAI-compatible endpoint.

    It holds no key: that is taken from the environment when there is something to ask.
    An empty text is not asked about. An unreadable one is "other" with an unknown tone,
    is counted, and is asked about again by the next run.
    """

    settings: TextReading
    seed: int
    cache: Path | None = None
    sleep: Callable[[float], None] = time.sleep
    n_unreadable: int = 0
    meter: Meter = field(init=False)
    known: Known = field(init=False, repr=False)

    def __post_init__(self) -> None:
        check_settings(self.settings)
        self.meter = Meter(
            self.settings.cost_cap_usd, self.settings.usd_per_million_tokens
        )
        self.known = Known(self.settings.model, self.cache)

    @property
    def columns(self) -> list[str]:
        return [*(f"topic_{topic}" for topic in TOPICS), "tone"]

    def fit(self, texts: list[str]) -> Self:
        """Learn nothing: the model behind the endpoint is as it is."""
        return self

    def encode(self, texts: list[str], on_progress: Progress) -> Floats:
        """Give one row per text.  # (n_texts, n_topics + 1)

        Raises:
            CannotAsk: see `Endpoint.ask`; what was read before is kept.
        """
        asked = [_sent(text) for text in texts]
        self.known.load()
        new = [text for text in dict.fromkeys(asked) if text and text not in self.known]
        if new:
            self._ask_all(new, on_progress)
        found = [self.known.get(text) for text in asked]
        return np.array([_row(reading) for reading in found]).reshape(
            -1, len(TOPICS) + 1
        )

    def _ask_all(self, texts: list[str], on_progress: Progress) -> None:
        key = key_of(self.settings)
        jitter = np.random.default_rng(self.seed)
        with connected(self.settings, key) as client:
            endpoint = Endpoint(
                self.settings, client, self.meter, jitter, self.sleep, key
            )
            asking = Asking(endpoint, self.known)
            for start in range(0, len(texts), self.settings.batch_size):
                batch = texts[start : start + self.settings.batch_size]
                asking.ask(batch)
                on_progress(start + len(batch), len(texts))
        self._report(asking, len(texts))

    def _report(self, asking: "Asking", n_texts: int) -> None:
        self.n_unreadable += asking.n_unreadable
        if asking.n_unreadable:
            warnings.warn(
                f"wanted readings of {n_texts} texts, found none to believe for "
                f'{asking.n_unreadable} ({asking.why}): they count as "other" with an '
                "unknown tone; run again to ask once more",
                UnreadableTexts,
                stacklevel=2,
            )


@dataclass
class Asking:
    """One round of questions; every believed answer is kept at once."""

    endpoint: Endpoint
    known: Known
    n_unreadable: int = 0
    n_in_a_row: int = 0
    why: str = ""

    def ask(self, texts: list[str]) -> None:
        """Read a batch; one that fails is tried again, then in halves."""
        for _ in range(TRIES):
            try:
                return self._keep(texts, self._read(texts))
            except BadAnswer as error:
                self.why = str(error)
        if len(texts) == 1:
            return self._give_up()
        half = len(texts) // 2
        self.ask(texts[:half])
        return self.ask(texts[half:])

    def _read(self, texts: list[str]) -> list[Reading]:
        content = self.endpoint.ask(question(texts), ANSWER_TOKENS * (len(texts) + 1))
        return readings(content, len(texts))

    def _keep(self, texts: list[str], found: list[Reading]) -> None:
        self.n_in_a_row = 0
        self.known.keep(texts, found)

    def _give_up(self) -> None:
        self.n_unreadable += 1
        self.n_in_a_row += 1
        if self.n_in_a_row >= MOST_UNREADABLE:
            settings = self.endpoint.settings
            raise CannotAsk(
                f"wanted readings from {settings.url}, found none for "
                f"{self.n_in_a_row} texts in a row ({self.why}): see that text.url is "
                f"an OpenAI-compatible endpoint and that {settings.model!r} can do this"
            )


def _sent(text: str) -> str:
    """Give what is sent of a text: no edges, no endless logs, no half characters."""
    return text.strip()[:LONGEST].encode(errors="replace").decode()


def _row(reading: Reading) -> list[float]:
    return [*(float(reading.topic == topic) for topic in TOPICS), reading.tone]
