"""By hand: one customer's expected money, by recursion over all that may befall him.

Written from the words of the data card, without a look at how the judge does it: no
arrays, one customer at a time, forward from each month.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise

from data.judge.future import Future, Life
from data.world.beliefs import World

MONTHS, SEALED, LASTS, AWAY = 36, 12, 6, 12

Plan = Callable[[int, bool], bool]  # month, come back before? -> offer, if he is free


@dataclass(frozen=True)
class Customer:
    """What awaits one customer, month by month."""

    world: World
    first: Life
    again: Life
    runs_on: list[int]
    annual: bool

    def life(self, again: bool) -> Life:
        return self.again if again else self.first

    def margin(self, t: int, again: bool) -> float:
        return self.world.gross_margin * self.life(again).fee[t]

    def chances(self, t: int, again: bool, cut: float) -> tuple[float, float, float]:
        """Return the chances to be lost, to give notice and to stay."""
        life = self.life(again)
        lost = life.involuntary[t]
        notice = (1 - lost) * min(1.0, life.voluntary[t] * (1 - cut))
        return lost, notice, 1 - lost - notice

    def cost(self, t: int, again: bool) -> float:
        """Return what an offer costs: contact, and two months' discount if he stays."""
        fee, cut = self.life(again).fee, self.life(again).cut[t]
        stays = self.chances(t, again, cut)[2]
        upfront = self.annual and not again
        base = 2 * fee[t] if upfront else fee[t] + stays * fee[t + 1]
        return self.world.contact_usd + self.world.discount * base


def customer_at(world: World, future: Future, i: int) -> Customer:
    lives = (
        Life(*(column[:, i].tolist() for column in vars(life).values()))
        for life in (future.first, future.again)
    )
    return Customer(world, *lives, future.runs_on[:, i].tolist(), future.annual[i])


def nobody(t: int, again: bool) -> bool:
    return False


class Values:
    """Expected margin less costs from each situation on.

    Args:
        plan: when to offer; None weighs both ways at every chance, takes the better.
        costs: whether offers cost anything.
    """

    def __init__(self, customer: Customer, plan: Plan | None, costs: bool = True):
        self.customer, self.plan, self.costs = customer, plan, costs
        self.here, self.gone = cache(self._here), cache(self._gone)

    def _here(self, t: int, again: bool, force: int = 0, cut: float = 0.0) -> float:
        """Value a customer whose offer has `force` months to run."""
        if t == MONTHS:
            return 0.0
        wait = self.month(t, again, force, cut)
        if t >= SEALED or force:
            return wait
        if self.plan is None:
            return max(wait, self.offer(t, again))
        return self.offer(t, again) if self.plan(t, again) else wait

    def offer(self, t: int, again: bool) -> float:
        cut = self.customer.life(again).cut[t]
        cost = self.customer.cost(t, again) if self.costs else 0.0
        return self.month(t, again, LASTS, cut) - cost

    def month(self, t: int, again: bool, force: int, cut: float) -> float:
        """Value month `t` and what follows."""
        customer = self.customer
        lost, notice, stays = customer.chances(t, again, cut if force else 0.0)
        left = max(force - 1, 0)
        value = customer.margin(t, again)
        value += stays * self.here(t + 1, again, left, cut if left else 0.0)
        value += lost * self.gone(t + 1, 0)
        end = t + 1 if again else min(t + 1 + customer.runs_on[t], MONTHS)
        paid = sum(customer.margin(k, again) for k in range(t + 1, end))
        return value + notice * (paid + self.gone(end, 0))

    def _gone(self, t: int, away: int) -> float:
        """Value who has been without access for `away` months."""
        if t == MONTHS or away >= AWAY:
            return 0.0
        back = self.customer.world.return_probability
        stays_away = (1 - back) * self.gone(t + 1, away + 1)
        return back * self.here(t + 1, True) + stays_away


def schedules() -> Iterator[tuple[int, ...]]:
    """Return all sets of months in which offers can be made, each free of the last."""
    for n in range(3):
        for months in combinations(range(SEALED), n):
            if all(b - a >= LASTS for a, b in pairwise(months)):
                yield months


def value_of(customer: Customer, months: tuple[int, ...]) -> float:
    """Walk through the months once, for a customer who never comes back."""
    here, value = 1.0, 0.0
    for t in range(MONTHS):
        if t in months:
            value -= here * customer.cost(t, again=False)
        made = [m for m in months if 0 <= t - m < LASTS]
        cut = customer.first.cut[made[-1]] if made else 0.0
        _, notice, stays = customer.chances(t, False, cut)
        end = min(t + 1 + customer.runs_on[t], MONTHS)
        paid = sum(customer.margin(k, False) for k in range(t + 1, end))
        value += here * (customer.margin(t, False) + notice * paid)
        here *= stays
    return value
