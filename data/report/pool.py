"""Pool: put the results of several worlds together, with intervals; find leaks."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from data.judge.contract import ERROR
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
    "claimed_less_happened": "metrics: over the cutoffs that the claim is about; "
    "profit: over the year",
    "claim_errors": "by how many of its own standard errors a claim was too high, "
    "world by world",
    "less": "the level less the contender named, in the same worlds",
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
    happened: dict[str, Interval] = field(default_factory=dict)  # over the year
    claimed: dict[str, Interval] = field(default_factory=dict)
    claimed_months: int | None = None  # cutoffs that the claim is about
    happened_claimed: dict[str, Interval] = field(default_factory=dict)  # over these
    claimed_less_happened: dict[str, Interval] = field(
        default_factory=dict
    )  # over these
    claim_errors: dict[str, list[float]] = field(default_factory=dict)  # by world
    less: dict[str, dict[str, Interval]] = field(default_factory=dict)  # by contender
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


def pooled(kept: Iterable[Kept], world: World, levels: list[str]) -> Report:
    """Pool results over worlds; each contender over the worlds that it has finished."""
    per_seed = _by_seed(list(kept))
    by_contender: dict[str, dict[int, Result]] = {}
    for one in per_seed:
        for name, result in one.contenders.items():
            by_contender.setdefault(name, {})[one.seed] = result
    return Report(
        customers=world.customers,
        seeds=[one.seed for one in per_seed],
        levels=levels,
        beliefs=world.fingerprint(),
        units=UNITS,
        sealed_year=sealed_year(world, Mess()),
        pooled={
            name: replace(
                _figures(list(rows.values())),
                less=_differences(rows, by_contender) if name in levels else {},
            )
            for name, rows in by_contender.items()
        },
        leaks=[
            name for name in levels if leaks([*by_contender.get(name, {}).values()])
        ],
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
    claiming = [row for row in rows if row.claimed and row.happened_claimed]
    groups = zip(*(row.calibration_curve for row in rows), strict=True)
    return Figures(
        profit=interval([row.money.profit for row in rows]),
        realised_profit=interval([row.realised.profit for row in rows]),
        cumulative_profit=cumulative([row.profit_by_month for row in rows]),
        offer_share=interval([row.offer_share for row in rows]),
        happened=_intervals(happened),
        claimed=_intervals([row.claimed or {} for row in claiming]),
        claimed_months=claiming[0].claimed_months if claiming else None,
        happened_claimed=_intervals([row.happened_claimed or {} for row in claiming]),
        claimed_less_happened=_intervals([excess(row) for row in claiming]),
        claim_errors=claim_errors(claiming),
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


def excess(row: Result) -> dict[str, float]:
    """Compute by how much a claim was too high, metric by metric.

    Metrics are compared over the cutoffs that the claim is about, profit over the year.
    """
    happened = {**(row.happened_claimed or {}), "profit": row.money.profit}
    return {
        name: value - happened[name]
        for name, value in (row.claimed or {}).items()
        if name in happened
    }


def claim_errors(rows: list[Result]) -> dict[str, list[float]]:
    """Return how many of its own standard errors a claim was too high, world by world.

    A claim that states no error is left out.
    """
    found: dict[str, list[float]] = {}
    for row in rows:
        for name, value in excess(row).items():
            if error := (row.claimed or {}).get(f"{name}{ERROR}"):
                found.setdefault(name, []).append(value / error)
    return found


def _differences(
    mine: dict[int, Result], others: dict[str, dict[int, Result]]
) -> dict[str, dict[str, Interval]]:
    """Compare a level with every other contender, world by world.

    Returns:
        By the other's name: metrics and profit, the level's less the other's.
    """
    found = {}
    for name, theirs in others.items():
        pairs = [(mine[seed], theirs[seed]) for seed in mine if seed in theirs]
        rows = [_less(a, b) for a, b in pairs]
        if rows and theirs is not mine:
            found[name] = _intervals(rows)
    return found


def _less(mine: Result, theirs: Result) -> dict[str, float]:
    both = [{**(r.happened or {}), "profit": r.money.profit} for r in (mine, theirs)]
    return {name: both[0][name] - both[1][name] for name in both[0] if name in both[1]}


def leaks(rows: list[Result]) -> bool:
    """Tell whether a level's predictions follow the outcomes more than luck allows.

    Args:
        rows: the level's results, one per world.
    """
    z = [row.excess_auc_z for row in rows if row.excess_auc_z is not None]
    return bool(z) and sum(z) / len(z) ** 0.5 > LEAK_ERRORS
