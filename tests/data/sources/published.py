"""Published: how a test reads the files of a written world, and undoes their mess."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from data.sources.deliver import drop_name
from tests.worlds import month_folder

MONTHS = 36
ADDED = ("orphans", "test_accounts", "duplicates")
TIMES = ("event_at", "arrived_at", "day", "ends_on")


def delivery(world_folder: Path, month: int, edition: int | None = None) -> Path:
    """Return the folder of a month's drop: the newest where no edition is named."""
    if edition is not None:
        return month_folder(world_folder, month, edition=edition)
    again = delivery(world_folder, month, 2)
    return again if again.exists() else delivery(world_folder, month, 1)


def read(
    world_folder: Path, month: int, source: str, edition: int | None = None
) -> pd.DataFrame:
    """Read one source of one month; a last row cut in half is left out."""
    folder = delivery(world_folder, month, edition)
    if source == "usage":
        return pd.read_parquet(folder / "usage.parquet")
    if source == "tickets":
        lines = (folder / "tickets.jsonl").read_text().splitlines()
        return pd.DataFrame([json.loads(line) for line in lines])
    rows = pd.read_csv(folder / f"{source}.csv")
    return rows[:-1] if last_row_is_cut(folder / f"{source}.csv") else rows


def last_row_is_cut(path: Path) -> bool:
    return not path.read_bytes().endswith(b"\n")


def read_ledger(world_folder: Path) -> pd.DataFrame:
    """Read the defect ledger of each month's newest drop, with its `month`."""
    ledger = world_folder / "sealed" / "ledger"
    months = []
    for m in range(MONTHS):
        name = delivery(world_folder, m).name
        months.append(pd.read_parquet(ledger / f"{name}.parquet").assign(month=m))
    return pd.concat(months, ignore_index=True)


def first_ledger(world_folder: Path, month: int) -> pd.DataFrame:
    """Read the defect ledger of a month's drop as it came first."""
    path = world_folder / "sealed" / "ledger" / f"{drop_name(month)}.parquet"
    return pd.read_parquet(path)


def times(column: pd.Series) -> pd.Series:
    """Read published times, whatever their zone, as UTC."""
    return pd.to_datetime(column, utc=True, format="ISO8601")


def repaired(rows: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Undo what the ledger lists for one source of one month."""
    here = ledger[ledger["file_row"] >= 0]
    rows = rows.copy()
    for column, cells in here[here["column"] != ""].groupby("column"):
        values = rows[column].to_numpy(dtype=object, copy=True)
        values[cells["file_row"]] = cells["clean"]
        rows[column] = values
    added = here.loc[here["defect"].isin(ADDED), "file_row"]
    return rows.drop(index=added)


def row_hashes(rows: pd.DataFrame, without: list[str]) -> np.ndarray:
    """Return one number per row, sorted; equal rows have equal numbers."""
    plain = rows.drop(columns=without)
    for name in plain:
        if name in TIMES:
            seconds = times(plain[name]).astype("datetime64[s, UTC]")
            plain[name] = seconds.astype("int64")
        elif (numbers := pd.to_numeric(plain[name], errors="coerce")).notna().any():
            plain[name] = numbers.astype(float)
        else:
            plain[name] = plain[name].astype(object).where(plain[name].notna(), "")
    return np.sort(pd.util.hash_pandas_object(plain, index=False).to_numpy())
