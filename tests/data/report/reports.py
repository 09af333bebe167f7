"""Reports: what an exam of made-up levels would say, for tests of what shows it."""

from dataclasses import replace

import numpy as np

from data.judge.ceilings import Ceilings, Least
from data.judge.interval import cumulative
from data.judge.result import Group, Money, Result
from data.report.kept import BASELINES, Kept
from data.report.pool import Report, pooled
from data.world.beliefs import World

LEVELS = ["level1_notebook", "level2_project", "level3_service", "level4_anything"]


def report_of(levels: list[str], n_worlds: int = 3, seed: int = 0) -> Report:
    """Return the report of levels that claim, earn and predict at random."""
    generator = np.random.default_rng(seed)
    kept = [
        Kept(name, 20_000, world, "", 1.0, contender(generator, name))
        for world in range(n_worlds)
        for name in (*BASELINES, *levels)
    ]
    return pooled(kept, World(), levels, ceilings_of(generator))


def contender(generator: np.random.Generator, name: str) -> Result:
    """Return the result of one contender in one world."""
    best = {"no_offers": 0.0, "best_policy": 43_000.0}
    usd = float(best.get(name, generator.uniform(-20_000, 30_000)))
    share = generator.dirichlet(np.ones(12))
    money = Money(0.0, 0.0, 0.0, 0.0, usd)
    result = Result(money, money, 0.05, (usd * share).tolist())
    if name.startswith("level") or name == "full_information":
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
        result = replace(result, claimed=claimed)
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


def ceilings_of(generator: np.random.Generator) -> Ceilings:
    money = {"observable": 26_500.0, "full_information": 30_400.0}
    shares = generator.dirichlet(np.ones(12), 3)
    observable = {
        "roc_auc": 0.787, "average_precision": 0.182, "log_loss": 0.129,
        "calibration": 0.99, "lift_at_10_percent": 3.9,
        "profit": money["observable"],
        "full_information_profit": money["full_information"],
    }  # fmt: skip
    by_month = {
        name: cumulative((usd * shares).tolist()) for name, usd in money.items()
    }
    return Ceilings("", 1, 1, 3, Least(0.2, 0.3), observable, {}, by_month)
