"""The three-way merge: what was imported last, what people made of it, what the source says now.

Works on plain data and yields edits; it touches no text. A value that nobody edited follows the
source; one that somebody edited stays, and is a conflict where the source has changed it, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from planner.importers.contract import Change, ChangeKind, Data
from planner.importers.emit import flow
from planner.importers.items import Address, Found, Path, id_key, is_keyed, same

#: Longest value that a listed change shows.
MAX_SHOWN = 60


class Edit(NamedTuple):
    """One change of a file's tree: set or insert a key, append to a list, or delete."""

    file: str
    action: Literal["set", "insert", "append", "delete"]
    path: Path
    value: Data = None


class Step(NamedTuple):
    """A change as people read it, and the edit that makes it; None where nothing is edited."""

    change: Change
    edit: Edit | None = None
    address: Address | None = None


class _Missing:
    """The value of a key that is not there."""

    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


def merge(
    base: Mapping[Address, Found], mine: Mapping[Address, Found], theirs: Mapping[Address, Found]
) -> Iterator[Step]:
    """Return the steps that bring `mine` to what the source says now, hand edits kept.

    Parameters
    ----------
    base, mine, theirs
        Items as last imported, as they stand in the estate's files, as the source has them now.
    """
    for address, found in theirs.items():
        yield from _present(address, base.get(address), mine.get(address), found)
    for address, found in base.items():
        if address not in theirs and address in mine:
            yield from _gone(address, found, mine[address])


def _present(
    address: Address, base: Found | None, mine: Found | None, theirs: Found
) -> Iterator[Step]:
    if mine is None and base is None:
        change = _change("added", theirs.file, address)
        action: Literal["insert", "append"] = (
            "append" if isinstance(theirs.path[-1], int) else "insert"
        )
        yield Step(change, Edit(theirs.file, action, theirs.path, theirs.value), address)
    elif mine is None and base is not None:
        reason = "deleted by hand"
        if same(base.value, theirs.value):
            yield Step(_change("kept", theirs.file, address, reason=reason))
        else:
            reason += ", changed at the source"
            yield Step(_change("conflict", theirs.file, address, reason=reason))
    elif mine is not None:
        if base is None and address.section == "estate":
            return
        if mine.is_range and not theirs.is_range:
            yield from _in_range(address, base, mine, theirs)
        else:
            before = base.value if base is not None else {}
            yield from _fields(address, mine, (), before, mine.value, theirs.value)


def _in_range(address: Address, base: Found | None, mine: Found, theirs: Found) -> Iterator[Step]:
    """Tell what the source changed in an item that somebody has folded into a range."""
    if base is not None and same(base.value, theirs.value):
        return
    inside = mine.value.get(id_key(address.section))
    yield Step(_change("conflict", mine.file, address, reason=f"it is one of `{inside}`"))


def _gone(address: Address, base: Found, mine: Found) -> Iterator[Step]:
    if mine.is_range:
        inside = mine.value.get(id_key(address.section))
        reason = f"gone at the source; it is one of `{inside}`"
        yield Step(_change("conflict", mine.file, address, reason=reason))
    elif same(base.value, mine.value):
        yield Step(
            _change("removed", mine.file, address), Edit(mine.file, "delete", mine.path), address
        )
    else:
        reason = "gone at the source, edited by hand"
        yield Step(_change("conflict", mine.file, address, reason=reason))


def _fields(
    address: Address, found: Found, path: Path, base: Data, mine: Data, theirs: Data
) -> Iterator[Step]:
    """Merge one value: mappings key by key, lists of items id by id, everything else as a whole."""
    if same(mine, theirs):
        return
    if isinstance(mine, dict) and isinstance(theirs, dict):
        before = base if isinstance(base, dict) else {}
        for name in {**theirs, **before}:
            yield from _key(address, found, (*path, name), before, mine, theirs)
    elif is_keyed(mine) and is_keyed(theirs):
        yield from _elements(address, found, path, base, mine, theirs)
    elif base is not MISSING and same(base, mine):
        yield _step("changed", address, found, path, mine, theirs, "set")
    elif base is not MISSING and same(base, theirs):
        yield _step("kept", address, found, path, theirs, mine)
    else:
        yield _step("conflict", address, found, path, mine, theirs)


def _key(
    address: Address, found: Found, path: Path, base: Data, mine: Data, theirs: Data
) -> Iterator[Step]:
    name = path[-1]
    old, own, new = (side.get(name, MISSING) for side in (base, mine, theirs))
    if own is not MISSING and new is not MISSING:
        yield from _fields(address, found, path, old, own, new)
    elif own is MISSING and new is not MISSING:
        if old is MISSING:
            yield _step("changed", address, found, path, own, new, "insert")
        else:
            kind: ChangeKind = "kept" if same(old, new) else "conflict"
            yield _step(kind, address, found, path, new if kind == "kept" else own, new)
    elif own is not MISSING and old is not MISSING:
        if same(old, own):
            yield _step("changed", address, found, path, own, new, "delete")
        else:
            yield _step("conflict", address, found, path, own, new)


def _elements(
    address: Address, found: Found, path: Path, base: Data, mine: Data, theirs: Data
) -> Iterator[Step]:
    """Merge a list of items inside an item, such as the rows of a room."""
    old = {element["id"]: element for element in base} if is_keyed(base) else {}
    own = {element["id"]: index for index, element in enumerate(mine)}
    new = {element["id"]: element for element in theirs}
    for name, element in new.items():
        if name in own:
            inner, value = (*path, own[name]), mine[own[name]]
            yield from _fields(address, found, inner, old.get(name, {}), value, element)
        elif name not in old:
            yield _step("changed", address, found, (*path, len(mine)), MISSING, element, "append")
        elif not same(old[name], element):
            yield _step("conflict", address, found, path, MISSING, element)
    for name, element in old.items():
        if name in own and name not in new:
            inner = (*path, own[name])
            is_edited = not same(element, mine[own[name]])
            if is_edited:
                yield _step("conflict", address, found, inner, mine[own[name]], MISSING)
            else:
                yield _step("changed", address, found, inner, element, MISSING, "delete")


def _step(
    kind: ChangeKind,
    address: Address,
    found: Found,
    path: Path,
    before: Data,
    after: Data,
    action: Literal["set", "insert", "append", "delete"] | None = None,
) -> Step:
    change = Change(
        kind=kind,
        file=found.file,
        section=address.section,
        item=address.id,
        field=".".join(str(part) for part in path),
        before=_shown(before),
        after=_shown(after),
        reason={"kept": "edited by hand", "conflict": "edited by hand: kept"}.get(kind, ""),
    )
    edit = None
    if action is not None:
        edit = Edit(found.file, action, (*found.path, *path), None if after is MISSING else after)
    return Step(change, edit, address)


def _change(kind: ChangeKind, file: str, address: Address, reason: str = "") -> Change:
    return Change(kind=kind, file=file, section=address.section, item=address.id, reason=reason)


def _shown(value: Data) -> str:
    if value is MISSING:
        return ""
    text = flow(value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."
