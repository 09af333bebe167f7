"""Contract: what passes between a level and the judge, and what is refused.

A level's folder holds `exam.py`, its adapter:

    READS = "flat"       # or "drops": what the judge lays into the inbox
    fit(inbox, outbox)                # once, on the open months; writes claim.json,
                                      # figures by name, `log_loss_error` its error
    predict(inbox, cutoff, outbox)    # every month; writes predictions.parquet

The inbox always holds `active.csv`, the customers to score. A claim is about the next
`months` cutoffs, its own first: `"months": 3` in claim.json; without it, all twelve.
A claimed profit is always that of a year at the claimed rate.

What a level that lives through the year may rely on. The outbox is its own folder:
what it leaves there, it finds at the next cutoff. Nothing else lasts: the judge may
start a fresh process for any call, so a global variable is no memory. The offers that
it made come back in `offers.csv` of the month's drop, as campaign "level". The optional
column `arm` of its predictions says on which side of the level's own lot a customer
fell: "treated" needs an offer, "withheld" needs none, "" is neither. `offers.csv` lists
both, the withheld customers with discount 0; an offer without an arm comes back as
"treated". A drop that broke is sent again, whole, under its own name, `2024-09.r2`. It
lies in the inbox one cutoff later than the broken one. In any `predict` the level may
write claim.json anew; the newest claim of each cutoff is kept.

The year is lived twice. In the closed loop the offers are made, and money is counted.
In the shadow life the level goes on from a copy of its folder after the first cutoff,
in another process, and none of its offers is made or comes back. Its probabilities are
measured there. A level that learns from its own offers learns nothing from them there.

A level is told neither the seed nor the truth. Its process starts anew for each world.
It inherits no memory, no arguments and few environment variables, and its folders have
names that say nothing. So no level learns the seed by accident or by looking around.
This does not stop a program that sets out to cheat: it runs as the same user, could
search the disk and other processes, and could simulate small seeds until one fits.
Therefore a test forbids levels to import `data.world`, `data.sources` and `data.judge`,
and `scores.leak` finds foresight in the predictions themselves.
"""

import json
import math
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import pandas as pd

from data.judge.result import Claim

CLAIM, PREDICTIONS = "claim.json", "predictions.parquet"  # in the outbox
CLAIMS = (
    "accuracy",
    "roc_auc",
    "average_precision",
    "log_loss",
    "calibration",
    "lift_at_10_percent",
    "profit",
)
ERROR = "_error"  # ending of a claim's name: the standard error of that claim
MONTHS = "months"  # in a claim: the number of cutoffs that it is about
ALL_MONTHS = 12
COLUMNS = {
    "customer_id": "integer",
    "cutoff": "text",
    "p_churn": "number",
    "offer": "bool",
}
ARM = "arm"  # optional, after the other columns
WITHHELD = "withheld"
ARMS = {"treated": True, WITHHELD: False}  # does the arm get an offer?


class Level(Protocol):
    """What `exam.py` of a level offers."""

    READS: str

    def fit(self, inbox: Path, outbox: Path) -> None: ...

    def predict(self, inbox: Path, cutoff: str, outbox: Path) -> None: ...


class UnknownLevel(ValueError):
    """No such level can be examined."""


class BadPredictions(ValueError):
    """A level's file breaks the contract; the message names the first rows that do."""


def check_level(name: str) -> None:
    """Refuse a name that is not that of a level's folder.

    Raises:
        UnknownLevel: there is no `exam.py` in such a folder.
    """
    if not name.isidentifier() or not _has_adapter(name):
        raise UnknownLevel(
            f"wanted a level such as level1_notebook, found {name!r}: "
            "a level is a folder with an exam.py"
        )


def _has_adapter(name: str) -> bool:
    try:
        return find_spec(f"{name}.exam") is not None
    except ModuleNotFoundError:
        return False


def read_claim(outbox: Path) -> Claim:
    """Read what a level believed it would reach, and for how many months.

    Raises:
        BadPredictions: `claim.json` is missing or holds anything but known numbers.
    """
    claim = _read_json_object(outbox / CLAIM)
    months = claim.get(MONTHS, ALL_MONTHS)
    if type(months) is not int or not 1 <= months <= ALL_MONTHS:
        raise BadPredictions(
            f"claim.json: wanted a whole number of {MONTHS}, 1 to {ALL_MONTHS}, "
            f"found {months!r}"
        )
    for name, value in claim.items():
        if name == MONTHS:
            continue
        if name.removesuffix(ERROR) not in CLAIMS:
            raise BadPredictions(
                f"claim.json: {name!r} is none of {', '.join(CLAIMS)}, "
                f"and no {ERROR} of one"
            )
        if not _is_number(value):
            raise BadPredictions(
                f"claim.json: wanted a number for {name}, found {value!r}"
            )
    return claim


def _read_json_object(path: Path) -> Claim:
    if not path.exists():
        raise BadPredictions(f"wanted {path.name}, found none: fit must write it")
    try:
        found = json.loads(path.read_text())
    except ValueError as error:
        raise BadPredictions(f"{path.name}: wanted JSON, found {error}") from None
    if not isinstance(found, dict):
        raise BadPredictions(f"{path.name}: wanted figures by name, found {found!r}")
    return found


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value)


def read_predictions(outbox: Path, cutoff: str, wanted: pd.Index) -> pd.DataFrame:
    """Read and check one month's predictions, indexed and ordered like `wanted`.

    The column `arm` is there in any case; "" where the level wrote none.

    Args:
        wanted: the ids of the customers to score.

    Raises:
        BadPredictions: anything breaks the contract.
    """
    path = outbox / PREDICTIONS
    if not path.exists():
        raise BadPredictions(f"wanted {path.name} for {cutoff}, found none")
    try:
        rows = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise BadPredictions(f"wanted a Parquet file, found {error}") from None
    for check in (_columns, _cutoff, _probabilities):
        check(rows, cutoff)
    if ARM in rows:
        _arms(rows)
    else:
        rows = rows.assign(**{ARM: ""})
    _customers(rows["customer_id"], wanted)
    return rows.set_index("customer_id").loc[wanted]


def _columns(rows: pd.DataFrame, _: str) -> None:
    kinds = {
        "integer": pd.api.types.is_integer_dtype,
        "text": pd.api.types.is_string_dtype,
        "number": pd.api.types.is_float_dtype,
        "bool": pd.api.types.is_bool_dtype,
    }
    if list(rows.columns) not in (list(COLUMNS), [*COLUMNS, ARM]):
        raise BadPredictions(
            f"wanted columns {list(COLUMNS)}, and {ARM} if there are any; "
            f"found {list(rows.columns)}"
        )
    _refuse(rows, rows.isna().any(axis=1), "a missing value")
    for name in rows:
        kind = COLUMNS.get(name, "text")
        if not kinds[kind](rows[name].dtype):
            raise BadPredictions(f"{name}: wanted {kind}, found {rows[name].dtype}")


def _cutoff(rows: pd.DataFrame, cutoff: str) -> None:
    _refuse(rows, rows["cutoff"] != cutoff, f"a cutoff other than {cutoff}")


def _probabilities(rows: pd.DataFrame, _: str) -> None:
    outside = ~rows["p_churn"].between(0, 1)  # NaN is not between
    _refuse(rows, outside, "p_churn outside [0, 1]")


def _arms(rows: pd.DataFrame) -> None:
    arm = rows[ARM]
    _refuse(rows, ~arm.isin(["", *ARMS]), f"an {ARM} other than {', '.join(ARMS)}")
    wrong = (arm != "") & (arm.map(ARMS) != rows["offer"])
    _refuse(rows, wrong, f"an {ARM} that disagrees with the offer")


def _refuse(rows: pd.DataFrame, bad: pd.Series, what: str) -> None:
    if bad.any():
        raise BadPredictions(
            f"{int(bad.sum())} rows with {what}, the first:\n{rows[bad].head(3)}"
        )


def _customers(found: pd.Series, wanted: pd.Index) -> None:
    problems = {
        "doubled": found[found.duplicated()],
        "missing": wanted.difference(pd.Index(found)),
        "unknown": pd.Index(found).difference(wanted),
    }
    for problem, customers in problems.items():
        if len(customers):
            first = ", ".join(map(str, list(customers)[:3]))
            raise BadPredictions(
                f"{len(customers)} customers {problem}, the first: {first}; wanted one "
                f"row for each of the {len(wanted)} in active.csv"
            )
