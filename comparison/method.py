"""Method: the problem solved with level 2's steps; every mistake changes one thing.

A method says which rows a model learns from, which columns it reads, how it is trained,
how its quality is claimed and which customers get an offer.
"""

from dataclasses import dataclass, replace

import pandas as pd

from comparison.case import Case
from comparison.practice import Offers, Practice, by_expected_profit
from level2_project.evaluate import walk
from level2_project.measures.metrics import METRICS
from level2_project.point_in_time.keys import KEYS, LABEL
from level2_project.run.found import Found, read_found
from level2_project.split import Split, for_claim, sample
from level2_project.train import Recipe, Trained, adopt, p_churn, recipe_of, train


@dataclass(frozen=True)
class Method:
    """How the problem is solved in one case.

    Attributes:
        columns: the features that the model reads.
        past: rows to learn from; one per customer and open cutoff.
        sealed: rows to predict; one per customer and sealed cutoff.
    """

    case: Case
    columns: list[str]
    recipe: Recipe
    past: pd.DataFrame
    sealed: pd.DataFrame
    offers: Offers

    def seed(self, purpose: str) -> int:
        return self.case.config.seed_for(purpose)

    def claimed(self, folds: list[Split] | None = None) -> dict[str, float]:
        """Return what is claimed of the coming months: metrics of the last past ones.

        Level 2 claims by all past periods. The last one is enough to compare claims,
        and takes a third of the time.

        Args:
            folds: other splits to make the claim on.
        """
        config = self.case.config
        folds = folds or for_claim(self.past, config.split, config.time)[-1:]
        walked = walk(folds, self.columns, self.recipe, self.seed("walk"))
        return figures(walked)

    def trained(self, rows: pd.DataFrame | None = None) -> Trained:
        """Fit the model to `rows`, or to all of the past."""
        rows = self.past if rows is None else rows
        wanted = [*KEYS, LABEL, *self.columns]
        return train(self.recipe, rows[wanted], self.seed("train"))

    def practice(
        self, claimed: dict[str, float] | None = None, model: Trained | None = None
    ) -> Practice:
        """Carry the method out; a claim or a model that is given replaces its own."""
        claimed = self.claimed() if claimed is None else claimed
        p = p_churn(model or self.trained(), self.sealed)
        rows = self.sealed[["customer_id", "cutoff", "monthly_fee_usd", "is_free"]]
        return Practice(claimed, rows.assign(p_churn=p), self.offers)

    def with_columns(self, past: pd.DataFrame, sealed: pd.DataFrame) -> "Method":
        """Add columns; the frames have the rows of `past` and of `sealed`."""
        return replace(
            self,
            columns=[*self.columns, *past],
            past=pd.concat([self.past, past], axis=1),
            sealed=pd.concat([self.sealed, sealed], axis=1),
        )

    def sample(self, n_customers: int, purpose: str) -> "Method":
        """Learn from randomly drawn customers alone; all are still predicted."""
        drawn = sample(self.past, n_customers, self.seed(purpose))
        return replace(self, past=drawn)


def searched() -> Found:
    """Return what level 2's searches found best, used by level 2 or not."""
    return read_found("found")


def level2_method(case: Case) -> Method:
    """Return level 2's own method, with the columns and settings that it found."""
    found = read_found()
    return Method(
        case=case,
        columns=found.columns,
        recipe=recipe_of(adopt(case.config, found.recipe), found.params),
        past=case.past,
        sealed=case.sealed,
        offers=by_expected_profit(case),
    )


def figures(predictions: pd.DataFrame) -> dict[str, float]:
    """Return level 2's metrics of predictions against labels: means over cutoffs."""
    by_cutoff = [
        {
            metric.__name__: metric(
                rows[LABEL].to_numpy(bool), rows["p_churn"].to_numpy()
            )
            for metric in METRICS
        }
        for _, rows in predictions.groupby("cutoff")
    ]
    return {str(k): float(v) for k, v in pd.DataFrame(by_cutoff).mean().items()}


def random_split(rows: pd.DataFrame, seed: int) -> Split:
    """Draw a fifth of the rows at random to test on, from whichever month."""
    test = rows.sample(frac=0.2, random_state=seed % 2**31)
    return Split(rows.drop(test.index), test.assign(cutoff=rows["cutoff"].max()))
