"""Build the notebook: `python -m level1_notebook` runs churn.py into churn.ipynb."""

import json
import os
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

import jupytext
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

HOME = Path(__file__).resolve().parents[1]
SOURCE = HOME / "level1_notebook" / "churn.py"
NOTEBOOK = SOURCE.with_suffix(".ipynb")
FLAT = HOME / "data" / "raw" / "flat.csv"
PREDICTIONS = HOME / "build" / "level1" / "predictions.csv"
CELL_SECONDS = 600  # a cell that takes longer is stuck


def main() -> int:
    """Bring churn.ipynb up to date; give the exit code."""
    if not FLAT.exists():
        print("data/raw/flat.csv is missing: simulating the world", flush=True)
        simulate = [sys.executable, "-m", "data", "simulate"]
        if code := subprocess.run(simulate, cwd=HOME, check=False).returncode:
            return code
    if is_up_to_date():
        print("level1_notebook/churn.ipynb is up to date")
        return 0
    print("running level1_notebook/churn.py, about 10 seconds", flush=True)
    try:
        notebook = executed(jupytext.read(SOURCE, fmt="py:percent"))
    except CellExecutionError as error:
        print(error, file=sys.stderr)
        print("level1_notebook/churn.ipynb is left as it was", file=sys.stderr)
        return 1
    write(notebook)
    print("wrote level1_notebook/churn.ipynb and build/level1/")
    return 0


def fingerprint() -> str:
    """Hash what the notebook is made from."""
    return sha256(SOURCE.read_bytes() + FLAT.read_bytes()).hexdigest()


def is_up_to_date() -> bool:
    """Say if the notebook is current and what it leaves behind is there."""
    if not (NOTEBOOK.exists() and PREDICTIONS.exists()):
        return False
    metadata = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["metadata"]
    return bool(metadata.get("made_from") == fingerprint())


def executed(notebook: NotebookNode) -> NotebookNode:
    """Run all cells in this Python, apart from the user's own Jupyter and its ports.

    Raises:
        CellExecutionError: a cell failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        kernel = AsyncKernelManager(
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
            connection_file=str(Path(folder) / "kernel.json"),
            transport="ipc",
        )
        client = NotebookClient(notebook, km=kernel, timeout=CELL_SECONDS)
        settings = {**os.environ, "IPYTHONDIR": folder}
        return client.execute(cwd=str(SOURCE.parent), env=settings, cleanup_kc=True)


def write(notebook: NotebookNode) -> None:
    """Write the notebook without anything that the next run would change."""
    for number, cell in enumerate(notebook.cells):
        cell.update(id=f"cell-{number}", metadata={})
    notebook.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
        "made_from": fingerprint(),
    }
    text = jupytext.writes(notebook, fmt="ipynb") + "\n"
    unfinished = NOTEBOOK.with_name(".churn.ipynb.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(NOTEBOOK)


if __name__ == "__main__":
    sys.exit(main())
