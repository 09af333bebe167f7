"""Company offers: what the company itself tried in the open months."""

from typing import NamedTuple

import numpy as np

from data.world.company import Company
from data.world.state import Bools, State


class CompanyOffers(NamedTuple):
    """Who was in which group at one cutoff.  # each (n_customers,)"""

    pilot: Bools  # offered by lot
    control: Bools  # kept out by the same lot
    ad_hoc: Bools  # offered because they complained about the price

    @property
    def offered(self) -> Bools:
        return self.pilot | self.ad_hoc


def company_offers(company: Company, state: State) -> CompanyOffers:
    """Give the company's own offers at the cutoff; none in the sealed year."""
    world, streams = company.world, company.streams
    lot = streams("offers.lot", state.month).random(len(state))
    whim = streams("offers.whim", state.month).random(len(state))
    is_open = state.month < world.open_months
    first, past = world.pilot_months
    in_pilot = state.active & (is_open and first <= state.month < past)
    share = world.pilot_share
    complained = state.active & (state.since_price_ticket == 1) & is_open
    pilot = in_pilot & (lot < share)
    control = in_pilot & (share <= lot) & (lot < 2 * share)
    ad_hoc = complained & (whim < world.ad_hoc_share) & ~pilot & ~control
    return CompanyOffers(pilot, control, ad_hoc)


def no_offers(state: State) -> Bools:
    return np.zeros(len(state), bool)
