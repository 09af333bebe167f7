"""Page: the sentences of level 2's README that stand on `results/benchmarks.json`."""

from typing import Any

from data.report.freshness import ROOT
from data.report.publish import filled

PAGE = ROOT / "level2_project" / "README.md"
NAMES = {
    "average_precision": "average precision",
    "log_loss": "log loss",
    "roc_auc": "ROC AUC",
}


def publish(kept: dict[str, Any]) -> None:
    """Write the block of level 2's README that the figures stand in."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(filled(text, {"peers": peers(kept["peers"])}), encoding="utf-8")


def peers(found: dict[str, Any]) -> str:
    """Write how level 2's model does beside each peer, from the intervals."""
    names = list(dict.fromkeys(row["peer"] for row in found["level2_minus"]))
    lines = [
        f"- level 2's model less {peer}: {_differences(found['level2_minus'], peer)}."
        for peer in names
    ]
    head = (
        f"On the last {found['tested_cutoffs']} cutoffs, with the same columns and "
        f"{found['customers']:,} customers (mean difference, 95 % interval):"
    )
    return "\n".join([head, "", *lines])


def _differences(rows: list[dict[str, Any]], peer: str) -> str:
    return "; ".join(
        f"{NAMES[row['metric']]} {row['mean']:+.3f} ({row['low']:+.3f} to "
        f"{row['high']:+.3f}: {row['standing']})"
        for row in rows
        if row["peer"] == peer
    )
