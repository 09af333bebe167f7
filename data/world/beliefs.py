"""Beliefs: every number that says how the company and its customers behave.

Each belief has a unit and a source; "choice" means that no good source was found.
`data/README.md` names the sources in full. No other module of `data/world` or
`data/sources` may hold such a number. This file is therefore longer than the others:
it is one list, and a list reads best in one place.
"""

from dataclasses import dataclass, field, fields, replace
from hashlib import blake2b
from typing import Any, TypeVar

PLANS = ("solo", "team", "business")
REGIONS = ("north_america", "europe", "united_kingdom", "asia_pacific", "latin_america")
CHANNELS = ("organic", "paid_search", "referral", "partner", "outbound")
CLIENTS = ("web", "ios", "android")
TOPICS = ("how_to", "bug", "price", "cancel")
SEALED_MONTHS = 12

T = TypeVar("T")


def belief(value: T, unit: str, source: str) -> T:
    """Return a field of `World` with its default, unit and source."""
    return field(default=value, metadata={"unit": unit, "source": source})


@dataclass(frozen=True)
class World:
    """All beliefs; a tuple over plans stands in the order of `PLANS`, and so on.

    "first, past" counts like `range`: the second number is no longer included. A world
    is changed with `dataclasses.replace`, never in place.
    """

    # --- size and time
    customers: int = belief(20_000, "active customers at the first cutoff", "choice")
    open_months: int = belief(24, "months", "choice")
    burn_in_months: int = belief(36, "months lived before the first record", "choice")

    # --- who joins
    first_draw: float = belief(
        1.5, "times the customers, drawn before the burn-in; some leave", "choice"
    )
    first_tenure_months: int = belief(
        48, "months before the first draw over which its starts are spread", "choice"
    )
    joins: float = belief(
        0.030, "new customers a month per customer at start", "choice"
    )
    joins_spread: float = belief(
        0.10, "sd by month as a share of the mean, beyond that of a count", "choice"
    )
    plan_mix: tuple[float, ...] = belief((0.45, 0.40, 0.15), "share", "choice")
    annual_share: tuple[float, ...] = belief(
        (0.14, 0.20, 0.36), "share of newcomers", "choice"
    )
    channel_mix: tuple[float, ...] = belief(
        (0.30, 0.25, 0.15, 0.15, 0.15), "share", "choice"
    )
    channel_fit: tuple[float, ...] = belief(
        (0.1, -0.5, 0.6, 0.1, -0.3), "standard deviations of fit", "choice"
    )
    region_mix: tuple[float, ...] = belief(
        (0.40, 0.25, 0.15, 0.12, 0.08), "share", "choice"
    )
    seat_price: tuple[float, ...] = belief(
        (19.0, 11.0, 14.0), "USD per seat and month", "choice"
    )
    annual_months_paid: float = belief(10.0, "months' fees for a year", "choice")
    median_seats: tuple[float, ...] = belief((1.0, 5.0, 22.0), "seats", "choice")
    seats_spread: float = belief(0.6, "log seats, sd; none for solo", "choice")
    seats_change: tuple[float, float, float] = belief(
        (0.010, 0.009, 0.010),
        "probability a month: grow; shrink; more in a decay",
        "choice",
    )
    seats_factor: tuple[float, float] = belief(
        (1.25, 0.8), "times the seats: grown, shrunk", "choice"
    )
    fewest_seats: tuple[int, ...] = belief((1, 2, 2), "seats", "choice")
    upgrade: float = belief(
        0.003, "probability a month that a solo customer upgrades to team", "choice"
    )
    company_size: tuple[float, float] = belief(
        (0.9, 500_000.0),
        "mean log employees per seat (a Pareto tail); most employees",
        "choice",
    )

    # --- on which days people act
    weekend_work: float = belief(
        0.35,
        "share of a weekday's sign-ups, tickets, changes, cancellations, bookings",
        "choice",
    )
    leave_near_billing: tuple[int, int, float] = belief(
        (5, 1, 3.0),
        "days before the billing day; days after; times as many cancellations",
        "choice",
    )

    # --- why they decide to leave (log-odds of the monthly probability)
    base_logit: tuple[float, ...] = belief(
        (-4.01, -4.56, -5.34),
        "log-odds a month",
        "4 to 5, 3 and 1.5 % a month by segment: compilations, weak",
    )
    fit_effect: float = belief(
        -0.85,
        "log-odds per standard deviation",
        "falling hazard, 4.8 to 2.3 %: Fader & Hardie 2007; RevenueCat renewals",
    )
    onboarding: float = belief(
        0.53, "log-odds at month 0, fading", "RevenueCat: +70 % odds in month 0"
    )
    onboarding_months: float = belief(4.0, "months", "RevenueCat")
    annual_term_odds: tuple[float, float, float] = belief(
        (0.62, 0.10, 0.20),
        "odds ratio in month 1, months 2 to 11, month 12 of the term",
        "IBM Telco by contract; RevenueCat: 34 % of cancellations in month 1, 11 in 12",
    )
    engagement_memory: float = belief(0.85, "per month", "choice")
    engagement_sd: float = belief(0.35, "log usage", "choice")
    engagement_effect: float = belief(-0.9, "log-odds per unit of log usage", "choice")
    decay_start: float = belief(0.042, "probability a month", "vendors only; choice")
    first_decays: float = belief(
        0.02, "share of newcomers whose usage decays from the start", "choice"
    )
    decay_recovery: float = belief(
        0.30, "probability a month", "vendors only: 60 % of decays recover; choice"
    )
    decay_effect: float = belief(
        2.8, "log-odds", "vendors only: 55 to 65 % of leavers decay first; choice"
    )
    decay_depth: tuple[float, float] = belief(
        (0.4, 0.6), "share of usage kept", "vendors only; choice"
    )
    ticket_rate: float = belief(
        0.058, "tickets a month of one seat, times the sum of the weights", "choice"
    )
    ticket_by_seats: float = belief(0.4, "log tickets per log seats", "choice")
    most_tickets: int = belief(4, "tickets a month", "choice")
    ticket_weights: tuple[float, float, float, float] = belief(
        (0.40, 0.35, 0.14, 2.0),
        "how-to; bug; price; cancel, times the probability of leaving",
        "choice",
    )
    price_ticket_odds: tuple[float, float] = belief(
        (0.8, 0.9), "log weight per sd of sensitivity; after a price rise", "choice"
    )
    price_complaint_months: int = belief(
        3, "months after a price rise with more complaints about the price", "choice"
    )
    answer_days: tuple[float, float] = belief(
        (0.4, 1.1), "log days to an answer: mean, sd", "choice"
    )
    answer_days_most: float = belief(
        28.0, "days after which every ticket is closed", "choice"
    )
    fast_and_slow_days: tuple[int, int] = belief(
        (1, 7), "days: fast up to the first, slow above the second", "choice"
    )
    ticket_effect: float = belief(
        0.30, "log-odds after a month with tickets", "ln 1.35: weak sources; choice"
    )
    unresolved_effect: float = belief(
        0.92, "log-odds, if the slowest answer was slow", "ln 2.5: weak sources; choice"
    )
    fast_effect: float = belief(
        -0.16, "log-odds, if every answer was fast", "ln 0.85: weak sources; choice"
    )
    irritation_memory: float = belief(0.6, "per month", "choice")
    cross_irritation: float = belief(
        0.35, "log-odds of irritation above which customers write crossly", "choice"
    )
    price_rise: tuple[float, float] = belief(
        (0.08, 0.14), "share: in the open months, in the sealed year", "choice"
    )
    price_rise_month: tuple[int, int] = belief(
        (9, 2), "month of the open months; of the sealed year", "choice"
    )
    price_rise_effect: tuple[float, float] = belief(
        (0.34, 0.08),
        "log-odds: in the month of the rise; what remains when it has faded",
        "Netflix US January 2022: +0.95 points",
    )
    price_rise_fade_months: int = belief(
        4, "months of fading, which start a month after the rise", "choice"
    )
    sensitivity_effect: float = belief(
        0.35, "log-odds per standard deviation while a price rise is fresh", "choice"
    )
    season_wave: float = belief(0.10, "log-odds, yearly", "choice")
    season_noise: float = belief(0.12, "log-odds, sd by month", "choice")
    competitor_month: int = belief(5, "month of the sealed year", "choice")
    competitor_effect: tuple[float, float] = belief(
        (0.20, 0.30), "log-odds, at mean and per sd of price sensitivity", "choice"
    )
    unexplained_sd: float = belief(0.35, "log-odds, never recorded", "choice")

    # --- why they leave without a decision: failed payments
    invoice_failure: float = belief(
        0.045, "probability per invoice", "Recurly, Stripe: second hand"
    )
    reliability_sd: float = belief(0.8, "log-odds of a failed invoice", "choice")
    reliability_shift: float = belief(
        0.45,
        "log-odds per squared sd; keeps the mean share of failures",
        "half of 1 - 2 x invoice_failure, the mean of a logistic function",
    )
    dunning_days: tuple[int, int, int] = belief(
        (3, 7, 14), "days from the failed invoice to each retry", "choice"
    )
    recovery: tuple[float, float, float] = belief(
        (0.25, 0.20, 0.22),
        "share of failed invoices that each retry recovers",
        "55 % by retries (Recurly); 12 % more by hand so that 0.86 % a month are lost",
    )

    # --- what leavers answer when asked why
    reason_price: tuple[float, float] = belief(
        (1.0, 0.5),
        "sd of price sensitivity, a recent price rise counting 1; share who say so",
        "choice",
    )
    reason_unused: float = belief(0.6, "share of leavers in a decay", "choice")

    # --- who comes back
    return_probability: float = belief(
        0.0237, "probability a month", "25 % in a year; Antenna: 34 % of adds"
    )
    return_months: int = belief(12, "months away after which nobody returns", "choice")

    # --- usage
    usage_level: float = belief(
        -0.14, "log of occasions on a weekday, one seat", "choice"
    )
    usage_by_seats: float = belief(0.5, "log occasions per log seats", "choice")
    usage_spread: tuple[float, float] = belief(
        (0.25, 0.45), "log usage per sd of fit, and of habit", "choice"
    )
    weekend_usage: float = belief(0.35, "share of a weekday's", "choice")
    silent_month: float = belief(
        0.05, "probability of a month without use, divided by the seats", "choice"
    )
    day_shape: float = belief(
        2.0, "Weibull shape of a day's sessions and of their length", "choice"
    )
    session_minutes: tuple[float, float] = belief(
        (20.0, 0.35), "minutes of a session; sd of its log by customer", "choice"
    )
    most_minutes: float = belief(
        480.0, "minutes on a day with someone at work, approached", "choice"
    )
    client_mix: tuple[float, ...] = belief((0.55, 0.25, 0.20), "share", "choice")
    own_client: float = belief(
        0.80, "share of days on the customer's own client; any client else", "choice"
    )
    notice_usage: float = belief(-0.5, "log usage, after a notice", "choice")
    working_hours: tuple[int, int] = belief((7, 21), "hours UTC: first, past", "choice")
    billing_hours: tuple[int, int] = belief(
        (2, 5), "hours UTC in which the system collects: first, past", "choice"
    )

    # --- what an offer does
    discount: float = belief(0.15, "share of two months' fees", "choice")
    discount_months: int = belief(2, "months", "choice")
    contact_usd: float = belief(0.50, "USD per offer", "choice")
    gross_margin: float = belief(0.80, "share of fees", "choice")
    offer_months: int = belief(6, "months that an effect lasts", "choice")
    cut_by_plan: tuple[float, ...] = belief(
        (0.10, 0.08, 0.05),
        "share of the voluntary hazard",
        "mean cut 11 to 28 %: Ascarza, Iyengar & Schleicher 2016 and others",
    )
    cut_price_ticket: float = belief(0.30, "share, after a price ticket", "choice")
    cut_price_ticket_months: int = belief(3, "months after the ticket", "choice")
    cut_price_rise: float = belief(
        0.26, "share, after a price rise, under a monthly contract", "choice"
    )
    cut_price_rise_months: int = belief(
        4, "months, that of the rise included", "choice"
    )
    cut_paid_search: float = belief(
        0.22, "share, of customers won by paid search: they came for a deal", "choice"
    )
    cut_first_year: float = belief(0.16, "share, in the first year", "choice")
    cut_first_year_months: int = belief(12, "months since the start", "choice")
    cut_decay: float = belief(-0.06, "share, while usage decays", "choice")
    cut_most: float = belief(0.80, "share", "choice")
    sleeping_dog_cut: float = belief(
        -0.35, "share", "plan advice raised churn 6.4 to 10 %: Ascarza et al. 2016"
    )
    sleeping_dog_usage: float = belief(
        -0.62, "log usage below which a silent customer is a sleeping dog", "choice"
    )
    sleeping_dog_months: int = belief(
        6, "months without a ticket that make a customer silent", "choice"
    )

    # --- the company's own offers in the open months
    pilot_months: tuple[int, int] = belief((12, 18), "months: first, past", "choice")
    pilot_share: float = belief(
        0.075, "share of the free offered a month; as many are controls", "choice"
    )
    ad_hoc_share: float = belief(0.30, "share of complaints about price", "choice")

    # --- the campaign of the sealed year
    campaign: tuple[int, int] = belief(
        (7, 10), "months of the sealed year: first, past", "choice"
    )
    campaign_joins: float = belief(2.0, "times the usual joins", "choice")
    campaign_plan_mix: tuple[float, ...] = belief((0.75, 0.22, 0.03), "share", "choice")
    campaign_channel_mix: tuple[float, ...] = belief(
        (0.10, 0.75, 0.05, 0.05, 0.05), "share", "choice"
    )

    # --- when news arrives
    late_news: float = belief(
        0.45, "share of customers' own cancellations booked late", "choice"
    )
    late_news_days: tuple[int, int] = belief((5, 28), "days: least, most", "choice")

    # --- columns of the flat export alone
    size_unknown: float = belief(0.08, "share of customers", "choice")
    survey_silent: float = belief(0.40, "share of customers", "choice")
    survey_answer: tuple[float, float, float, float] = belief(
        (3.6, 0.4, -0.8, 0.7),
        "points of 5: mean; per sd of fit; per log-odds of irritation; sd of the rest",
        "choice",
    )
    auto_renew: tuple[float, float] = belief(
        (0.93, 0.10), "share switched on: customers; former customers", "choice"
    )

    @property
    def months(self) -> int:
        """Count open and sealed months together."""
        return self.open_months + SEALED_MONTHS

    @property
    def price_rises(self) -> tuple[int, int]:
        """Return the months of both price rises, counted from the first open month."""
        in_open, in_sealed = self.price_rise_month
        return in_open, self.open_months + in_sealed

    def price_level(self, month: int) -> float:
        """Return the prices of `month` as a multiple of the first month's."""
        level = 1.0
        for raised, share in zip(self.price_rises, self.price_rise, strict=True):
            level *= 1 + share * (month >= raised)
        return level

    def in_campaign(self, month: int) -> bool:
        start, end = self.campaign
        return start <= month - self.open_months < end

    def fingerprint(self) -> str:
        """Return a hash of all beliefs but the size; it tells stale results apart."""
        sizeless = replace(self, customers=0)
        return blake2b(repr(sizeless).encode(), digest_size=8).hexdigest()


def beliefs() -> list[dict[str, Any]]:
    """Return every belief of `World` with its value, unit and source."""
    return [{"belief": f.name, "value": f.default, **f.metadata} for f in fields(World)]
