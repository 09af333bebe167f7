"""Study: one world in which level 2's own method is carried out.

All mistakes and most rungs are held against it. What they share is expensive: each part
is made when it is first asked for, and only once.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from comparison.case import CUTOFF, Case, case
from comparison.method import Method, figures, level2_method
from comparison.outcome import Outcome
from comparison.practice import Practice, outcome
from comparison.unrepaired import unrepaired
from data.world.beliefs import World
from level2_project.point_in_time.keys import KEYS
from level2_project.snapshots import describe, snapshots
from level2_project.train import Trained

INFINITE = [np.inf, -np.inf]


@dataclass(eq=False)
class Study:
    """One world.

    Attributes:
        folder: an empty one, for the drops.
    """

    world: World
    seed: int
    folder: Path

    @cached_property
    def case(self) -> Case:
        return case(self.world, self.seed, self.folder / "case")

    @cached_property
    def unrepaired(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return `past` and `short` of the case, from rows as they were sent.

        A feature that absurd values make infinite is missing.
        """
        rows, config = self.case.short[KEYS], self.case.config
        sources = unrepaired(self.case.inbox, rows[CUTOFF].max())
        with np.errstate(all="ignore"):
            past = snapshots(sources, config).replace(INFINITE, np.nan)
            sealed = describe(sources, rows, config).replace(INFINITE, np.nan)
        return past, sealed.assign(is_free=True)

    @cached_property
    def method(self) -> Method:
        return level2_method(self.case)

    @cached_property
    def model(self) -> Trained:
        return self.method.trained()

    @cached_property
    def walked(self) -> pd.DataFrame:
        """Return the predictions that the claim is made on."""
        return self.method.walked(self.method.folds()[-1:])

    @cached_property
    def practice(self) -> Practice:
        return self.method.practice(figures(self.walked), self.model)

    @cached_property
    def outcome(self) -> Outcome:
        return outcome(self.case, self.practice)
