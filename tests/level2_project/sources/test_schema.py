"""Schema: what a cell may hold, and how a file with wrong cells is refused."""

import pandas as pd
import pandera.pandas as pa
import pytest
from pandera.errors import SchemaError, SchemaErrors

from level2_project.sources.drops import read_json
from level2_project.sources.schema import BadDrop, checked, number, time, utc, word

OFFERS = {
    "offer_id": ["1", "2", "3"],
    "customer_id": ["10", "11", "12"],
    "event_at": "2022-01-05 09:00:00Z",
    "arrived_at": "2022-01-05 10:00:00Z",
    "campaign": "pilot",
    "arm": "treated",
    "discount": "0.15",
    "discount_months": "2",
}


def refused(**cells: object) -> str:
    """Check three offers, some cells of which are wrong."""
    with pytest.raises(BadDrop) as error:
        checked(pd.DataFrame(OFFERS | cells), "offers", "2022-01/offers.csv")
    return str(error.value)


def is_allowed(cell: object, column: pa.Column) -> bool:
    try:
        pa.DataFrameSchema({"cell": column}).validate(pd.DataFrame({"cell": [cell]}))
    except (SchemaError, SchemaErrors):
        return False
    return True


def test_offers_as_they_should_be_are_checked_and_their_numbers_read():
    found = checked(pd.DataFrame(OFFERS), "offers", "2022-01/offers.csv")

    assert found["offer_id"].tolist() == [1, 2, 3]
    assert found["discount"].tolist() == [0.15] * 3


@pytest.mark.parametrize(
    ("cell", "allowed"),
    [
        ("2022-03-05 12:00:00Z", True),
        ("2022-03-05 12:00:00-03:30", True),
        ("2022-03-05 12:00:00", False),  # in which zone?
        ("2022-02-30 12:00:00Z", False),
        ("05.03.2022", False),
        ("soon", False),
        (None, False),
    ],
)
def test_a_time_must_be_readable_and_say_its_zone(cell, allowed):
    assert is_allowed(cell, time()) == allowed


def test_what_is_no_time_is_missing():
    assert utc(pd.Series(["soon", "2022-03-05 12:00:00+02:00"])).tolist() == [
        pd.NaT,
        pd.Timestamp("2022-03-05 10:00:00"),
    ]


@pytest.mark.parametrize(
    ("cell", "allowed"), [("-1.5", True), ("inf", False), ("x", False), (None, False)]
)
def test_a_number_is_finite(cell, allowed):
    assert is_allowed(cell, number()) == allowed


def test_a_word_may_be_spelled_in_any_way_but_must_be_known():
    assert is_allowed(" Solo.", word("solo", "team"))
    assert not is_allowed("duo", word("solo", "team"))
    assert is_allowed("duo", word())


def test_the_first_wrong_row_is_named_and_the_other_cells_are_counted():
    said = refused(arm=["treated", "treated", "healed"], discount=["0.1", "x", "inf"])

    assert said == (
        "2022-01/offers.csv, column discount, row 2: wanted a finite number, "
        "found 'x' (2 more cells are wrong). "
        "Remedy: have the source send this month's file again."
    )


def test_an_empty_cell_is_called_empty():
    said = refused(offer_id=["1", None, "3"])

    assert "column offer_id, row 2: wanted a whole number, found an empty cell" in said


def test_an_unknown_word_asks_for_its_meaning():
    said = refused(arm=["treated", "healed", "control"])

    assert "row 2: wanted one of treated, control, withheld, found 'healed'. " in said
    assert "Remedy: ask the source what it means" in said


def test_a_field_that_one_line_lacks_is_an_empty_cell_of_that_line():
    lines = b'{"ticket_id": 1, "customer_id": 10}\n{"customer_id": 11}\n'

    rows = read_json(lines, [], "2022-01/tickets.jsonl")

    assert rows["customer_id"].tolist() == ["10", "11"]
    assert rows["ticket_id"].isna().tolist() == [False, True]
    assert rows["ticket_id"][0] == "1"
