"""Known: what an AI has read, kept so that it is asked once."""

import json
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

from level2_project.text.prompt import UNREADABLE, VERSION, Reading, reading


class Known:
    """What one model has read under one prompt, in memory and in a file.

    The file holds hashes, topics and tones: no text, key or address. Every batch is
    appended as it comes, so an interruption costs at most the batch under way.
    """

    def __init__(self, model: str, folder: Path | None) -> None:
        name = blake2b(f"{VERSION}\n{model}".encode(), digest_size=8).hexdigest()
        self.file = folder / f"readings-{name}.jsonl" if folder else None
        self.found: dict[str, Reading] = {}

    def __contains__(self, text: str) -> bool:
        return _hash(text) in self.found

    def get(self, text: str) -> Reading:
        return self.found.get(_hash(text), UNREADABLE)

    def load(self) -> None:
        """Take in what the file holds by now."""
        if self.file and self.file.exists():
            self.found |= dict(_whole_lines(self.file.read_bytes()))

    def keep(self, texts: list[str], found: list[Reading]) -> None:
        new = dict(zip(map(_hash, texts), found, strict=True))
        self.found |= new
        if self.file:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            lines = [json.dumps({"text": k, **v._asdict()}) for k, v in new.items()]
            # The first newline ends what an interruption may have left half written.
            with self.file.open("ab") as file:
                file.write(("\n" + "\n".join(lines) + "\n").encode())


def _whole_lines(content: bytes) -> Iterator[tuple[str, Reading]]:
    """Give what can be read; a damaged line is left out, and so asked about again."""
    for line in content.splitlines():
        try:
            item: Any = json.loads(line)
            yield str(item["text"]), reading(item)
        except (ValueError, RecursionError, KeyError, TypeError):
            continue


def _hash(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
