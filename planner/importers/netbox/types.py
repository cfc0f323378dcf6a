"""Device types of NetBox -> types of the catalogue, or device types of the estate."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from planner.importers.contract import Data
from planner.importers.netbox.job import Job, known
from planner.importers.netbox.names import plain
from planner.importers.netbox.tables import Row
from planner.io.catalogue import catalogue_slugs, catalogue_type, short_type
from planner.model.device import DeviceType
from planner.model.power import OUTLET_FOR_INLET

AIRFLOWS = frozenset(
    {
        "front-to-rear", "rear-to-front", "left-to-right", "right-to-left", "side-to-rear",
        "rear-to-side", "bottom-to-top", "top-to-bottom", "passive", "mixed",
    }
)  # fmt: skip
#: Port types that no outlet of the format takes: direct current, fixed wiring, small plugs.
_CORDLESS = re.compile(r"(?:dc-terminal|hardwired|usb|molex|micro-usb|ubiquiti|eaton)")
_AMPS = re.compile(r"-l?[0-9]+-([0-9]+)[pr]\Z")
#: An IEC C14 inlet carries 10 A (IEC 60320); what is rated for more is counted as C20.
C14_AMPS = 10


class Port(NamedTuple):
    """One power port, of a type or of a device, as NetBox has it."""

    name: str
    type: str
    maximum: Decimal | None
    allocated: Decimal | None


class Inlet(NamedTuple):
    """One inlet as the format has it: `type` is empty where it takes no cord."""

    name: str
    type: str
    is_counted: bool


class Kind(NamedTuple):
    """A device type of the estate that devices of one type and one set of ports have."""

    slug: str
    u_height: Decimal
    is_full_depth: bool
    inlets: tuple[str, ...]
    distributes: bool


def ports_of(rows: list[Row]) -> tuple[Port, ...]:
    """Return power ports in the order of their names."""
    ports = (
        Port(
            row.name,
            str(row["type"] or ""),
            _draw(row, "maximum_draw"),
            _draw(row, "allocated_draw"),
        )
        for row in rows
    )
    ordered = sorted(ports, key=lambda port: _natural(port.name))
    seen: Counter[str] = Counter()
    for index, port in enumerate(ordered):
        seen[port.name] += 1
        if seen[port.name] > 1 or not port.name:
            ordered[index] = port._replace(name=f"{port.name or 'port'}#{seen[port.name]}")
    return tuple(ordered)


def _draw(row: Row, name: str) -> Decimal | None:
    figure = row.decimal(name)
    return figure if figure is not None and figure > 0 else None


def _natural(text: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text)]


def inlet_of(port: Port) -> Inlet:
    """Return a port as an inlet; plugs of a country are counted by their rated current."""
    kind = short_type(port.type)
    if kind in OUTLET_FOR_INLET:
        return Inlet(port.name, kind, is_counted=False)
    if _CORDLESS.match(kind):
        return Inlet(port.name, "", is_counted=False)
    amps = int(match[1]) if (match := _AMPS.search(kind)) else None
    is_large = (amps is not None and amps > 15) or kind.startswith("iec-60309")
    if port.maximum is not None and port.maximum > C14_AMPS * 230:
        is_large = True
    return Inlet(port.name, "c20" if is_large else "c14", is_counted=True)


class Types:
    """The device types of one NetBox, declared as they are asked for."""

    def __init__(self, job: Job) -> None:
        self.job = job
        tables = job.tables
        self.templates = tables.of("dcim.powerporttemplate", "device_type")
        outlets = tables.of("dcim.poweroutlettemplate", "device_type")
        self.devices = devices = tables.of("dcim.device", "device_type")
        with_outlets = {row["device"] for row in tables.all("dcim.poweroutlet")}
        self.distributors = set(outlets) | {
            pk for pk, rows in devices.items() if any(row.pk in with_outlets for row in rows)
        }
        self.distributors |= {pk for pk, rows in devices.items() if all(map(self._is_pdu, rows))}
        self.ports = tables.of("dcim.powerport", "device")
        self.usual: dict[int, tuple[Port, ...]] = {}
        for pk, rows in devices.items():
            counts = Counter(_signature(ports_of(self.ports.get(row.pk, []))) for row in rows)
            # Devices without any port say nothing; equal counts are settled by the ports' names.
            del counts[()]
            templates = _signature(ports_of(self.templates.get(pk, [])))
            usual = max(sorted(counts.items()), key=lambda pair: pair[1], default=(templates, 0))
            self.usual[pk] = usual[0]
        self.kinds: dict[tuple[int, tuple[Port, ...]], Kind] = {}
        self.variants: dict[int, int] = defaultdict(int)

    def _is_pdu(self, device: Row) -> bool:
        """Tell by its role that a device hands power on, where no outlet of it is known."""
        role = self.job.tables.get("dcim.devicerole", device["role"])
        return role is not None and "pdu" in str(role["slug"] or "").lower()

    def kind_of(self, device: Row) -> Kind | None:
        """Return the type that a device has in the estate."""
        row = self.job.tables.get("dcim.devicetype", device["device_type"])
        if row is None:
            return None
        ports = _signature(ports_of(self.ports.get(device.pk, [])))
        if row.pk in self.distributors:
            ports = ()
        elif not ports:
            ports = self.usual[row.pk]
        key = (row.pk, ports)
        if key not in self.kinds:
            self.kinds[key] = self._declared(row, ports, device)
        return self.kinds[key]

    def rating(self, device: Row) -> tuple[Port, ...]:
        """Return the ports of a device with their draws: its own, else those of its type."""
        own = ports_of(self.ports.get(device.pk, []))
        templates = ports_of(self.templates.get(device["device_type"], []))
        return own or templates or self.usual.get(device["device_type"], ())

    # -- declaring --------------------------------------------------------------------------------

    def _declared(self, row: Row, ports: tuple[Port, ...], device: Row) -> Kind:
        job = self.job
        base = self._match(row)
        is_usual = row.pk in self.distributors or ports == self.usual.get(row.pk, ())
        slug = base.slug if base is not None else plain(str(row["slug"] or row["model"]))
        if is_usual:
            slug = job.ids.take("type", slug, pk=row.pk)
        else:
            slug = job.ids.take("type", f"{slug}-{_suffix(ports)}", pk=row.pk)
            message = f"it has other power ports than most devices of type `{row['model']}`"
            job.find(device.place, "note", "type-variant", message, f"its type is `{slug}`")
        fields = self._fields(row, ports, base if is_usual else None, slug)
        if not is_usual and base is not None:
            weight = Decimal(base.mass_g) / 1000 if base.mass_g else None
            airflow = base.airflow.value if base.airflow else None
            fields = {**known(weight_kg=weight, airflow=airflow), **fields}
            base = None
        if base is None or fields:
            job.section("device-types.yaml", "device_types").append({"slug": slug, **fields})
        if "inlets" in fields:
            inlets = tuple(str(inlet["name"]) for inlet in fields["inlets"])
        else:
            given = base.inlets if base is not None else ()
            inlets = tuple(i.name for i in given if i.type in OUTLET_FOR_INLET)
        height = _height(row)
        return Kind(
            slug,
            height if height is not None else Decimal(1),
            row["is_full_depth"] is not False,
            inlets,
            row.pk in self.distributors,
        )

    def _match(self, row: Row) -> DeviceType | None:
        """Return the catalogue's type: by slug, else by manufacturer and model or part number."""
        slug = str(row["slug"] or "")
        maker = self.job.tables.get("dcim.manufacturer", row["manufacturer"])
        names = [slug, f"{maker['slug']}-{slug}" if maker else ""]
        found = next((name for name in names if name in catalogue_slugs()), None)
        if found is None and maker is not None:
            for text in (row["model"], row["part_number"]):
                found = found or _by_model().get((_plain(maker.name), _plain(str(text or ""))))
        base = catalogue_type(found) if found is not None else None
        place = row.place
        if base is None:
            job_message = "no type of the catalogue has its slug, model or part number"
            self.job.find(place, "note", "type-own", job_message, "declared in device-types.yaml")
        elif found != slug:
            message = f"taken as `{found}` of the catalogue ({base.manufacturer} {base.model})"
            self.job.find(place, "note", "type-matched", message)
        return base

    def _fields(
        self, row: Row, ports: tuple[Port, ...], base: DeviceType | None, slug: str
    ) -> dict[str, Data]:
        """Return what NetBox says and the catalogue does not, or says otherwise."""
        maker = self.job.tables.get("dcim.manufacturer", row["manufacturer"])
        height = _height(row)
        if height is None:
            self.job.find(
                row.place,
                "error",
                "type-height",
                f"its height is `{row['u_height']}`",
                "taken as 1U",
            )
            height = Decimal(1)
        airflow = row["airflow"] if row["airflow"] in AIRFLOWS else None
        full = row["is_full_depth"] is not False
        fields: dict[str, Data] = {}
        if base is None:
            fields |= known(
                manufacturer=maker.name if maker else "",
                model=str(row["model"] or ""),
                part_number=str(row["part_number"] or ""),
            )
        if base is None or height * 2 != base.u_height_half:
            fields["u_height"] = height
        if base is None or full != base.is_full_depth:
            fields["is_full_depth"] = full
        weight = row.kg()
        if weight is not None and (base is None or weight * 1000 != base.mass_g):
            fields["weight_kg"] = weight
        if airflow is not None and (base is None or airflow != base.airflow):
            fields["airflow"] = airflow
        inlets = self._inlets(row, ports, base, slug)
        if inlets is not None:
            fields["inlets"] = inlets
        return fields

    def _inlets(
        self, row: Row, ports: tuple[Port, ...], base: DeviceType | None, slug: str
    ) -> list[Data] | None:
        """Return inlets where NetBox has ports; None where the catalogue's or assumed ones hold."""
        job, item = self.job, ("device_types", slug)
        if row.pk in self.distributors:
            message = "it hands power on: what it draws is drawn by what it feeds"
            job.find(row.place, "note", "type-distributes", message, "`inlets: []`")
            return []
        if not ports and (base is None or not base.inlets):
            return None
        if not ports and base is not None:
            message = f"inlets of the catalogue ({len(base.inlets)}): NetBox has no power port"
            job.find(row.place, "imputed", "type-inlets", message, "", item)
            if any(inlet.type in OUTLET_FOR_INLET for inlet in base.inlets):
                return None
            ports = tuple(
                Port(i.name, i.type, Decimal(i.rating_w) if i.rating_w else None, None)
                for i in base.inlets
            )
        found: list[Data] = []
        templates = {port.name: port for port in ports_of(self.templates.get(row.pk, []))}
        ratings = self._usual_draws(row)
        for port in ports:
            inlet = inlet_of(port)
            if not inlet.type:
                message = f"power port `{port.name}` ({port.type}) takes no cord of an outlet"
                job.find(
                    row.place,
                    "warning",
                    "inlet-cordless",
                    message,
                    "what it draws loads no feed here",
                )
                continue
            if inlet.is_counted:
                told = f"`{port.type}` in NetBox" if port.type else "it has no type in NetBox"
                message = f"inlet `{port.name}` is counted as {inlet.type}: {told}"
                job.find(row.place, "imputed", "inlet-type", message, "", item)
            maximum = templates[port.name].maximum if port.name in templates else None
            maximum = (
                maximum or ratings.get(port.name) or self._catalogue_rating(row, base, inlet, slug)
            )
            found.append({"name": port.name, "type": inlet.type, **known(maximum_draw=maximum)})
        return found

    def _usual_draws(self, row: Row) -> dict[str, Decimal]:
        """Return the largest draw that a device of a type has at each port."""
        draws: dict[str, Decimal] = {}
        for device in self.devices.get(row.pk, []):
            for port in ports_of(self.ports.get(device.pk, [])):
                if port.maximum is not None:
                    draws[port.name] = max(port.maximum, draws.get(port.name, Decimal(0)))
        return draws

    def _catalogue_rating(
        self, row: Row, base: DeviceType | None, inlet: Inlet, slug: str
    ) -> Decimal | None:
        same = (
            [i.rating_w for i in base.inlets if i.type == inlet.type and i.rating_w] if base else []
        )
        if not same:
            return None
        message = f"maximum_draw of inlet `{inlet.name}` by the catalogue, {max(same)} W"
        self.job.find(row.place, "imputed", "inlet-draw", message, "", ("device_types", slug))
        return Decimal(max(same))


def _signature(ports: tuple[Port, ...]) -> tuple[Port, ...]:
    """Return what tells sets of ports apart: names and types, not draws."""
    return tuple(port._replace(maximum=None, allocated=None) for port in ports)


def _suffix(ports: tuple[Port, ...]) -> str:
    """Return a name for a set of ports: `2xc14`."""
    counts = Counter(inlet.type or "other" for inlet in map(inlet_of, ports))
    return "-".join(f"{count}x{kind}" for kind, count in sorted(counts.items())) or "no-ports"


def _height(row: Row) -> Decimal | None:
    """Return a height on the half-unit grid, rounded up; None where there is none."""
    height = row.decimal("u_height")
    if height is None or height < 0:
        return None
    doubled = (height * 2).to_integral_value(rounding="ROUND_CEILING")
    return (doubled / 2).normalize() if doubled else Decimal(0)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", text.lower())


@cache
def _by_model() -> dict[tuple[str, str], str]:
    """Return slugs by manufacturer and model, and by manufacturer and part number."""
    slugs: dict[tuple[str, str], str] = {}
    for slug in sorted(catalogue_slugs()):
        device = catalogue_type(slug)
        assert device is not None
        for text in (device.model, device.part_number):
            if text:
                slugs.setdefault((_plain(device.manufacturer), _plain(text)), slug)
    return slugs
