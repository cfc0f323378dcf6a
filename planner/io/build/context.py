"""What every builder needs: the items by section, the policy, the findings."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from planner.io.expansion import SECTIONS, Entry
from planner.io.findings import Findings, Origin
from planner.io.items.continuity import MaxProtectionItem
from planner.io.items.policy import PolicyItem
from planner.io.items.space import HostingItem, PortItem, UnitsItem
from planner.io.rounding import down, nearest
from planner.io.yaml_tree import Part
from planner.model.space import Face, PortCount, UnitRange
from planner.model.tenancy import HostingClass, Protection


class Context(NamedTuple):
    """The items of an estate, by section and id, its folder, and where problems go."""

    entries: dict[str, dict[str, Entry]]
    policy: PolicyItem
    policy_origin: Origin | None
    findings: Findings
    root: Path

    def require(self, section: str, key: str | None, origin: Origin, *path: Part) -> bool:
        """Note an id at `path` that its section does not have; tell whether it has it."""
        if key is None or key in self.entries[section]:
            return True
        noun = SECTIONS[section].noun
        self.findings.unknown(origin.where(*path), noun, key, self.entries[section].keys())
        return False

    def require_all(self, section: str, keys: Iterable[str], origin: Origin, *path: Part) -> None:
        """Note every id of a list at `path` that its section does not have."""
        for key in keys:
            self.require(section, key, origin, *path)

    def require_in(
        self, known: Collection[str], noun: str, key: str | None, origin: Origin, *path: Part
    ) -> bool:
        """Note an id at `path` that is not among the `known` ones; tell whether it is."""
        if key is None or key in known:
            return True
        self.findings.unknown(origin.where(*path), noun, key, known)
        return False

    def site_of(self, entry: Entry, noun: str) -> str:
        """Return the site an item names, else its file's, else the only one; else a problem."""
        named = entry.item.site
        if named is None:
            named = entry.site
        sites = self.entries["sites"]
        if named is None and len(sites) == 1:
            named = next(iter(sites))
        if named is None:
            hint = "add `site: ID` to it, or once at the top of its file"
            self.findings.add(
                entry.origin.where(), "key-missing", f"{noun} `{entry.key}` names no site", hint
            )
            return ""
        if named not in sites:
            path = ("site",) if entry.item.site is not None else ()
            self.require("sites", named, entry.origin, *path)
        return str(named)

    def tenant_of(self, entry: Entry, noun: str) -> str:
        """Return the tenant an item names, else its file's; else a problem."""
        named = entry.item.tenant if entry.item.tenant is not None else entry.tenant
        if named is None:
            hint = "add `tenant: ID` to it, or once at the top of its file"
            self.findings.add(
                entry.origin.where(), "key-missing", f"{noun} `{entry.key}` names no tenant", hint
            )
            return ""
        self.require("tenants", named, entry.origin, "tenant")
        return str(named)

    def check_dates(
        self, start: date | None, end: date | None, origin: Origin, end_key: str = "until"
    ) -> None:
        """Note an end before its start."""
        if start is not None and end is not None and end < start:
            message = f"`{end_key}` {end} is before `from` {start}"
            self.findings.add(
                origin.where(end_key), "dates", message, "swap the two days, or correct one"
            )


def coordinates(context: Context, entry: Entry, subject: str) -> tuple[int | None, int | None]:
    """Return latitude and longitude in millionths of a degree; note one without the other."""
    lat, lon = entry.item.lat, entry.item.lon
    if (lat is None) != (lon is None):
        given, missing = ("lat", "lon") if lon is None else ("lon", "lat")
        message = f"{subject} gives `{given}` without `{missing}`"
        context.findings.add(
            entry.origin.where(given), "coordinates", message, f"add `{missing}`, in degrees"
        )
        return None, None
    if lat is None or lon is None:
        return None, None
    return nearest(lat, 10**6), nearest(lon, 10**6)


def hosting_class(item: HostingItem | MaxProtectionItem) -> HostingClass:
    """Return the levels per basic value."""
    return HostingClass(
        confidentiality=_level(item.confidentiality),
        integrity=_level(item.integrity),
        availability=_level(item.availability),
    )


def _level(word: str) -> Protection:
    return Protection[word.upper().replace("-", "_")]


def unit_range(item: UnitsItem) -> UnitRange:
    """Return half units `[2 * from, 2 * to + 2)`: both units are included."""
    face = None if item.face == "both" else Face(item.face)
    return UnitRange(start_half=2 * item.from_, end_half=2 * item.to + 2, face=face)


def unit_ranges(items: Iterable[UnitsItem]) -> tuple[UnitRange, ...]:
    """Return the ranges in canonical order."""
    ranges = {unit_range(item) for item in items}
    return tuple(sorted(ranges, key=lambda r: (r.start_half, r.end_half, r.face or "")))


def check_units(
    context: Context,
    items: Iterable[UnitsItem],
    first: int,
    last: int,
    origin: Origin,
    key: str,
    rack: str,
) -> None:
    """Note units that run backwards or lie outside the units `first` to `last` of a rack."""
    for index, item in enumerate(items):
        if item.to < item.from_:
            message = f"units {item.from_} to {item.to} run backwards"
            context.findings.add(
                origin.where(key, index, "to"), "units", message, "swap `from` and `to`"
            )
        elif item.from_ < first or item.to > last:
            units = f"units {item.from_} to {item.to}"
            message = f"{units} are outside rack `{rack}`, which has {first} to {last}"
            context.findings.add(origin.where(key, index), "units", message)


def port_counts(items: Iterable[PortItem]) -> tuple[PortCount, ...]:
    """Return the ports in canonical order, equal types and speeds added up."""
    counts: dict[tuple[str, int], int] = {}
    for item in items:
        key = (item.type, down(item.gbps, 1000))
        counts[key] = counts.get(key, 0) + item.count
    return tuple(PortCount(type=t, speed_mbps=s, count=counts[t, s]) for t, s in sorted(counts))
