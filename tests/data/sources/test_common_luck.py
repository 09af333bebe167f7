"""Common random numbers: who gets no offer lives the same life, whoever gets one."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.simulate import simulate
from data.sources.deliver import Drop, arrive, deliver
from data.sources.emit import emit
from data.sources.mess import KEYS, Mess
from data.sources.plan import Plan
from data.world.beliefs import World
from data.world.company import Company
from data.world.company_offers import no_offers
from data.world.state import State
from data.world.truth import truth
from tests.worlds import SOURCES, digests, live_on, state_at

WORLD, SEED, AHEAD = World(customers=400), 3, 8
COMPANY = Company(WORLD, SEED)
HIDDEN = (
    "plan seats engagement in_decay irritation since_price_ticket since_ticket "
    "dunning_stage"
).split()


def columns(state: State) -> dict[str, np.ndarray]:
    """Return every array of a state, its traits included."""
    own = {f.name: getattr(state, f.name) for f in fields(state)}
    traits = own.pop("traits")
    born = {f.name: getattr(traits, f.name) for f in fields(traits)}
    arrays = {**own, **born}
    return {k: v for k, v in arrays.items() if isinstance(v, np.ndarray)}


def rows_without(rows: pd.DataFrame, customers: np.ndarray) -> pd.DataFrame:
    """Return the rows of all other customers, newcomers included."""
    return rows[~rows["customer_id"].isin(customers)].reset_index(drop=True)


def both_lives(month: int, mask_seed: int, share: float):
    """Live on from `month` with and without offers to a random share."""
    state = state_at(WORLD, SEED, month)
    offers = np.random.default_rng(mask_seed).random(len(state)) < share
    treated = state.customer_id[offers]
    lives = [live_on(COMPANY, state, x, AHEAD) for x in (offers, no_offers(state))]
    return treated, zip(*lives, strict=True)


@settings(max_examples=5)
@given(st.integers(0, 30), st.integers(0, 99), st.sampled_from([0.03, 0.3, 0.97]))
def test_offers_to_others_change_no_row_and_no_truth(month, mask_seed, share):
    treated, months = both_lives(month, mask_seed, share)

    for (with_offers, _), (without, _) in months:
        told = [emit(COMPANY, e) for e in (with_offers, without)]
        known = [truth(WORLD, e) for e in (with_offers, without)]

        for source in SOURCES:
            mine, theirs = (rows_without(rows[source], treated) for rows in told)
            pd.testing.assert_frame_equal(mine, theirs)
        pd.testing.assert_frame_equal(*(rows_without(rows, treated) for rows in known))


@settings(max_examples=8)
@given(st.integers(0, 30), st.integers(0, 99), st.sampled_from([0.03, 0.3, 0.97]))
def test_offers_to_others_change_no_state(month, mask_seed, share):
    treated, months = both_lives(month, mask_seed, share)

    for (_, state), (_, without) in months:
        others = ~np.isin(state.customer_id, treated)
        mine, theirs = columns(state), columns(without)

        changed = [k for k in mine if (mine[k][others] != theirs[k][others]).any()]
        assert changed == []


@settings(max_examples=8)
@given(st.integers(0, 30), st.integers(0, 99))
def test_an_offer_changes_no_hidden_state_of_whom_it_is_made_to(month, mask_seed):
    _, months = both_lives(month, mask_seed, share=0.5)

    for (_, state), (_, without) in months:
        mine, theirs = columns(state), columns(without)

        assert [k for k in HIDDEN if (mine[k] != theirs[k]).any()] == []


def test_an_offer_keeps_some_and_wakes_some_of_those_who_get_it():
    """The offers of the tests above do something."""
    world = World(customers=20_000)
    state = state_at(world, SEED, 8)
    everybody = np.ones(len(state), bool)

    kept = next(live_on(Company(world, SEED), state, everybody, 1))[0]
    alone = next(live_on(Company(world, SEED), state, no_offers(state), 1))[0]

    assert ((kept.left == 0) & (alone.left > 0)).sum() > 5
    assert ((kept.left > 0) & (alone.left == 0)).sum() > 0


class Messier(Plan):
    """The same world with three times the mess."""

    @property
    def mess(self):
        from dataclasses import replace

        calm = super().mess
        rates = {
            f.name: 3 * getattr(calm, f.name)
            for f in fields(calm)
            if isinstance(getattr(calm, f.name), float)
        }
        return replace(calm, **rates, test_accounts=20, outage_month=3)


@pytest.fixture(scope="module")
def two_messes(tmp_path_factory):
    """Folders of one world with the usual mess and with far more."""
    folder = tmp_path_factory.mktemp("messes")
    world = World(customers=300, open_months=4)
    simulate(Plan(world, SEED, folder / "usual"), workers=1)
    simulate(Messier(world, SEED, folder / "messier"), workers=1)
    return folder / "usual", folder / "messier"


def test_the_mess_changes_no_truth_and_no_flat_export(two_messes):
    usual, messier = (digests(folder) for folder in two_messes)

    clean = [n for n in usual if n.startswith("sealed/truth") or n == "flat.csv"]

    assert len(clean) == 16 + 1
    assert [name for name in clean if usual[name] != messier[name]] == []


def test_more_mess_means_other_files(two_messes):
    usual, messier = (digests(folder) for folder in two_messes)

    assert usual["2022-02/usage.parquet"] != messier["2022-02/usage.parquet"]
    assert usual["2022-02/customers.csv"] != messier["2022-02/customers.csv"]


# --- an offer to one customer leaves the published rows of all others as they are ----

# How many numbers there are for the rows of one customer.
PER_CUSTOMER = {
    "subscriptions": 100_000, "transactions": 100_000, "tickets": 10_000,
    "offers": 100_000,
}  # fmt: skip


def published_with(offers: np.ndarray, state: State, months: int) -> list[Drop]:
    """Return what is sent in the months after these offers, and no others."""
    mess, late, drops = Mess(), {}, []
    for events, _ in live_on(COMPANY, state, offers, months):
        rows, streams = emit(COMPANY, events), COMPANY.streams
        arrivals = arrive(mess, streams, events.month, rows)
        drops += deliver(mess, streams, events.month, arrivals, late)
        late = arrivals.next_month
    return drops


def customer_of(key: pd.Series, source: str) -> pd.Series:
    """Return the customer of each row's number; an orphan's is the one copied."""
    per_customer = PER_CUSTOMER.get(source, 1)
    return key.astype(np.int64) // per_customer


def rows_of_others(drop: Drop, source: str, customer_id: int) -> pd.DataFrame:
    rows = drop.sources[source]
    mine = customer_of(rows[KEYS[source]], source) == customer_id
    return rows[~mine].reset_index(drop=True)


def noted_of_others(drop: Drop, customer_id: int) -> pd.DataFrame:
    """Return the ledger's rows but for places, which count all rows of a file."""
    parts = [
        rows[customer_of(rows["key"], str(source)) != customer_id]
        for source, rows in drop.ledger.groupby("source")
        if source in KEYS
    ]
    noted = pd.concat(parts).drop(columns="file_row")
    noted = noted[noted["defect"] != "schema_change"]  # names a file, by its last row
    return noted.sort_values([*noted]).reset_index(drop=True)


def kept_by_an_offer(state: State, months: int) -> np.ndarray:
    """Return the positions of customers who leave only with, or only without, one."""
    n, left = len(state), []
    for offers in (state.active, no_offers(state)):
        lived = live_on(COMPANY, state, offers, months)
        left.append(np.array([events.left[:n] > 0 for events, _ in lived]).any(axis=0))
    return np.flatnonzero(left[0] != left[1])


@pytest.mark.parametrize("month", [3, 30])  # a drop comes short in the months after
def test_one_offer_changes_the_defects_of_no_other_customers_rows(month):
    """It does change how many rows stand before theirs in the file."""
    state = state_at(WORLD, SEED, month)
    nobody = no_offers(state)
    alone = published_with(nobody, state, months=4)
    positions = kept_by_an_offer(state, months=3)[:2]
    assert len(positions) > 0
    for position in positions:
        customer_id, offers = int(state.customer_id[position]), nobody.copy()
        offers[position] = True

        treated = published_with(offers, state, months=4)

        n_rows = [[len(d.sources["usage"]) for d in x] for x in (treated, alone)]
        assert n_rows[0] != n_rows[1]
        for mine, theirs in zip(treated, alone, strict=True):
            for source in SOURCES:
                pd.testing.assert_frame_equal(
                    rows_of_others(mine, source, customer_id),
                    rows_of_others(theirs, source, customer_id),
                )
            pd.testing.assert_frame_equal(
                noted_of_others(mine, customer_id), noted_of_others(theirs, customer_id)
            )


def test_withheld_offers_are_told_of_and_change_nothing_else():
    state = state_at(WORLD, SEED, 24)
    (events, _), *_ = live_on(COMPANY, state, state.active, 1)
    withheld = ~state.active
    withheld[: len(state) // 2] = True

    told, plain = emit(COMPANY, events, withheld), emit(COMPANY, events)

    rows = told["offers"]
    ids = state.customer_id[withheld & ~events.offers]
    mine = rows[rows["arm"] == "withheld"]
    assert len(ids) > 0
    assert mine["customer_id"].tolist() == ids.tolist()
    assert set(mine["campaign"]) == {"level"}
    assert (mine[["discount", "discount_months"]] == 0).all().all()
    assert (mine["arrived_at"] - mine["event_at"]).nunique() == 1
    pd.testing.assert_frame_equal(
        rows.drop(index=mine.index).reset_index(drop=True), plain["offers"]
    )
    for source in set(SOURCES) - {"offers"}:
        pd.testing.assert_frame_equal(told[source], plain[source])
