"""Company: one simulated company, its beliefs and its random numbers."""

from dataclasses import dataclass

from data.world.beliefs import World
from data.world.streams import Streams


@dataclass(frozen=True)
class Company:
    """The two things that decide a whole life: same world and seed, same events."""

    world: World
    seed: int

    @property
    def streams(self) -> Streams:
        return Streams(self.seed)
