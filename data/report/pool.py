"""Pool: put the results of several worlds together, with intervals; find leaks."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from data.judge.ceilings import Ceilings
from data.judge.interval import Interval, cumulative, interval
from data.judge.result import Group, Result
from data.report.kept import Kept
from data.sources.mess import Mess
from data.world.beliefs import World

UNITS = {
    "profit": "USD per 1,000 customers at the first sealed cutoff, beyond no offers; "
    "sealed year and 24 further months",
    "profit_by_month": "profit, of the offers made at each of the 12 cutoffs: booked "
    "when they are made, all that they will bring",
    "cumulative_profit": "running total of profit_by_month; the last is the profit",
    "offer_share": "offers per customer and month",
    "roc_auc": "probability that a leaver ranks above a stayer; mean over 12 cutoffs",
    "average_precision": "mean precision at the leavers' ranks; mean over 12 cutoffs",
    "log_loss": "nats per customer and month",
    "calibration": "predicted leavers per expected leaver",
    "calibration_curve": "mean predicted and mean true probability of ten equal groups "
    "by p_churn, lowest first; grouped at each cutoff, then averaged over the 12",
    "lift_at_10_percent": "leaving rate of the tenth ranked highest over the mean rate",
    "accuracy": "share of rows classified rightly at 0.5; claimed only",
    "intervals": "mean over seeds, 95 % t interval",
    "sealed_year": "month, 1 to 12, whose offers something new first concerns",
}
LEAK_ERRORS = 3.0


@dataclass(frozen=True)
class PooledGroup:
    """One of ten groups by predicted probability, over worlds."""

    predicted: Interval
    true: Interval


@dataclass(frozen=True)
class Figures:
    """What happened to one contender, over worlds."""

    profit: Interval
    realised_profit: Interval
    cumulative_profit: list[Interval]  # twelve, month by month
    offer_share: Interval
    happened: dict[str, Interval] = field(default_factory=dict)
    claimed: dict[str, Interval] = field(default_factory=dict)
    claimed_less_happened: dict[str, Interval] = field(default_factory=dict)
    calibration_curve: list[PooledGroup] = field(default_factory=list)


@dataclass(frozen=True)
class OneWorld:
    """All contenders' results in one world; keys and seconds as they are kept."""

    seed: int
    contenders: dict[str, Result]
    keys: dict[str, str]
    seconds: dict[str, float]


@dataclass(frozen=True)
class Report:
    """What all tables and pictures show."""

    customers: int
    seeds: list[int]
    levels: list[str]
    beliefs: str  # their fingerprint
    units: dict[str, str]
    sealed_year: dict[str, int]
    pooled: dict[str, Figures]
    ceilings: Ceilings | None  # None: those that are kept belong to other code
    leaks: list[str]  # levels that have seen what they were to predict
    per_seed: list[OneWorld]

    def kept(self) -> list[Kept]:
        """Return the results that the report was made of."""
        return [
            Kept(name, self.customers, world.seed, world.keys.get(name, ""),
                 world.seconds.get(name, 0.0), result)
            for world in self.per_seed
            for name, result in world.contenders.items()
        ]  # fmt: skip


def pooled(
    kept: Iterable[Kept], world: World, levels: list[str], ceilings: Ceilings | None
) -> Report:
    """Pool results over worlds; each contender over the worlds that it has finished."""
    per_seed = _by_seed(list(kept))
    by_contender: dict[str, list[Result]] = {}
    for one in per_seed:
        for name, result in one.contenders.items():
            by_contender.setdefault(name, []).append(result)
    return Report(
        customers=world.customers,
        seeds=[one.seed for one in per_seed],
        levels=levels,
        beliefs=world.fingerprint(),
        units=UNITS,
        sealed_year=sealed_year(world, Mess()),
        pooled={name: _figures(rows) for name, rows in by_contender.items()},
        ceilings=ceilings,
        leaks=[name for name in levels if leaks(by_contender.get(name, []))],
        per_seed=per_seed,
    )


def _by_seed(kept: list[Kept]) -> list[OneWorld]:
    seeds = sorted({one.seed for one in kept})
    worlds = {seed: OneWorld(seed, {}, {}, {}) for seed in seeds}
    for one in kept:
        world = worlds[one.seed]
        world.contenders[one.contender] = one.result
        world.keys[one.contender] = one.key
        world.seconds[one.contender] = round(one.seconds, 1)
    return list(worlds.values())


def sealed_year(world: World, mess: Mess) -> dict[str, int]:
    """Return the month, 1 to 12, in which a level meets each event of that year."""
    _, month_cut, _ = mess.cut_sealed
    return {
        "price rise": world.price_rise_month[1] + 1,
        "competitor": world.competitor_month + 1,
        "campaign": world.campaign[0] + 1,
        "short drop": month_cut + 2,  # it is read in the month after
    }


def _figures(rows: list[Result]) -> Figures:
    happened = [row.happened for row in rows if row.happened is not None]
    claimed = [row.claimed for row in rows if row.claimed is not None]
    groups = zip(*(row.calibration_curve for row in rows), strict=True)
    return Figures(
        profit=interval([row.money.profit for row in rows]),
        realised_profit=interval([row.realised.profit for row in rows]),
        cumulative_profit=cumulative([row.profit_by_month for row in rows]),
        offer_share=interval([row.offer_share for row in rows]),
        happened=_intervals(happened),
        claimed=_intervals(claimed),
        claimed_less_happened=_intervals([_excess(row) for row in rows]),
        calibration_curve=[_group(group) for group in groups],
    )


def _intervals(rows: list[dict[str, float]]) -> dict[str, Interval]:
    names = rows[0] if rows else ()
    return {name: interval([row[name] for row in rows]) for name in names}


def _group(worlds: tuple[Group, ...]) -> PooledGroup:
    return PooledGroup(
        predicted=interval([group.predicted for group in worlds]),
        true=interval([group.true for group in worlds]),
    )


def _excess(row: Result) -> dict[str, float]:
    """Compute by how much a claim was too high, metric by metric."""
    happened = {**(row.happened or {}), "profit": row.money.profit}
    return {
        name: value - happened[name]
        for name, value in (row.claimed or {}).items()
        if name in happened
    }


def leaks(rows: list[Result]) -> bool:
    """Tell whether a level's predictions follow the outcomes more than luck allows.

    Args:
        rows: the level's results, one per world.
    """
    z = [row.excess_auc_z for row in rows if row.excess_auc_z is not None]
    return bool(z) and sum(z) / len(z) ** 0.5 > LEAK_ERRORS
