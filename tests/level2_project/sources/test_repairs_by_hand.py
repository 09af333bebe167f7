"""Repairs by hand: one small frame each, and what must hold for any text or time."""

import doctest

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from level2_project.sources import completeness, repairs, schema

NOON = pd.Timestamp("2022-03-05 12:00:00")


def rows(**columns: list) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    where = {"drop": [2] * n, "file_row": range(1, n + 1)}
    return pd.DataFrame(where | columns)


@given(
    st.datetimes(pd.Timestamp("1990-01-01"), pd.Timestamp("2090-01-01")),
    st.integers(-14 * 4, 14 * 4),
)
def test_a_time_in_any_zone_is_the_same_moment_in_utc(utc, quarters):
    utc = pd.Timestamp(utc).floor("s")
    local = utc + pd.Timedelta(minutes=15 * quarters)
    hours, minutes = divmod(15 * abs(quarters), 60)
    text = f"{local:%Y-%m-%d %H:%M:%S}{'-+'[quarters >= 0]}{hours:02d}:{minutes:02d}"
    times = [text, f"{utc:%Y-%m-%d %H:%M:%S}Z"]
    given_rows = rows(event_at=times, arrived_at=times)

    settled, n_rows = repairs.settle_time_zones(given_rows, "offers")

    assert settled["event_at"].tolist() == [utc, utc]
    assert n_rows == 1


@given(st.text(st.characters(codec="utf-8")))
def test_a_settled_word_is_settled(word):
    assert schema.spelled(schema.spelled(word)) == schema.spelled(word)


@given(
    st.sampled_from(["north_america", "solo", "asia_pacific"]),
    st.sampled_from([str.upper, str.title, str.capitalize]),
    st.sampled_from(["_", " ", "-", "  "]),
    st.sampled_from([" {} ", "{}.", "\t{}", "{}"]),
)
def test_a_word_is_the_same_however_it_is_typed(word, case, gap, around):
    typed = around.format(case(word).replace("_", gap))

    assert schema.spelled(typed) == word


def test_the_example_in_the_docstring_holds():
    assert doctest.testmod(schema) == (0, 1)


def test_an_empty_end_of_access_stays_empty():
    noon = ["2022-03-05 12:00:00Z"] * 2
    given_rows = rows(event_at=noon, arrived_at=noon, ends_on=[noon[0], None])

    settled, n_rows = repairs.settle_time_zones(given_rows, "subscriptions")

    assert settled["ends_on"].tolist() == [NOON, pd.NaT]
    assert n_rows == 0


def test_text_comes_from_whichever_field_has_it():
    given_rows = rows(text=["old", None, None], body=[None, "new", None])

    settled, n_rows = repairs.settle_schema(given_rows, "tickets")

    assert settled["text"].fillna("").tolist() == ["old", "new", ""]
    assert "body" not in settled
    assert n_rows == 1


def test_of_copies_in_one_file_one_is_kept():
    given_rows = rows(offer_id=[1, 2, 1, 3, 1])

    kept, n_rows = repairs.drop_duplicates(given_rows, "offers")

    assert kept["file_row"].tolist() == [1, 2, 4]
    assert n_rows == 2


def test_what_two_drops_share_is_no_duplicate_within_either():
    given_rows = rows(offer_id=[1, 1]).assign(drop=[2, 3])

    kept, n_rows = repairs.drop_duplicates(given_rows, "offers")

    assert (len(kept), n_rows) == (2, 0)


def test_rows_that_arrived_after_their_month_came_when_the_drop_was_sent_again():
    arrived = pd.to_datetime(
        ["2022-03-05 00:00:00", "2022-03-31 23:59:59", "2022-04-01 00:00:00"]
    )

    counted, n_rows = repairs.count_resent_rows(rows(arrived_at=arrived))

    assert (len(counted), n_rows) == (3, 1)


def crm_of(*news: tuple[int, str, str]) -> pd.DataFrame:
    crm = pd.DataFrame(news, columns=["customer_id", "email", "arrived_at"])
    return crm.assign(arrived_at=pd.to_datetime(crm["arrived_at"]))


def test_colleagues_and_strangers_are_dropped():
    given_rows = rows(customer_id=[10, 17, 9_000_000, 11], arrived_at=[NOON] * 4)
    crm = crm_of(
        (10, "a@b.test", "2022-01-05"),
        (11, "c@d.test", "2022-03-31"),  # heard of later, but in the same drop
        (9_000_000, f"colleague{repairs.HOUSE}", "2022-03-01"),
    )

    without_house, n_house = repairs.drop_test_accounts(given_rows, crm)
    kept, n_orphans = repairs.drop_orphans(without_house, crm)

    assert kept["customer_id"].tolist() == [10, 11]
    assert (n_house, n_orphans) == (1, 1)


def test_a_later_address_makes_nobody_a_colleague_and_no_colleague_a_customer():
    given_rows = rows(customer_id=[10, 11], arrived_at=[NOON] * 2)
    crm = crm_of(
        (10, f"b{repairs.HOUSE}", "2022-03-02"),
        (10, "a@b.test", "2022-01-05"),
        (11, f"c{repairs.HOUSE}", "2022-01-05"),
        (11, "d@d.test", "2022-03-02"),
    )

    kept, n_rows = repairs.drop_test_accounts(given_rows, crm)

    assert kept["customer_id"].tolist() == [10]
    assert n_rows == 1


def test_news_of_a_later_month_does_not_decide_on_a_row():
    given_rows = rows(customer_id=[10, 11], arrived_at=[NOON] * 2)
    crm = crm_of(
        (10, f"a{repairs.HOUSE}", "2022-04-01"), (11, "b@b.test", "2022-04-01")
    )

    kept, _ = repairs.drop_test_accounts(given_rows, crm)
    known, _ = repairs.drop_orphans(given_rows, crm)

    assert kept["customer_id"].tolist() == [10, 11]
    assert known.empty


# --- usage ---------------------------------------------------------------------------


def usage(drop: int, client: str, minutes: list[float]) -> pd.DataFrame:
    frame = pd.DataFrame({"minutes": minutes}, dtype="float32")
    return frame.assign(drop=drop, client=client)


def test_a_client_in_seconds_is_found_even_if_it_never_reported_minutes():
    given_rows = pd.concat(
        [
            usage(0, "web", [20, 30, 10]),
            usage(0, "ios", [1200, 1800, 600, 32_767, -1]),
            usage(0, "android", [22, 31, 9]),
            usage(1, "web", [25, 300, 12]),
            usage(1, "ios", [1260, 18_000, 660]),
            usage(1, "android", [18]),
        ],
        ignore_index=True,
    )

    settled, n_rows = repairs.settle_units(given_rows)

    minutes = settled.loc[settled["client"] == "ios", "minutes"]
    assert minutes.tolist() == [20, 30, 10, 32_767, -1, 21, 300, 11]
    assert settled.loc[settled["client"] != "ios", "minutes"].max() == 300
    assert n_rows == 6


def test_a_long_day_is_no_change_of_unit():
    given_rows = pd.concat(
        [usage(0, "web", [20, 30, 1400]), usage(0, "ios", [60, 90, 1300])]
    )

    assert repairs.settle_units(given_rows).n_rows == 0


def test_what_cannot_be_is_blank_and_what_can_stays():
    given_rows = rows(minutes=[-1.0, 0.0, 1440.0, 1441.0, 32_767.0])

    settled, n_rows = repairs.blank_absurd_values(given_rows, "usage")

    assert settled["minutes"].isna().tolist() == [True, False, False, True, True]
    assert n_rows == 3


def days_of(client: str, n_days: int, n_rows: int) -> pd.DataFrame:
    day = pd.date_range("2022-03-01", periods=n_days, unit="s").repeat(n_rows)
    frame = pd.DataFrame({"day": day, "arrived_at": day + pd.Timedelta(hours=27)})
    return frame.assign(client=pd.Categorical([client] * len(day), ["web", "ios"]))


def test_a_day_without_rows_is_silent_only_where_many_are_usual():
    web, ios = days_of("web", 10, 40), days_of("ios", 10, 3)
    fifth = pd.Timestamp("2022-03-05")
    given_rows = pd.concat([web[web["day"] != fifth], ios[ios["day"] != fifth]])

    silent = completeness.silent_days(given_rows, pd.Timestamp("2022-03-12"))

    assert silent.to_numpy().tolist() == [["web", fifth]]


def test_a_day_whose_rows_are_still_on_their_way_is_not_silent():
    given_rows = days_of("web", 10, 40)  # the last arrived on the 11th

    silent = completeness.silent_days(given_rows, pd.Timestamp("2022-03-12"))

    assert silent.empty


def test_rows_are_late_against_what_is_usual_for_their_source():
    happened = pd.Series([NOON] * 4)
    hours = pd.Series([27, 27, 27, 27 + 48])
    given_rows = rows(day=happened, arrived_at=happened + pd.to_timedelta(hours, "h"))

    assert repairs.count_late_rows(given_rows, "day").n_rows == 1


# --- completeness --------------------------------------------------------------------


def payments(n_months: int, a_day: int, last_day: int = 31) -> pd.DataFrame:
    """Return as many payments on every day of each month, up to its last such day."""
    days = pd.date_range("2022-01-01", periods=31 * n_months, unit="s")
    days = days[(days.month <= n_months) & (days.year == 2022) & (days.day <= last_day)]
    at = days.repeat(a_day) + pd.Timedelta(hours=9)
    return pd.DataFrame({"event_at": at, "drop": at.month - 1})


def is_refused(rows: pd.DataFrame, n_months: int) -> bool:
    try:
        completeness.check_completeness(rows, "transactions", range(n_months))
    except schema.BadDrop:
        return True
    return False


@given(st.integers(1, 200), st.integers(0, 7), st.integers(5, 26))
def test_a_drop_that_ends_early_is_refused_if_enough_is_missing(a_day, short, day):
    rows = payments(8, a_day)
    ends_early = (rows["drop"] == short) & (rows["event_at"].dt.day > day)
    n_missing = ends_early.sum()

    refused = is_refused(rows[~ends_early], 8)

    assert refused or n_missing < 25
    assert not refused or n_missing > 12


@given(st.integers(1, 2_000), st.integers(2, 12))
def test_days_on_which_nothing_ever_happens_make_no_month_short(a_day, n_months):
    assert not is_refused(payments(n_months, a_day, last_day=26), n_months)


def test_a_month_without_a_row_is_short():
    rows = payments(8, 3)

    assert is_refused(rows[rows["drop"] != 7], 8)
