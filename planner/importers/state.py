"""The values as last imported, kept beside the estate's files: the base of the three-way merge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from planner.errors import UsageError
from planner.importers.contract import Data, Import

#: Version of the state file; a change of its form raises it.
VERSION = 1
FOLDER = ".import"


def state_name(source: str) -> str:
    """Return the state file of a source, from the estate's folder."""
    return f"{FOLDER}/{source}.json"


def read_state(estate: Path, source: str) -> dict[str, Data]:
    """Return the documents as last imported; none before the first import.

    Raises
    ------
    UsageError
        When the file cannot be read: without it, hand edits could not be told from old imports.
    """
    path = estate / state_name(source)
    if not path.exists():
        return {}
    hint = "restore it from version control; without it hand edits cannot be told apart"
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        if state["version"] != VERSION:
            raise UsageError(f"`{path}` has version {state['version']}, not {VERSION}", hint=hint)
        documents = _decoded(state["documents"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"`{path}` cannot be read: {error}", hint=hint) from None
    if not isinstance(documents, dict):
        raise UsageError(f"`{path}` holds no documents", hint=hint)
    return documents


def state_text(imported: Import) -> str:
    """Return the state after this import: one line an item, so that its history can be read."""
    state = {
        "version": VERSION,
        "source": imported.source,
        "documents": _encoded(imported.documents),
    }
    return json.dumps(state, indent=1, ensure_ascii=False) + "\n"


def _encoded(value: Data) -> Data:
    if isinstance(value, Mapping):
        return {key: _encoded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_encoded(inner) for inner in value]
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    return {"$day": value.isoformat()} if isinstance(value, date) else value


def _decoded(value: Data) -> Data:
    if isinstance(value, list):
        return [_decoded(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"$decimal"}:
        return Decimal(value["$decimal"])
    if value.keys() == {"$day"}:
        return date.fromisoformat(value["$day"])
    return {key: _decoded(inner) for key, inner in value.items()}
