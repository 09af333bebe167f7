"""Pool: pool the exams over seeds, say how sure the figures are, find leaks."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from data.judge.exam import Result
from data.judge.interval import Interval, cumulative, interval
from data.report.freshness import key
from data.report.table import markdown
from data.sources.mess import Mess
from data.world.beliefs import World

UNITS = {
    "profit": "USD per 1,000 customers at the first sealed cutoff, beyond no offers; "
    "sealed year and 24 further months",
    "profit_by_month": "profit, of the offers made at each of the 12 cutoffs: booked "
    "when they are made, all that they will bring",
    "cumulative_profit": "running total of profit_by_month; the last is the profit",
    "offer_share": "offers per customer and month",
    "roc_auc": "chance that a leaver ranks above a stayer; mean over 12 cutoffs",
    "average_precision": "mean precision at the leavers' ranks; mean over 12 cutoffs",
    "log_loss": "nats per customer and month",
    "calibration": "predicted leavers per expected leaver",
    "calibration_curve": "mean predicted and mean true chance of ten equal groups by "
    "p_churn, lowest first; grouped at each cutoff, then averaged over the 12",
    "lift_at_10_percent": "leaving rate of the tenth ranked highest over the mean rate",
    "accuracy": "share of rows classified rightly at 0.5; claimed only",
    "intervals": "mean over seeds, 95 % t interval",
    "sealed_year": "month, 1 to 12, whose offers something new first concerns",
}
LEAK_ERRORS = 3.0


def pooled(
    results: list[Result], world: World, levels: list[str], ceilings: dict[str, Any]
) -> dict[str, Any]:
    """Put the exams of several seeds together."""
    names = list(results[0]["contenders"])
    return {
        "customers": world.customers,
        "seeds": [result["seed"] for result in results],
        "levels": levels,
        "beliefs": world.fingerprint(),
        "code": key(["data.judge.exam", *(f"{name}.exam" for name in levels)]),
        "units": UNITS,
        "sealed_year": sealed_year(world, Mess()),
        "pooled": {n: _contender([r["contenders"][n] for r in results]) for n in names},
        "ceilings": ceilings,
        "leaks": [name for name in levels if leaks(results, name)],
        "per_seed": results,
    }


def sealed_year(world: World, mess: Mess) -> dict[str, int]:
    """Say in which month, 1 to 12, a level meets what the sealed year holds."""
    _, month_cut, _ = mess.cut_sealed
    return {
        "price rise": world.price_rise_month[1] + 1,
        "competitor": world.competitor_month + 1,
        "campaign": world.campaign[0] + 1,
        "short drop": month_cut + 2,  # it is read in the month after
    }


def _contender(rows: list[Result]) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "profit": interval([row["money"]["profit"] for row in rows]),
        "realised_profit": interval([row["realised"]["profit"] for row in rows]),
        "cumulative_profit": cumulative([row["profit_by_month"] for row in rows]),
        "offer_share": interval([row["offer_share"] for row in rows]),
    }
    for part in ("happened", "claimed"):
        if part in rows[0]:
            figures[part] = _intervals([row[part] for row in rows])
    if "calibration_curve" in rows[0]:
        groups = zip(*(row["calibration_curve"] for row in rows), strict=True)
        figures["calibration_curve"] = [_intervals(list(group)) for group in groups]
    if "claimed" in rows[0]:
        figures["claimed_less_happened"] = _intervals([_excess(row) for row in rows])
    return figures


def _intervals(rows: list[dict[str, float]]) -> dict[str, Interval]:
    return {name: interval([row[name] for row in rows]) for name in rows[0]}


def _excess(row: Result) -> dict[str, float]:
    """Give by how much a claim was too high, metric by metric."""
    claimed, happened = (
        row["claimed"],
        {**row["happened"], "profit": row["money"]["profit"]},
    )
    return {
        name: claimed[name] - happened[name] for name in claimed if name in happened
    }


def leaks(results: list[Result], name: str) -> bool:
    """Say whether a level ranks who really leaves better than the true chances can."""
    excess = np.concatenate([r["contenders"][name]["excess_auc"] for r in results])
    error = float(np.std(excess, ddof=1)) / len(excess) ** 0.5
    return bool(excess.mean() > LEAK_ERRORS * error)


def write_report(report: dict[str, Any], folder: Path) -> None:
    """Write `levels.json` and `levels.md`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "levels.json").write_text(json.dumps(report, indent=1) + "\n")
    (folder / "levels.md").write_text(markdown(report))
