"""Display: one line that says how far the whole run is; silent in a file."""

from collections.abc import Callable

from rich.console import Console
from rich.live import Live

Progress = Callable[[int, int], None]  # done, in all
PRIOR = 10.0  # seconds; how long the expected pace outweighs the one that is seen


class Display(Live):
    """One line such as "step 3 of 12, select, 0:40 left".

    The time left is the seconds expected of the steps to come, at the pace of this
    machine so far. It falls by itself between two reports of progress.
    """

    def __init__(self, expected: dict[str, float]) -> None:
        """Expect the steps to take so many seconds each, in this order."""
        console = Console(stderr=True)
        self.expected, self.doing, self.clock = expected, "starting", console.get_time
        self.began = self.clock()
        self.report(0.0)
        super().__init__(console=console, transient=True)

    def begin(self, step: str) -> Progress:
        """Show that a step is under way; what is returned tells how far it is."""
        number = list(self.expected).index(step)
        before = sum(list(self.expected.values())[:number])
        self.doing = f"step {number + 1} of {len(self.expected)}, {step}"
        self.report(before)
        return lambda done, n: self.report(before + done / n * self.expected[step])

    def report(self, done: float) -> None:
        """Estimate when all is done from how many of the expected seconds are."""
        pace = (self.clock() - self.began + PRIOR) / (done + PRIOR)
        self.ends = self.clock() + (sum(self.expected.values()) - done) * pace

    def get_renderable(self) -> str:
        """Write the line; the terminal asks for it several times a second."""
        minutes, seconds = divmod(max(round(self.ends - self.clock()), 0), 60)
        return f"{self.doing}, {minutes}:{seconds:02d} left"
