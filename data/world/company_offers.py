"""Company offers: the offers that the company itself made in the open months."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from data.world.company import Company
from data.world.state import NEVER, Bools, State


class CompanyOffers(NamedTuple):
    """The groups of customers at one cutoff.  # each (n_customers,)"""

    pilot: Bools  # get an offer by lot
    control: Bools  # get no offer, by the same lot
    ad_hoc: Bools  # get an offer after a complaint about the price

    @property
    def offered(self) -> Bools:
        return self.pilot | self.ad_hoc


def company_offers(company: Company, state: State) -> CompanyOffers:
    """Draw the company's own offers at the cutoff; it makes none in the sealed year.

    The pilot draws a customer once, among those with no offer in force. In the months
    that an offer lasts, the company makes no other offer to those drawn, controls too.
    """
    world, month, n = company.world, state.month, len(state)
    lot = company.uniform("offers.lot", month, n)
    whim = company.uniform("offers.whim", month, n)
    is_open = month < world.open_months
    first, past = world.pilot_months
    is_free = state.active & (state.since_offer >= world.offer_months)
    may_be_drawn = is_free & (state.since_pilot == NEVER)
    in_pilot = may_be_drawn & (is_open and first <= month < past)
    share = world.pilot_share
    pilot = in_pilot & (lot < share)
    control = in_pilot & (share <= lot) & (lot < 2 * share)
    left_alone = pilot | control | (state.since_pilot < world.offer_months)
    complained = state.active & (state.since_price_ticket == 1) & is_open
    ad_hoc = complained & (whim < world.ad_hoc_share) & ~left_alone
    return CompanyOffers(pilot, control, ad_hoc)


def enter_pilot(state: State, groups: CompanyOffers) -> State:
    """Record which customers the pilot draws at this cutoff."""
    drawn = groups.pilot | groups.control
    return replace(state, since_pilot=np.where(drawn, 0, state.since_pilot))


def no_offers(state: State) -> Bools:
    return np.zeros(len(state), bool)
