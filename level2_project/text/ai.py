"""Ai: an OpenAI-compatible endpoint reads texts in batches, each text once.

What it has read is kept in one SQLite table from run to run.
"""

import math
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from level2_project.config import TextReading
from level2_project.text import CannotAsk
from level2_project.text.endpoint import Endpoint
from level2_project.text.prompt import TOPICS, VERSION, BadAnswer, Reading

LONGEST = 4_000  # characters of a text that are sent; pasted logs run on and on
TRIES = 2  # of a batch whose answer cannot be believed, before it is halved
MOST_UNREADABLE = 10  # in a row; more is no text's fault but the endpoint's
UNREADABLE = ("other", math.nan)


@dataclass
class Cache:
    """Topic and tone by the hash of model, prompt and text; the text is not kept."""

    db: sqlite3.Connection
    model: str

    def get(self, text: str) -> Any:
        """Return topic and tone, or None where the text is not known."""
        wanted = "SELECT topic, tone FROM readings WHERE key = ?"
        return self.db.execute(wanted, [self._key(text)]).fetchone()

    def keep(self, texts: list[str], found: list[Reading]) -> None:
        """Write a batch in one transaction: an interruption leaves all or none."""
        pairs = zip(texts, found, strict=True)
        rows = [(self._key(text), read.topic, read.tone) for text, read in pairs]
        with self.db:
            self.db.executemany("REPLACE INTO readings VALUES (?, ?, ?)", rows)

    def _key(self, text: str) -> str:
        return blake2b(f"{VERSION}\n{self.model}\n{text}".encode()).hexdigest()


@contextmanager
def open_cache(folder: Path | None, model: str) -> Iterator[Cache]:
    """Open `readings.sqlite` in a folder; without one nothing outlives the call."""
    file = folder / "readings.sqlite" if folder else ":memory:"
    table = "CREATE TABLE IF NOT EXISTS readings (key PRIMARY KEY, topic, tone)"
    try:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(file)) as db:
            db.execute(table)
            yield Cache(db, model)
    except (OSError, sqlite3.Error) as error:
        raise CannotAsk(
            f"wanted to keep readings in {file}, found: {error}. Delete the file if it "
            "is damaged; see that the folder may be written and the disk has room"
        ) from None


class AiEncoder:
    """Turns texts into topics and a tone by asking an OpenAI-compatible endpoint.

    An empty text is not asked about. An unreadable one is "other" with an unknown tone,
    and is asked about again by the next run.
    """

    def __init__(self, settings: TextReading, cache: Path | None = None) -> None:
        self.columns = [*(f"topic_{topic}" for topic in TOPICS), "tone"]
        self.endpoint, self.cache = Endpoint(settings), cache
        self.n_in_a_row = 0  # unreadable texts since the last one that was read
        self.why = ""  # the last answer was not believed

    def fit(self, texts: list[str]) -> Self:
        """Learn nothing: the model behind the endpoint is as it is."""
        return self

    def encode(self, texts: list[str]) -> npt.NDArray[np.float64]:
        """Return one row per text; what was read before an error is kept."""
        # No edges, no endless logs, no half characters.
        sent = [t.strip()[:LONGEST].encode(errors="replace").decode() for t in texts]
        size = self.endpoint.settings.batch_size
        with open_cache(self.cache, self.endpoint.settings.model) as cache:
            new = [t for t in dict.fromkeys(sent) if t and not cache.get(t)]
            batches = [new[start : start + size] for start in range(0, len(new), size)]
            n_unreadable = sum(self._read(batch, cache) for batch in batches)
            found = [cache.get(text) or UNREADABLE for text in sent]
        if n_unreadable:
            message = (
                f"wanted readings of {len(new)} texts, found none to believe for "
                f'{n_unreadable} ({self.why}): they count as "other" with an unknown '
                "tone; run again to ask once more"
            )
            warnings.warn(message, stacklevel=2)
        rows = [[*(topic == each for each in TOPICS), tone] for topic, tone in found]
        return np.array(rows, dtype=float).reshape(-1, len(self.columns))

    def _read(self, texts: list[str], cache: Cache) -> int:
        """Read a batch: once more if it fails, then in halves; count the unreadable."""
        for _ in range(TRIES):
            try:
                cache.keep(texts, self.endpoint.ask(texts))
            except BadAnswer as error:
                self.why = str(error)
            else:
                self.n_in_a_row = 0
                return 0
        if half := len(texts) // 2:
            return self._read(texts[:half], cache) + self._read(texts[half:], cache)
        self.n_in_a_row += 1
        if self.n_in_a_row >= MOST_UNREADABLE:
            raise CannotAsk(
                f"wanted readings from {self.endpoint.settings.url}, found none for "
                f"{self.n_in_a_row} texts in a row ({self.why}): see that text.url is "
                "an OpenAI-compatible endpoint and that text.model can do this"
            )
        return 1
