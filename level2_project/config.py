"""Config: all settings of a run, read from `config.toml` and checked."""

import json
import tomllib
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from level2_project import UserError

FILE = Path(__file__).with_name("config.toml")
CHECKED = ConfigDict(strict=True, extra="forbid")
CUTOFF = r"^\d{4}-(0[1-9]|1[0-2])-01$"
Cutoff = Annotated[str, Field(pattern=CUTOFF, description="the first of a month")]
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class Time:
    first_cutoff: Cutoff
    predict_at: Cutoff
    horizon_months: int = Field(ge=1, le=12)
    delay_months: int = Field(ge=0, le=12)

    @property
    def horizon(self) -> pd.DateOffset:
        return pd.DateOffset(months=self.horizon_months)

    @property
    def gap(self) -> pd.DateOffset:
        """The time between a cutoff and the day on which its labels are known."""
        return pd.DateOffset(months=self.horizon_months + self.delay_months)

    @property
    def cutoffs(self) -> pd.DatetimeIndex:
        """The cutoffs whose labels are known at `predict_at`."""
        last = pd.Timestamp(self.predict_at) - self.gap
        return pd.date_range(self.first_cutoff, last, freq="MS")


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class Labelling:
    voluntary: bool
    involuntary: bool
    date: Literal["decision", "access_end"]
    returners: bool


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class TextReading:
    reader: Literal["local", "ai"]
    components: int = Field(ge=2, le=100)
    url: str
    model: str
    key_variable: str
    batch_size: int = Field(ge=1, le=200)
    timeout_seconds: float = Field(ge=0.01, le=600)
    retries: int = Field(ge=0, le=10)
    cost_cap_usd: float = Field(ge=0, le=1000)
    usd_per_million_tokens: float = Field(ge=0, le=1000)


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class Splitting:
    n_folds: int = Field(ge=2, le=36)
    confirming: int = Field(ge=2, le=12)
    untouched: int = Field(ge=1, le=12)
    claim_months: int = Field(ge=1, le=12)


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class Selecting:
    keep_share: float = Field(ge=0.1, le=1)
    min_stability: Share


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class Training:
    model: Literal["lightgbm", "logistic", "neural_net"]
    imbalance: Literal["nothing", "class_weights", "smote", "under_sampling"]
    recalibrate: bool
    compare_customers: int = Field(ge=100, le=1_000_000)


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class Tuning:
    trials: int = Field(ge=1, le=10_000)
    customers: int = Field(ge=100, le=1_000_000)


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class Economics:
    save_rate: Share
    gross_margin: Share
    months_kept: float = Field(ge=0, le=120)
    discount: Share
    discount_months: int = Field(ge=0, le=24)
    contact_usd: float = Field(ge=0, le=1000)
    rest_months: int = Field(ge=0, le=60)


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class Config:
    seed: int = Field(ge=0, le=2**32 - 1)
    raw: str
    runs: str
    time: Time
    label: Labelling
    text: TextReading
    split: Splitting
    select: Selecting
    train: Training
    tune: Tuning
    economics: Economics

    def seed_for(self, purpose: str) -> int:
        """Return a seed of its own for every purpose, so that none share their luck."""
        name = blake2b(purpose.encode(), digest_size=8).digest()
        root = np.random.SeedSequence([self.seed, int.from_bytes(name, "big")])
        return int(root.generate_state(1)[0])


def read_config(path: Path | None = None) -> Config:
    """Read and check a config, the one beside the code if no other is named."""
    path = path or FILE
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        # As JSON, since the strict check of Python values asks for built sections.
        config = TypeAdapter(Config).validate_json(json.dumps(given, default=str))
        _check_months(config.split, config.time)
    except (OSError, ValueError) as error:
        fault = _first_fault(error) if isinstance(error, ValidationError) else error
        raise UserError(f"cannot use {path}: {fault}") from None
    return config


def _first_fault(error: ValidationError) -> str:
    """Say in one line where the fault is, what was wanted and what was found."""
    fault = error.errors()[0]
    key, name = ".".join(map(str, fault["loc"])), str(fault["loc"][-1])
    section = Config if key == name else Config.__annotations__[str(fault["loc"][0])]
    known = TypeAdapter(section).json_schema()["properties"]
    if name not in known:
        return f"{key} is unknown; known: {', '.join(known)}"
    if fault["type"] == "missing":
        return f"{key} is missing"
    message = fault["msg"].removeprefix("Input should be ")
    wanted = known[name].get("description", message)
    if "maximum" in known[name]:
        wanted = "{type} from {minimum} to {maximum}".format_map(known[name])
    return f"{key}: wanted {wanted}, found {fault['input']!r}"


def _check_months(split: Splitting, time: Time) -> None:
    """Refuse a config with too few months for the folds or the claim."""
    if split.confirming + split.untouched >= split.n_folds:
        raise ValueError(
            "split.untouched and confirming: wanted fewer than split.n_folds"
        )
    if split.n_folds >= len(time.cutoffs):
        raise ValueError("split.n_folds: wanted fewer than the cutoffs with labels")
    # Two periods at the least, after one to learn from and the gap.
    wanted = 3 * split.claim_months + time.horizon_months + time.delay_months - 1
    if len(time.cutoffs) < wanted:
        fault = f"wanted {wanted} cutoffs with labels, found {len(time.cutoffs)}"
        raise ValueError(f"split.claim_months: {fault}")
