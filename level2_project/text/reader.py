"""Text: numbers for what a ticket says, read here or by an AI endpoint."""

import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from skrub import StringEncoder

from level2_project.config import TextReading

Floats = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]

EDGE_WORDS = 3  # how people greet and close tells their tone; between lies the topic


class Encoder(Protocol):
    """Turns texts into numbers, each text by itself."""

    @property
    def columns(self) -> list[str]: ...
    def fit(self, texts: list[str]) -> Self: ...
    def encode(self, texts: list[str], on_progress: Progress) -> Floats: ...


def silent(n_done: int, n_wanted: int) -> None:
    """Show no progress."""


@dataclass
class Reader:
    """Reads tickets with an encoder, every different text once."""

    encoder: Encoder

    def fit(self, tickets: pd.DataFrame, until: pd.Timestamp) -> Self:
        """Learn from the tickets that had arrived before `until`, the first cutoff.

        What arrived later teaches nothing, so it cannot leak into any snapshot.
        """
        self.encoder.fit(_texts(_opened(tickets[tickets["arrived_at"] < until])))
        return self

    def read(self, tickets: pd.DataFrame) -> pd.DataFrame:
        """Return one row per ticket opened: `ticket_id` and numbers for its text."""
        asked = _opened(tickets)
        which, different = pd.factorize(pd.Series(_texts(asked), dtype=object))
        numbers = self.encoder.encode(list(different), silent)
        read = pd.DataFrame(numbers[which], columns=self.encoder.columns)
        read.insert(0, "ticket_id", asked["ticket_id"].to_numpy())
        return read


class LocalEncoder:
    """Words to numbers by skrub: TF-IDF and a truncated SVD (latent semantic analysis).

    The `topic` columns read the whole message. The `tone` columns, half as many, read
    how it begins and ends: greetings are too rare for the topics' first components.
    Columns are 0 where there were too few words to learn from.

    Source: Deerwester et al. 1990, Indexing by Latent Semantic Analysis.
    """

    def __init__(self, components: int, seed: int) -> None:
        seeds = np.random.SeedSequence(seed).generate_state(2).tolist()
        widths, words = (components, components // 2), ((1, 2), (1, 1))
        self.encoders = [
            StringEncoder(width, analyzer="word", ngram_range=n, random_state=seed)
            for width, n, seed in zip(widths, words, seeds, strict=True)
        ]
        names = zip(("topic", "tone"), widths, strict=True)
        self.columns = [f"{name}_{i:02d}" for name, n in names for i in range(n)]

    def fit(self, texts: list[str]) -> Self:
        with warnings.catch_warnings(action="ignore"), np.errstate(invalid="ignore"):
            for encoder, part in zip(self.encoders, _parts(texts), strict=True):
                with suppress(ValueError):  # no word at all
                    encoder.fit(part)
        return self

    def encode(self, texts: list[str], on_progress: Progress = silent) -> Floats:
        parts = zip(self.encoders, _parts(texts), strict=True)
        return np.hstack([_encoded(encoder, part) for encoder, part in parts])


def _parts(texts: list[str]) -> tuple[pd.Series, pd.Series]:
    """Return the whole texts, and how they begin and end."""
    whole = pd.Series(texts, dtype="str")
    return whole, whole.map(beginning_and_end).astype("str")


def _encoded(encoder: StringEncoder, texts: pd.Series) -> Floats:
    """Return numbers for texts; zeros if there were too few words or texts to learn."""
    is_learnt = hasattr(encoder, "tsvd_") and encoder.scaling_factor_ > 0
    if is_learnt and len(texts):
        return encoder.transform(texts).to_numpy(float)
    return np.zeros((len(texts), encoder.n_components))


def beginning_and_end(text: str) -> str:
    """Keep the first and the last words."""
    words = text.split()
    return " ".join(words[:EDGE_WORDS] + words[EDGE_WORDS:][-EDGE_WORDS:])


def reader(settings: TextReading, seed: int, cache: Path | None = None) -> Reader:
    """Choose the reader that the config names.

    Args:
        cache: folder in which an AI's readings are kept from run to run.

    Raises:
        CannotAsk: the AI reader is wanted, and the config does not say of whom.
    """
    if settings.reader == "ai":
        # Its client takes half a second to import; the local reader needs none.
        from level2_project.text.ai import AiEncoder

        return Reader(AiEncoder(settings, cache))
    return Reader(LocalEncoder(settings.components, seed))


def _opened(tickets: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that carry a text: one per ticket."""
    return tickets[tickets["event"] == "opened"]


def _texts(asked: pd.DataFrame) -> list[str]:
    texts: list[str] = asked["text"].astype(object).fillna("").tolist()
    return texts
