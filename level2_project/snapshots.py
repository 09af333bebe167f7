"""Snapshots: what was known of each customer at each cutoff, and who then left."""

from pathlib import Path

import pandas as pd

from level2_project.config import Config
from level2_project.decide import rested
from level2_project.features import FRESH, Stale, features
from level2_project.label import label
from level2_project.load import Sources
from level2_project.measures.gain import reachable
from level2_project.point_in_time.keys import KEYS
from level2_project.point_in_time.tickets import TEXT_WINDOWS
from level2_project.text.reader import reader

DECIDING = {"subscriptions", "transactions", "offers"}  # sources that offers depend on


def snapshots(sources: Sources, config: Config) -> pd.DataFrame:
    """Return features and `left`, known by `predict_at`, per customer and cutoff."""
    known_by = pd.Timestamp(config.time.predict_at)
    cutoffs, horizon = config.time.cutoffs, config.time.horizon
    labels = label(sources.subscriptions, cutoffs, horizon, known_by, config.label)
    described = describe(sources, labels[KEYS], config)
    return described.assign(left=labels["left"].to_numpy())


def candidates(
    sources: Sources, customers: pd.DataFrame, config: Config, stale: Stale = FRESH
) -> pd.DataFrame:
    """Describe the customers to predict, and mark with `is_free` whom to offer to.

    Where news of fees, unpaid invoices or earlier offers is `stale`, nobody is free.
    """
    is_rested = rested(sources.offers, customers, config.economics.rest_months)
    described = describe(sources, customers, config, stale)
    is_free = is_rested & reachable(described) & DECIDING.isdisjoint(stale)
    return described.assign(is_free=is_free)


def describe(
    sources: Sources, rows: pd.DataFrame, config: Config, stale: Stale = FRESH
) -> pd.DataFrame:
    """Add all features to `rows`, one per `customer_id` and `cutoff`.

    The text reader learns from tickets of before the first cutoff alone, so that no
    snapshot can know a word of its own future.
    """
    readings = Path(config.runs) / "readings"  # of an AI: asked once for all runs
    texts = reader(config.text, config.seed_for("text"), readings)
    texts = texts.fit(sources.tickets, pd.Timestamp(config.time.first_cutoff))
    until = min([rows["cutoff"].min(), *stale.values()])
    oldest = until - pd.Timedelta(days=max(TEXT_WINDOWS))
    recent = sources.tickets[sources.tickets["event_at"] >= oldest]
    return features(sources, texts.read(recent), rows, stale)
