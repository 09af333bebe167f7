"""Outcome: what somebody claimed, and what the judge found in the sealed year."""

from dataclasses import dataclass, field
from typing import NamedTuple

from data.judge.result import Metrics, Money


@dataclass(frozen=True)
class Outcome:
    """Figures by the judge's names; `profit` is in USD per 1,000 customers.

    Attributes:
        claimed: what the author reports from the open months.
        happened: what the judge found in the sealed year.
    """

    claimed: dict[str, float] = field(default_factory=dict)
    happened: dict[str, float] = field(default_factory=dict)

    def less(self, other: "Outcome") -> "Outcome":
        """Return the differences of all figures that both outcomes have."""
        return Outcome(
            _difference(self.claimed, other.claimed),
            _difference(self.happened, other.happened),
        )


class Comparison(NamedTuple):
    """The outcome of a mistake, and of the same work without it."""

    mistaken: Outcome
    right: Outcome


def happened(metrics: Metrics, money: Money, offer_share: float) -> dict[str, float]:
    """Return what happened to one contender, with its profit and its offers."""
    return {**metrics, "profit": money.profit, "offer_share": offer_share}


def _difference(mine: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    return {name: mine[name] - other[name] for name in mine if name in other}
