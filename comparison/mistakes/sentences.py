"""Sentences: what the figures say in words. Each follows from intervals alone.

A mistake is named where the 95 % interval of its difference leaves out zero and the
difference is large enough to be seen.
"""

from comparison.pooled import Effect
from data.judge.interval import Interval

# Smaller differences than these are left out, whatever their interval.
LARGE = {"roc_auc": 0.01, "calibration": 0.1, "profit": 1.0}
LINES = {  # side, metric, whether it rises; how a line begins, how a number is written
    ("claimed", "roc_auc", True): ("The claimed AUC rises with", "+.3f"),
    ("claimed", "roc_auc", False): ("The claimed AUC falls with", "+.3f"),
    ("happened", "roc_auc", True): ("The actual AUC rises with", "+.3f"),
    ("happened", "roc_auc", False): ("The actual AUC falls with", "+.3f"),
    ("happened", "calibration", True): ("The actual calibration rises with", "+.2f"),
    ("happened", "calibration", False): ("The actual calibration falls with", "+.2f"),
    ("happened", "profit", True): ("The actual profit rises with", "+,.0f"),
    ("happened", "profit", False): ("The actual profit falls with", "+,.0f"),
}


def in_short(mistakes: dict[str, Effect]) -> str:
    """List which mistakes change AUC, calibration and profit, and which do not."""
    found = {line: _changes(mistakes, *line) for line in LINES}
    lines = [_line(*LINES[line], changes) for line, changes in found.items() if changes]
    named = {name for changes in found.values() for name in changes}
    metrics = {(side, metric) for side, metric, _ in LINES}
    measured = [
        name
        for name, effect in mistakes.items()
        if any(effect.difference.get(*metric) for metric in metrics)
    ]
    if rest := [f"`{name}`" for name in measured if name not in named]:
        lines.append(f"None of these changes clearly with {', '.join(rest)}.")
    return "\n".join(f"- {line}" for line in lines)


def accuracies(effect: Effect) -> str:
    """Compare the model's accuracy with that of predicting that nobody leaves."""
    model, nobody, difference = (
        figures.claimed["accuracy"]
        for figures in (effect.done, effect.without, effect.difference)
    )
    return (
        f"With a threshold of 0.5 level 2's model has an accuracy of {model.mean:.4f}. "
        f"Predicting that no customer leaves has {nobody.mean:.4f}. "
        f"The difference is {difference.mean:+.4f} (95 % interval "
        f"{difference.low:+.4f} to {difference.high:+.4f})."
    )


def _changes(
    mistakes: dict[str, Effect], side: str, metric: str, rises: bool
) -> dict[str, Interval]:
    """Return the clear differences in one direction by mistake, the largest first."""
    found = {
        name: interval
        for name, effect in mistakes.items()
        if (interval := effect.difference.get(side, metric))
        and (interval.is_above_zero if rises else interval.is_below_zero)
        and abs(interval.mean) >= LARGE[metric]
    }
    return dict(sorted(found.items(), key=lambda item: -abs(item[1].mean)))


def _line(beginning: str, form: str, changes: dict[str, Interval]) -> str:
    items = [f"`{name}` ({one.mean:{form}})" for name, one in changes.items()]
    return f"{beginning} {', '.join(items)}."
