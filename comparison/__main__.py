"""The command line of the comparison: `python -m comparison --help`."""

import argparse
import json
import sys

import matplotlib
from rich.console import Console
from rich.progress import Progress

from comparison.draw_ladder import draw_ladder
from comparison.measure import SEEDS, in_all, inputs, pooled
from comparison.mistakes_page import PAGE, page
from data.report.freshness import ROOT
from data.report.style import STYLE, save
from data.world.beliefs import World

FILE = ROOT / "results" / "mistakes.json"
LADDER = ROOT / "results" / "ladder"


def main(arguments: list[str] | None = None) -> int:
    """Measure what is stale, then write the page and the picture."""
    parser = argparse.ArgumentParser(prog="python -m comparison", description=__doc__)
    parser.add_argument(
        "--show", action="store_true", help="measure nothing, only write and draw"
    )
    given = parser.parse_args(arguments)
    if not given.show:
        measure()
    found = json.loads(FILE.read_text(encoding="utf-8"))
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page(found, text), encoding="utf-8")
    with matplotlib.rc_context(STYLE):
        save(draw_ladder(found), LADDER)
    print(f"wrote {PAGE.relative_to(ROOT)} and {LADDER.relative_to(ROOT)}.svg")
    return 0


def measure() -> None:
    """Measure in all worlds, unless the figures that are kept are of this code."""
    if FILE.exists() and json.loads(FILE.read_text())["inputs"] == inputs():
        print(f"{FILE.relative_to(ROOT)} is up to date")
        return
    results = []
    with Progress(
        console=Console(stderr=True), disable=not sys.stderr.isatty()
    ) as bars:
        task = bars.add_task("worlds", total=len(SEEDS))
        for result in in_all(World()):
            results.append(result)
            bars.advance(task)
    found = pooled(World(), results)
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
