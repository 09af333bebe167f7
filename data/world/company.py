"""Company: one simulated company, its beliefs and its random numbers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.world.beliefs import World
from data.world.streams import Streams


@dataclass(frozen=True)
class Company:
    """The two things that decide all events: the same pair lives the same life."""

    world: World
    seed: int

    @property
    def streams(self) -> Streams:
        return Streams(self.seed)

    def uniform(self, purpose: str, month: int, n: int) -> npt.NDArray[np.float64]:
        """Draw a number from 0 up to 1 for each customer.  # (n,)"""
        return self.streams(purpose, month).random(n)

    def normal(self, purpose: str, month: int, n: int) -> npt.NDArray[np.float64]:
        """Draw a standard normal number for each customer.  # (n,)"""
        return self.streams(purpose, month).standard_normal(n)
