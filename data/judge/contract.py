"""Contract: what passes between a level and the judge, and what is refused.

A level's folder holds `exam.py`, its adapter:

    READS = "flat"       # or "drops": what the judge lays into the inbox
    fit(inbox, outbox)                # once, on the open months; writes claim.json,
                                      # figures by name, `log_loss_error` its error
    predict(inbox, cutoff, outbox)    # every month; writes predictions.parquet

The inbox always holds `active.csv`, the customers to score.
"""

import importlib
import json
import math
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

import pandas as pd

from data.judge.metrics import METRICS
from data.judge.result import Claim

CLAIMS = ("accuracy", *METRICS, "profit")
ERROR = "_error"  # ending of a claim's name: the standard error of that claim
COLUMNS = {
    "customer_id": "integer",
    "cutoff": "text",
    "p_churn": "number",
    "offer": "bool",
}


class Level(Protocol):
    """What `exam.py` of a level offers."""

    READS: str

    def fit(self, inbox: Path, outbox: Path) -> None: ...

    def predict(self, inbox: Path, cutoff: str, outbox: Path) -> None: ...


class UnknownLevel(ValueError):
    """No such level can be examined."""


class BadPredictions(ValueError):
    """A level's file breaks the contract; the message names the first rows that do."""


def level(name: str) -> Level:
    """Import the adapter of a level.

    Raises:
        UnknownLevel: there is no such level.
    """
    check_level(name)
    return cast(Level, importlib.import_module(f"{name}.exam"))


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
    """Read what a level believed it would reach.

    Raises:
        BadPredictions: `claim.json` is missing or holds anything but known numbers.
    """
    claim = _read_json_object(outbox / "claim.json")
    for name, value in claim.items():
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

    Args:
        wanted: the ids of the customers to score.

    Raises:
        BadPredictions: anything breaks the contract.
    """
    path = outbox / "predictions.parquet"
    if not path.exists():
        raise BadPredictions(f"wanted {path.name} for {cutoff}, found none")
    try:
        rows = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise BadPredictions(f"wanted a Parquet file, found {error}") from None
    for check in (_columns, _cutoff, _probabilities):
        check(rows, cutoff)
    _customers(rows["customer_id"], wanted)
    return rows.set_index("customer_id").loc[wanted]


def _columns(rows: pd.DataFrame, _: str) -> None:
    kinds = {
        "integer": pd.api.types.is_integer_dtype,
        "text": pd.api.types.is_string_dtype,
        "number": pd.api.types.is_float_dtype,
        "bool": pd.api.types.is_bool_dtype,
    }
    if list(rows.columns) != list(COLUMNS):
        raise BadPredictions(
            f"wanted columns {list(COLUMNS)}, found {list(rows.columns)}"
        )
    _refuse(rows, rows.isna().any(axis=1), "a missing value")
    for name, kind in COLUMNS.items():
        if not kinds[kind](rows[name].dtype):
            raise BadPredictions(f"{name}: wanted {kind}, found {rows[name].dtype}")


def _cutoff(rows: pd.DataFrame, cutoff: str) -> None:
    _refuse(rows, rows["cutoff"] != cutoff, f"a cutoff other than {cutoff}")


def _probabilities(rows: pd.DataFrame, _: str) -> None:
    outside = ~rows["p_churn"].between(0, 1)  # NaN is not between
    _refuse(rows, outside, "p_churn outside [0, 1]")


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
