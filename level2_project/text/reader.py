"""Text: numbers for what a ticket says, read here or by an AI endpoint."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from skrub import StringEncoder

from level2_project.config import TextReading
from level2_project.text.ai import AiEncoder

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
        asked = opened(tickets)
        self.encoder.fit(_texts(asked[asked["arrived_at"] < until]))
        return self

    def read(
        self, tickets: pd.DataFrame, on_progress: Progress = silent
    ) -> pd.DataFrame:
        """Give one row per ticket opened: `ticket_id` and numbers for its text.

        Args:
            tickets: one row per ticket opened or resolved.
            on_progress: told how many different texts are done, and of how many.
        """
        asked = opened(tickets)
        texts = pd.Series(_texts(asked), dtype=object)
        which, different = pd.factorize(texts)
        numbers = self.encoder.encode(list(different), on_progress)
        read = pd.DataFrame(numbers[which], columns=self.encoder.columns)
        read.insert(0, "ticket_id", asked["ticket_id"].to_numpy())
        return read


@dataclass
class LocalEncoder:
    """Words to numbers by skrub: TF-IDF and a truncated SVD (latent semantic analysis).

    The `topic` columns read the whole message. The `tone` columns, half as many, read
    how it begins and ends: greetings are too rare for the topics' first components.
    Columns are 0 where there were too few words to learn from.

    Source: Deerwester et al. 1990, Indexing by Latent Semantic Analysis.
    """

    components: int
    seed: int
    topics: StringEncoder | None = None
    tones: StringEncoder | None = None
    is_fitted: bool = False

    @property
    def columns(self) -> list[str]:
        return _numbered("topic", self.components) + _numbered("tone", self.n_tones)

    @property
    def n_tones(self) -> int:
        return self.components // 2

    def fit(self, texts: list[str]) -> Self:
        seeds = np.random.SeedSequence(self.seed).generate_state(2).tolist()
        self.topics = _learnt(texts, self.components, (1, 2), seeds[0])
        self.tones = _learnt(_edges(texts), self.n_tones, (1, 1), seeds[1])
        self.is_fitted = True
        return self

    def encode(self, texts: list[str], on_progress: Progress = silent) -> Floats:
        if not self.is_fitted:
            raise ValueError(
                "wanted a reader that has learnt its words, found a new one: "
                "call fit(tickets, until) first"
            )
        topics = _encoded(self.topics, texts, self.components)
        tones = _encoded(self.tones, _edges(texts), self.n_tones)
        on_progress(len(texts), len(texts))
        return np.hstack([topics, tones])  # (n_texts, components + n_tones)


def _learnt(
    texts: list[str], n_columns: int, n_words: tuple[int, int], seed: int
) -> StringEncoder | None:
    """Fit an encoder; None if there are too few different words or texts for it."""
    encoder = StringEncoder(
        n_columns, analyzer="word", ngram_range=n_words, random_state=seed
    )
    with warnings.catch_warnings(action="ignore"), np.errstate(invalid="ignore"):
        try:
            encoder.fit(pd.Series(texts, dtype="str"))
        except ValueError:  # no word at all
            return None
    is_learnt = hasattr(encoder, "tsvd_") and encoder.scaling_factor_ > 0
    return encoder if is_learnt else None


def _encoded(encoder: StringEncoder | None, texts: list[str], n_columns: int) -> Floats:
    if encoder is None or not texts:
        return np.zeros((len(texts), n_columns))
    return encoder.transform(pd.Series(texts, dtype="str")).to_numpy(float)


def reader(settings: TextReading, seed: int, cache: Path | None = None) -> Reader:
    """Choose the reader that the config names.

    Args:
        cache: folder in which an AI's readings are kept from run to run.

    Raises:
        CannotAsk: the AI reader is wanted, and the config does not say of whom.
    """
    if settings.reader == "ai":
        return Reader(AiEncoder(settings, seed, cache))
    return Reader(LocalEncoder(settings.components, seed))


def opened(tickets: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that carry a text: one per ticket."""
    return tickets[tickets["event"] == "opened"]


def _edges(texts: list[str]) -> list[str]:
    return [beginning_and_end(text) for text in texts]


def beginning_and_end(text: str) -> str:
    """Keep the first and the last words.

    >>> beginning_and_end("Hello? The export has been slow since May. Not good.")
    'Hello? The export May. Not good.'
    """
    words = text.split()
    return " ".join(words[:EDGE_WORDS] + words[EDGE_WORDS:][-EDGE_WORDS:])


def _texts(asked: pd.DataFrame) -> list[str]:
    texts: list[str] = asked["text"].astype(object).fillna("").tolist()
    return texts


def _numbered(name: str, n: int) -> list[str]:
    return [f"{name}_{number:02d}" for number in range(n)]
