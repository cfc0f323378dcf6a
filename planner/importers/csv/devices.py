"""The table of devices: each row read, and its type, place and feeds found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from planner.importers.csv import circuits
from planner.importers.csv.feeds import Power
from planner.importers.csv.ids import make_id, natural, slug
from planner.importers.csv.models import Catalogue
from planner.importers.csv.placing import (
    Feeds,
    Place,
    find_rack,
    note_duplicates,
    read_place,
    side_of,
    wanted_feeds,
)
from planner.importers.csv.racks import Space, Tenants
from planner.importers.csv.roles import Standing, airflow, device_state, role_of, role_of_model
from planner.importers.csv.tables import Record
from planner.importers.csv.types import PASSIVE, Spec, find_model, make_spec


@dataclass
class Device:
    """One device, or as many equal ones as its row counts."""

    record: Record
    id: str
    name: str
    tenant: str
    role: str
    spec: Spec
    place: Place
    power_w: Decimal | None = None
    nameplate_w: Decimal | None = None
    measured_w: Decimal | None = None
    weight_kg: Decimal | None = None
    count: int = 1
    workload: str = ""
    critical: bool = False
    pinned: bool = False
    first: date | None = None
    last: date | None = None
    airflow: str | None = None
    psus_required: int | None = None
    feeds: Feeds = field(default_factory=Feeds)

    @property
    def description(self) -> str:
        """Inventory and serial number, and the name where the id cannot hold it."""
        parts = [self.name] if make_id(self.name) != self.name else []
        for name, label in (("asset_tag", "Inv."), ("serial", "S/N")):
            if text := self.record.text(name):
                parts.append(f"{label} {text}")
        return ", ".join(parts)


@dataclass
class DeviceReader:
    """Reads rows one by one, with what the other tables and the catalogue know."""

    space: Space
    power: Power
    tenants: Tenants
    catalogue: Catalogue
    default_tenant: str
    names: dict[str, int] = field(default_factory=dict)

    def read(self, records: Sequence[Record]) -> list[Device]:
        """Return the devices of a table; rows that cannot be taken are noted."""
        note_duplicates(records, "asset_tag", "asset-duplicate", "inventory number")
        note_duplicates(records, "serial", "serial-duplicate", "serial number")
        devices = [device for record in records if (device := self.device(record)) is not None]
        _note_missing(records, devices)
        return devices

    def device(self, record: Record) -> Device | None:
        """Return one device, None where the row holds none that is in use or planned."""
        state = _state(record)
        if state == "gone":
            return None
        name = _name(record)
        if name is None:
            return None
        role = _role(record)
        model = find_model(record, self.catalogue, role)
        if model is None:
            return None
        rack, is_known = find_rack(record, self.space, state)
        if not is_known:
            return None
        power = record.figure("power", "no planned draw is taken") or None
        side = side_of(record)
        feeds = wanted_feeds(record, rack, self.power)
        decimal = record.table.decimal
        supplies = record.read(
            "supplies", lambda t: circuits.supplies(t, decimal), "the catalogue's are taken"
        )
        spec = make_spec(record, model, role, side, supplies, power, len(feeds.asked))
        place = read_place(record, rack, model, side, state == "planned")
        device = Device(
            record=record,
            id=self.unique(record, name),
            name=name,
            tenant=self.tenants.of(record, "tenant") or self.default(),
            role=role,
            spec=spec,
            place=place,
            power_w=power,
            nameplate_w=record.figure("nameplate") or None,
            measured_w=record.figure("measured") or None,
            weight_kg=record.figure("weight") or None,
            workload=slug(record.text("workload")),
            critical=record.flag("critical") or False,
            pinned=record.flag("pinned") or False,
            first=record.day("from"),
            last=record.day("until"),
            airflow=_airflow(record),
            psus_required=None if supplies is None else supplies.required,
            feeds=feeds,
        )
        _check_dates(device)
        device.count = _count(record, device)
        return device

    def default(self) -> str:
        """Return the tenant of devices whose row names none."""
        self.tenants.add(self.default_tenant, self.default_tenant)
        return self.default_tenant

    def unique(self, record: Record, name: str) -> str:
        """Return an id; a second device of the same name gets a number."""
        key = make_id(name) or "device"
        folded = key.casefold()
        if folded not in self.names:
            self.names[folded] = record.row
            return key
        first = self.names[folded]
        number = 2
        while f"{folded}.{number}" in self.names:
            number += 1
        self.names[f"{folded}.{number}"] = record.row
        message = f"`{name}` stands in row {first} already"
        record.note("error", "id-duplicate", "name", message, f"imported as `{key}.{number}`")
        return f"{key}.{number}"


def _state(record: Record) -> Standing:
    text = record.text("status")
    if not text:
        return "standing"
    state = device_state(text)
    if state is None:
        record.note(
            "warning", "cell-word", "status", f"`{text}` is no state of a device", "taken as in use"
        )
        return "standing"
    if state == "gone":
        record.note("note", "device-gone", "status", f"`{text}`: not in use", "left out")
    return state


def _name(record: Record) -> str | None:
    """Return the device's name, else its inventory or serial number."""
    for name in ("name", "asset_tag", "serial"):
        text = record.text(name)
        if make_id(text):
            if name != "name":
                record.note(
                    "warning",
                    "device-unnamed",
                    "name",
                    "no name",
                    f"named `{make_id(text)}` after its number",
                )
            return text
    record.note("error", "device-unnamed", "name", "neither name nor number", "left out")
    return None


def _role(record: Record) -> str:
    text = record.text("role")
    role = role_of(text) if text else None
    if text and role is None:
        record.note("note", "role-unknown", "role", f"role `{text}` is kept as it is")
        return slug(text) or "server"
    if role is None:
        role = role_of_model(record.text("model")) or role_of(record.text("name"))
    return role or "server"


def _airflow(record: Record) -> str | None:
    text = record.text("airflow")
    if not text:
        return None
    found = airflow(text)
    if found is None:
        record.note(
            "error", "cell-word", "airflow", f"`{text}` is no direction of the air", "left out"
        )
    return found


def _check_dates(device: Device) -> None:
    if device.first is not None and device.last is not None and device.last < device.first:
        message = f"{device.last} is before {device.first}"
        device.record.note("error", "dates", "until", message, "both days are left out")
        device.first = device.last = None


def _count(record: Record, device: Device) -> int:
    value = record.figure("count", "taken as 1")
    if value is None or value == 1:
        return 1
    if value != int(value) or value < 1:
        record.note("error", "cell-range", "count", f"{value} devices", "taken as 1")
        return 1
    if device.place.is_standing:
        message = f"{value} devices at one place"
        record.note("error", "device-count", "count", message, "taken as 1: write one row for each")
        return 1
    return int(value)


def _note_missing(records: Sequence[Record], devices: Sequence[Device]) -> None:
    """Note the figures that loading will assume, in the rows that leave them blank."""
    for device in devices:
        record = device.record
        is_powered = device.role not in PASSIVE and device.spec.inlets != ()
        if is_powered and device.power_w is None and not record.text("power"):
            record.note(
                "imputed",
                "power-missing",
                "power",
                "no planned draw: assumed on loading, from type and role",
            )
        if device.weight_kg is None and not record.text("weight"):
            known = device.spec.model.device
            if known is None or known.mass_g is None:
                record.note(
                    "imputed",
                    "weight-missing",
                    "weight",
                    "no weight: assumed on loading, from role and height",
                )


def in_order(devices: Sequence[Device]) -> list[Device]:
    """Return devices by name, `r2` before `r10`."""
    return sorted(devices, key=lambda device: (natural(device.id), device.record.row))
