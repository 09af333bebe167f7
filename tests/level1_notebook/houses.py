"""Houses: folders that hold no more of the project than a test needs."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def python(house: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this Python in a house, on the modules that are there."""
    command = [sys.executable, *arguments]
    pipes = {"capture_output": True, "text": True}
    return subprocess.run(command, cwd=house, check=False, **pipes)


def furnish(house: Path, *packages: str) -> Path:
    """Copy the code of packages, and nothing else, into a house."""
    for package in packages:
        for file in (ROOT / package).rglob("*.py"):
            copy = house / file.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)
    return house
