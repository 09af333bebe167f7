"""Sentences: what the results mean, each written from its interval."""

from data.judge.contract import ALL_MONTHS
from data.judge.interval import Interval
from data.report.pool import Figures, Report
from data.report.table import NAMES, plain, spread

RIVALS = {  # whom a level's offers are compared with
    "one_trace": "the best rule on one trace",
    "riskiest_tenth": "offers to the tenth that it holds most likely to leave",
}
ERRORS = 2  # of a claim's own standard errors


def claims_sentences(report: Report) -> str:
    """Write sentences on every level's claims, and on the last level's offers."""
    known = [name for name in report.levels if name in report.pooled]
    lines = [_claim(name, report.pooled[name]) for name in known]
    for name in known[-1:]:
        lines += [*_beside_the_best(report, name), _offers(report, name)]
    return "\n".join(f"- {line}" for line in lines)


def _claim(name: str, figures: Figures) -> str:
    """Say what was claimed of ROC AUC, and which of all claims hold."""
    claimed, year = figures.claimed.get("roc_auc"), figures.happened["roc_auc"]
    if claimed is None:
        return f"**{_named(name)} reached a ROC AUC of {year.mean:.3f}**, unclaimed."
    same = figures.happened_claimed["roc_auc"]
    if figures.claimed_months == ALL_MONTHS:
        months, also = "over the year", ""
    else:
        months = f"for the next {figures.claimed_months} months"
        also = f"{year.mean:.3f} over the year; "
    return (
        f"**{_named(name)} claimed a ROC AUC of {claimed.mean:.3f} {months} and "
        f"reached {same.mean:.3f}** ({also}0.5 is guessing): {_verdict(figures)}."
    )


def _named(name: str) -> str:
    return plain(name).capitalize().split(",")[0]


def _verdict(figures: Figures) -> str:
    """Judge every claim, and say of which ones the mean over worlds is off."""
    found = figures.claimed_less_happened
    wrong = [name for name in found if not holds(figures, name)]
    clear = [name for name in found if found[name].half_width and found[name].is_clear]
    off = [name for name in clear if name not in wrong]
    how = _own_errors(figures)
    if off:
        how += f"; on average off by {_listed(found, off)}"
    if not wrong:
        return f"its claims hold, all {len(found)} of them{how}"
    if len(wrong) == len(found):
        return f"none of its {len(found)} claims holds ({_listed(found, wrong)}){how}"
    right = len(found) - len(wrong)
    return (
        f"{right} of its {len(found)} claims hold; the others are off by "
        f"{_listed(found, wrong)}{how}"
    )


def holds(figures: Figures, name: str) -> bool:
    """Tell whether a claim holds.

    A claim that states its error is a forecast: it holds if it lies within two of these
    errors in every world. Another one holds if its mean over worlds cannot be told from
    what happened.
    """
    if name in figures.claim_errors:
        return all(abs(z) <= ERRORS for z in figures.claim_errors[name])
    excess = figures.claimed_less_happened[name]
    return bool(excess.half_width) and not excess.is_clear


def _listed(found: dict[str, Interval], names: list[str]) -> str:
    return "; ".join(f"{NAMES[name]} {_miss(name, found[name])}" for name in names)


def _miss(name: str, excess: Interval) -> str:
    if name == "profit":
        half = f" ± {excess.half_width:,.0f}" if excess.half_width else ""
        return f"{excess.mean:+,.0f}{half}"
    return spread(name, excess)


def _own_errors(figures: Figures) -> str:
    """Count the claims that lie within two of the errors that they state."""
    errors = [z for row in figures.claim_errors.values() for z in row]
    if not errors:
        return ""
    within = sum(abs(z) <= ERRORS for z in errors)
    return f"; {within} of {len(errors)} lie within two of their own standard errors"


def _beside_the_best(report: Report, name: str) -> list[str]:
    """Compare a level with the observable ceiling of the same worlds."""
    less = report.pooled[name].less.get("observable")
    if not less:
        return []
    best, mine = (report.pooled[n].happened for n in ("observable", name))
    parts = [
        f"{100 * mine[m].mean / best[m].mean:.1f} % of its {NAMES[m]} "
        f"({spread(m, less[m])})"
        for m in ("roc_auc", "average_precision")
    ]
    return [
        "**Beside the best that the records allow in the same worlds** (a model of the "
        "true probabilities that sees clean records), "
        f"{plain(name).split(',')[0]} reaches {' and '.join(parts)}."
    ]


def _offers(report: Report, name: str) -> str:
    """Judge a level's offers by the intervals of what they earn beyond others."""
    figures, best = report.pooled[name], report.pooled["best_policy"].profit
    rivals = [
        f"{_more(figures.less[rival]['profit'])} {words}"
        for rival, words in RIVALS.items()
        if rival in figures.less
    ]
    beside = f" They earned {'; '.join(rivals)}." if rivals else ""
    return (
        f"**{_named(name)}'s offers {_earned(figures.profit)}**: "
        f"{_usd(figures.profit)} USD per 1,000 customers beside making none, where the "
        f"best possible offers earn {best.mean:+,.0f}.{beside}"
    )


def _usd(figure: Interval) -> str:
    return _miss("profit", figure)


def _more(profit: Interval) -> str:
    """Say whether a difference in profit can be told from 0."""
    if profit.half_width and not profit.is_clear:
        return f"neither more nor less that could be told ({_usd(profit)}) than"
    return f"{'more' if profit.mean > 0 else 'less'} ({_usd(profit)}) than"


def _earned(profit: Interval) -> str:
    if profit.half_width and not profit.is_clear:
        return "earned nothing that can be told from 0"
    if not profit.mean:
        return "earned nothing"
    return "earned money" if profit.mean > 0 else "lost money"
