"""`export netbox`: CSV files as NetBox's bulk import takes them, one an object type.

Their numbers are the order in which they are imported. Columns and choices are those of NetBox 4
(4.4 and later for cables that end on power feeds). What NetBox has no field for (which instance a
device is, the id of a rack) stands in `comments`, so that `planner import netbox` finds it again.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import NamedTuple

from planner.exporters.netbox_power import PowerTables, Table
from planner.exporters.places import Placed, placed, units
from planner.model.estate import Estate
from planner.model.layout import AsBuilt, Layout
from planner.model.space import Face, Rack

#: Longest name of a device, of anything else, and of a slug in NetBox.
MAX_NAME, MAX_SLUG = 64, 100
#: What NetBox calls a device that is meant and does not stand yet.
STATUS = {"standing": "active", "moves": "planned", "new": "planned"}
COLOUR = "9e9e9e"


class Exported(NamedTuple):
    """Files by name, and what they leave out."""

    files: dict[str, str]
    remarks: tuple[str, ...]


def slug(text: str) -> str:
    """Return a slug as NetBox takes it."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")[:MAX_SLUG] or "x"


def export_netbox(estate: Estate, as_built: AsBuilt, layout: Layout | None) -> Exported:
    """Return the CSV files of an estate and its layout."""
    tables = _Tables(estate, placed(estate, as_built, layout))
    files = {
        f"{number:02d}-{name}.csv": _text(table)
        for number, (name, table) in enumerate(tables.all().items(), start=1)
        if table
    }
    return Exported(files, tuple(tables.remarks))


def _text(table: Table) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, fieldnames=list(table[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return stream.getvalue()


class _Tables:
    """Builds the tables."""

    def __init__(self, estate: Estate, rows: list[Placed]) -> None:
        self.estate = estate
        self.rows = rows
        self.remarks: list[str] = []
        self.sites = self._unique({s.id: s.name or s.id for s in estate.sites.values()})
        self.tenants = self._unique({t.id: t.name or t.id for t in estate.tenants.values()})
        self.locations = self._unique(
            {r.id: f"Row {r.name or r.id}" for r in estate.rows.values()}
            | {r.id: r.name or r.id for r in estate.rooms.values()}
        )
        self.names = self._device_names()
        self.later = self._later()
        self.models = self._unique(
            {
                key: device.model or key
                for key, device in estate.device_types.items()
                if key in {row.workload.equipment.type for row in rows if row.workload.equipment}
            }
        )
        self.power = PowerTables(estate, rows, self.sites, self.names, self.remarks)

    @staticmethod
    def _unique(names: dict[str, str]) -> dict[str, str]:
        """Return names that no two ids share: the id instead of a name that is not unique."""
        seen: dict[str, str] = {}
        for key, name in names.items():
            text = name[:MAX_SLUG]
            seen[key] = text if text not in seen.values() else key
        return seen

    def _device_names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        taken: set[str] = set()
        for row in self.rows:
            name = row.instance
            if len(name) > MAX_NAME:
                name = name[-MAX_NAME:].lstrip("/-.")
                self.remarks.append(
                    f"`{row.instance}` is longer than {MAX_NAME} characters: `{name}`"
                )
            number = 2
            while name in taken:
                name = f"{name[: MAX_NAME - 5]}~{number}"
                number += 1
            taken.add(name)
            names[row.instance] = name
        return names

    def _later(self) -> set[str]:
        """Return the instances that follow another one in its units; NetBox knows no dates."""
        taken: set[tuple[str, Face, int]] = set()
        later: set[str] = set()
        for row in sorted(self.rows, key=lambda row: row.workload.valid_from or date.min):
            equipment, place = row.workload.equipment, row.place
            if equipment is None or place.position_half is None or place.face is None:
                continue
            end = place.position_half + equipment.u_height_half
            faces = tuple(Face) if equipment.is_full_depth else (place.face,)
            cells = {
                (place.rack, face, h) for face in faces for h in range(place.position_half, end)
            }
            if cells & taken:
                later.add(row.instance)
                text = f"position of `{row.instance}`, which follows another one in its units"
                self.remarks.append(f"{text}: NetBox knows no dates")
            taken |= cells
        return later

    def all(self) -> dict[str, Table]:
        """Return the tables in the order of import."""
        power = self.power
        return {
            "manufacturers": self._manufacturers(),
            "tenants": self._tenant_rows(),
            "sites": self._site_rows(),
            "locations": self._location_rows(),
            "rack-types": self._rack_types(),
            "racks": self._racks(),
            "rack-reservations": self._reservations(),
            "device-roles": self._roles(),
            "device-types": self._device_types() + power.device_types(),
            "devices": self._devices() + power.devices(self._place),
            "power-panels": power.panels(),
            "power-feeds": power.feeds(self._place),
            "power-ports": self._ports() + power.ports(),
            "power-outlets": power.outlets(),
            "cables": power.cables(),
        }

    # -- organisation and space -------------------------------------------------------------------

    def _maker(self, name: str) -> str:
        return name or "Unknown"

    def _manufacturers(self) -> Table:
        names = {self._maker(self.estate.device_types[key].manufacturer) for key in self.models}
        names |= {"Unknown"}
        by_slug = {slug(name).lower(): name for name in sorted(names)}
        return [{"name": name, "slug": key} for key, name in sorted(by_slug.items())]

    def _tenant_rows(self) -> Table:
        return [{"name": name, "slug": slug(key)} for key, name in self.tenants.items()]

    def _site_rows(self) -> Table:
        rows = []
        for key, name in self.sites.items():
            site = self.estate.sites[key]
            rows.append(
                {
                    "name": name,
                    "slug": slug(key),
                    "status": "active",
                    "latitude": _degrees(site.lat_udeg),
                    "longitude": _degrees(site.lon_udeg),
                }
            )
        return rows

    def _location_rows(self) -> Table:
        rooms = [(room.id, room.site, "") for room in self.estate.rooms.values()]
        rows = [
            (row.id, self.estate.rooms[row.room].site, row.room)
            for row in self.estate.rows.values()
        ]
        return [
            {
                "site": self.sites[site],
                "parent": self.locations[parent] if parent else "",
                "name": self.locations[key],
                "slug": slug(key),
                "status": "active",
            }
            for key, site, parent in [*rooms, *rows]
        ]

    def _rack_type(self, rack: Rack) -> str:
        """Return the model of a rack's type; racks of one type may have other limits."""
        limit = rack.max_weight_g // 1000 if rack.max_weight_g is not None else None
        first = f" from U{rack.starting_unit}" if rack.starting_unit != 1 else ""
        return f"{rack.type}{first} {limit} kg" if limit is not None else f"{rack.type}{first}"

    def _rack_types(self) -> Table:
        racks = {self._rack_type(rack): rack for rack in self.estate.racks.values()}
        return [
            {
                "manufacturer": "Unknown",
                "model": model,
                "slug": slug(model.lower()),
                "form_factor": "4-post-cabinet",
                "width": "19",
                "u_height": str(rack.u_height),
                "starting_unit": str(rack.starting_unit),
                "weight": _kg(rack.own_mass_g),
                "max_weight": str(rack.max_weight_g // 1000) if rack.max_weight_g else "",
                "weight_unit": "kg",
            }
            for model, rack in sorted(racks.items())
        ]

    def _place(self, rack: str) -> dict[str, str]:
        """Return site, location and rack."""
        one = self.estate.racks[rack]
        return {"site": self.sites[one.site], "location": self.locations[one.row], "rack": one.id}

    def _racks(self) -> Table:
        rows = []
        for rack in self.estate.racks.values():
            place = self._place(rack.id)
            rows.append(
                {
                    "site": place["site"],
                    "location": place["location"],
                    "name": rack.id,
                    "tenant": self.tenants.get(rack.tenant or "", ""),
                    "status": rack.status.value,
                    "rack_type": self._rack_type(rack),
                    "comments": f"rackplan rack {rack.id}",
                }
            )
        return rows

    def _reservations(self) -> Table:
        rows = []
        for key, one in self.estate.reservations.items():
            half_units = [half for r in one.units for half in range(r.start_half, r.end_half)]
            taken = sorted({str(half // 2) for half in half_units}, key=int)
            if any(r.face is not None for r in one.units):
                self.remarks.append(f"reservation `{key}` is for one face: NetBox keeps both")
            rows.append(
                {
                    **self._place(one.rack),
                    "units": ",".join(taken),
                    "status": "active",
                    "tenant": self.tenants.get(one.tenant or "", ""),
                    "description": one.description or key,
                }
            )
        blocked = sum(1 for rack in self.estate.racks.values() if rack.blocked)
        if blocked:
            self.remarks.append(f"blocked units of {blocked} racks: NetBox has no field for them")
        return rows

    # -- devices ----------------------------------------------------------------------------------

    def _roles(self) -> Table:
        roles = {row.workload.role for row in self.rows} | ({"pdu"} if self.power.pdus else set())
        return [
            {"name": role, "slug": slug(role), "color": COLOUR, "vm_role": "false"}
            for role in sorted(roles)
        ]

    def _device_types(self) -> Table:
        rows = []
        for key, model in self.models.items():
            device = self.estate.device_types[key]
            rows.append(
                {
                    "manufacturer": self._maker(device.manufacturer),
                    "model": model,
                    "slug": slug(key),
                    "part_number": device.part_number[:50],
                    "u_height": units(device.u_height_half),
                    "is_full_depth": "true" if device.is_full_depth else "false",
                    "airflow": device.airflow.value if device.airflow is not None else "",
                    "weight": _kg(device.mass_g) if device.mass_g is not None else "",
                    "weight_unit": "kg" if device.mass_g is not None else "",
                }
            )
        return rows

    def _devices(self) -> Table:
        rows = []
        for one in self.rows:
            equipment = one.workload.equipment
            assert equipment is not None
            device, place = self.estate.device_types[equipment.type], one.place
            half = place.position_half if one.instance not in self.later else None
            rows.append(
                {
                    "name": self.names[one.instance],
                    "role": one.workload.role,
                    "tenant": self.tenants[one.workload.tenant],
                    "manufacturer": self._maker(device.manufacturer),
                    "device_type": self.models[equipment.type],
                    "status": STATUS[one.state],
                    **self._place(place.rack),
                    "position": units(half) if half is not None else "",
                    "face": place.face.value if place.face is not None and half is not None else "",
                    "airflow": equipment.airflow.value,
                    "comments": f"rackplan instance {one.instance}",
                }
            )
        return rows

    def _ports(self) -> Table:
        rows = []
        for one in self.rows:
            equipment = one.workload.equipment
            assert equipment is not None
            share = -(-equipment.draw.budget_w // max(1, equipment.psus_required))
            for inlet in equipment.inlets:
                rows.append(
                    {
                        "device": self.names[one.instance],
                        "name": inlet.name,
                        "type": f"iec-60320-{inlet.type}",
                        "maximum_draw": str(max(inlet.rating_w or 0, share) or ""),
                        "allocated_draw": str(share or ""),
                    }
                )
        return rows


def _kg(mass_g: int) -> str:
    """Return kg with two decimals, as NetBox keeps them, rounded up."""
    hundredths = -(-mass_g // 10)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _degrees(microdegrees: int | None) -> str:
    if microdegrees is None:
        return ""
    sign, rest = ("-" if microdegrees < 0 else ""), abs(microdegrees)
    return f"{sign}{rest // 10**6}.{rest % 10**6:06d}"
