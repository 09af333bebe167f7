"""Sentences: what the figures say in words. Each follows from intervals alone.

A mistake is named where the 95 % interval of its difference leaves out zero and the
difference is large enough to be seen.
"""

from comparison.pooled import Effect, Pooled
from data.judge.interval import Interval

# Smaller differences than these are left out, whatever their interval.
LARGE = {"roc_auc": 0.01, "calibration": 0.1, "profit": 1.0}
WORDS = {
    "claimed": "claimed",
    "happened": "actual",
    "roc_auc": "AUC",
    "average_precision": "precision",
}
FORMS = {
    "roc_auc": "+.4f",
    "average_precision": "+.4f",
    "calibration": "+.2f",
    "profit": "+,.0f",
}
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


def again(
    bold: dict[str, dict[tuple[str, str], Interval]], further: Pooled | None
) -> str:
    """Say which bold differences are not found again in further worlds.

    A difference is found again if its interval there leaves out 0 on the same side.
    """
    if further is None:
        return "They were not yet looked for in further worlds."
    pairs = [
        (name, metric, one, further.mistakes[name].difference.get(*metric))
        for name, metrics in bold.items()
        for metric, one in metrics.items()
    ]
    n_all, lost = (
        len(pairs),
        [_lost(*pair) for pair in pairs if not _is_again(*pair[2:])],
    )
    where = (
        f"{len(further.seeds)} further worlds (seeds {min(further.seeds)} to "
        f"{max(further.seeds)})"
    )
    if not lost:
        return f"All {n_all} are found again in {where}."
    return (
        f"{n_all - len(lost)} of {n_all} are found again in {where}. "
        f"These are not: {', '.join(lost)}."
    )


def _is_again(one: Interval, other: Interval | None) -> bool:
    return other is not None and other.is_clear and one.mean * other.mean > 0


def _lost(
    name: str, metric: tuple[str, str], one: Interval, other: Interval | None
) -> str:
    """Write a difference, and the interval that it has in the further worlds."""
    side, of = metric
    text = f"`{name}` ({WORDS[side]} {WORDS.get(of, of)} {one.mean:{FORMS[of]}}; "
    if other is None or other.low is None or other.high is None:
        return text + "there not measured)"
    return text + f"there {other.low:{FORMS[of]}} to {other.high:{FORMS[of]}})"


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
