"""Publish: renew what is committed: README, data card, pictures, sample."""

from pathlib import Path

import pandas as pd

from data.report.compare import write_report
from data.report.freshness import ROOT
from data.report.pictures import draw
from data.report.pool import Report, pooled
from data.report.sentences import claims_sentences
from data.report.table import WIDE, explained, markdown, transcript
from data.sources.files import FILES
from data.world.beliefs import World, beliefs

RESULTS = ROOT / "results"
SAMPLE = ROOT / "data" / "sample"
SAMPLE_ROWS = 50


def publish(report: Report) -> None:
    """Write the report, its pictures, and the blocks of the pages that show it."""
    write_report(report, RESULTS)
    draw(report, RESULTS)
    for path, blocks in pages(report).items():
        text = path.read_text(encoding="utf-8")
        path.write_text(filled(text, blocks), encoding="utf-8")


def pages(report: Report) -> dict[Path, dict[str, str]]:
    """List the pages that hold generated blocks, and what belongs into each."""
    return {
        ROOT / "README.md": {
            "claims_sentences": claims_sentences(report),
            "levels": markdown(report),
            "compare_output": output(report),
        },
        ROOT / "data" / "README.md": {"beliefs": beliefs_table()},
    }


def output(report: Report) -> str:
    """Write what a command prints that examines the first of the shown worlds."""
    seed = report.seeds[0]
    command = f"python -m data exam --seeds {seed} --levels {','.join(report.levels)}"
    first = explained(_of_one_world(report, seed), WIDE)
    return transcript(command, first)


def _of_one_world(report: Report, seed: int) -> Report:
    kept = [one for one in report.kept() if one.seed == seed]
    return pooled(kept, World(customers=report.customers), report.levels)


def filled(text: str, blocks: dict[str, str]) -> str:
    """Replace what stands between `<!-- name -->` and `<!-- /name -->`.

    Raises:
        ValueError: the text lacks a block.
    """
    for name, content in blocks.items():
        start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        if start not in text or end not in text:
            raise ValueError(f"wanted a block {start} ... {end}, found none")
        before, after = text.split(start)[0], text.split(end)[1]
        text = f"{before}{start}\n{content.strip()}\n{end}{after}"
    return text


def beliefs_table() -> str:
    """Write every belief of the world with its value, unit and source."""
    lines = ["| belief | value | unit | source |", "|---|---|---|---|"]
    for belief in beliefs():
        value = str(belief["value"]).strip("()").replace("|", "/")
        cells = (f"`{belief['belief']}`", value, belief["unit"], belief["source"])
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def sample(world_folder: Path, month: str = "2023-05") -> None:
    """Write the first rows of every source of one month to `data/sample/`."""
    SAMPLE.mkdir(exist_ok=True)
    for name in FILES.values():
        _head(world_folder / month / name, SAMPLE / name)
    _head(world_folder / "flat.csv", SAMPLE / "flat.csv")


def _head(source: Path, target: Path) -> None:
    if source.suffix == ".parquet":
        _parquet_head(source, target.with_suffix(".csv"))
    else:
        _text_head(source, target)


def _text_head(source: Path, target: Path) -> None:
    """Copy the first rows as they are, damage and all."""
    header = source.suffix == ".csv"
    with source.open(encoding="utf-8") as lines:
        kept = [
            line for _, line in zip(range(SAMPLE_ROWS + header), lines, strict=False)
        ]
    target.write_text("".join(kept), encoding="utf-8")


def _parquet_head(source: Path, target: Path) -> None:
    """Show Parquet rows as CSV, since a web page cannot draw Parquet."""
    pd.read_parquet(source).head(SAMPLE_ROWS).to_csv(target, index=False)
