import numpy as np
import pandas as pd
from level2_project.grid import Floats, Grid, days_since, know, last, only, sums, DAY

CATEGORIES = {
    "plan": ["solo", "team", "business"],
    "contract": ["monthly", "annual"],
    "region": ["north_america", "europe", "united_kingdom", "asia_pacific", "latin_america"],
    "channel": ["organic", "paid_search", "referral", "partner", "outbound"],
}
MONTH = 30.4375*DAY

def code(column, values):
    c = pd.Categorical(values, categories=CATEGORIES[column]).codes
    return np.where(c < 0, np.nan, c)

def contract_features(grid, subs):
    known = know(grid, subs)
    event = known.rows["event"]
    starts = only(known, event == "start")
    returns = only(known, event == "return")
    begins = only(known, event.isin(["start", "return"]))
    changes = only(known, event == "change")
    terms = only(known, event != "cancel")
    seated = only(terms, terms.rows["seats"].notna())
    seats = last(seated, seated.rows["seats"])
    fee = last(terms, terms.rows["monthly_fee_usd"])
    annual = last(terms, code("contract", terms.rows["contract"]))
    began = last(begins, begins.at)
    months = whole_months(began, grid.cutoffs)
    term = np.where(annual > 0, months % 12, -1)
    return {
        "plan": last(terms, code("plan", terms.rows["plan"])),
        "contract": annual,
        "term_month": term,
        "seats": seats,
        "fee": fee,
        "fee_per_seat": fee / seats,
        "seats_change_90": seats / last(seated, seated.rows["seats"], 90),
        "fee_change_180": fee / last(terms, terms.rows["monthly_fee_usd"], 180),
        "days_since_change": days_since(changes),
        "n_changes": sums(changes),
        "tenure_days": days_since(starts),
        "stay_days": days_since(begins),
        "n_returns": sums(returns),
        "n_cancels": sums(only(known, event == "cancel")),
    }, began

def whole_months(began, cutoffs):
    b = np.nan_to_num(began).astype("M8[s]")
    return cutoffs.astype("M8[s]").astype("M8[M]").astype(int) - b.astype("M8[M]").astype(int) - 1

def crm_features(grid, customers):
    known = know(grid, customers)
    sized = only(known, known.rows["company_size"].notna())
    size = last(sized, sized.rows["company_size"])
    return {
        "region": last(known, code("region", known.rows["region"])),
        "channel": last(known, code("channel", known.rows["channel"])),
        "company_size": size, "size_unknown": np.isnan(size).astype(float),
    }

def offer_features(grid, offers):
    known = know(grid, offers)
    treated = only(known, known.rows["arm"] == "treated")
    r = treated.rows
    months = last(treated, r["discount_months"])
    since = days_since(treated)
    return {
        "days_since_offer": since, "n_offers": sums(treated),
        "discount_running": np.nan_to_num((since < 30 * months)).astype(float),
    }
