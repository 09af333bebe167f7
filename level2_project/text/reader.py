"""Text: numbers for what a ticket says, read here or by an AI endpoint."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

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
    """Words to numbers by TF-IDF and a truncated SVD (latent semantic analysis).

    The `topic` columns read the whole message. The `tone` columns, half as many, read
    how it begins and ends: greetings are too rare for the topics' first components.

    Source: Deerwester et al. 1990, Indexing by Latent Semantic Analysis.
    """

    components: int
    seed: int
    parts: list["Part"] = field(default_factory=list)

    @property
    def columns(self) -> list[str]:
        return _numbered("topic", self.components) + _numbered("tone", self.n_tones)

    @property
    def n_tones(self) -> int:
        return self.components // 2

    def fit(self, texts: list[str]) -> Self:
        seeds = np.random.SeedSequence(self.seed).generate_state(2).tolist()
        whole = Part(self.components, TfidfVectorizer(ngram_range=(1, 2)))
        edges = Part(self.n_tones, TfidfVectorizer(preprocessor=beginning_and_end))
        self.parts = [
            part.fit(texts, seed)
            for part, seed in zip((whole, edges), seeds, strict=True)
        ]
        return self

    def encode(self, texts: list[str], on_progress: Progress = silent) -> Floats:
        if not self.parts:
            raise ValueError(
                "wanted a reader that has learnt its words, found a new one: "
                "call fit(tickets, until) first"
            )
        numbers = np.hstack([part.encode(texts) for part in self.parts])
        on_progress(len(texts), len(texts))
        return numbers  # (n_texts, components + n_tones)


@dataclass
class Part:
    """A fixed number of columns; those for which the words do not suffice stay 0."""

    n_columns: int
    words: TfidfVectorizer
    svd: TruncatedSVD | None = None

    def fit(self, texts: list[str], seed: int) -> Self:
        if n_words(self.words, texts) < 2:  # an SVD insists on two
            return self
        counts = self.words.fit_transform(texts)  # (n_texts, n_words)
        n = min(self.n_columns, *counts.shape)
        with np.errstate(invalid="ignore"):  # shares of variance: none if all are alike
            self.svd = TruncatedSVD(n, random_state=seed).fit(counts)
        return self

    def encode(self, texts: list[str]) -> Floats:
        numbers = np.zeros((len(texts), self.n_columns))
        if texts and self.svd is not None:
            found = self.svd.transform(self.words.transform(texts))
            numbers[:, : found.shape[1]] = found
        return numbers


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


def opened(tickets: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that carry a text: one per ticket."""
    return tickets[tickets["event"] == "opened"]


def beginning_and_end(text: str) -> str:
    """Keep the first and the last words.

    >>> beginning_and_end("Hello? The export has been slow since May. Not good.")
    'hello? the export may. not good.'
    """
    words = text.lower().split()
    return " ".join(words[:EDGE_WORDS] + words[EDGE_WORDS:][-EDGE_WORDS:])


def _texts(asked: pd.DataFrame) -> list[str]:
    texts: list[str] = asked["text"].astype(object).fillna("").tolist()
    return texts


def n_words(words: TfidfVectorizer, texts: list[str]) -> int:
    """Count the different words that there are to learn."""
    split = words.build_analyzer()
    return len({word for text in texts for word in split(text)})


def _numbered(name: str, n: int) -> list[str]:
    return [f"{name}_{number:02d}" for number in range(n)]
