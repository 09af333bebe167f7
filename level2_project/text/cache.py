"""Cache: what an AI has read, kept in one SQLite table so that it is asked once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from level2_project.text import CannotAsk
from level2_project.text.prompt import VERSION, Reading


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
