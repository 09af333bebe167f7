"""Show: what a step of a run left, as text for a terminal.

`SHOWN` names for each command the last step that has to be taken, and what is told.
"""

from collections.abc import Callable

import pandas as pd

from level2_project.compare import RECIPE, summary
from level2_project.run.findings import evaluation, labels, tested
from level2_project.run.folder import Run
from level2_project.run.results import columns, frame, past, tuned
from level2_project.split import KEYS, LABEL

CHOSEN_BY = ["profit_per_1000_usd", "average_precision", "log_loss"]


def described(run: Run) -> str:
    rows = past(run)
    n_columns = len(rows.columns.difference([*KEYS, LABEL]))
    n_cutoffs = rows["cutoff"].nunique()
    return f"{len(rows):,} snapshots at {n_cutoffs} cutoffs, {n_columns} features"


def compared(run: Run) -> str:
    return table(summary(frame(run, "comparison"))[[*RECIPE, *CHOSEN_BY]])


def selected(run: Run) -> str:
    names = columns(run)
    return f"{len(names)} columns are kept: {', '.join(names)}"


def searched(run: Run) -> str:
    params = tuned(run)["params"]
    return "\n".join(f"{name} = {value}" for name, value in params.items())


def evaluated(run: Run) -> str:
    last, claimed = (
        evaluation(run, months).metrics for months in ("walk_forward", "year_ago")
    )
    return (
        f"the last months, which nothing was chosen by:\n{table(last)}\n\n"
        f"claimed, by the season to come a year ago:\n{table(claimed)}"
    )


def trained(run: Run) -> str:
    return f"model: {run.folder / 'model.joblib'}"


def decided(run: Run) -> str:
    rows = frame(run, "predictions")
    n_offers = int(rows["offer"].sum())
    return f"{n_offers:,} of {len(rows):,} customers get an offer"


def reported(run: Run) -> str:
    return f"report: {run.folder / 'report.html'}"


def table(rows: pd.DataFrame) -> str:
    return rows.to_string(index=False, float_format=lambda number: f"{number:,.4f}")


SHOWN: dict[str, tuple[str, Callable[[Run], str]]] = {
    "label": ("features", lambda run: table(labels(run))),
    "features": ("features", described),
    "split": ("features", lambda run: table(tested(run))),
    "compare": ("compare", compared),
    "select": ("select", selected),
    "tune": ("tune", searched),
    "train": ("train", trained),
    "evaluate": ("evaluate", evaluated),
    "decide": ("predict", decided),
    "all": ("report", reported),
}
