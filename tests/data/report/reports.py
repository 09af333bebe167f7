"""Reports: what an exam of made-up levels would say, for tests of what shows it."""

from dataclasses import replace

import numpy as np

from data.judge.exam import RISKIEST
from data.judge.result import Group, Money, Result
from data.report.kept import BASELINES, MODELLED, Kept
from data.report.pool import Report, pooled
from data.world.beliefs import World

LEVELS = ["level1_notebook", "level2_project", "level3_service", "level4_anything"]


def report_of(levels: list[str], n_worlds: int = 3, seed: int = 0) -> Report:
    """Return the report of levels that claim, earn and predict at random."""
    generator = np.random.default_rng(seed)
    kept = [
        Kept(name, 20_000, world, "", 1.0, contender(generator, name))
        for world in range(n_worlds)
        for name in (*BASELINES, RISKIEST, *MODELLED, *levels)
    ]
    return pooled(kept, World(), levels)


def contender(generator: np.random.Generator, name: str) -> Result:
    """Return the result of one contender in one world."""
    best = {"no_offers": 0.0, "best_policy": 43_000.0}
    usd = float(best.get(name, generator.uniform(-20_000, 30_000)))
    share = generator.dirichlet(np.ones(12))
    money = Money(0.0, 0.0, 0.0, 0.0, usd)
    result = Result(money, money, 0.05, (usd * share).tolist())
    if name.startswith("level") or name in MODELLED:
        result = replace(
            result,
            happened=metrics(generator),
            calibration_curve=curve(generator),
            excess_auc=generator.normal(-0.1, 0.01, 12).tolist(),
        )
    if name.startswith("level"):
        claimed = metrics(generator)
        if "1" not in name:
            claimed["profit"] = float(generator.uniform(0, 40_000))
        claimed |= {
            f"{metric}_error": abs(value) / 20 for metric, value in claimed.items()
        }
        result = replace(
            result,
            claimed=claimed,
            claimed_months=3,
            happened_claimed=metrics(generator),
        )
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


def curve(generator: np.random.Generator) -> list[Group]:
    predicted = np.sort(generator.beta(0.4, 8, 10))
    true = predicted * generator.uniform(0.5, 2.0)
    return [
        Group(*pair) for pair in zip(predicted.tolist(), true.tolist(), strict=True)
    ]
