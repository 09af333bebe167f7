"""Display: one line that says how far the whole run is; silent in a file."""

import time
from collections.abc import Callable

from rich.console import Console
from rich.live import Live

Progress = Callable[[int, int], None]  # done, in all
PRIOR = 10.0  # seconds; how long the expected pace outweighs the one that is seen


class Display(Live):
    """One line such as "step 3 of 12, select, 0:40 left".

    The time left is the seconds expected of the steps to come, at the pace of this
    machine so far.
    """

    def __init__(self, expected: dict[str, float]) -> None:
        """Expect the steps to take so many seconds each, in this order."""
        self.expected = expected
        self.began = time.monotonic()
        self.done = 0.0  # of the expected seconds
        self.doing = "starting"
        super().__init__(console=Console(stderr=True), transient=True)

    def begin(self, step: str) -> Progress:
        """Show that a step is under way; what is returned tells how far it is."""
        number = list(self.expected).index(step)
        before = sum(list(self.expected.values())[:number])
        self.doing = f"step {number + 1} of {len(self.expected)}, {step}"

        def progress(done: int, wanted: int) -> None:
            self.done = before + done / wanted * self.expected[step]

        progress(0, 1)
        return progress

    def get_renderable(self) -> str:
        """Write the line; the terminal asks for it several times a second."""
        minutes, seconds = divmod(round(self.seconds_left()), 60)
        return f"{self.doing}, {minutes}:{seconds:02d} left"

    def seconds_left(self) -> float:
        pace = (time.monotonic() - self.began + PRIOR) / (self.done + PRIOR)
        return max(sum(self.expected.values()) - self.done, 0.0) * pace
