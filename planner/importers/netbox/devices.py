"""Devices of NetBox -> workloads of one instance each, and where they stand."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from planner.importers.contract import Data
from planner.importers.emit import figure
from planner.importers.netbox.cords import Cords
from planner.importers.netbox.job import NOT_YET, STORED, Job, file_of, known, marked
from planner.importers.netbox.names import inside, plain
from planner.importers.netbox.power import Power
from planner.importers.netbox.space import Rack
from planner.importers.netbox.tables import Row
from planner.importers.netbox.types import AIRFLOWS, Kind, Port, Types
from planner.model.workload import split_instance_id

#: Words in a role's name -> the role that missing figures are assumed by.
ROLES = (
    ("patch", "patch-panel"), ("panel", "patch-panel"), ("pdu", "pdu"),
    ("cable", "cable-management"), ("shelf", "shelf"), ("blank", "blank"),
    ("firewall", "firewall"), ("router", "router"), ("switch", "switch"),
    ("load-balancer", "load-balancer"), ("kvm", "kvm"), ("console", "console"),
    ("backup", "backup"), ("tape", "tape"), ("storage", "storage"), ("san", "san"), ("hsm", "hsm"),
    ("hypervisor", "hypervisor"), ("server", "server"), ("host", "host"), ("compute", "compute"),
)  # fmt: skip


#: The end of an instance's id.
_INSTANCE = re.compile(r"[^/]-[1-9][0-9]{0,5}\Z")


class Device(NamedTuple):
    """A device that is taken over: its instance, its type, and its rack."""

    instance: str
    row: Row
    kind: Kind
    rack: Rack | None
    tenant: str


class Devices:
    """Writes workloads and standing places."""

    def __init__(self, job: Job, racks: dict[int, Rack], types: Types, power: Power) -> None:
        self.job = job
        self.racks = racks
        self.types = types
        self.power = power
        self.workloads: dict[str, dict[str, Data]] = {}
        self.workload_of: dict[int, str] = {}
        self.taken: dict[tuple[str, str, Decimal], str] = {}
        self.va: dict[str, Decimal] = defaultdict(Decimal)
        self.both: set[str] = set()
        self.cords = Cords(job, types, power.graph)
        self.weights = self._module_weights()
        self.children = {row["installed_device"] for row in job.tables.all("dcim.devicebay")} - {
            None
        }

    def convert(self) -> None:
        """Write every device that stands in a rack, or is planned."""
        for row in self.job.tables.all("dcim.device"):
            device = self._device(row)
            if device is not None:
                self._workload(device)
        self._say_draws()

    # -- which ------------------------------------------------------------------------------------

    def _device(self, row: Row) -> Device | None:
        job = self.job
        if marked(row, "node") is not None and marked(row, "instance") is None:
            return None
        kind = self._kind(row)
        status = str(row["status"] or "active")
        rack = self.racks.get(row["rack"])
        if kind is None:
            return None
        if status in STORED:
            job.find(row.place, "note", "device-stored", "it lies in a store", "left out")
            return None
        if rack is None and (status not in NOT_YET or job.site_of(row) is None):
            message = (
                "it is planned for no rack"
                if row["rack"] is None
                else "its rack is not in the data"
            )
            if row["rack"] is None and status not in NOT_YET:
                message = "it stands in no rack"
            job.find(row.place, "warning", "device-rack", message, "left out")
            return None
        site = job.tables.get("dcim.site", row["site"])
        tenant = job.tenant_of(row, rack.row if rack else None, site)
        if row["tenant"] not in job.tenants:
            message = "it has no tenant"
            job.find(
                row.place,
                "warning",
                "device-tenant",
                message,
                f"taken as `{tenant}`, its rack's or site's",
            )
        return Device(self._instance(row, kind, tenant), row, kind, rack, tenant)

    def _kind(self, row: Row) -> Kind | None:
        job = self.job
        type_row = job.tables.get("dcim.devicetype", row["device_type"])
        if type_row is None:
            job.find(
                row.place, "error", "device-type", "its device type is not in the data", "left out"
            )
            return None
        if row.pk in self.children or type_row["subdevice_role"] == "child":
            job.find(
                row.place, "note", "device-child", "it goes into a chassis", "the chassis is placed"
            )
            return None
        return self.types.kind_of(row)

    def _instance(self, row: Row, kind: Kind, tenant: str) -> str:
        """Return the instance that a device is: as an export has marked it, else by its name."""
        mark = marked(row, "instance")
        if mark is not None and _INSTANCE.search(mark):
            return self.job.ids.take("instance", mark, pk=row.pk)
        site = self.job.site_of(row)
        if not row.name:
            message = f"it has no name; its id is `{tenant}/{kind.slug}-{row.pk}`"
            self.job.find(row.place, "note", "device-unnamed", message)
        wanted = inside(tenant, row.name or f"{kind.slug}-{row.pk}", "/")
        others = f"{wanted}-{self.job.sites[site]}" if site is not None else wanted
        name = self.job.ids.take("workload", wanted, others, pk=row.pk)
        if name != wanted:
            message = "another device of its tenant has its name"
            self.job.find(row.place, "warning", "device-name", message, f"its id is `{name}`")
        return self.job.ids.take("instance", f"{name}-1", pk=row.pk)

    # -- workloads --------------------------------------------------------------------------------

    def _workload(self, device: Device) -> None:
        job, row = self.job, device.row
        name, number = split_instance_id(device.instance)
        self.workload_of[row.pk] = name
        place = self._place(device)
        fields = self._fields(device, place)
        file = file_of("workloads", device.tenant)
        found = self.workloads.get(name)
        if found is None:
            job.documents.setdefault(file, {"tenant": device.tenant})
            found = {"id": name, "type": device.kind.slug, **fields}
            self.workloads[name] = found
            job.section(file, "workloads").append(found)
        elif found["type"] != device.kind.slug:
            message = (
                f"its type is `{device.kind.slug}`, the others of `{name}` are `{found['type']}`"
            )
            job.find(row.place, "warning", "workload-type", message, f"taken as `{found['type']}`")
        if number > int(found.get("count", 1)):
            found["count"] = number
        if place is not None and "face" in place and found.get("face", "front") != place["face"]:
            found["face"] = "any"
        if place is not None and device.rack is not None:
            standing = file_of("standing", job.sites[device.rack.site])
            job.section(standing, "standing").append({"instance": device.instance, **place})

    def _fields(self, device: Device, place: dict[str, Data] | None) -> dict[str, Data]:
        row, job = device.row, self.job
        role = self._role(row)
        face = str(row["face"] or "front")
        airflow = row["airflow"] if row["airflow"] in AIRFLOWS else None
        fields = known(
            role=role if role != "server" else None,
            description=str(row["description"] or ""),
            draw=self._draw(device),
            weight_kg=self._weight(row),
            face=face if face != "front" and device.kind.u_height and place else None,
            airflow=airflow,
        )
        if "face" in fields and airflow is None and self._type_airflow(row) is None:
            fields["airflow"] = "rear-to-front"
            message = (
                "airflow rear-to-front, so that it blows with the rack: it is mounted at the rear"
            )
            item = ("workloads", split_instance_id(device.instance)[0])
            job.find(row.place, "imputed", "device-airflow", message, "", item)
        if place is None:
            where = (
                {"rack": [device.rack.id]} if device.rack else {"site": [job.sites[row["site"]]]}
            )
            fields["allowed"] = where
        return fields

    def _role(self, row: Row) -> str:
        role = self.job.tables.get("dcim.devicerole", row["role"])
        slug = str(role["slug"] or role.name).lower() if role is not None else ""
        return next(
            (value for word, value in ROLES if word in slug), plain(slug) if slug else "server"
        )

    def _type_airflow(self, row: Row) -> Data:
        kind = self.job.tables.get("dcim.devicetype", row["device_type"])
        return (kind["airflow"] or None) if kind is not None else None

    def _weight(self, row: Row) -> Decimal | None:
        """Return type and modules together, where modules have a weight."""
        modules = self.weights.get(row.pk)
        kind = self.job.tables.get("dcim.devicetype", row["device_type"])
        own = kind.kg() if kind is not None else None
        return own + modules if own is not None and modules else None

    def _module_weights(self) -> dict[int, Decimal]:
        weights: dict[int, Decimal] = defaultdict(Decimal)
        for module in self.job.tables.all("dcim.module"):
            kind = self.job.tables.get("dcim.moduletype", module["module_type"])
            kilos = kind.kg() if kind is not None else None
            if kilos is not None and isinstance(module["device"], int):
                weights[module["device"]] += kilos
        return weights

    # -- draws ------------------------------------------------------------------------------------

    def _draw(self, device: Device) -> dict[str, Data]:
        """Return budget and nameplate: of the supplies that must be fed, not the sum of all."""
        if device.kind.distributes:
            return {}
        ports = [port for port in self.types.rating(device.row) if port.name in device.kind.inlets]
        if not ports:
            return {}
        required = -(-len(ports) // 2)
        budget = _largest([port.allocated for port in ports], required)
        nameplate = _largest([port.maximum for port in ports], required)
        self._note_supplies(device, ports, required)
        if device.rack is not None:
            self.va[device.rack.id] += budget or nameplate or Decimal(0)
        if nameplate is not None and budget is not None and budget > nameplate:
            message = f"allocated draw {budget:f} W is more than maximum draw {nameplate:f} W"
            self.job.find(
                device.row.place, "warning", "device-draw", message, "the allocated draw is planned"
            )
        return known(budget_w=budget, nameplate_w=nameplate)

    def _note_supplies(self, device: Device, ports: list[Port], required: int) -> None:
        draws = [port.allocated or port.maximum for port in ports]
        given = [draw for draw in draws if draw is not None]
        key = f"{device.kind.slug} {required} {given}"
        if len(given) < 2 or key in self.both:
            return
        self.both.add(key)
        counted = _largest(draws, required)
        message = (
            f"{len(given)} supplies with a draw: NetBox adds them up to {sum(given):f} W; counted"
            f" once for each that must be fed, {counted:f} W ({required} of {len(ports)})"
        )
        place = f"device type {device.kind.slug}"
        self.job.find(
            place, "note", "device-supplies", message, "write `psus_required` where it is wrong"
        )

    def _say_draws(self) -> None:
        if any("draw" in workload for workload in self.workloads.values()):
            message = "draws are taken as W; NetBox says W in its forms, and VA in its own sums"
            self.job.find(
                "dcim.powerport",
                "note",
                "draw-unit",
                message,
                "VA is W / `power_factor` of the policy",
            )
        for rack, feeds in sorted(self.power.by_rack().items()):
            load = self.va.get(rack, Decimal(0)) / Decimal("0.95")
            if len(feeds) < 2 or not load:
                continue
            kappa = Decimal("0.8")
            usable = sorted(feed.va * kappa for feed in feeds)
            left = sum(usable) - usable[-1]
            shown, after = load * 100 / sum(usable), load * 100 / left
            message = (
                f"{load:.0f} VA are {shown:.0f} % of all its feeds together, as NetBox counts,"
                f" and {after:.0f} % of what is left after the loss of one"
            )
            self.job.find(
                f"dcim.rack {rack}",
                "warning" if after > 100 else "note",
                "rack-failover",
                message,
            )

    # -- places -----------------------------------------------------------------------------------

    def _place(self, device: Device) -> dict[str, Data] | None:
        """Return where a device stands; None where it does not stand, or nobody can tell where."""
        row, rack = device.row, device.rack
        if rack is None:
            return None
        is_planned = str(row["status"] or "active") in NOT_YET
        if is_planned and device.kind.u_height and row["position"] in (None, ""):
            action = f"to be placed in rack `{rack.id}`"
            self.job.find(row.place, "note", "device-planned", "it is planned", action)
            return None
        if is_planned:
            message = "it is planned, and its place is taken"
            self.job.find(row.place, "note", "device-planned", message, "it counts as standing")
        place: dict[str, Data] = {"rack": rack.id}
        if device.kind.u_height:
            where = self._position(device, rack)
            if where is None:
                return None
            place |= where
        elif row["position"] not in (None, ""):
            message = f"it takes no unit (0U), and has position {row['position']}"
            self.job.find(
                row.place, "warning", "device-position", message, "its position is left out"
            )
        cords = self.cords.of(row, device.kind, rack, device.instance)
        return place | ({"cords": cords} if cords is not None else {})

    def _position(self, device: Device, rack: Rack) -> dict[str, Data] | None:
        row, height = device.row, device.kind.u_height
        given = row.decimal("position")
        move = f"to be placed in rack `{rack.id}`"
        if given is None:
            self.job.find(
                row.place, "warning", "device-position", "it has a rack and no position", move
            )
            return None
        position = rack.ascending(given, height)
        if (position * 2) % 1 or not rack.first <= position <= rack.first + rack.height - height:
            size = f"at {figure(given)} its {figure(height)} units"
            message = f"{size} are outside rack `{rack.id}` ({rack.height}U)"
            self.job.find(row.place, "error", "device-position", message, move)
            return None
        face = "rear" if row["face"] == "rear" else "front"
        faces = ("front", "rear") if device.kind.is_full_depth else (face,)
        cells = [
            (rack.id, one, position + Decimal(step) / 2)
            for one in faces
            for step in range(int(height * 2))
        ]
        clash = next((self.taken[cell] for cell in cells if cell in self.taken), None)
        if clash is not None:
            message = f"at {figure(given)} it takes units of `{clash}`"
            self.job.find(row.place, "error", "device-overlap", message, move)
            return None
        self.taken |= dict.fromkeys(cells, device.instance)
        whole = position.to_integral_value()
        return {"position": int(whole) if position == whole else position, "face": face}


def _largest(figures: list[Decimal | None], count: int) -> Decimal | None:
    """Return the sum of the `count` largest figures; None where one of them is not known."""
    given = sorted((figure for figure in figures if figure is not None), reverse=True)
    return sum(given[:count], start=Decimal(0)) if len(given) >= count else None
