"""Reference: the problem solved with level 2's steps, all in their places.

Every mistake is this with one thing changed, and is told by the same words: rows to
learn from, columns, recipe, and how it is claimed.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from comparison.case import Case
from comparison.practice import (
    Offers,
    Outcome,
    Practice,
    by_expected_profit,
    outcome,
)
from level2_project.evaluate import claim, evaluate, walk
from level2_project.point_in_time.keys import KEYS, LABEL
from level2_project.run.found import read_found
from level2_project.split import Split, for_claim
from level2_project.train import Recipe, Trained, p_churn, recipe_of, train


@dataclass(frozen=True)
class Way:
    """How the problem is solved in one case.

    Attributes:
        past: what is learnt from; one row per customer and open cutoff.
        sealed: what is predicted; one row per customer and sealed cutoff.
    """

    case: Case
    columns: list[str]
    recipe: Recipe
    past: pd.DataFrame
    sealed: pd.DataFrame
    offers: Offers

    @property
    def features(self) -> list[str]:
        return [*KEYS, LABEL, *self.columns]

    def seed(self, purpose: str) -> int:
        return self.case.config.seed_for(purpose)

    def claimed(self, folds: list[Split] | None = None) -> dict[str, float]:
        """Claim as level 2 does: by the coming season of a year ago.

        Args:
            folds: splits to claim by instead.
        """
        config = self.case.config
        folds = folds or for_claim(self.past, config.split, config.time)
        walked = walk(folds, self.columns, self.recipe, self.seed("walk"))
        return claim(evaluate(walked, config.economics))

    def trained(self, rows: pd.DataFrame | None = None) -> Trained:
        """Train on `rows`, all of the past if none are given."""
        rows = self.past if rows is None else rows
        return train(self.recipe, rows[self.features], self.seed("train"))

    def practice(
        self, claimed: dict[str, float] | None = None, model: Trained | None = None
    ) -> Practice:
        """Carry it out, with another claim or another model where one is given."""
        claimed = self.claimed() if claimed is None else claimed
        p = p_churn(model or self.trained(), self.sealed)
        told = self.sealed[["customer_id", "cutoff", "monthly_fee_usd", "is_free"]]
        return Practice(claimed, told.assign(p_churn=p), self.offers)

    def with_columns(self, past: pd.DataFrame, sealed: pd.DataFrame) -> "Way":
        """Add columns; both frames have one row per row of the past and the sealed."""
        return replace(
            self,
            columns=[*self.columns, *past],
            past=pd.concat([self.past, past], axis=1),
            sealed=pd.concat([self.sealed, sealed], axis=1),
        )

    def few(self, n_customers: int, purpose: str) -> "Way":
        """Look at randomly chosen customers alone; all are still predicted."""
        ids = np.unique(self.past["customer_id"])
        chosen = np.random.default_rng(self.seed(purpose)).permutation(ids)
        kept = self.past["customer_id"].isin(chosen[:n_customers])
        return replace(self, past=self.past[kept])


class Bench(NamedTuple):
    """One case with the reference carried out in it."""

    way: Way
    model: Trained
    practice: Practice
    outcome: Outcome


class Pair(NamedTuple):
    """What came of a mistake, and of the same without it."""

    mistaken: Outcome
    right: Outcome


def bench(case: Case) -> Bench:
    """Carry out level 2's own way."""
    way = reference(case)
    model = way.trained()
    practice = way.practice(model=model)
    return Bench(way, model, practice, outcome(case, practice))


def reference(case: Case) -> Way:
    """Give level 2's own way, with the columns and settings that it found."""
    found = read_found()
    return Way(
        case=case,
        columns=found.columns,
        recipe=recipe_of(case.config, found.params),
        past=case.past,
        sealed=case.sealed,
        offers=by_expected_profit(case),
    )
