"""The case the judge decides: devices in racks, services on pools, on every planning day.

Placements that name no known instance, rack or pool are left out here and reported by
`planner.check.structure`. Everything else about a placement may be wrong and is judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple, Protocol, TypeVar

from planner.model.base import Where
from planner.model.continuity import Pool
from planner.model.estate import Estate
from planner.model.layout import AsBuilt, Cord, Layout, Place, ServicePlacement
from planner.model.power import OUTLET_FOR_INLET
from planner.model.space import Face, Rack, Reservation
from planner.model.workload import Equipment, Service, Workload, split_instance_id


class Dated(Protocol):
    """Whatever lasts from one day to another."""

    @property
    def valid_from(self) -> date | None:
        """First day, None = always has."""

    @property
    def valid_until(self) -> date | None:
        """Last day, None = always will."""


def is_active(item: Dated, day: date) -> bool:
    """Return whether `item` is in force on `day`; both ends are included."""
    return (item.valid_from is None or item.valid_from <= day) and (
        item.valid_until is None or day <= item.valid_until
    )


def horizon(estate: Estate, as_of: date) -> date:
    """Return the last day that is planned for: the policy's horizon, never before `as_of`."""
    return max(as_of, estate.policy.planning_horizon or as_of)


def planning_days(estate: Estate, as_of: date) -> tuple[date, ...]:
    """Return `as_of` and each day up to the horizon on which something begins or has ended."""
    last = horizon(estate, as_of)
    days = {as_of}
    items: list[Dated] = [*estate.workloads.values(), *estate.reservations.values()]
    for item in items:
        if item.valid_from is not None:
            days.add(item.valid_from)
        if item.valid_until is not None and item.valid_until < last:
            days.add(item.valid_until + timedelta(days=1))
    return tuple(sorted(day for day in days if as_of <= day <= last))


def workload_of(estate: Estate, instance: str) -> Workload | None:
    """Return the equipment workload that `instance` is a copy of, None if there is none."""
    workload = _workload_of(estate, instance)
    return workload if workload is not None and workload.equipment is not None else None


def service_of(estate: Estate, instance: str) -> Workload | None:
    """Return the service workload that `instance` is a copy of, None if there is none."""
    workload = _workload_of(estate, instance)
    return workload if workload is not None and workload.service is not None else None


def _workload_of(estate: Estate, instance: str) -> Workload | None:
    try:
        key, number = split_instance_id(instance)
    except ValueError:
        return None
    workload = estate.workloads.get(key)
    return workload if workload is not None and number <= workload.count else None


def takes_outlet(equipment: Equipment) -> dict[str, str]:
    """Return inlet name -> outlet type, for the inlets that are corded."""
    return {
        inlet.name: OUTLET_FOR_INLET[inlet.type]
        for inlet in equipment.inlets
        if inlet.type in OUTLET_FOR_INLET
    }


@dataclass(frozen=True, slots=True)
class Device:
    """One placed instance, resolved.

    `cells` are the (half unit, face) it takes; empty where it takes none or the place does not say.
    `cords` are in the order of the inlets, one per inlet, on known nodes and corded inlets only;
    None where an as-built snapshot does not know them.
    """

    instance: str
    workload: Workload
    equipment: Equipment
    rack: Rack
    place: Place
    cells: frozenset[tuple[int, Face]]
    cords: tuple[Cord, ...] | None
    at: Where | None

    @property
    def draw_w(self) -> int:
        """Planned draw, W."""
        return self.equipment.draw.budget_w


@dataclass(frozen=True, slots=True)
class ServicePlaced:
    """One placed instance of a service, resolved; `standbys` are the known ones, in order."""

    instance: str
    workload: Workload
    service: Service
    pool: Pool
    standbys: tuple[Pool, ...]
    at: Where | None


_Placed = TypeVar("_Placed", Device, ServicePlaced)


class RackView(NamedTuple):
    """What a rack holds from `day` until the next view of it."""

    rack: Rack
    day: date
    devices: tuple[Device, ...]
    reservations: tuple[Reservation, ...]


class Span(NamedTuple):
    """The devices that stand, and the services that run, from `day` until the next span."""

    day: date
    devices: tuple[Device, ...]
    services: tuple[ServicePlaced, ...] = ()


class Case:
    """Devices and services on an estate, on every planning day.

    Parameters
    ----------
    places
        Instance, place and where that is written, of everything placed in a rack.
    standing
        Where instances stand now.
    services
        Everything placed on a pool.

    Attributes
    ----------
    planned
        Workloads of either kind that are active on any planning day, by id.
    """

    def __init__(
        self,
        estate: Estate,
        as_of: date,
        places: Iterable[tuple[str, Place, Where | None]],
        standing: Mapping[str, Place],
        services: Iterable[ServicePlacement] = (),
    ) -> None:
        self.estate = estate
        self.as_of = as_of
        self.horizon = horizon(estate, as_of)
        self.days = planning_days(estate, as_of)
        self.standing = standing
        self.planned = {
            key: workload
            for key, workload in estate.workloads.items()
            if any(is_active(workload, day) for day in self.days)
        }
        found = (self._device(*place) for place in sorted(places, key=lambda p: p[0]))
        self.devices = tuple(device for device in found if device is not None)
        on_pools = (self._service(one) for one in sorted(services, key=lambda one: one.instance))
        self.services = tuple(service for service in on_pools if service is not None)

    @classmethod
    def of_layout(cls, estate: Estate, layout: Layout, as_of: date) -> Case:
        """Return the case of a layout; cords that it leaves out are missing, not unknown."""
        places = ((key, _corded(p.place), p.at) for key, p in layout.placements.items())
        standing = {key: s.place for key, s in layout.as_built().standing.items()}
        return cls(estate, as_of, places, standing, layout.services.values())

    @classmethod
    def of_as_built(cls, estate: Estate, as_built: AsBuilt, as_of: date) -> Case:
        """Return the case of what stands now, as if that were the layout; no service stands."""
        places = [(key, s.place, s.at) for key, s in as_built.standing.items()]
        return cls(estate, as_of, places, {key: place for key, place, _ in places})

    def _device(self, instance: str, place: Place, at: Where | None) -> Device | None:
        workload = workload_of(self.estate, instance)
        rack = self.estate.racks.get(place.rack)
        if workload is None or workload.id not in self.planned or rack is None:
            return None
        equipment = workload.equipment
        assert equipment is not None
        return Device(
            instance,
            workload,
            equipment,
            rack,
            place,
            _cells(equipment, place),
            self._cords(equipment, place),
            at,
        )

    def _service(self, placement: ServicePlacement) -> ServicePlaced | None:
        pools = self.estate.pools
        workload = service_of(self.estate, placement.instance)
        if workload is None or workload.id not in self.planned or placement.pool not in pools:
            return None
        service = workload.service
        assert service is not None
        return ServicePlaced(
            placement.instance,
            workload,
            service,
            pools[placement.pool],
            tuple(pools[key] for key in placement.standby if key in pools),
            placement.at,
        )

    def _cords(self, equipment: Equipment, place: Place) -> tuple[Cord, ...] | None:
        if place.cords is None:
            return None
        first: dict[str, Cord] = {}
        for cord in place.cords:
            first.setdefault(cord.inlet, cord)
        return tuple(
            first[inlet]
            for inlet in takes_outlet(equipment)
            if inlet in first and first[inlet].node in self.estate.power_nodes
        )

    @cached_property
    def always(self) -> frozenset[str]:
        """Workloads that are active on every planning day."""
        return frozenset(
            key
            for key, workload in self.planned.items()
            if all(is_active(workload, day) for day in self.days)
        )

    @cached_property
    def of_workload(self) -> dict[str, tuple[Device, ...]]:
        """Workload -> its placed devices, for planned workloads with at least one."""
        return _grouped(self.devices, lambda device: device.workload.id)

    @cached_property
    def in_rack(self) -> dict[str, tuple[Device, ...]]:
        """Rack -> the devices that stand in it on any planning day."""
        return _grouped(self.devices, lambda device: device.rack.id)

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """What stands and runs together, one entry a planning day on which that changes."""
        spans: list[Span] = []
        for day in self.days:
            devices, services = self.active(self.devices, day), self.active(self.services, day)
            if not spans or spans[-1][1:] != (devices, services):
                spans.append(Span(day, devices, services))
        return tuple(spans)

    def active(self, placed: tuple[_Placed, ...], day: date) -> tuple[_Placed, ...]:
        """Return those of `placed` whose workload is active on `day`."""
        if all(one.workload.id in self.always for one in placed):
            return placed
        return tuple(one for one in placed if is_active(one.workload, day))

    def hosts_of(self, pool: Pool) -> tuple[Device, ...]:
        """Return the placed hosts of a pool: instances of its `hosts` that stand at its site."""
        return self._at(pool.site, pool.hosts)

    def storage_of(self, pool: Pool) -> tuple[Device, ...]:
        """Return the placed instances of `storage_on` that stand at the pool's site."""
        return self._at(pool.site, pool.storage_on)

    def _at(self, site: str, workloads: tuple[str, ...]) -> tuple[Device, ...]:
        return tuple(
            device
            for key in workloads
            for device in self.of_workload.get(key, ())
            if device.rack.site == site
        )

    @cached_property
    def views(self) -> tuple[tuple[RackView, ...], ...]:
        """Per rack that holds a device: its contents, one view a day on which they change."""
        reserved: dict[str, list[Reservation]] = {}
        for reservation in self.estate.reservations.values():
            reserved.setdefault(reservation.rack, []).append(reservation)
        return tuple(
            tuple(self._views_of(self.estate.racks[key], devices, reserved.get(key, [])))
            for key, devices in sorted(self.in_rack.items())
        )

    def _views_of(
        self, rack: Rack, devices: tuple[Device, ...], reservations: list[Reservation]
    ) -> Iterator[RackView]:
        last: RackView | None = None
        for day in self.days:
            view = RackView(
                rack,
                day,
                self.active(devices, day),
                tuple(r for r in reservations if is_active(r, day)),
            )
            if view.devices and (last is None or view[2:] != last[2:]):
                yield view
            last = view

    def domain(self, rack: Rack, level: str) -> str:
        """Return the domain of a place level (`rack`, `row`, ..., `site`) that holds `rack`."""
        if level == "rack":
            return rack.id
        if level == "fire_compartment":
            return self.estate.rooms[rack.room].fire_compartment
        return str(getattr(rack, level))

    def on(self, day: date) -> str:
        """Return ` on <day>` for messages, nothing for the first day."""
        return "" if day == self.as_of else f" on {day}"


def _corded(place: Place) -> Place:
    return place if place.cords is not None else place.model_copy(update={"cords": ()})


def _cells(equipment: Equipment, place: Place) -> frozenset[tuple[int, Face]]:
    if place.position_half is None or place.face is None:
        return frozenset()
    faces = tuple(Face) if equipment.is_full_depth else (place.face,)
    end = place.position_half + equipment.u_height_half
    return frozenset((half, face) for half in range(place.position_half, end) for face in faces)


def _grouped(devices: Iterable[Device], key: object) -> dict[str, tuple[Device, ...]]:
    groups: dict[str, list[Device]] = {}
    for device in devices:
        groups.setdefault(key(device), []).append(device)  # type: ignore[operator]
    return {name: tuple(found) for name, found in groups.items()}
