"""Cuts: the beliefs about what an offer does, written out a second time."""

import numpy as np

from data.world.state import State

RISE = 9  # the month of the first price rise


def believed_cut(state: State) -> np.ndarray:
    """Return the share of the hazard that an offer should remove, written again."""
    plan = np.select([state.plan == 0, state.plan == 1], [0.10, 0.08], 0.05)
    ticket = 0.30 * (state.since_price_ticket <= 3)
    rise = 0.26 * (~state.annual & (RISE <= state.month < RISE + 4))
    deal = 0.22 * (state.traits.channel == 1)  # paid search
    first_year = 0.16 * (state.tenure <= 12)
    cut = plan + ticket + rise + deal + first_year - 0.06 * state.in_decay
    return np.where(is_dog(state), -0.35, np.minimum(cut, 0.80))


def is_dog(state: State) -> np.ndarray:
    """Mark quiet customers who are active on few days for an account of their size."""
    usage = -0.14 + state.traits.habit + state.engagement  # as of one seat
    return (state.since_ticket > 6) & (usage < -0.62)
