"""JSON Schemas: of an inventory file (for editors), of a layout lock, and of the export."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from planner.errors import UsageError
from planner.io.documents import Document
from planner.io.layout import write_atomically
from planner.io.lock_document import LockDocument
from planner.io.yaml_tree import Data

DRAFT = "https://json-schema.org/draft/2020-12/schema"
#: First line of an inventory file, so that an editor completes and validates it.
MODELINE = "# yaml-language-server: $schema={path}"


def inventory_schema() -> dict[str, Any]:
    """Return the JSON Schema of one inventory file."""
    schema = _clean(Document.model_json_schema(by_alias=True))
    return {
        "$schema": DRAFT,
        "title": "rackplan inventory file",
        **schema,
        "description": (
            "One YAML file of an estate. Ids may hold ranges such as `rack-[01-12]`;"
            " all ranges of one item run in parallel."
        ),
    }


def layout_schema() -> dict[str, Any]:
    """Return the JSON Schema of a layout lock."""
    schema = _clean(LockDocument.model_json_schema(by_alias=True))
    return {"$schema": DRAFT, "title": "rackplan layout lock, version 1", **schema}


def export_schema() -> dict[str, Any]:
    """Return the JSON Schema of `export json`."""
    from planner.io.export import export_schema as schema

    return schema()


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "inventory": inventory_schema,
    "layout": layout_schema,
    "export": export_schema,
}


def schema_text(kind: str = "inventory") -> str:
    """Return a schema as text.

    Raises
    ------
    UsageError
        When there is no such kind.
    """
    if kind not in SCHEMAS:
        known = ", ".join(f"`{name}`" for name in SCHEMAS)
        raise UsageError(f"no schema `{kind}`", hint=f"known: {known}")
    return json.dumps(SCHEMAS[kind](), indent=2, ensure_ascii=False) + "\n"


def write_schema(path: Path, kind: str = "inventory") -> None:
    """Write a schema to a file."""
    write_atomically(Path(path), schema_text(kind))


def _clean(value: Data) -> Data:
    """Drop generated titles and defaults of nothing; figures are numbers, never text."""
    if isinstance(value, list):
        return [_clean(element) for element in value]
    if not isinstance(value, dict):
        return value
    cleaned = {
        key: {name: _clean(inner) for name, inner in item.items()}
        if key in ("properties", "$defs")
        else _clean(item)
        for key, item in value.items()
        if not (key == "title" and isinstance(item, str))
        and not (key == "default" and item in (None, [], {}, ""))
    }
    return _as_number(cleaned)


def _as_number(schema: dict[str, Any]) -> dict[str, Any]:
    """Return pydantic's number-or-text for a decimal as a number with its limits."""
    branches = schema.get("anyOf", [])
    texts = [b for b in branches if b.get("type") == "string" and set(b) <= {"type", "pattern"}]
    numbers = [b for b in branches if b.get("type") == "number"]
    if not texts or not numbers:
        return schema
    limits = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
    number = {**numbers[0], **{limits[key]: schema[key] for key in limits if key in schema}}
    rest = [b for b in branches if b not in texts and b not in numbers]
    kept = {k: v for k, v in schema.items() if k != "anyOf" and k not in limits}
    if isinstance(kept.get("default"), str):
        kept["default"] = json.loads(kept["default"])
    return {**kept, **number} if not rest else {**kept, "anyOf": [number, *rest]}
