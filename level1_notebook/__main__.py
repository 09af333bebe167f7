"""Build the notebook: `python -m level1_notebook` runs churn.py into churn.ipynb."""

import builtins
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from statistics import mean

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
CLAIM = HOME / "build" / "level1" / "claim.json"
PREDICTIONS = CLAIM.with_name("predictions.csv")
RESULTS = HOME / "results" / "levels.json"  # what the judge published
CELL_SECONDS = 600  # a cell that takes longer is stuck
METRICS = {"ROC AUC": "roc_auc", "average precision": "average_precision"}


def main() -> int:
    """Bring churn.ipynb up to date and print what it claims beside what happens.

    Returns:
        0; 1 if a cell fails; 2 if a file cannot be written; 130 after Ctrl-C.
    """
    try:
        if code := build():
            return code
        print(side_by_side(json.loads(CLAIM.read_text()), happened()))
    except KeyboardInterrupt:
        print("stopped: the same command begins anew", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"python -m level1_notebook: {error}", file=sys.stderr)
        return 2
    return 0


def build() -> int:
    """Run the notebook if it is not up to date; return the exit code.

    Raises:
        OSError: a file cannot be read or written.
    """
    if not FLAT.exists():
        print("data/raw/flat.csv is missing: simulating the world", flush=True)
        if code := simulate():
            return code
    if is_up_to_date():
        print("level1_notebook/churn.ipynb is up to date")
        return 0
    print("running level1_notebook/churn.py, about 10 seconds", flush=True)
    try:
        notebook = executed(jupytext.read(SOURCE, fmt="py:percent"))
    except CellExecutionError as error:
        if is_about_files(error):
            raise OSError(error.evalue) from None
        print(error, file=sys.stderr)
        print("level1_notebook/churn.ipynb is left as it was", file=sys.stderr)
        return 1
    write(notebook)
    print("wrote level1_notebook/churn.ipynb and build/level1/")
    return 0


def simulate() -> int:
    """Simulate the world into data/raw, out of reach of Ctrl-C; return the exit code.

    After Ctrl-C it is ended from here, so that one program says so, once.
    """
    command = [sys.executable, "-m", "data", "simulate"]
    return subprocess.run(
        command, cwd=HOME, check=False, start_new_session=True
    ).returncode


def fingerprint() -> str:
    """Hash what the notebook is made from."""
    return sha256(SOURCE.read_bytes() + FLAT.read_bytes()).hexdigest()


def is_up_to_date() -> bool:
    """Return whether the notebook is current and what it leaves behind is there."""
    if not (NOTEBOOK.exists() and PREDICTIONS.exists() and CLAIM.exists()):
        return False
    metadata = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["metadata"]
    return bool(metadata.get("made_from") == fingerprint())


def executed(notebook: NotebookNode) -> NotebookNode:
    """Run all cells in this Python, apart from the user's own Jupyter and its ports.

    Raises:
        CellExecutionError: a cell failed.
    """
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor() as thread:
        kernel = AsyncKernelManager(
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
            connection_file=str(Path(folder) / "kernel.json"),
            transport="ipc",
        )
        client = NotebookClient(notebook, km=kernel, timeout=CELL_SECONDS)
        where = {"cwd": SOURCE.parent, "env": {**os.environ, "IPYTHONDIR": folder}}
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        # In the main thread nbclient would catch Ctrl-C, and fail with a traceback.
        running = thread.submit(client.execute, **where, **silent, cleanup_kc=True)
        try:
            return running.result()
        except KeyboardInterrupt:
            if process := getattr(kernel.provisioner, "process", None):
                process.kill()
            raise


def is_about_files(error: CellExecutionError) -> bool:
    """Return whether a cell failed for a full disk, a lack of permission or so."""
    kind = getattr(builtins, error.ename, None)
    return isinstance(kind, type) and issubclass(kind, OSError)


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
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(NOTEBOOK)
    finally:
        unfinished.unlink(missing_ok=True)


def side_by_side(claimed: dict[str, float], worlds: list[dict[str, float]]) -> str:
    """Return a table: what the notebook claims, and what the judge found to happen.

    Args:
        claimed: figures that the notebook wrote, of its own test customers.
        worlds: the judge's figures, one for each of its worlds; it may have none.
    """
    lines = [f"\n{'':20}claimed  happened"]
    for label, name in METRICS.items():
        found = f"{mean(world[name] for world in worlds):.3f}" if worlds else "-"
        lines.append(f"{label:20}{claimed[name]:7.3f}{found:>10}")
    lines.append(f"{'accuracy':20}{claimed['accuracy']:7.3f}")
    if worlds:
        lines.append(
            f"\nhappened: in the next twelve months, mean of {len(worlds)} worlds"
        )
    return "\n".join([*lines, "`make compare` holds such claims against what happens"])


def happened() -> list[dict[str, float]]:
    """Return the judge's figures of this level, one for each world; none if unknown."""
    try:
        report = json.loads(RESULTS.read_text(encoding="utf-8"))
        worlds = [world["contenders"] for world in report["per_seed"]]
        return [world["level1_notebook"]["happened"] for world in worlds]
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        return []


if __name__ == "__main__":
    sys.exit(main())
