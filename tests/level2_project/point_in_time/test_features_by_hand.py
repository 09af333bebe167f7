"""Features against their plain definition, one customer and cutoff after another."""

import numpy as np
import pandas as pd
import pytest

from level2_project.features import features
from level2_project.load import Sources
from tests.level2_project.clean_sources import clean_sources, made_up_text

CUTOFFS = pd.DatetimeIndex(["2022-06-01", "2023-02-01", "2023-11-01"])
DAY = pd.Timedelta(days=1)


class Told:
    """All that one cutoff knows of one customer."""

    def __init__(
        self, sources: Sources, customer_id: int, cutoff: pd.Timestamp
    ) -> None:
        self.cutoff = cutoff
        for name, rows in sources._asdict().items():
            happened = rows["day" if name == "usage" else "event_at"]
            own = rows["customer_id"] == customer_id
            known = own & (happened < cutoff) & (rows["arrived_at"] < cutoff)
            setattr(
                self, name, rows[known].assign(at=happened[known]).sort_values("at")
            )

    def recent(self, rows: pd.DataFrame, days: int) -> pd.DataFrame:
        return rows[rows["at"] >= self.cutoff - days * DAY]

    def days_since(self, rows: pd.DataFrame) -> float:
        return (self.cutoff - rows["at"].max()) / DAY

    def of_kind(self, *kinds: str) -> pd.DataFrame:
        return self.transactions[self.transactions["kind"].isin(kinds)]

    def tickets_that_were(self, event: str) -> pd.DataFrame:
        return self.tickets[self.tickets["event"] == event].set_index("ticket_id")


@pytest.fixture(scope="module")
def sources(small_clean) -> Sources:
    """A dozen customers to whom much has happened, with all their news."""
    sources = clean_sources(small_clean)
    busy = sources.tickets["customer_id"].value_counts()[:6]
    unpaid = sources.transactions.query("kind == 'retry_failed'")["customer_id"]
    back = sources.subscriptions.query("event == 'return'")["customer_id"]
    who = {*busy.index, *unpaid[:6], *back[:6]}
    return Sources(*(rows[rows["customer_id"].isin(who)] for rows in sources))


@pytest.fixture(scope="module")
def found(sources) -> pd.DataFrame:
    """Features of those who had started by then, gone or not."""
    starts = sources.subscriptions.query("event == 'start'")
    rows = starts[["customer_id", "arrived_at"]].merge(
        pd.Series(CUTOFFS, name="cutoff"), how="cross"
    )
    rows = rows[rows["arrived_at"] < rows["cutoff"]][["customer_id", "cutoff"]]
    return features(sources, made_up_text(sources.tickets), rows)


@pytest.fixture(scope="module")
def told(sources, found) -> list[Told]:
    """What was known of each row of `found`."""
    return [Told(sources, *key) for key in found[["customer_id", "cutoff"]].to_numpy()]


def agrees(found: pd.DataFrame, column: str, wanted: list[float]) -> None:
    assert len(found) > 20
    np.testing.assert_allclose(found[column], wanted, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("days", [7, 28, 90])
def test_usage_sums(found, told, days):
    recent = [t.recent(t.usage, days) for t in told]

    agrees(found, f"active_days_{days}", [len(rows) for rows in recent])
    agrees(found, f"minutes_{days}", [rows["minutes"].sum() for rows in recent])
    agrees(found, f"sessions_{days}", [rows["sessions"].sum() for rows in recent])


def test_days_since_the_last_use(found, told):
    last_use = pd.Series([t.days_since(t.usage) for t in told])

    agrees(found, "days_since_last_use", last_use.where(last_use <= 365))


def test_clients(found, told):
    clients = [t.recent(t.usage, 28)["client"] for t in told]

    agrees(found, "ios_days_28", [(client == "ios").sum() for client in clients])
    agrees(found, "n_clients_28", [client.nunique() for client in clients])


@pytest.mark.parametrize("kind", ["paid", "failed", "retry_paid", "retry_failed"])
def test_days_since_attempts_to_collect(found, told, kind):
    agrees(found, f"days_since_{kind}", [t.days_since(t.of_kind(kind)) for t in told])


def test_open_invoices_are_those_whose_last_attempt_failed(found, told):
    attempts = [t.transactions.query("kind != 'refund'")["kind"] for t in told]

    wanted = ["failed" in "".join(kind[-1:]) for kind in attempts]

    agrees(found, "is_unpaid", wanted)
    assert 0 < sum(wanted) < len(wanted)


def test_failures_and_invoices(found, told):
    failed = [t.of_kind("failed") for t in told]
    recent = [len(t.recent(rows, 90)) for t, rows in zip(told, failed, strict=True)]

    agrees(found, "n_failed_payments", [len(rows) for rows in failed])
    agrees(found, "n_failed_payments_90", recent)
    assert sum(recent) > 0


def test_the_last_invoice_and_the_one_of_a_quarter_ago(found, told):
    invoices = [t.of_kind("paid", "failed") for t in told]

    now = [amount(rows) for rows in invoices]
    old = [
        amount(rows[rows["at"] < t.cutoff - 90 * DAY])
        for t, rows in zip(told, invoices, strict=True)
    ]

    agrees(found, "invoice_usd", now)
    agrees(found, "invoice_change_90", np.array(now) / np.array(old))


def amount(invoices: pd.DataFrame) -> float:
    """Return the last amount, NaN if there is none."""
    return next(iter(invoices["amount_usd"].iloc[::-1]), np.nan)


def test_tickets_and_answers(found, told):
    opened, resolved = ([t.tickets_that_were(e) for t in told]
                        for e in ("opened", "resolved"))  # fmt: skip
    slow = [
        (t.recent(done, 90)["at"] - asked["at"].reindex(t.recent(done, 90).index))
        for t, asked, done in zip(told, opened, resolved, strict=True)
    ]

    agrees(found, "n_tickets", [len(rows) for rows in opened])
    agrees(found, "n_slow_answers_90", [(took > 7 * DAY).sum() for took in slow])
    agrees(found, "n_fast_answers_90", [(took <= DAY).sum() for took in slow])


def test_open_tickets_and_how_long_the_oldest_has_waited(found, told):
    waiting = [
        t.tickets_that_were("opened").drop(
            t.tickets_that_were("resolved").index, errors="ignore"
        )
        for t in told
    ]

    days = [
        (t.cutoff - w["at"].min()) / DAY for t, w in zip(told, waiting, strict=True)
    ]

    agrees(found, "n_open_tickets", [len(rows) for rows in waiting])
    agrees(found, "waiting_days", np.nan_to_num(days))


def test_what_was_written(found, told):
    tickets = [t.recent(t.tickets_that_were("opened"), 90).index for t in told]

    agrees(found, "tone_90", [np.sum(np.cos(ids)) for ids in tickets])


def test_contract_and_tenure(found, told):
    terms = [t.subscriptions.query("event != 'cancel'") for t in told]
    starts = [t.subscriptions.query("event == 'start'") for t in told]
    tenure = [t.days_since(rows) for t, rows in zip(told, starts, strict=True)]

    assert found["plan"].tolist() == [rows["plan"].iloc[-1] for rows in terms]
    agrees(found, "seats", [rows["seats"].iloc[-1] for rows in terms])
    agrees(
        found, "monthly_fee_usd", [rows["monthly_fee_usd"].iloc[-1] for rows in terms]
    )
    agrees(found, "tenure_days", tenure)


def test_returns(found, told):
    returns = [t.subscriptions.query("event == 'return'") for t in told]

    agrees(found, "n_returns", [len(rows) for rows in returns])
    assert found["n_returns"].sum() > 0


def test_the_place_in_the_yearly_term(found, told):
    annual = found["contract"] == "annual"
    began = pd.DatetimeIndex(
        t.subscriptions.query("event in ('start', 'return')")["at"].iloc[-1]
        for t in told
    )
    renewals = [
        next(at for k in range(1, 20)
             if (at := start + pd.DateOffset(years=k)) >= t.cutoff)
        for start, t in zip(began, told, strict=True)
    ]  # fmt: skip

    days = [(at - t.cutoff) / DAY for at, t in zip(renewals, told, strict=True)]

    agrees(found, "days_to_renewal", np.where(annual, days, np.nan))
    months_left = 11 - found["term_month"][annual]
    assert np.abs(found["days_to_renewal"][annual] / 30.4 - months_left - 0.5).max() < 1
    assert annual.sum() > 5


def test_offers_and_their_discounts(found, told):
    treated = [t.offers.query("arm == 'treated'") for t in told]
    running = [
        (rows["at"].iloc[-1:] + 60 * DAY > t.cutoff).sum()
        for t, rows in zip(told, treated, strict=True)
    ]

    agrees(found, "n_offers", [len(rows) for rows in treated])
    agrees(found, "has_discount", running)
