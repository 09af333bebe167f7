"""Features: what was known of each customer at each cutoff, point in time.

A row of a source counts at a cutoff if it had happened and arrived before it:
`point_in_time/grid.py` keeps this rule, and `dictionary.csv` beside it explains every
column. A source whose newest drop is refused is described as it was known before that
drop, so that a silent file does not read as silent customers. The calendar month is no
feature: two years hold each month twice, so it names single months rather than the
season.
"""

from collections.abc import Mapping

import pandas as pd

from level2_project.load import Sources
from level2_project.point_in_time.billing import billing_features, offer_features
from level2_project.point_in_time.contract import contract_features, crm_features
from level2_project.point_in_time.grid import grid_of
from level2_project.point_in_time.keys import KEYS
from level2_project.point_in_time.tickets import ticket_features
from level2_project.point_in_time.usage import usage_features

Stale = Mapping[str, pd.Timestamp]  # sources, and up to when each is known
FRESH: Stale = {}


def features(
    sources: Sources, text: pd.DataFrame, rows: pd.DataFrame, stale: Stale = FRESH
) -> pd.DataFrame:
    """Describe customers as they were known, at all cutoffs at once.

    Args:
        text: one row per `ticket_id`, with numbers that say what was written.
        rows: `customer_id` and `cutoff` (midnight, UTC), one row per snapshot; what
            comes back are the same rows with one column per feature, `float32` or
            `category`. NaN stands for what had never happened.
        stale: sources that are described as they were known at an earlier time.
    """
    grid = grid_of(rows)
    at = {source: grid.up_to(stale.get(source)) for source in Sources._fields}
    contract, began = contract_features(at["subscriptions"], sources.subscriptions)
    found = {
        **contract,
        **crm_features(at["customers"], sources.customers),
        **billing_features(at["transactions"], sources.transactions),
        **offer_features(at["offers"], sources.offers),
        **ticket_features(at["tickets"], sources.tickets, text),
        **usage_features(at["usage"], sources.usage, began),
    }
    cells = grid.cells(rows)
    kinds = {True: "category", False: "float32"}  # of words, of numbers
    columns = {
        name: pd.Series(values[cells], rows.index, kinds[values.dtype == object])
        for name, values in found.items()
    }
    return pd.concat([rows[KEYS], pd.DataFrame(columns)], axis=1)
