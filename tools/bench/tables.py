"""Tables: the numbers as a reader wants to see them."""

from collections.abc import Iterator
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

DEMANDED_ROWS_PER_SECOND, ALLOWED_MIB = 2_000_000, 1_536
HEAD = (
    "world", "customers", "months", "million rows", "seconds",
    "million rows a second", "seconds per million", "peak MiB",
)  # fmt: skip


def show(console: Console, found: dict[str, Any]) -> None:
    """Print what was found, and what was demanded of the large world."""
    console.print(worlds(found))
    console.print(stages(found))
    console.print(verdict(found), highlight=False)


def worlds(found: dict[str, Any]) -> Table:
    table = Table(box=SIMPLE_HEAD)
    for title in HEAD:
        table.add_column(title, justify="left" if title == "world" else "right")
    for label, run in runs(found):
        style = "bold" if label == "large" else ""
        table.add_row(label, *cells(run), style=style)
    return table


def runs(found: dict[str, Any]) -> Iterator[tuple[str, dict[str, float]]]:
    yield "large", found["large_on_one_core"]
    yield "two workers", found["large_with_two_workers"]
    for label in ("growing_customers", "growing_months"):
        yield from (("growing", run) for run in found[label]["runs"])


def cells(run: dict[str, float]) -> list[str]:
    """Write one run's figures, in the order of `HEAD`."""
    return [
        f"{run['customers']:,}",
        f"{run['months']}",
        f"{run['event_rows'] / 1e6:.1f}",
        f"{run['seconds']:.1f}",
        f"{run['event_rows_per_second'] / 1e6:.2f}",
        f"{run['seconds_per_million_rows']:.2f}",
        f"{run['peak_memory_mib']:,}",
    ]


def stages(found: dict[str, Any]) -> Table:
    seconds: dict[str, float] = found["large_on_one_core"]["stages"]
    table = Table(box=SIMPLE_HEAD)
    for name in ("stage of the large world", "seconds", "share"):
        table.add_column(name, justify="left" if "stage" in name else "right")
    for stage, spent in sorted(seconds.items(), key=lambda item: -item[1]):
        share = spent / sum(seconds.values())
        table.add_row(stage, f"{spent:.1f}", f"{share:.0%}")
    return table


def verdict(found: dict[str, Any]) -> str:
    large, limit = found["large_on_one_core"], found["limit"]
    growth = [
        f"{found[f'growing_{name}']['exponent']:.2f} ({name})"
        for name in ("customers", "months")
    ]
    return "\n".join(
        [
            f"{large['event_rows_per_second']:,} event rows a second on one core "
            f"(wanted {DEMANDED_ROWS_PER_SECOND:,}), "
            f"peak {large['peak_memory_mib']:,} MiB (allowed {ALLOWED_MIB:,}).",
            f"NumPy's draws and Arrow's Parquet writer alone: "
            f"{limit['rows_per_second']:,} rows a second; "
            f"the world reaches {limit['share_of_it_reached']:.0%} of it.",
            f"Time grows with the rows to the power of {' and '.join(growth)}.",
            level2(found["level2"]),
            *(beside(found["peers"]) if "peers" in found else []),
        ]
    )


def level2(found: dict[str, Any]) -> str:
    features = found["features"]
    return (
        f"Level 2, {found['customers']:,} customers and {found['trials']} trials: "
        f"{found['first_run_seconds']:.0f} seconds from drops to report (allowed 480), "
        f"{found['second_run_seconds']:.0f} the second time (allowed 30); "
        f"features at {features['cutoffs']} cutoffs: {features['seconds']:.1f} seconds "
        f"(allowed 20), peak {features['peak_memory_mib']:,} MiB (allowed 4,096)."
    )


def beside(found: dict[str, Any]) -> list[str]:
    """Return a sentence per peer: how level 2's model stands, by the intervals."""
    told: dict[str, list[str]] = {}
    for row in found["level2_minus"]:
        figures = f"{row['mean']:+.4f}, {row['low']:+.4f} to {row['high']:+.4f}"
        metric = row["metric"].replace("roc_auc", "ROC AUC").replace("_", " ")
        words = f"{row['standing']} in {metric} ({figures})"
        told.setdefault(row["peer"], []).append(words)
    return [
        f"Level 2's model against {peer}: {', '.join(words)}; mean differences over "
        f"{found['tested_cutoffs']} cutoffs, with 95 % intervals."
        for peer, words in told.items()
    ]
