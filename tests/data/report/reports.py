"""Reports: what an exam of made-up levels would say, for tests of what shows it."""

from typing import Any

import numpy as np

from data.judge.interval import cumulative
from data.report.pool import pooled
from data.world.beliefs import World

LEVELS = ["level1_notebook", "level2_project", "level3_service", "level4_anything"]


def report_of(levels: list[str], n_worlds: int = 3, seed: int = 0) -> dict[str, Any]:
    """Give the report of levels that claim, earn and predict at random."""
    generator = np.random.default_rng(seed)
    names = ["nobody", "everybody", "random", "risk_ranked", *levels]
    names += ["full_information", "best_policy"]
    results = [
        {"seed": world, "contenders": {n: contender(generator, n) for n in names}}
        for world in range(n_worlds)
    ]
    return pooled(results, World(), levels, ceilings_of(generator))


def contender(generator: np.random.Generator, name: str) -> dict[str, Any]:
    best = {"nobody": 0.0, "best_policy": 43_000.0}
    usd = best.get(name, generator.uniform(-20_000, 30_000))
    share = generator.dirichlet(np.ones(12))
    money = {"profit": float(usd)}
    result = {"money": money, "realised": money, "offer_share": 0.05}
    result["profit_by_month"] = (usd * share).tolist()
    if name.startswith("level") or name == "full_information":
        result["happened"] = metrics(generator)
        result["calibration_curve"] = curve(generator)
        result["excess_auc"] = generator.normal(-0.1, 0.01, 12).tolist()
    if name.startswith("level"):
        result["claimed"] = metrics(generator)
    if name.startswith("level") and "1" not in name:
        result["claimed"]["profit"] = float(generator.uniform(0, 40_000))
    return result


def metrics(generator: np.random.Generator) -> dict[str, float]:
    auc, precision = generator.uniform(0.5, 1.0), generator.uniform(0.03, 1.0)
    return {
        "roc_auc": auc,
        "average_precision": precision,
        "log_loss": generator.uniform(0.1, 0.7),
        "calibration": generator.uniform(0.5, 2.0),
        "lift_at_10_percent": generator.uniform(1.0, 6.0),
    }


def curve(generator: np.random.Generator) -> list[dict[str, float]]:
    predicted = np.sort(generator.beta(0.4, 8, 10))
    true = predicted * generator.uniform(0.5, 2.0)
    pairs = zip(predicted.tolist(), true.tolist(), strict=True)
    return [{"predicted": one, "true": other} for one, other in pairs]


def ceilings_of(generator: np.random.Generator) -> dict[str, Any]:
    money = {"observable": 26_500.0, "full_information": 30_400.0}
    shares = generator.dirichlet(np.ones(12), 3)
    return {
        "observable": {
            "roc_auc": 0.787, "average_precision": 0.182, "log_loss": 0.129,
            "calibration": 0.99, "lift_at_10_percent": 3.9,
            "profit": money["observable"],
            "full_information_profit": money["full_information"],
        },
        "cumulative_profit": {
            name: cumulative((usd * shares).tolist()) for name, usd in money.items()
        },
    }  # fmt: skip
