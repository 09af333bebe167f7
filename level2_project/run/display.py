"""Display: one line that says how far the whole run is; silent in a file."""

import time
from collections.abc import Callable
from typing import Self

from rich.console import Console
from rich.live import Live

Progress = Callable[[int, int], None]  # done, in all
PRIOR = 10.0  # seconds; how long the expected pace outweighs the one that is seen


class Display:
    """One line such as "step 3 of 12, select, 0:40 left".

    The time left is the seconds expected of the steps to come, at the pace of this
    machine so far.
    """

    def __init__(self, expected: dict[str, float]) -> None:
        """Expect the steps to take so many seconds each, in this order."""
        self.expected = expected
        self.done = 0.0  # of the expected seconds
        self.step, self.share = "", 0.0  # under way, and how much of it is done
        self.start = time.monotonic()
        console = Console(stderr=True)
        self.live = Live(
            get_renderable=self.line,
            console=console,
            transient=True,
            refresh_per_second=2,
        )
        self.is_shown = console.is_terminal

    def __enter__(self) -> Self:
        if self.is_shown:
            self.live.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self.live.stop()

    def begin(self, step: str) -> Progress:
        """Show that a step is under way; what is returned tells how far it is."""
        names = list(self.expected)
        self.done = sum(self.expected[name] for name in names[: names.index(step)])
        self.step, self.share = step, 0.0

        def progress(done: int, wanted: int) -> None:
            self.share = done / wanted

        return progress

    def line(self) -> str:
        names = list(self.expected)
        if not self.step:
            return "starting"
        number = names.index(self.step) + 1
        minutes, seconds = divmod(round(self.seconds_left()), 60)
        return (
            f"step {number} of {len(names)}, {self.step}, {minutes}:{seconds:02d} left"
        )

    def seconds_left(self) -> float:
        done = self.done + self.share * self.expected[self.step]
        pace = (time.monotonic() - self.start + PRIOR) / (done + PRIOR)
        return max(sum(self.expected.values()) - done, 0.0) * pace
