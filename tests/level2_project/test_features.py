"""Features: one row per customer and cutoff, and nothing from after the cutoff."""

import numpy as np
import pandas as pd
import pytest

from level2_project.config import Labelling
from level2_project.features import features
from level2_project.label import roster
from level2_project.load import Sources
from level2_project.point_in_time.keys import KEYS
from level2_project.point_in_time.usage import USAGE_MONTHS
from tests.level2_project.clean_sources import clean_sources, made_up_text

LABELLING = Labelling(voluntary=True, involuntary=True, date="decision", returners=True)
CUTOFFS = pd.DatetimeIndex(["2022-05-01", "2022-11-01", "2023-03-01", "2023-12-01"])
TIMES = ("event_at", "day")


@pytest.fixture(scope="module")
def sources(small_clean) -> Sources:
    """What a third of the small world's customers left."""
    return Sources(
        *(rows[rows["customer_id"] % 3 == 0] for rows in clean_sources(small_clean))
    )


@pytest.fixture(scope="module")
def text(sources) -> pd.DataFrame:
    return made_up_text(sources.tickets)


@pytest.fixture(scope="module")
def rows(sources) -> pd.DataFrame:
    return roster(sources.subscriptions, CUTOFFS, LABELLING)


@pytest.fixture(scope="module")
def found(sources, text, rows) -> pd.DataFrame:
    return features(sources, text, rows)


def arrived(rows: pd.DataFrame, cutoff: pd.Timestamp) -> pd.Series:
    return rows["arrived_at"] < cutoff


def deleted(sources: Sources, cutoff: pd.Timestamp) -> Sources:
    """Forget what arrived at the cutoff or later."""
    return Sources(*(rows[arrived(rows, cutoff)] for rows in sources))


def rewritten(sources: Sources, cutoff: pd.Timestamp) -> Sources:
    """Put other values into all that arrived at the cutoff or later.

    Rows change places with each other, numbers grow, and events are dated back to
    where they would count if anybody looked at them.
    """
    return Sources(*(_rewritten(rows, cutoff) for rows in sources))


def _rewritten(rows: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    past, future = rows[arrived(rows, cutoff)], rows[~arrived(rows, cutoff)]
    generator = np.random.default_rng(9)
    future = future.apply(lambda column: generator.permutation(column.array))
    future = future.set_axis(rows[~arrived(rows, cutoff)].index).astype(rows.dtypes)
    future["arrived_at"] = rows.loc[future.index, "arrived_at"]
    for name in future.columns.intersection(TIMES):
        future[name] = cutoff - pd.to_timedelta(generator.integers(1, 30), unit="D")
    for name in future.columns.intersection(["amount_usd", "minutes", "seats"]):
        future[name] *= 3
    return pd.concat([past, future.astype(rows.dtypes)]).sort_index()


@pytest.mark.parametrize("change", [deleted, rewritten])
@pytest.mark.parametrize("cutoff", CUTOFFS[[1, 3]])
def test_what_arrives_at_the_cutoff_or_later_changes_not_one_feature(
    sources, text, found, cutoff, change
):
    now = found[found["cutoff"] == cutoff].reset_index(drop=True)
    unread = text["ticket_id"].isin(
        sources.tickets.loc[~arrived(sources.tickets, cutoff), "ticket_id"]
    ) & ~text["ticket_id"].isin(
        sources.tickets.loc[arrived(sources.tickets, cutoff), "ticket_id"]
    )
    other_text = text.assign(tone=text["tone"].mask(unread, 1000.0))

    after = features(change(sources, cutoff), other_text, now[KEYS])

    assert len(now) > 500
    pd.testing.assert_frame_equal(_in_words(after), _in_words(now), check_exact=True)


def test_features_of_all_cutoffs_at_once_are_those_of_one_at_a_time(
    sources, text, rows, found
):
    one_by_one = [
        _in_words(features(sources, text, at_one))
        for _, at_one in rows.groupby("cutoff")
    ]

    together = _in_words(found)

    pd.testing.assert_frame_equal(pd.concat(one_by_one), together, check_exact=True)


def test_who_else_is_asked_for_does_not_matter(sources, text, rows, found):
    few = rows.sample(50, random_state=4)

    alone = features(sources, text, few)

    pd.testing.assert_frame_equal(
        _in_words(alone), _in_words(found).loc[few.index], check_exact=True
    )


def _in_words(snapshots: pd.DataFrame) -> pd.DataFrame:
    """Show categories as words: which others exist is no feature."""
    words = snapshots.select_dtypes("category").columns
    return snapshots.astype(dict.fromkeys(words, "str"))


def test_rows_keep_their_order_their_number_and_their_index(sources, text, rows):
    shuffled = rows.sample(frac=0.3, random_state=2)

    given = features(sources, text, shuffled)

    pd.testing.assert_frame_equal(given[KEYS], shuffled)


def test_every_feature_is_a_number_or_a_category(found):
    kinds = {str(dtype) for dtype in found.drop(columns=KEYS).dtypes}

    assert kinds == {"float32", "category"}
    assert not np.isinf(found.select_dtypes("number")).any(axis=None)


def test_no_feature_is_constant_or_all_missing(found):
    different = found.nunique()

    assert different[different < 2].empty


def test_a_year_of_usage_drops_tells_all_that_is_asked(sources, text, found):
    cutoff = CUTOFFS[-1]
    usage, now = sources.usage, found[found["cutoff"] == cutoff]
    recent = usage["arrived_at"] >= cutoff - pd.DateOffset(months=USAGE_MONTHS)

    short = features(sources._replace(usage=usage[recent]), text, now[KEYS])

    assert (~recent).sum() > 5_000
    pd.testing.assert_frame_equal(short, now, check_exact=True)
