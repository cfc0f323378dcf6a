"""What stands in a rack on one day, and what that leaves: cells, mass, draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from planner.model.estate import Estate
from planner.model.layout import Place
from planner.model.space import Face, Rack, Reservation, UnitRange
from planner.model.workload import Equipment, Workload, split_instance_id

Cell = tuple[int, Face]


class Device(NamedTuple):
    """One instance as it stands in a rack."""

    instance: str
    workload: Workload
    equipment: Equipment
    place: Place

    @property
    def cells(self) -> frozenset[Cell]:
        """The half units it takes on each face; empty for a device that takes no unit."""
        start = self.place.position_half
        if start is None or not self.equipment.u_height_half:
            return frozenset()
        faces = tuple(Face) if self.equipment.is_full_depth else (self.place.face or Face.FRONT,)
        span = range(start, start + self.equipment.u_height_half)
        return frozenset((half, face) for half in span for face in faces)


class RackUsage(NamedTuple):
    """A rack with what stands in it on one day; `later` stands there only on other days."""

    rack: Rack
    devices: tuple[Device, ...]
    later: tuple[Device, ...]
    reservations: tuple[Reservation, ...]

    @property
    def span(self) -> range:
        """The half units of the rack."""
        start = 2 * self.rack.starting_unit
        return range(start, start + 2 * self.rack.u_height)

    @property
    def blocked(self) -> frozenset[Cell]:
        """The cells that are blocked for good."""
        return _cells(self.rack.blocked)

    @property
    def reserved(self) -> dict[Cell, str]:
        """Cell -> the reservation that keeps it."""
        return {cell: item.id for item in self.reservations for cell in _cells(item.units)}

    @property
    def used_front_half(self) -> int:
        """Half units that devices take at the front."""
        return len({half for d in self.devices for half, face in d.cells if face is Face.FRONT})

    @property
    def mass_g(self) -> int:
        """Mass of rack and devices."""
        return self.rack.own_mass_g + sum(device.equipment.mass_g for device in self.devices)

    @property
    def draw_w(self) -> int:
        """Planned draw of the devices."""
        return sum(device.equipment.draw.budget_w for device in self.devices)


def _cells(ranges: Iterable[UnitRange]) -> frozenset[Cell]:
    return frozenset(
        (half, face)
        for item in ranges
        for half in range(item.start_half, item.end_half)
        for face in ((item.face,) if item.face is not None else tuple(Face))
    )


def is_active(item: Workload | Reservation, day: date) -> bool:
    """Whether `day` lies between `valid_from` and `valid_until`, both included."""
    begun = item.valid_from is None or item.valid_from <= day
    return begun and (item.valid_until is None or day <= item.valid_until)


def devices_by_rack(estate: Estate, places: Mapping[str, Place]) -> dict[str, list[Device]]:
    """Return rack -> its devices, from the top; instances the estate does not know are left out."""
    found: dict[str, list[Device]] = {}
    for instance, place in places.items():
        try:
            workload = estate.workloads.get(split_instance_id(instance)[0])
        except ValueError:
            continue
        if workload is not None and workload.equipment is not None:
            device = Device(instance, workload, workload.equipment, place)
            found.setdefault(place.rack, []).append(device)
    for devices in found.values():
        devices.sort(key=lambda d: (-(d.place.position_half or 0), d.instance))
    return found


def usage(
    estate: Estate, places: Mapping[str, Place], racks: Iterable[str], day: date
) -> list[RackUsage]:
    """Return the usage of racks on a day, in the order asked for."""
    by_rack = devices_by_rack(estate, places)
    reservations: dict[str, list[Reservation]] = {}
    for item in estate.reservations.values():
        if is_active(item, day):
            reservations.setdefault(item.rack, []).append(item)
    found = []
    for key in racks:
        devices = by_rack.get(key, [])
        now = tuple(d for d in devices if is_active(d.workload, day))
        later = tuple(d for d in devices if not is_active(d.workload, day))
        found.append(RackUsage(estate.racks[key], now, later, tuple(reservations.get(key, ()))))
    return found
