"""The contract: what a level may hand in, and how the rest is refused."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.judge.contract import BadPredictions, read_predictions

CUTOFF, WANTED = "2024-03-01", pd.Index([10_007, 10_003, 10_020, 10_011, 10_002])
ROW = st.integers(0, len(WANTED) - 1)


def predictions(**columns: object) -> pd.DataFrame:
    """Return rows that fulfil the contract, but for the columns named."""
    rows = {
        "customer_id": WANTED,
        "cutoff": CUTOFF,
        "p_churn": [0.0, 0.25, 0.5, 0.75, 1.0],
        "offer": [True, False, False, True, False],
    }
    return pd.DataFrame({**rows, **columns})


@pytest.fixture(scope="module")
def outbox(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("outbox")


def hand_in(outbox: Path, rows: pd.DataFrame) -> pd.DataFrame:
    rows.to_parquet(outbox / "predictions.parquet", index=False)
    return read_predictions(outbox, CUTOFF, WANTED)


def refusal(outbox: Path, rows: pd.DataFrame) -> str:
    """Hand in rows that are refused; give the message."""
    with pytest.raises(BadPredictions) as error:
        hand_in(outbox, rows)
    return str(error.value)


# --- what is taken -------------------------------------------------------------------


@given(st.permutations(range(len(WANTED))))
def test_rows_in_any_order_are_taken_and_come_back_in_the_wanted_one(outbox, order):
    read = hand_in(outbox, predictions().iloc[order])

    assert read.index.tolist() == WANTED.tolist()
    assert read["p_churn"].tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert read["offer"].tolist() == [True, False, False, True, False]


@given(st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_any_chance_is_taken_as_it_is(outbox, chances):
    assert hand_in(outbox, predictions(p_churn=chances))["p_churn"].tolist() == chances


# --- arms ----------------------------------------------------------------------------

AGREEING = ["treated", "withheld", "", "treated", ""]  # with the offers above


def test_without_arms_nobody_is_in_one(outbox):
    assert hand_in(outbox, predictions())["arm"].tolist() == [""] * 5


def test_arms_that_agree_with_the_offers_are_taken(outbox):
    assert hand_in(outbox, predictions(arm=AGREEING))["arm"].tolist() == AGREEING


@pytest.mark.parametrize(
    ("row", "arm"), [(0, "withheld"), (1, "treated"), (2, "treated"), (3, "withheld")]
)
def test_an_arm_that_disagrees_with_the_offer_is_refused(outbox, row, arm):
    """Who is treated gets the offer; from whom it is withheld gets none."""
    arms = [*AGREEING[:row], arm, *AGREEING[row + 1 :]]

    message = refusal(outbox, predictions(arm=arms))

    assert "1 rows with an arm that disagrees with the offer" in message
    assert str(WANTED[row]) in message


@pytest.mark.parametrize("arm", ["control", "Treated", " "])
def test_an_unknown_arm_is_refused_with_those_known(outbox, arm):
    message = refusal(outbox, predictions(arm=[*AGREEING[:4], arm]))

    assert "1 rows with an arm other than treated, withheld" in message


# --- customers -----------------------------------------------------------------------


@given(st.sets(ROW, min_size=1, max_size=4))
def test_missing_customers_are_counted_and_the_first_are_named(outbox, lost):
    rows = predictions().drop(index=sorted(lost))

    message = refusal(outbox, rows)

    first = ", ".join(str(i) for i in sorted(WANTED[sorted(lost)])[:3])
    assert f"{len(lost)} customers missing, the first: {first};" in message
    assert "each of the 5" in message


@given(st.lists(ROW, min_size=1, max_size=6))
def test_doubled_customers_are_named(outbox, again):
    rows = pd.concat([predictions(), predictions().iloc[again]])

    message = refusal(outbox, rows)

    assert f"{len(again)} customers doubled, the first: {WANTED[again[0]]}" in message


@given(st.sets(st.integers(20_000, 90_000), min_size=1, max_size=6))
def test_unknown_customers_are_named(outbox, strangers):
    more = pd.DataFrame({"customer_id": sorted(strangers), "cutoff": CUTOFF})
    rows = pd.concat([predictions(), more.assign(p_churn=0.1, offer=False)])

    message = refusal(outbox, rows)

    assert f"{len(strangers)} customers unknown, the first: {min(strangers)}" in message


def test_a_customer_taken_for_another_is_named(outbox):
    message = refusal(
        outbox, predictions(customer_id=[10_007, 10_003, 10_020, 7, 10_002])
    )

    assert "1 customers missing, the first: 10011" in message


# --- values --------------------------------------------------------------------------


@given(
    ROW,
    st.one_of(
        st.floats(max_value=0, exclude_max=True).filter(lambda p: p < 0),
        st.floats(min_value=1, exclude_min=True),
    ),
)
def test_a_chance_outside_0_to_1_is_refused_with_its_row(outbox, row, chance):
    rows = predictions()
    rows.loc[row, "p_churn"] = chance

    message = refusal(outbox, rows)

    assert "1 rows with p_churn outside [0, 1], the first:" in message
    assert str(WANTED[row]) in message


@pytest.mark.parametrize("column", ["customer_id", "cutoff", "p_churn", "offer", "arm"])
@pytest.mark.parametrize("nullable", [False, True])
@given(row=ROW)
def test_a_missing_value_is_refused_with_its_row(outbox, column, nullable, row):
    whole = predictions(arm=AGREEING)
    rows = whole.convert_dtypes() if nullable else whole.astype(object)
    rows.loc[row, column] = pd.NA if nullable else None

    message = refusal(outbox, rows)

    assert "1 rows with a missing value, the first:" in message
    assert f"\n{row} " in message


@given(ROW, st.sampled_from(["2024-02-01", "2024-03-01 ", "", "2024-03-01T00:00:00Z"]))
def test_another_cutoff_is_refused_with_its_row(outbox, row, cutoff):
    rows = predictions()
    rows.loc[row, "cutoff"] = cutoff

    message = refusal(outbox, rows)

    assert f"1 rows with a cutoff other than {CUTOFF}, the first:" in message
    assert str(WANTED[row]) in message


def test_of_many_bad_rows_the_first_three_are_shown(outbox):
    message = refusal(outbox, predictions(p_churn=[2.0, 0.1, 3.0, 4.0, 5.0]))

    assert "4 rows" in message
    assert [str(i) in message for i in WANTED] == [True, False, True, True, False]


# --- shape ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "columns",
    [
        ["customer_id", "cutoff", "p_churn"],
        ["customer_id", "cutoff", "p_churn", "offer", "score"],
        ["cutoff", "customer_id", "p_churn", "offer"],
        ["customer_id", "cutoff", "score", "offer"],
        [],
    ],
    ids=lambda columns: "-".join(columns) or "none",
)
def test_other_columns_are_refused_with_those_wanted(outbox, columns):
    message = refusal(outbox, predictions(score=0.5)[columns])

    assert "wanted columns ['customer_id', 'cutoff', 'p_churn', 'offer']" in message
    assert f"found {columns}" in message


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("customer_id", WANTED.astype(float)),
        ("customer_id", WANTED.astype(str)),
        ("cutoff", pd.Timestamp(CUTOFF)),
        ("p_churn", ["0.1"] * 5),
        ("p_churn", [False] * 5),
        ("offer", [1, 0, 0, 1, 0]),
        ("offer", ["True"] * 5),
        ("offer", [1.0] * 5),
        ("arm", [1, 0, 0, 1, 0]),
    ],
)
def test_another_type_is_refused_with_the_type_found(outbox, column, values):
    rows = predictions(**{column: values})

    message = refusal(outbox, rows)

    assert message.startswith(f"{column}: wanted ")
    assert message.endswith(f"found {rows[column].dtype}")
