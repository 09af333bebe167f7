"""Snapshots: made up, with a signal that can be learnt and noise that cannot."""

import numpy as np
import pandas as pd

FIRST_CUTOFF = pd.Timestamp("2022-05-01")
COLUMNS = 15  # two keys, the label and what carries the signal
PLANS, REGIONS = ["solo", "team", "business"], ["north", "south", "west"]


def snapshots_of(
    customers: int = 300, cutoffs: int = 10, columns: int = COLUMNS, seed: int = 0
) -> pd.DataFrame:
    """One row per customer and monthly cutoff, sorted by cutoff; 3 % leave.

    Of `columns` in all, those past the first 15 are noise. Who leaves is gone; a new
    customer of the same kind takes the place. True log-odds have an sd of about 1.2.
    """
    generator = np.random.default_rng(seed)
    drawn = pd.DataFrame(
        {
            "customer_id": np.tile(np.arange(customers), cutoffs),
            "cutoff": np.repeat(months(cutoffs), customers),
            **traits(generator, customers, cutoffs),
            **behaviour(generator, customers * cutoffs),
        }
    )
    left = generator.random(len(drawn)) < p_leave(drawn)
    times_left = left.groupby(drawn["customer_id"]).cumsum() - left
    drawn["customer_id"] += 1_000 + customers * times_left
    return with_gaps(generator, with_noise(generator, drawn, columns - COLUMNS)).assign(
        left=left
    )


def months(cutoffs: int) -> pd.DatetimeIndex:
    return pd.date_range(FIRST_CUTOFF, periods=cutoffs, freq="MS", unit="s")


def traits(
    generator: np.random.Generator, customers: int, cutoffs: int
) -> dict[str, object]:
    """Return what stays the same, or grows by itself, from cutoff to cutoff."""
    plan = np.tile(generator.choice(3, customers, p=[0.45, 0.4, 0.15]), cutoffs)
    region = np.tile(generator.integers(0, 3, customers), cutoffs)
    joined = np.tile(generator.integers(0, 900, customers), cutoffs)
    fee = np.array([19.0, 55.0, 308.0])[plan]
    tenure = (joined + np.repeat(np.arange(cutoffs), customers) * 30).astype(np.int32)
    return {
        "plan": pd.Categorical.from_codes(plan, PLANS),
        "region": pd.Categorical.from_codes(region, REGIONS),
        "monthly_fee_usd": fee.astype(np.float32),
        "tenure_days": tenure,
        "is_annual": np.tile(generator.random(customers) < 0.2, cutoffs),
    }


def behaviour(generator: np.random.Generator, rows: int) -> dict[str, np.ndarray]:
    minutes = generator.lognormal(5, 0.8, rows)
    trend = generator.lognormal(0, 0.3, rows)
    drawn = {
        "minutes_28": minutes.astype(np.float32),
        "minutes_7": (minutes / 4 * trend).astype(np.float32),
        "days_since_last_use": generator.geometric(0.2, rows).astype(np.float32),
        "n_tickets_90": generator.poisson(0.3, rows).astype(np.int16),
        "n_failed_payments_90": generator.poisson(0.06, rows).astype(np.int16),
        "days_since_offer": generator.integers(1, 900, rows).astype(np.float32),
    }
    is_unpaid = (drawn["n_failed_payments_90"] > 1).astype(np.float32)
    return {**drawn, "is_unpaid": is_unpaid}


def p_leave(snapshots: pd.DataFrame) -> pd.Series:
    """Return each row's true chance of leaving, 3 % on average."""
    decay = np.log(snapshots["minutes_7"] * 4 / snapshots["minutes_28"])
    log_odds = (
        -4.6
        - 1.6 * decay
        - 0.5 * (np.log(snapshots["minutes_28"]) - 5)
        + 0.12 * (snapshots["days_since_last_use"] - 5)
        + 0.6 * snapshots["n_tickets_90"]
        + 1.5 * snapshots["n_failed_payments_90"]
        + snapshots["plan"]
        .map({"solo": 0.9, "team": 0.2, "business": -0.6})
        .astype(float)
        - 1.5 * snapshots["is_annual"]
        + 0.6 * np.exp(-snapshots["tenure_days"] / 120)
    )
    return 1 / (1 + np.exp(-log_odds))


def with_noise(
    generator: np.random.Generator, snapshots: pd.DataFrame, columns: int
) -> pd.DataFrame:
    noise = generator.standard_normal((len(snapshots), max(columns, 0)), np.float32)
    names = [f"noise_{number:02d}" for number in range(noise.shape[1])]
    return pd.concat([snapshots, pd.DataFrame(noise, columns=names)], axis=1)


def with_gaps(generator: np.random.Generator, snapshots: pd.DataFrame) -> pd.DataFrame:
    """Leave some values blank, as sources do."""
    gaps = {"region": 0.05, "days_since_last_use": 0.1, "days_since_offer": 0.8}
    for column, share in gaps.items():
        blank = generator.random(len(snapshots)) < share
        snapshots[column] = snapshots[column].mask(blank)
    return snapshots
