"""Sentences: what the results mean, each written from its interval."""

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
    months = f"for the next {figures.claimed_months} months"
    return (
        f"**{_named(name)} claimed a ROC AUC of {claimed.mean:.3f} {months} and "
        f"reached {same.mean:.3f} in them** ({year.mean:.3f} over the year; 0.5 is "
        f"guessing): {_verdict(figures)}."
    )


def _named(name: str) -> str:
    return plain(name).capitalize().split(",")[0]


def _verdict(figures: Figures) -> str:
    """Judge every claim by the interval of what it was too high.

    Of one world there is no interval: there the claim's own standard errors judge.
    """
    found = figures.claimed_less_happened
    wrong = [name for name in found if not holds(figures, name)]
    how = _own_errors(figures)
    if not wrong:
        return f"its claims hold, all {len(found)} of them{how}"
    listed = "; ".join(f"{NAMES[name]} {_miss(name, found[name])}" for name in wrong)
    return f"{len(wrong)} of its {len(found)} claims do not hold ({listed}){how}"


def holds(figures: Figures, name: str) -> bool:
    """Tell whether a claim less what happened cannot be told from 0."""
    excess, errors = figures.claimed_less_happened[name], figures.claim_errors
    if excess.half_width:
        return not excess.is_clear
    return name in errors and all(abs(z) <= ERRORS for z in errors[name])


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
        f"{spread(m, less[m])} of {NAMES[m]} "
        f"({100 * mine[m].mean / best[m].mean:.1f} % of it)"
        for m in ("roc_auc", "average_precision")
    ]
    return [
        "**Beside the best that the records allow in the same worlds** (a model of the "
        "true probabilities that sees clean records), "
        f"{plain(name).split(',')[0]} has {' and '.join(parts)}."
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
        return f"nothing that can be told ({_usd(profit)}) from"
    return f"{'more' if profit.mean > 0 else 'less'} ({_usd(profit)}) than"


def _earned(profit: Interval) -> str:
    if profit.half_width and not profit.is_clear:
        return "earned nothing that can be told from 0"
    if not profit.mean:
        return "earned nothing"
    return "earned money" if profit.mean > 0 else "lost money"
