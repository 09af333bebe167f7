"""Scaling: how time grows with customers and with months."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tools.bench.run import Run, make_world

CUSTOMERS = (25_000, 50_000, 100_000, 200_000)
MONTHS = (15, 24, 36)
FEW_MONTHS, FEW_CUSTOMERS = 15, 50_000


@dataclass(frozen=True)
class Growth:
    """Worlds of growing size, and the power of their rows that their time follows."""

    runs: list[Run]

    @property
    def exponent(self) -> float:
        """Fit log seconds to log rows; 1 is linear."""
        rows = np.log([run.event_rows for run in self.runs])
        seconds = np.log([run.work_seconds for run in self.runs])
        return float(np.polyfit(rows, seconds, 1)[0])


def in_customers() -> Growth:
    return Growth([made(customers, FEW_MONTHS) for customers in CUSTOMERS])


def in_months() -> Growth:
    return Growth([made(FEW_CUSTOMERS, months) for months in MONTHS])


def made(customers: int, months: int) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        return make_world(Path(folder) / "world", customers, months)
