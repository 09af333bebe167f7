"""Company offers: the offers that the company itself made in the open months."""

from typing import NamedTuple

import numpy as np

from data.world.company import Company
from data.world.state import Bools, State


class CompanyOffers(NamedTuple):
    """The groups of customers at one cutoff.  # each (n_customers,)"""

    pilot: Bools  # got an offer by lot
    control: Bools  # got no offer, by the same lot
    ad_hoc: Bools  # got an offer after a complaint about the price

    @property
    def offered(self) -> Bools:
        return self.pilot | self.ad_hoc


def company_offers(company: Company, state: State) -> CompanyOffers:
    """Draw the company's own offers at the cutoff; it makes none in the sealed year."""
    world, month, n = company.world, state.month, len(state)
    lot = company.uniform("offers.lot", month, n)
    whim = company.uniform("offers.whim", month, n)
    is_open = month < world.open_months
    first, past = world.pilot_months
    in_pilot = state.active & (is_open and first <= month < past)
    share = world.pilot_share
    pilot = in_pilot & (lot < share)
    control = in_pilot & (share <= lot) & (lot < 2 * share)
    complained = state.active & (state.since_price_ticket == 1) & is_open
    ad_hoc = complained & (whim < world.ad_hoc_share) & ~pilot & ~control
    return CompanyOffers(pilot, control, ad_hoc)


def no_offers(state: State) -> Bools:
    return np.zeros(len(state), bool)
