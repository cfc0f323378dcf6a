"""Inventory data -> YAML text: one line for one item where it fits, figures as they are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from planner.importers.contract import Data
from planner.io import yaml_text

#: What is noted beside items, by the path of their section and their id.
Comments: TypeAlias = dict[tuple[tuple[str | int, ...], str], str]
#: Longest item that stands on one line; what is longer takes a line a field.
MAX_LINE = 240
#: Keys of an item that hold items of their own, each on its own line.
NESTED = frozenset({"rows"})
HEADER = """\
# yaml-language-server: $schema={schema}
# Written by `planner import {source}`. Edit it as you like: a repeated import keeps your edits.
"""


def scalar(value: Data) -> str:
    """Return a scalar as YAML text."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return yaml_text.truth(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return figure(value)
    if isinstance(value, date):
        return value.isoformat()
    return yaml_text.text(str(value))


def figure(value: Decimal) -> str:
    """Return a decimal without exponent and without trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def flow(value: Data) -> str:
    """Return any value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key(name)}: {flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(element) for element in value) + "]"
    return scalar(value)


def key(name: str) -> str:
    """Return a key as YAML text."""
    return yaml_text.text(name)


def item_lines(item: Data, indent: int, comment: str = "") -> list[str]:
    """Return the lines of one element of a list, with its dash."""
    dash, tail = " " * indent + "- ", f"  # {comment}" if comment else ""
    one_line = dash + flow(item)
    is_nested = isinstance(item, Mapping) and bool(NESTED & item.keys())
    if not isinstance(item, Mapping) or (not is_nested and len(one_line) <= MAX_LINE):
        return [one_line + tail]
    lines = mapping_lines(item, indent + 2)
    lines[0] = dash + lines[0].lstrip() + tail
    return lines


def mapping_lines(mapping: Mapping[str, Data], indent: int) -> list[str]:
    """Return a line for each key; lists of items go on below theirs."""
    lines = []
    for name, value in mapping.items():
        lead = " " * indent + f"{key(name)}:"
        if name in NESTED and isinstance(value, list) and value:
            lines.append(lead)
            for element in value:
                lines += item_lines(element, indent + 2)
        else:
            lines.append(f"{lead} {flow(value)}")
    return lines


def document_lines(document: Mapping[str, Data], comments: Comments) -> list[str]:
    """Return the lines of a document: a section in a block, its items one below the other."""
    lines: list[str] = []
    for name, value in document.items():
        if lines and (_is_section(value) or isinstance(value, Mapping)):
            lines.append("")
        lines += _section(name, value, (name,), comments)
    return lines


def _section(name: str, value: Data, path: tuple[str, ...], comments: Comments) -> list[str]:
    indent = 2 * (len(path) - 1)
    if not _is_section(value):
        return mapping_lines({name: value}, indent)
    lines = [" " * indent + f"{key(name)}:"]
    if isinstance(value, Mapping):
        for inner, items in value.items():
            lines += _section(inner, items, (*path, inner), comments)
        return lines
    id_key = {"device_types": "slug", "standing": "instance"}.get(path[0], "id")
    for item in value:
        lines += item_lines(item, 2 * len(path), comments.get((path, str(item.get(id_key))), ""))
    return lines


def _is_section(value: Data) -> bool:
    """Tell whether a value is a list of items, or a mapping that holds nothing but such lists."""
    if isinstance(value, Mapping):
        return bool(value) and all(isinstance(v, list) and _is_section(v) for v in value.values())
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def header(source: str, depth: int) -> str:
    """Return the first lines of a file that lies `depth` folders below the estate's."""
    return HEADER.format(schema="../" * (depth + 1) + "schema.json", source=source)
