"""Text: numbers for what a ticket says, read here or by an AI endpoint."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
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
        asked = opened(tickets)
        self.encoder.fit(_texts(asked[asked["arrived_at"] < until]))
        return self

    def read(
        self, tickets: pd.DataFrame, on_progress: Progress = silent
    ) -> pd.DataFrame:
        """Return one row per ticket opened: `ticket_id` and numbers for its text.

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
    learnt: list[StringEncoder | None] = field(default_factory=list)  # topics, tones

    @property
    def columns(self) -> list[str]:
        topics, tones = (range(n) for n in self.widths)
        return [f"topic_{i:02d}" for i in topics] + [f"tone_{i:02d}" for i in tones]

    @property
    def widths(self) -> tuple[int, int]:
        return self.components, self.components // 2

    def fit(self, texts: list[str]) -> Self:
        seeds = np.random.SeedSequence(self.seed).generate_state(2).tolist()
        encoders = [
            StringEncoder(
                width, analyzer="word", ngram_range=(1, n_words), random_state=seed
            )
            for width, n_words, seed in zip(self.widths, (2, 1), seeds, strict=True)
        ]
        parts = zip(encoders, _parts(texts), strict=True)
        self.learnt = [_fitted(encoder, part) for encoder, part in parts]
        return self

    def encode(self, texts: list[str], on_progress: Progress = silent) -> Floats:
        if not self.learnt:
            raise ValueError(
                "wanted a reader that has learnt its words, found a new one: "
                "call fit(tickets, until) first"
            )
        parts = zip(self.learnt, _parts(texts), self.widths, strict=True)
        numbers = [
            encoder.transform(part).to_numpy(float)
            if encoder and texts
            else np.zeros((len(texts), width))
            for encoder, part, width in parts
        ]
        on_progress(len(texts), len(texts))
        return np.hstack(numbers)  # (n_texts, components + components // 2)


def _parts(texts: list[str]) -> tuple[pd.Series, pd.Series]:
    """Return the whole texts, and how they begin and end."""
    whole = pd.Series(texts, dtype="str")
    return whole, whole.map(beginning_and_end).astype("str")


def _fitted(encoder: StringEncoder, texts: pd.Series) -> StringEncoder | None:
    """Fit an encoder; None if there are too few different words or texts for it."""
    with warnings.catch_warnings(action="ignore"), np.errstate(invalid="ignore"):
        try:
            encoder.fit(texts)
        except ValueError:  # no word at all
            return None
    is_learnt = hasattr(encoder, "tsvd_") and encoder.scaling_factor_ > 0
    return encoder if is_learnt else None


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
    'Hello? The export May. Not good.'
    """
    words = text.split()
    return " ".join(words[:EDGE_WORDS] + words[EDGE_WORDS:][-EDGE_WORDS:])


def _texts(asked: pd.DataFrame) -> list[str]:
    texts: list[str] = asked["text"].astype(object).fillna("").tolist()
    return texts
