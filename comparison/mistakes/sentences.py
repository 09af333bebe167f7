"""Sentences: what the figures say in words. Each follows from intervals alone.

A mistake is named where the 95 % interval of its difference leaves out zero and the
difference is large enough to be seen.
"""

from collections.abc import Iterable

from comparison.pooled import Effect, Interval

LARGE = {"roc_auc": 0.01, "profit": 1.0}  # USD per 1,000 customers


def in_short(mistakes: dict[str, Effect]) -> str:
    """List the mistakes that flatter the claim, spoil the ranking, and cost profit."""
    flatter = _up(_changes(mistakes, "claimed", "roc_auc"))
    spoil = _down(_changes(mistakes, "happened", "roc_auc"))
    cost = _down(_changes(mistakes, "happened", "profit"))
    earn = _up(_changes(mistakes, "happened", "profit"))
    named = {name for found in (flatter, spoil, cost, earn) for name in found}
    lines = [
        _line("The claimed AUC is too high with", flatter, "{:+.3f}"),
        _line("The actual AUC falls with", spoil, "{:+.3f}"),
        _line("The profit (USD per 1,000 customers) falls with", cost, "{:+,.0f}"),
        _line("The profit (USD per 1,000 customers) rises with", earn, "{:+,.0f}"),
        "Neither AUC nor profit clearly changes with "
        + _listed(f"`{name}`" for name in mistakes if name not in named)
        + ".",
    ]
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
    mistakes: dict[str, Effect], side: str, metric: str
) -> dict[str, Interval]:
    """Return the clear differences by mistake, the largest first."""
    found = {
        name: interval
        for name, effect in mistakes.items()
        if (interval := effect.difference.get(side, metric))
        and interval.is_clear
        and abs(interval.mean) >= LARGE[metric]
    }
    return dict(sorted(found.items(), key=lambda item: -abs(item[1].mean)))


def _up(found: dict[str, Interval]) -> dict[str, Interval]:
    return {name: one for name, one in found.items() if one.is_above_zero}


def _down(found: dict[str, Interval]) -> dict[str, Interval]:
    return {name: one for name, one in found.items() if one.is_below_zero}


def _line(beginning: str, found: dict[str, Interval], form: str) -> str:
    items = [f"`{name}` ({form.format(one.mean)})" for name, one in found.items()]
    return f"{beginning} {_listed(items)}."


def _listed(items: Iterable[str]) -> str:
    return ", ".join(items) or "none of them"
