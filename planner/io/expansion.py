"""From documents to single items: ranges resolved, each with its origin and its file's defaults.

In an item whose id holds a range all ranges run in parallel and are equally long. In an item whose
id holds none, a range in a list stands for several elements, and one anywhere else is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import BaseModel

from planner.io.documents import Document
from planner.io.findings import Findings, Origin
from planner.io.items.action import ActionItem
from planner.io.items.continuity import (
    CombinationItem,
    ContinuityGroupItem,
    DuctItem,
    LinkItem,
    NetworkNodeItem,
    PathItem,
    PoolItem,
    ProcessItem,
)
from planner.io.items.demand import DeviceTypeItem, InletItem, StandingItem, WorkloadItem
from planner.io.items.power import PowerItem, UnitItem, ZoneItem
from planner.io.items.space import (
    RackItem,
    RackTypeItem,
    ReservationItem,
    RoomItem,
    RowItem,
    SiteItem,
)
from planner.io.items.tenancy import CertificateItem, TenantItem, WaiverItem
from planner.io.ranges import PARALLEL_HINT, RangeError, expand, has_range
from planner.io.yaml_tree import Data, Part

#: Items that one estate may have in a section, ranges expanded.
MAX_ITEMS = 2_000_000

#: Fields of free text: a bracket in them is a range only where it runs in parallel with the id.
TEXT_FIELDS = frozenset(
    {
        "name",
        "description",
        "reason",
        "author",
        "scope",
        "evidence",
        "manufacturer",
        "model",
        "part_number",
    }
)

#: Fields whose ranges are resolved later, unless they run in parallel with the id.
RAW_FIELDS = frozenset({"patch"})


class Section(NamedTuple):
    """A list of items in a document: where it stands, its items' type and their id's key."""

    path: tuple[str, ...]
    item: type[BaseModel]
    key: str = "id"
    noun: str = ""


#: Every section by name. Rooms hold their rows; those are expanded in `planner.io.build.space`.
SECTIONS: dict[str, Section] = {
    "sites": Section(("sites",), SiteItem, noun="site"),
    "rack_types": Section(("rack_types",), RackTypeItem, noun="rack type"),
    "rooms": Section(("rooms",), RoomItem, noun="room"),
    "racks": Section(("racks",), RackItem, noun="rack"),
    "reservations": Section(("reservations",), ReservationItem, noun="reservation"),
    "power": Section(("power",), PowerItem, noun="power node"),
    "cooling_zones": Section(("cooling", "zones"), ZoneItem, noun="cooling zone"),
    "cooling_units": Section(("cooling", "units"), UnitItem, noun="cooling unit"),
    "tenants": Section(("tenants",), TenantItem, noun="tenant"),
    "device_types": Section(("device_types",), DeviceTypeItem, "slug", noun="device type"),
    "certificates": Section(("certificates",), CertificateItem, noun="certificate"),
    "waivers": Section(("waivers",), WaiverItem, noun="waiver"),
    "workloads": Section(("workloads",), WorkloadItem, noun="workload"),
    "pools": Section(("pools",), PoolItem, noun="pool"),
    "processes": Section(("processes",), ProcessItem, noun="process"),
    "continuity_groups": Section(
        ("continuity_groups",), ContinuityGroupItem, noun="continuity group"
    ),
    "combinations": Section(("combinations",), CombinationItem, noun="combination"),
    "network_nodes": Section(("network", "nodes"), NetworkNodeItem, noun="network node"),
    "ducts": Section(("network", "ducts"), DuctItem, noun="duct"),
    "links": Section(("network", "links"), LinkItem, noun="link"),
    "paths": Section(("network", "paths"), PathItem, noun="path requirement"),
    "standing": Section(("standing",), StandingItem, "instance", noun="standing instance"),
    "actions": Section(("actions",), ActionItem, noun="action"),
}


class Entry(NamedTuple):
    """One item, its place, and the defaults of the file it stands in."""

    key: str
    item: Data
    origin: Origin
    site: str | None = None
    tenant: str | None = None


class Loaded(NamedTuple):
    """One file: its document and where each value stands."""

    document: Document
    origin: Origin


def expand_section(name: str, files: list[Loaded], findings: Findings) -> dict[str, Entry]:
    """Return the items of one section of all files, by id, ranges expanded."""
    section = SECTIONS[name]
    entries: dict[str, Entry] = {}
    for loaded in files:
        site = loaded.document.site
        default_site = site.id if isinstance(site, SiteItem) else site
        for item, origin in _items(loaded, section):
            keys = expand_item(item, section.key, origin, findings)
            for single in keys:
                key = getattr(single, section.key)
                entry = Entry(key, single, origin, default_site, loaded.document.tenant)
                _add(entries, entry, section, findings)
        if len(entries) > MAX_ITEMS:
            where = loaded.origin.where(*section.path)
            findings.add(where, "range", f"more than {MAX_ITEMS} items in `{name}`")
            break
    return entries


def _items(loaded: Loaded, section: Section) -> Iterator[tuple[BaseModel, Origin]]:
    if section.item is SiteItem and isinstance(loaded.document.site, SiteItem):
        yield loaded.document.site, loaded.origin.inner("site")
    value: Data = loaded.document
    for part in section.path:
        value = getattr(value, part)
    outer = loaded.origin.inner(*section.path)
    for index, item in enumerate(value):
        yield item, outer.inner(index)


def _add(entries: dict[str, Entry], entry: Entry, section: Section, findings: Findings) -> None:
    first = entries.setdefault(entry.key, entry)
    if first is not entry:
        report_duplicate(findings, section.noun, entry.key, entry.origin, first.origin, section.key)


def report_duplicate(
    findings: Findings, noun: str, key: str, second: Origin, first: Origin, field: str = "id"
) -> None:
    """Note an id that is declared twice, with both places."""
    message = f"{noun} `{key}` is declared twice, first at {first.where(field)}"
    findings.add(
        second.where(field), "id-duplicate", message, "rename one of the two, or delete it"
    )


def expand_item(item: Data, key: str, origin: Origin, findings: Findings) -> list[Data]:
    """Return the items that `item` stands for."""
    ranged = {name: value for name, value in item if _holds_range(value)}
    if not ranged:
        return [item]
    try:
        keys = expand(getattr(item, key))
    except RangeError as error:
        findings.add(origin.where(key), "range", str(error), error.hint)
        return []
    if not has_range(getattr(item, key)):
        updates = {
            n: _in_place(v, origin, n, findings)
            for n, v in ranged.items()
            if n not in TEXT_FIELDS | RAW_FIELDS
        }
        return [item.model_copy(update=updates)]
    if isinstance(item, RoomItem):
        findings.add(origin.where(key), "range", f"a room's id holds no range, found `{item.id}`")
        return []
    columns = {
        name: _parallel(value, len(keys), origin, (_alias(item, name),), findings)
        for name, value in ranged.items()
    }
    return [
        item.model_copy(update={name: column[index] for name, column in columns.items()})
        for index in range(len(keys))
    ]


def _alias(item: Data, name: str) -> str:
    return type(item).model_fields[name].alias or name


def _holds_range(value: Data) -> bool:
    if isinstance(value, str):
        return "[" in value or "]" in value
    if isinstance(value, list):
        return any(map(_holds_range, value))
    if isinstance(value, dict):
        return any(map(_holds_range, value.values()))
    if isinstance(value, BaseModel):
        return any(_holds_range(inner) for _, inner in value)
    return False


def _parallel(
    value: Data, count: int, origin: Origin, path: tuple[Part, ...], findings: Findings
) -> list[Data]:
    """Return `value` once per item, its ranges resolved in parallel."""
    if isinstance(value, str):
        return _parallel_text(value, count, origin, path, findings)
    if isinstance(value, list):
        columns = [_parallel(v, count, origin, (*path, i), findings) for i, v in enumerate(value)]
        return [list(row) for row in zip(*columns, strict=True)] if columns else [value] * count
    if isinstance(value, dict):
        inner = {k: _parallel(v, count, origin, (*path, k), findings) for k, v in value.items()}
        return [{k: column[i] for k, column in inner.items()} for i in range(count)]
    if isinstance(value, BaseModel) and _holds_range(value):
        inner = {
            name: _parallel(v, count, origin, (*path, _alias(value, name)), findings)
            for name, v in value
            if _holds_range(v)
        }
        return [value.model_copy(update={k: c[i] for k, c in inner.items()}) for i in range(count)]
    return [value] * count


def _parallel_text(
    text: str, count: int, origin: Origin, path: tuple[Part, ...], findings: Findings
) -> list[str]:
    if not has_range(text):
        return [text] * count
    is_free = path[-1] in TEXT_FIELDS
    try:
        values = expand(text)
    except RangeError as error:
        if not is_free:
            findings.add(origin.where(*path), "range", str(error), error.hint)
        return [text] * count
    if len(values) == count:
        return values
    if not is_free:
        message = f"`{text}` stands for {len(values)} items, the id of its item for {count}"
        findings.add(
            origin.where(*path),
            "range",
            message,
            PARALLEL_HINT,
        )
    return [text] * count


def _in_place(value: Data, origin: Origin, name: str, findings: Findings) -> Data:
    """Return `value` with the ranges in its lists spelt out; its item is a single one."""
    if isinstance(value, str):
        if has_range(value):
            message = f"`{name}` holds the range `{value}`, the id of its item holds none"
            findings.add(
                origin.where(name),
                "range",
                message,
                "write one item for each, or a range in the id, too",
            )
        return value
    if isinstance(value, list):
        return [
            single
            for i, v in enumerate(value)
            for single in _spelt_out(v, origin, (name, i), findings)
        ]
    if isinstance(value, dict):
        return {k: _in_place(v, origin.inner(name), k, findings) for k, v in value.items()}
    if isinstance(value, BaseModel):
        inner = origin.inner(name)
        updates = {
            n: _in_place(v, inner, _alias(value, n), findings) for n, v in value if _holds_range(v)
        }
        return value.model_copy(update=updates)
    return value


def _spelt_out(
    value: Data, origin: Origin, path: tuple[Part, ...], findings: Findings
) -> list[Data]:
    """Return the list elements that one element stands for."""
    if isinstance(value, str):
        try:
            return list(expand(value))
        except RangeError as error:
            findings.add(origin.where(*path), "range", str(error), error.hint)
            return []
    if isinstance(value, InletItem):
        return expand_item(value, "name", origin.inner(*path), findings)
    if isinstance(value, RowItem):
        return [value]
    return [_in_place(value, origin.inner(*path[:-1]), str(path[-1]), findings)]
