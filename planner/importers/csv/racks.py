"""The table of racks: sites, rooms, rows and racks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from planner.importers.csv.cells import CellError, Read
from planner.importers.csv.findings import Findings
from planner.importers.csv.ids import Names, make_id, slug
from planner.importers.csv.mapping import DefaultsItem
from planner.importers.csv.roles import rack_state
from planner.importers.csv.tables import Record


@dataclass
class Site:
    """A site and its name."""

    id: str
    name: str


@dataclass
class Room:
    """A room of a site."""

    id: str
    name: str
    site: str
    fire_compartment: str
    is_declared: bool = False


@dataclass
class Rack:
    """A rack as the table has it, or as the estate has declared it."""

    id: str
    site: str
    room: str = ""
    row: str = ""
    u_height: int = 42
    starting_unit: int = 1
    manufacturer: str = ""
    model: str = ""
    weight_kg: Decimal = Decimal(0)
    max_weight_kg: Decimal | None = None
    max_power_w: Decimal | None = None
    tenant: str | None = None
    status: str | None = None
    blocked: list[tuple[int, int]] = field(default_factory=list)
    x_mm: int | None = None
    y_mm: int | None = None
    price: Decimal | None = None
    is_declared: bool = False


class Tenants:
    """Tenants by the names that the tables use; the same one whatever the spelling."""

    def __init__(self) -> None:
        self._names: Names[str] = Names()
        self.by_id: dict[str, str] = {}

    def add(self, key: str, name: str) -> None:
        """Make a tenant known."""
        if key not in self.by_id:
            self.by_id[key] = name
            self._names.add(name, key)
            self._names.add(key, key)

    def of(self, record: Record, name: str) -> str | None:
        """Return the tenant that a cell names, new where it is not known; None for a blank."""
        text = record.text(name)
        if not text:
            return None
        hit = self._names.find(text)
        if hit is None:
            key = slug(text) or "tenant"
            self.add(key, text)
            return key
        if not hit.is_exact:
            known = self.by_id[hit.value]
            record.note("note", "name-spelling", name, f"`{text}` is taken as `{known}`")
        return hit.value


@dataclass
class Space:
    """Everything about places: sites, rooms, racks, and racks by name."""

    defaults: DefaultsItem
    estate: str
    findings: Findings
    sites: dict[str, Site] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    racks: dict[str, Rack] = field(default_factory=dict)
    names: Names[Rack] = field(default_factory=Names)
    is_read: bool = False
    rows_of: dict[str, int] = field(default_factory=dict)
    racks_declared: bool = False

    def site_of(self, record: Record) -> Site:
        """Return the site that a row names, else the default one."""
        text = record.text("site")
        if not text:
            key = self.defaults.site or self.estate
            return self.sites.setdefault(key, Site(key, key))
        key = slug(text) or "site"
        return self.sites.setdefault(key, Site(key, text))

    def room_of(self, record: Record, site: Site) -> Room:
        """Return the room that a row names, else one for the whole site."""
        text = record.text("room")
        base = slug(text) or "room"
        key = base if base.startswith(f"{site.id}-") else f"{site.id}-{base}"
        compartment = record.text("fire_compartment")
        if key in self.rooms and compartment:
            known = self.rooms[key].fire_compartment
            if (
                known != f"{site.id}-{slug(compartment) or 'fire'}"
                and not self.rooms[key].is_declared
            ):
                message = (
                    f"room `{key}` lies in fire compartment `{known}`, here in `{compartment}`"
                )
                record.note(
                    "error", "room-compartment", "fire_compartment", message, "the first is taken"
                )
        if key not in self.rooms:
            fire = f"{site.id}-{slug(compartment) or 'fire'}"
            self.rooms[key] = Room(key, text, site.id, fire)
            if not compartment:
                message = (
                    f"room `{key}` is taken to lie in one fire compartment with all of its site"
                )
                record.note(
                    "imputed", "fire-compartment", "room", message,
                    "add a column Brandabschnitt", ("rooms", key),
                )  # fmt: skip
        return self.rooms[key]

    def add(self, rack: Rack, *names: str) -> None:
        """Make a rack known."""
        self.racks[rack.id] = rack
        for name in (rack.id, *names):
            self.names.add(name, rack)

    def assumed_rack(self, record: Record) -> Rack:
        """Return a rack that only the devices name: of the usual size, and said so."""
        text = record.text("rack")
        site = self.site_of(record)
        room = self.room_of(record, site)
        units, weight = self.defaults.rack_units, Decimal(self.defaults.rack_weight_kg)
        rack = Rack(make_id(text), site.id, room.id, f"{room.id}-row", units, weight_kg=weight)
        self.add(rack, text)
        message = f"rack `{rack.id}` is in no table of racks: taken as {units} U, {weight} kg empty"
        record.findings.add(
            "imputed", "rack-assumed", record.spot("rack"), message, "import a table of racks",
            ("racks", rack.id),
        )  # fmt: skip
        return rack


def read_racks(records: Sequence[Record], space: Space, tenants: Tenants) -> None:
    """Add the racks of a table; a second one of the same name is left out."""
    space.is_read = True
    for record in records:
        name = record.text("name")
        if not make_id(name):
            record.note("error", "rack-unnamed", "name", "no name of the rack", "left out")
            continue
        key = make_id(name)
        hit = space.names.find(name)
        if key in space.rows_of or (hit is not None and hit.value.id in space.rows_of):
            first = space.rows_of[key if key in space.rows_of else hit.value.id]  # type: ignore[union-attr]
            message = f"rack `{name}` stands in row {first} already"
            record.note("error", "id-duplicate", "name", message, "this row is left out")
            continue
        space.rows_of[key] = record.row
        space.add(_rack(record, key, space, tenants), name)


def _rack(record: Record, key: str, space: Space, tenants: Tenants) -> Rack:
    site = space.site_of(record)
    room = space.room_of(record, site)
    row = record.text("row")
    status = record.text("status")
    state = rack_state(status) if status else None
    if status and state is None:
        message = f"`{status}` is no state of a rack"
        record.note("error", "cell-word", "status", message, "taken as active")
    rack = Rack(
        id=key,
        site=site.id,
        room=room.id,
        row=f"{room.id}-{slug(row) or 'row'}",
        u_height=_units(record, space.defaults),
        manufacturer=record.text("manufacturer"),
        model=record.text("model"),
        weight_kg=_weight(record, key, space.defaults),
        max_weight_kg=record.figure("max_weight") or None,
        max_power_w=record.figure("max_power") or None,
        tenant=tenants.of(record, "tenant"),
        status=None if state == "active" else state,
        x_mm=_whole(record.figure("x")),
        y_mm=_whole(record.figure("y")),
        price=record.figure("price"),
    )
    rack.blocked = _blocked(record, rack)
    if rack.max_weight_kg is not None and rack.max_weight_kg <= rack.weight_kg:
        message = f"it may carry {rack.max_weight_kg} kg and weighs {rack.weight_kg} kg empty"
        record.note("error", "rack-weight", "max_weight", message, "left out: check both figures")
        rack.max_weight_kg = None
    return rack


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else int(value)


def _units(record: Record, defaults: DefaultsItem) -> int:
    usual = defaults.rack_units
    value = record.figure("u_height", f"taken as {usual} U")
    if value and value == int(value) and 1 <= value <= 100:
        return int(value)
    if value is not None:
        message = f"a rack has no {value} units"
        record.note("error", "cell-range", "u_height", message, f"taken as {usual} U")
    elif not record.text("u_height"):
        message = f"no height: taken as {usual} U"
        item = ("racks", make_id(record.text("name")))
        record.note("imputed", "rack-units", "u_height", message, "", item)
    return usual


def _weight(record: Record, key: str, defaults: DefaultsItem) -> Decimal:
    value = record.figure("weight", f"taken as {defaults.rack_weight_kg} kg")
    if value:
        return value
    usual = Decimal(defaults.rack_weight_kg)
    if not record.text("weight"):
        message = f"no weight of the empty rack `{key}`: taken as {usual} kg"
        record.note("imputed", "rack-weight", "weight", message)
    return usual


def _blocked(record: Record, rack: Rack) -> list[tuple[int, int]]:
    """Return blocked units of `42`, `40-42`, `1, 42`, `1+42`."""

    def units(text: str) -> Read[list[tuple[int, int]]]:
        parts = re.split(r"[,;+&]|\bund\b", text.casefold())
        found = []
        for part in parts:
            match = re.fullmatch(
                r"\s*(?:he|u)?\s*(\d{1,3})\s*(?:(?:-|–|bis)\s*(\d{1,3}))?\s*(?:he|u)?\s*", part
            )
            low = int(match[1]) if match else 0
            high = int(match[2] or low) if match else 0
            if not 1 <= low <= high <= rack.u_height:
                action = f"write units of 1 to {rack.u_height}, e.g. 40-42"
                raise CellError("cell-position", f"`{text}` names no units of the rack", action)
            found.append((low, high))
        return Read(found)

    return record.read("blocked", units, "left out") or []
