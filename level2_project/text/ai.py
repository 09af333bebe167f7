"""Ai: an OpenAI-compatible endpoint reads texts in batches, each text once."""

import math
import warnings
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from level2_project.config import TextReading
from level2_project.text import CannotAsk
from level2_project.text.cache import Cache, open_cache
from level2_project.text.endpoint import Budget, Endpoint, check_settings
from level2_project.text.prompt import TOPICS, BadAnswer

LONGEST = 4_000  # characters of a text that are sent; pasted logs run on and on
TRIES = 2  # of a batch whose answer cannot be believed, before it is halved
MOST_UNREADABLE = 10  # in a row; more is no text's fault but the endpoint's
UNREADABLE = ("other", math.nan)


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
    cache: Path | None = None  # folder in which readings are kept from run to run
    n_unreadable: int = 0
    n_in_a_row: int = 0  # unreadable texts since the last one that was read
    why: str = ""  # the last answer was not believed
    budget: Budget = field(init=False)

    def __post_init__(self) -> None:
        check_settings(self.settings)
        self.budget = Budget(self.settings)

    @property
    def columns(self) -> list[str]:
        return [*(f"topic_{topic}" for topic in TOPICS), "tone"]

    def fit(self, texts: list[str]) -> Self:
        """Learn nothing: the model behind the endpoint is as it is."""
        return self

    def encode(
        self, texts: list[str], on_progress: Callable[[int, int], None]
    ) -> npt.NDArray[np.float64]:
        """Return one row per text.  # (n_texts, n_topics + 1)

        Raises:
            CannotAsk: see `Endpoint.ask`; what was read before is kept.
        """
        # No edges, no endless logs, no half characters.
        sent = [t.strip()[:LONGEST].encode(errors="replace").decode() for t in texts]
        with open_cache(self.cache, self.settings.model) as cache:
            new = [t for t in dict.fromkeys(sent) if t and not cache.get(t)]
            if new:
                self._ask(new, cache, on_progress)
            found = [cache.get(text) or UNREADABLE for text in sent]
        rows = [[*(topic == each for each in TOPICS), tone] for topic, tone in found]
        return np.array(rows, dtype=float).reshape(-1, len(self.columns))

    def _ask(
        self, texts: list[str], cache: Cache, on_progress: Callable[[int, int], None]
    ) -> None:
        before, size = self.n_unreadable, self.settings.batch_size
        with closing(Endpoint(self.settings, self.budget)) as endpoint:
            for start in range(0, len(texts), size):
                self._read(texts[start : start + size], endpoint, cache)
                on_progress(min(start + size, len(texts)), len(texts))
        if n_unreadable := self.n_unreadable - before:
            warnings.warn(
                f"wanted readings of {len(texts)} texts, found none to believe for "
                f'{n_unreadable} ({self.why}): they count as "other" with an unknown '
                "tone; run again to ask once more",
                UnreadableTexts,
                stacklevel=3,
            )

    def _read(self, texts: list[str], endpoint: Endpoint, cache: Cache) -> None:
        """Read a batch; one that fails is tried again, then in halves."""
        for _ in range(TRIES):
            try:
                cache.keep(texts, endpoint.ask(texts))
            except BadAnswer as error:
                self.why = str(error)
            else:
                self.n_in_a_row = 0
                return
        if half := len(texts) // 2:
            self._read(texts[:half], endpoint, cache)
            self._read(texts[half:], endpoint, cache)
        else:
            self._give_up()

    def _give_up(self) -> None:
        self.n_unreadable += 1
        self.n_in_a_row += 1
        if self.n_in_a_row >= MOST_UNREADABLE:
            raise CannotAsk(
                f"wanted readings from {self.settings.url}, found none for "
                f"{self.n_in_a_row} texts in a row ({self.why}): see that text.url is "
                "an OpenAI-compatible endpoint and that text.model can do this"
            )
