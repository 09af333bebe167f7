"""Cache: what an AI has read, kept in one SQLite table so that it is asked once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path

from level2_project.text import CannotAsk
from level2_project.text.prompt import VERSION, Reading


class Cache:
    """Topic and tone by the hash of model, prompt and text; the text is not kept."""

    def __init__(self, db: sqlite3.Connection, model: str) -> None:
        db.execute("CREATE TABLE IF NOT EXISTS readings (key PRIMARY KEY, topic, tone)")
        rows = db.execute("SELECT key, topic, tone FROM readings")
        self.found = {key: (topic, tone) for key, topic, tone in rows}
        self.db, self.model = db, model

    def get(self, text: str) -> tuple[str, float] | None:
        return self.found.get(self._key(text))

    def keep(self, texts: list[str], found: list[Reading]) -> None:
        """Write a batch in one transaction: an interruption leaves all or none."""
        pairs = zip(texts, found, strict=True)
        new = {self._key(text): (read.topic, read.tone) for text, read in pairs}
        with self.db:
            rows = [(key, *values) for key, values in new.items()]
            self.db.executemany("REPLACE INTO readings VALUES (?, ?, ?)", rows)
        self.found |= new

    def _key(self, text: str) -> str:
        asked = f"{VERSION}\n{self.model}\n{text}".encode()
        return blake2b(asked, digest_size=16).hexdigest()


@contextmanager
def open_cache(folder: Path | None, model: str) -> Iterator[Cache]:
    """Open `readings.sqlite` in a folder; without a folder nothing outlives the call.

    Raises:
        CannotAsk: the file is damaged, or cannot be written.
    """
    file = folder / "readings.sqlite" if folder else ":memory:"
    try:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(file)) as db:
            yield Cache(db, model)
    except (OSError, sqlite3.Error) as error:
        raise CannotAsk(
            f"wanted to keep readings in {file}, found: {error}. Delete the file if it "
            "is damaged; see that the folder may be written and the disk has room"
        ) from None
