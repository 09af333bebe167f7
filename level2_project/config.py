"""Config: all that a run may be told, read from `config.toml` and checked."""

import tomllib
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

FILE = Path(__file__).with_name("config.toml")


class BadConfig(ValueError):
    """The config cannot be used; the message names the key and what it may be."""


def number(low: float, high: float) -> Any:
    """Declare a number in [low, high]."""
    return field(metadata={"low": low, "high": high})


def one_of(*choices: str) -> Any:
    return field(metadata={"choices": choices})


@dataclass(frozen=True, kw_only=True)
class Time:
    first_cutoff: str
    predict_at: str
    horizon_months: int = number(1, 12)
    delay_months: int = number(0, 12)

    @property
    def horizon(self) -> pd.DateOffset:
        return pd.DateOffset(months=self.horizon_months)

    @property
    def gap(self) -> pd.DateOffset:
        """What must lie between a cutoff and the day on which its labels are known."""
        return pd.DateOffset(months=self.horizon_months + self.delay_months)

    @property
    def year_ago(self) -> pd.Timestamp:
        """Give the cutoff that saw the same season as the one to predict."""
        return pd.Timestamp(self.predict_at) - pd.DateOffset(years=1)

    @property
    def cutoffs(self) -> pd.DatetimeIndex:
        """List the cutoffs whose labels are known at `predict_at`."""
        last = pd.Timestamp(self.predict_at) - self.gap
        return pd.date_range(self.first_cutoff, last, freq="MS")


@dataclass(frozen=True, kw_only=True)
class Labelling:
    voluntary: bool
    involuntary: bool
    date: str = one_of("decision", "access_end")
    returners: bool


@dataclass(frozen=True, kw_only=True)
class TextReading:
    reader: str = one_of("local", "ai")
    components: int = number(2, 100)
    url: str
    model: str
    key_variable: str
    batch_size: int = number(1, 200)
    timeout_seconds: float = number(0.01, 600)
    retries: int = number(0, 10)
    cost_cap_usd: float = number(0, 1000)
    usd_per_million_tokens: float = number(0, 1000)


@dataclass(frozen=True, kw_only=True)
class Splitting:
    n_folds: int = number(2, 36)
    untouched: int = number(1, 12)
    claim_months: int = number(1, 12)
    window: str = one_of("expanding", "sliding")
    window_months: int = number(1, 60)


@dataclass(frozen=True, kw_only=True)
class Selecting:
    keep_share: float = number(0.1, 1)
    min_stability: float = number(0, 1)


@dataclass(frozen=True, kw_only=True)
class Training:
    model: str = one_of("lightgbm", "logistic", "neural_net")
    imbalance: str = one_of("nothing", "class_weights", "smote", "under_sampling")
    recalibrate: bool
    compare_customers: int = number(100, 1_000_000)


@dataclass(frozen=True, kw_only=True)
class Tuning:
    trials: int = number(1, 10_000)
    customers: int = number(100, 1_000_000)


@dataclass(frozen=True, kw_only=True)
class Economics:
    save_rate: float = number(0, 1)
    gross_margin: float = number(0, 1)
    months_kept: float = number(0, 120)
    discount: float = number(0, 1)
    discount_months: int = number(0, 24)
    contact_usd: float = number(0, 1000)
    rest_months: int = number(0, 60)


@dataclass(frozen=True, kw_only=True)
class Config:
    seed: int = number(0, 2**32 - 1)
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
        """Give every purpose a seed of its own, so that no two share their luck."""
        name = blake2b(purpose.encode(), digest_size=8).digest()
        root = np.random.SeedSequence([self.seed, int.from_bytes(name, "big")])
        return int(root.generate_state(1)[0])

    @property
    def hash(self) -> str:
        """Name this config by its content; where results go does not count."""
        known = {name: value for name, value in asdict(self).items() if name != "runs"}
        return blake2b(repr(known).encode(), digest_size=6).hexdigest()


def read_config(path: Path = FILE) -> Config:
    """Read a config.

    Raises:
        BadConfig: the file is missing or no TOML, a key is unknown or missing, or a
            value is of the wrong type or out of range.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadConfig(f"cannot read {path}: {error}") from None
    return config_of(given)


def config_of(given: dict[str, Any]) -> Config:
    """Build a config of nested tables, checked.

    Raises:
        BadConfig: see `read_config`.
    """
    config = _section(Config, given, "")
    for key in ("first_cutoff", "predict_at"):
        _check_cutoff(f"time.{key}", getattr(config.time, key))
    if config.split.untouched >= config.split.n_folds:
        raise BadConfig(
            f"split.untouched: wanted fewer than split.n_folds "
            f"({config.split.n_folds}), found {config.split.untouched}"
        )
    if len(config.time.cutoffs) <= config.split.n_folds:
        raise BadConfig(
            f"split.n_folds: wanted fewer than the {len(config.time.cutoffs)} cutoffs "
            f"whose labels are known at {config.time.predict_at}, "
            f"found {config.split.n_folds}"
        )
    first, claimed = config.time.first_cutoff, config.time.year_ago
    if pd.Timestamp(first) + config.time.gap > claimed:
        raise BadConfig(
            f"time.first_cutoff: wanted one whose labels were known on "
            f"{claimed:%Y-%m-%d}, a year before time.predict_at, found {first}"
        )
    return config


Section = TypeVar("Section")


def _section(kind: type[Section], given: dict[str, Any], name: str) -> Section:
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    for key in given:
        if key not in known:
            raise BadConfig(f"{name}{key} is unknown; known: {', '.join(known)}")
    values = {}
    for key, spec in known.items():
        if key not in given:
            raise BadConfig(f"{name}{key} is missing")
        if is_dataclass(spec.type):
            values[key] = _section(spec.type, given[key], f"{name}{key}.")  # type: ignore[arg-type]
        else:
            values[key] = _value(f"{name}{key}", spec.type, spec.metadata, given[key])
    return kind(**values)


def _value(name: str, kind: Any, limits: Any, value: Any) -> Any:
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise BadConfig(f"{name}: wanted {kind.__name__}, found {value!r}")
    if "choices" in limits and value not in limits["choices"]:
        raise BadConfig(
            f"{name}: wanted one of {', '.join(limits['choices'])}, found {value!r}"
        )
    if "low" in limits and not limits["low"] <= value <= limits["high"]:
        raise BadConfig(
            f"{name}: wanted {limits['low']} to {limits['high']}, found {value}"
        )
    return value


def _check_cutoff(name: str, text: str) -> None:
    day = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    if pd.isna(day) or day.day != 1:
        raise BadConfig(f"{name}: wanted the first of a month, found {text!r}")
