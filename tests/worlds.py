"""Worlds: companies for tests, and what their sources record."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from data.judge.year import Setting, setting
from data.sources.deliver import drop_name
from data.sources.emit import emit
from data.sources.rows import Frames
from data.world.beliefs import World
from data.world.company import Company
from data.world.company_offers import no_offers
from data.world.history import Lived, history
from data.world.state import State
from data.world.step import Events, start, step

ROOT = Path(__file__).parents[1]
SOURCES = ("customers", "subscriptions", "transactions", "tickets", "usage", "offers")


def last_month(world: World, seed: int, months: int) -> Lived:
    """Live through `months` months and return the last."""
    *_, last = history(Company(world, seed), months)
    return last


def state_at(world: World, seed: int, month: int) -> State:
    """Return the state at the cutoff of `month`."""
    if month == 0:
        return start(Company(world, seed))
    return last_month(world, seed, month).after


def judge_of(world: World, seed: int) -> Setting:
    """Return all that the judge knows at the first sealed cutoff."""
    last = last_month(world, seed, world.open_months)
    return setting(Company(world, seed), last)


def live_on(
    company: Company, state: State, offers: np.ndarray, months: int
) -> Iterator[tuple[Events, State]]:
    """Make `offers` in the first month and none later; yield each month."""
    for _ in range(months):
        state, events = step(company, state, offers)
        offers = no_offers(state)
        yield events, state


def emitted(world: World, seed: int) -> Frames:
    """Return the clean rows of all months, source by source."""
    company = Company(world, seed)
    months = [emit(company, lived.events) for lived in history(company, world.months)]
    return {
        source: pd.concat([month[source] for month in months], ignore_index=True)
        for source in SOURCES
    }


def month_folder(
    world_folder: Path, month: int, open_months: int = 24, edition: int = 1
) -> Path:
    """Return the folder of a month's drop in a written world."""
    is_sealed = month + edition - 1 >= open_months  # sent again a month later
    sealed = Path("sealed/drops") if is_sealed else Path()
    return world_folder / sealed / drop_name(month, edition)


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file, by its path in the folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in files
    }


def errors_off(happened: np.ndarray, p: np.ndarray) -> float:
    """Return how many standard errors more events happened than were expected."""
    variance = np.sum(p * (1 - p))
    return float((np.sum(happened) - np.sum(p)) / np.sqrt(variance))


def share_off(found: int, among: int, share: float) -> float:
    """Return how many standard errors `found` of `among` is above a share."""
    return float((found - among * share) / np.sqrt(among * share * (1 - share)))
