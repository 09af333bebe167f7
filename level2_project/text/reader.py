"""Text: numbers for what a ticket says, read here or by an AI endpoint."""

import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from skrub import StringEncoder

from level2_project.config import TextReading

EDGE_WORDS = 3  # how people greet and close tells their tone; between lies the topic


@dataclass
class Reader:
    """Reads tickets with an encoder, every different text once."""

    encoder: Any  # has `columns`; fit(texts); encode(texts): one row per text

    def fit(self, tickets: pd.DataFrame, until: pd.Timestamp) -> Self:
        """Learn from the tickets that had arrived before `until`, the first cutoff."""
        known = _opened(tickets[tickets["arrived_at"] < until])
        self.encoder.fit(known["text"].tolist())
        return self

    def read(self, tickets: pd.DataFrame) -> pd.DataFrame:
        """Return one row per ticket opened: `ticket_id` and numbers for its text."""
        asked = _opened(tickets)
        which, different = pd.factorize(asked["text"])
        numbers = self.encoder.encode(list(different))
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

    def encode(self, texts: list[str]) -> npt.NDArray[np.float64]:
        found = []
        for encoder, part in zip(self.encoders, _parts(texts), strict=True):
            if texts and hasattr(encoder, "tsvd_") and encoder.scaling_factor_ > 0:
                found.append(encoder.transform(part).to_numpy(float))
            else:
                found.append(np.zeros((len(texts), encoder.n_components)))
        return np.hstack(found)


def _parts(texts: list[str]) -> tuple[pd.Series, pd.Series]:
    """Return the whole texts, and how they begin and end."""
    words = [text.split() for text in texts]
    edges = [" ".join(w[:EDGE_WORDS] + w[EDGE_WORDS:][-EDGE_WORDS:]) for w in words]
    return pd.Series(texts, dtype="str"), pd.Series(edges, dtype="str")


def reader(settings: TextReading, seed: int, cache: Path | None = None) -> Reader:
    """Choose the reader that the config names; `cache` keeps an AI's readings."""
    if settings.reader == "ai":
        # Its client takes half a second to import; the local reader needs none.
        from level2_project.text.ai import AiEncoder

        return Reader(AiEncoder(settings, cache))
    return Reader(LocalEncoder(settings.components, seed))


def _opened(tickets: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that carry a text, one per ticket; a missing one is empty."""
    asked = tickets[tickets["event"] == "opened"]
    return asked.assign(text=asked["text"].astype(object).fillna(""))
