"""Sentences: what the results mean, each written from its interval."""

from data.judge.interval import Interval
from data.report.pool import Report
from data.report.table import plain

CLOSE = 0.02  # of ROC AUC: a smaller difference matters to nobody
GUESSING = 0.5


def claims_sentences(report: Report) -> str:
    """Write a sentence on every level's claim, and one on the last level's offers."""
    lines = [_claim(report, name) for name in report.levels]
    lines.append(_offers(report, report.levels[-1]))
    return "\n".join(f"- {line}" for line in lines)


def _claim(report: Report, name: str) -> str:
    figures = report.pooled[name]
    happened, claimed = figures.happened["roc_auc"], figures.claimed.get("roc_auc")
    if claimed is None:
        return (
            f"**{_named(name)} reached a ROC AUC of {happened.mean:.3f}**, unclaimed."
        )
    return (
        f"**{_named(name)} claimed a ROC AUC of {claimed.mean:.3f} and reached "
        f"{happened.mean:.3f}**{_beside(report, happened)}: "
        f"{_verdict(figures.claimed_less_happened['roc_auc'])}."
    )


def _named(name: str) -> str:
    return plain(name).capitalize().split(",")[0]


def _beside(report: Report, happened: Interval) -> str:
    """Name what a ROC AUC is to be compared with: guessing, or the best possible."""
    best = report.ceilings.observable["roc_auc"] if report.ceilings else None
    if best is None or happened.mean - GUESSING < best - happened.mean:
        return f" ({GUESSING} is guessing)"
    return f" (the best that the data allow is {best:.3f})"


def _verdict(excess: Interval) -> str:
    """Judge a claim by its excess over what happened."""
    amount = f"{abs(excess.mean):.3f}"
    if excess.half_width:
        amount += f" ± {excess.half_width:.3f}"
    if excess.half_width and not excess.is_clear:
        return f"its claim held (off by {amount}, an interval that holds 0)"
    if abs(excess.mean) < CLOSE:
        return f"its claim nearly held (too {_way(excess)} by {amount})"
    return f"its claim was too {_way(excess)} by {amount}"


def _way(excess: Interval) -> str:
    return "high" if excess.mean > 0 else "low"


def _offers(report: Report, name: str) -> str:
    """Judge a level's offers by the interval of their profit."""
    profit, best = report.pooled[name].profit, report.pooled["best_policy"].profit
    spread = f" ± {profit.half_width:,.0f}" if profit.half_width else ""
    return (
        f"**{_named(name)}'s offers {_earned(profit)}**: {profit.mean:+,.0f}{spread} "
        f"USD per 1,000 customers beside making none, where the best possible offers "
        f"earn {best.mean:+,.0f}."
    )


def _earned(profit: Interval) -> str:
    if profit.half_width and not profit.is_clear:
        return "earned nothing that can be told from 0"
    if not profit.mean:
        return "earned nothing"
    return "earned money" if profit.mean > 0 else "lost money"
