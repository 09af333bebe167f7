"""Streams: every random number of the world has an address."""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

KEY_BYTES = 16  # of a Philox key


@dataclass(frozen=True)
class Streams:
    """One random generator for each purpose and month, all from one seed.

    Position i of a stream belongs to customer i. So a draw depends on its address
    alone: not on offers, nor on the mess, the number of workers or the order of work.
    That holds for `random`, `standard_normal` and `integers(..., dtype=...)` with fixed
    bounds. Never draw with parameters that differ between customers.

    Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3" (Philox).
    """

    seed: int

    def __call__(self, purpose: str, month: int = 0) -> np.random.Generator:
        address = f"{self.seed}/{purpose}/{month}".encode()
        digest = blake2b(address, digest_size=KEY_BYTES).digest()
        key = int.from_bytes(digest, "little")
        return np.random.Generator(np.random.Philox(key=key))
