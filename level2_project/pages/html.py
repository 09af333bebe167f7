"""Html: a template of this folder becomes a page; all text that goes in is escaped."""

import re
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.figure import Figure

from level2_project.pages.words import label, percent, plain


def render(template: str, **content: Any) -> str:
    """Fill a template in; a name that it asks for and does not get is an error."""
    here = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=here, autoescape=True, undefined=StrictUndefined)
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters |= {"cells": cells, "percent": percent, "svg": svg}
    return environment.get_template(template).render(content)


def cells(rows: pd.DataFrame) -> list[list[tuple[str, str, bool]]]:
    """Write each cell of a table: heading, text, whether its column has numbers."""
    columns = []
    for name in rows:
        texts = [plain(value) for value in rows[name]]
        is_number = all(re.match(r"[-+]?\d|-$", text) for text in texts)
        columns.append([(label(str(name)), text, is_number) for text in texts])
    return [list(row) for row in zip(*columns, strict=True)]


def svg(figure: Figure) -> str:
    """Return the picture as an address that holds it: `data:image/svg+xml;base64,...`.

    Letters stay text, set in the reader's own font: a third of the size of outlines.
    """
    written = BytesIO()
    # With a fixed salt the same picture has the same bytes.
    with mpl.rc_context({"svg.hashsalt": "churn", "svg.fonttype": "none"}):
        figure.savefig(written, format="svg", metadata={"Date": None})
    return f"data:image/svg+xml;base64,{b64encode(written.getvalue()).decode()}"
