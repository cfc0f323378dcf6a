"""Documents -> items by section and id, wherever in an estate's files they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from planner.importers.contract import Data
from planner.io.expansion import SECTIONS
from planner.io.ranges import RangeError, expand, has_range

#: A key or an index, as in the files' trees.
Path = tuple[str | int, ...]
#: Sections that hold one value and stand once in an estate.
SINGLE = ("estate", "policy")
#: Values that stand once in a file and hold for all of it.
DEFAULTS = ("site", "tenant")


class Address(NamedTuple):
    """Section and id of an item; `file` only where it is a default of that file."""

    section: str
    id: str
    file: str = ""


class Found(NamedTuple):
    """An item, and where it stands; `is_range` where it is one of several in one item."""

    value: Data
    file: str
    path: Path
    is_range: bool = False


class Section(NamedTuple):
    """A list of items: its path in a document, and the key of the items' ids."""

    name: str
    path: tuple[str, ...]
    id_key: str


def sections() -> Iterator[Section]:
    """Return the sections of a document."""
    for name, section in SECTIONS.items():
        yield Section(name, section.path, section.key)


def id_key(section: str) -> str:
    """Return the key of an item's id."""
    return SECTIONS[section].key if section in SECTIONS else "id"


def index_of(documents: Mapping[str, Data]) -> dict[Address, Found]:
    """Return every item of the documents; the first one where an id stands twice."""
    found: dict[Address, Found] = {}
    for file, document in documents.items():
        for address, item in _of_document(file, document):
            found.setdefault(address, item)
    return found


def _of_document(file: str, document: Data) -> Iterator[tuple[Address, Found]]:
    if not isinstance(document, dict):
        return
    for name in SINGLE:
        if name in document:
            yield Address(name, name), Found(document[name], file, (name,))
    for name in DEFAULTS:
        value = document.get(name)
        if name == "site" and isinstance(value, dict):
            yield Address("sites", str(value.get("id"))), Found(value, file, (name,))
        elif value is not None:
            yield Address(name, str(name), file), Found(value, file, (name,))
    for section in sections():
        items: Data = document
        for part in section.path:
            items = items.get(part) if isinstance(items, dict) else None
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict):
                yield from _of_item(file, section, index, item)


def _of_item(
    file: str, section: Section, index: int, item: Data
) -> Iterator[tuple[Address, Found]]:
    name = str(item.get(section.id_key))
    path: Path = (*section.path, index)
    if not has_range(name):
        yield Address(section.name, name), Found(item, file, path)
        return
    try:
        ids = expand(name)
    except RangeError:
        return
    for single in ids:
        yield Address(section.name, single), Found(item, file, path, is_range=True)


def is_keyed(value: Data) -> bool:
    """Tell whether a value is a list of items that each have an id, such as the rows of a room."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(element, dict) and "id" in element for element in value)
    )


def same(left: Data, right: Data) -> bool:
    """Tell whether two values mean the same; `true` is no 1, and the order of keys is none."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    numbers = (int, Decimal)
    if isinstance(left, numbers) and isinstance(right, numbers):
        return left == right
    return type(left) is type(right) and bool(left == right)
