"""Pictures: draw what the READMEs show from a report, and from nothing else."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from data.report.draw_calibration import draw_calibration
from data.report.draw_claims import draw_claims
from data.report.draw_profit import draw_profit
from data.report.pool import Report
from data.report.style import STYLE, save


def draw(report: Report, folder: Path) -> None:
    """Write every picture as SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(STYLE):
        for name, figure in pictures(report).items():
            save(figure, folder / name)


def pictures(report: Report) -> dict[str, Figure]:
    """Draw every picture; return them by name."""
    levels = report.levels
    alone = {f"calibration_{name}": draw_calibration(report, [name]) for name in levels}
    return {
        "claims": draw_claims(report),
        "profit_by_month": draw_profit(report),
        "calibration": draw_calibration(report, levels),
        **alone,
    }
