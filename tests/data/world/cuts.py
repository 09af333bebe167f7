"""Cuts: the beliefs about what an offer does, written out a second time."""

import numpy as np

from data.world.state import State

RISE = 9  # the month of the first price rise


def believed_cut(state: State) -> np.ndarray:
    """Return the share of the hazard that an offer should remove, written again."""
    plan = np.select([state.plan == 0, state.plan == 1], [0.18, 0.12], 0.07)
    ticket = 0.50 * (state.since_price_ticket <= 3)
    rise = 0.12 * (RISE <= state.month < RISE + 4)
    cut = plan + ticket + rise + 0.05 * state.traits.sensitivity - 0.04 * state.in_decay
    return np.where(is_dog(state), -0.35, np.minimum(cut, 0.80))


def is_dog(state: State) -> np.ndarray:
    """Mark quiet customers who are active on fewer than half of the usual days."""
    usage = -0.14 + state.traits.habit + state.engagement  # of one seat
    return (state.since_ticket > 6) & (usage < -0.69)
