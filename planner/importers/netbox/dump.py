"""A NetBox dump: what Django's `dumpdata` writes, plain or gzipped."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path

from planner.errors import UsageError
from planner.importers.contract import Data
from planner.importers.netbox.tables import Tables

#: Largest dump that is read, unpacked.
MAX_BYTES = 2 * 2**30
HINT = "write one with `manage.py dumpdata --natural-foreign -o netbox.json`, or give the URL"


def read_dump(path: Path) -> Tables:
    """Return the objects of a dump.

    Raises
    ------
    UsageError
        When the file cannot be read, or is no dump.
    """
    objects = _objects(path)
    tables = Tables(path.name)
    for entry in objects:
        if not isinstance(entry, dict) or not isinstance(entry.get("fields"), dict):
            raise UsageError(f"`{path}` is no NetBox dump: an entry has no fields", hint=HINT)
        if isinstance(entry.get("pk"), int):
            tables.add(str(entry.get("model")), entry["pk"], entry["fields"])
    if not tables.num_rows():
        raise UsageError(f"`{path}` holds nothing of a NetBox", hint=HINT)
    return tables


def _objects(path: Path) -> list[Data]:
    try:
        with path.open("rb") as stream:
            is_packed = stream.read(2) == b"\x1f\x8b"
            stream.seek(0)
            unpacked = gzip.GzipFile(fileobj=stream) if is_packed else stream
            raw = unpacked.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"`{path}` cannot be read: {error}", hint=HINT) from None
    if len(raw) > MAX_BYTES:
        raise UsageError(
            f"`{path}` has more than {MAX_BYTES} bytes", hint="leave out what is not needed"
        )
    try:
        objects = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"`{path}` is no JSON: {error}", hint=HINT) from None
    if not isinstance(objects, list):
        raise UsageError(f"`{path}` is no NetBox dump: expected a list of objects", hint=HINT)
    return objects
