"""Interim: what was read of a file is kept, so that the next month reads one new drop.

A kept file begins with a stamp of the source's file, the code that read it, and what
is kept: what is stale or damaged is read anew, and a folder that cannot be written only
costs time. (joblib.Memory takes twice the time and six times the space.)
"""

import json
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
from pyarrow import feather

from level2_project.sources.drops import Delivery, read_drop
from level2_project.sources.schema import Place, file_of, refusal

STAMP = 16  # bytes
FACTS = b"facts"  # in the notes of an Arrow file: how many rows each repair touched


def read(raw: Path, drop: str, source: str, interim: Path | None = None) -> Delivery:
    """Read one source of one drop, from `interim` if it is kept there."""
    file = file_of(source, drop)
    try:
        content = (raw / file).read_bytes()
    except OSError as error:
        found = f"none in {(raw / file).parent} ({error.strerror})"
        remedy = "fetch the drop again, or run `make data`"
        raise refusal(Place(file), "a file", found, remedy) from None
    if interim is None:
        return read_drop(content, drop, source)
    path = interim / f"{drop}.{source}.arrow"
    key = _digest(content, _code())
    with suppress(OSError):
        kept = path.read_bytes()
        if kept[:STAMP] == _digest(kept[STAMP:], key):
            rows = feather.read_table(pa.BufferReader(kept[STAMP:]))
            return Delivery(rows, json.loads(rows.schema.metadata[FACTS]))
    delivery = read_drop(content, drop, source)
    _keep(delivery, path, key)
    return delivery


@cache
def _code() -> bytes:
    """Return a hash of all code that has a part in reading."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    versions = "".join(version(name) for name in ("pandas", "pandera", "pyarrow"))
    return _digest(b"".join(path.read_bytes() for path in files), versions.encode())


def _digest(content: bytes, key: bytes) -> bytes:
    return blake2b(content, key=key, digest_size=STAMP).digest()


def _keep(delivery: Delivery, path: Path, key: bytes) -> None:
    """Write a file; one that is incomplete shows by its stamp and is read anew."""
    rows, repaired = delivery
    notes = {**rows.schema.metadata, FACTS: json.dumps(repaired)}
    body = pa.BufferOutputStream()
    feather.write_feather(rows.replace_schema_metadata(notes), body)
    content = body.getvalue().to_pybytes()
    with suppress(OSError):  # read-only or full
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_digest(content, key) + content)
