"""Streams: every random draw of the world has an address."""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np


@dataclass(frozen=True)
class Streams:
    """Opens one counter-based generator per purpose and month of a seed.

    Position i of a stream belongs to customer i. A draw therefore depends on nothing
    but its address: not on offers, on the mess, on workers or on the order of work.
    Only `random`, `standard_normal` and `integers(..., dtype=...)` with fixed bounds
    keep that promise; never draw with parameters that differ between customers.

    Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3" (Philox).
    """

    seed: int

    def __call__(self, purpose: str, month: int = 0) -> np.random.Generator:
        address = f"{self.seed}/{purpose}/{month}".encode()
        key = int.from_bytes(blake2b(address, digest_size=16).digest(), "little")
        return np.random.Generator(np.random.Philox(key=key))
