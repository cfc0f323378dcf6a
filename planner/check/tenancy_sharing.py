"""Tenancy: who shares racks and cages, and how many workloads of one level share a room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from planner.check.case import Case, Device, RackView
from planner.check.wording import count, names
from planner.check.worst import worst_of
from planner.model.base import Where
from planner.model.scenarios import NORMAL
from planner.model.space import Rack, Room
from planner.model.tenancy import HostingClass, Protection
from planner.model.violation import Violation
from planner.model.workload import Workload


def exclusive(case: Case) -> Iterator[Violation]:
    """tenancy.exclusive: an isolated owner shares no rack or cage, a tenant's rack is its own."""
    for views in case.views:
        yield from worst_of(found for view in views for found in _in_rack(case, view))
    cages: dict[str, list[Rack]] = {}
    for rack in case.estate.racks.values():
        if rack.cage is not None:
            cages.setdefault(rack.cage, []).append(rack)
    for cage, racks in sorted(cages.items()):
        yield from worst_of(_in_cage(case, cage, racks))


def _in_rack(case: Case, view: RackView) -> Iterator[Violation]:
    subject, day = view.rack, case.on(view.day)
    homeless = [
        device.instance
        for device in view.devices
        if _isolation(case, device) == "cage" and view.rack.cage is None
    ]
    if homeless:
        yield Violation(
            "tenancy.exclusive",
            subject.id,
            NORMAL,
            len(homeless),
            0,
            "instances",
            f"rack `{subject.id}` stands in no cage and holds {names(homeless)}, whose tenant "
            f"takes whole cages{day}",
            count(len(homeless), "instance") + " outside a cage",
            "instances outside a cage",
            subject.at,
            hint=f"move {names(homeless)} to a rack in a cage",
        )
    owners = _owners_of_rack(case, view)
    yield from _foreign("rack", subject.id, view.devices, owners, day, subject.at)


def _isolation(case: Case, device: Device) -> str:
    return case.estate.tenants[device.workload.tenant].isolation


#: Who keeps others out, and the instances that may stand with it.
_Owner = tuple[str, set[str]]


def _owners_of_rack(case: Case, view: RackView) -> list[_Owner]:
    """Return who may keep others out of a rack; in a cage, whoever has it is asked there."""
    owners: list[_Owner] = []
    by_tenant = _by_tenant(view.devices)
    if view.rack.tenant is not None:
        own = by_tenant.get(view.rack.tenant, set())
        owners.append((f"tenant `{view.rack.tenant}`, whose rack it is,", own))
    for key, own in sorted(by_tenant.items()):
        isolation = case.estate.tenants[key].isolation
        if isolation == "rack" or (isolation == "cage" and view.rack.cage is None):
            owners.append((f"isolated tenant `{key}`", own))
    for workload in sorted({d.workload.id for d in view.devices if d.workload.isolation}):
        own = {d.instance for d in view.devices if d.workload.id == workload}
        owners.append((f"isolated workload `{workload}`", own))
    return owners


def _by_tenant(devices: Iterable[Device]) -> dict[str, set[str]]:
    by_tenant: dict[str, set[str]] = {}
    for device in devices:
        by_tenant.setdefault(device.workload.tenant, set()).add(device.instance)
    return by_tenant


def _in_cage(case: Case, cage: str, racks: list[Rack]) -> Iterator[Violation]:
    keys = {rack.id for rack in racks}
    for span in case.spans:
        devices = tuple(device for device in span.devices if device.rack.id in keys)
        owners = [
            (f"isolated tenant `{key}`", own)
            for key, own in sorted(_by_tenant(devices).items())
            if case.estate.tenants[key].isolation == "cage"
        ]
        day = case.on(span.day)
        yield from _foreign("cage", cage, devices, owners, day, racks[0].at)


def _foreign(
    noun: str,
    subject: str,
    devices: tuple[Device, ...],
    owners: list[_Owner],
    day: str,
    at: Where | None,
) -> Iterator[Violation]:
    """Count who stands beside an owner that shares nothing, beside the one with most of several."""
    everybody = {device.instance for device in devices}
    name, own = max(owners, key=lambda owner: len(everybody - owner[1]), default=("", everybody))
    foreign = sorted(everybody - own)
    if foreign:
        yield Violation(
            "tenancy.exclusive",
            subject,
            NORMAL,
            len(foreign),
            0,
            "instances",
            f"{noun} `{subject}` holds {names(foreign)} beside {name} that shares no {noun}{day}",
            count(len(foreign), "instance") + " of others",
            "instances of others",
            at,
            hint=f"move {names(foreign)} to another {noun}",
        )


def cumulation(case: Case) -> Iterator[Violation]:
    """tenancy.cumulation: less than k workloads of a level where a room hosts up to that level."""
    levels = [level for level in Protection if level.label in case.estate.policy.cumulation]
    rooms = case.estate.rooms
    for key, by_day in sorted(_in_rooms(case).items() if levels else ()):
        for value in HostingClass.model_fields:
            level = getattr(rooms[key].may_host, value)
            if level in levels:
                yield from worst_of(
                    _cumulated(case, rooms[key], value, level, workloads, day)
                    for day, workloads in by_day
                )


def _in_rooms(case: Case) -> dict[str, list[tuple[str, list[Workload]]]]:
    """Return room -> the workloads that stand in it, by day (as messages write it)."""
    found: dict[str, list[tuple[str, list[Workload]]]] = {}
    for span in case.spans:
        here: dict[str, dict[str, Workload]] = {}
        for device in span.devices:
            here.setdefault(device.rack.room, {})[device.workload.id] = device.workload
        for service in span.services:
            for host in case.active(case.hosts_of(service.pool), span.day):
                here.setdefault(host.rack.room, {})[service.workload.id] = service.workload
        for room, workloads in here.items():
            by_day = found.setdefault(room, [])
            by_day.append((case.on(span.day), [w for _, w in sorted(workloads.items())]))
    return found


def _cumulated(
    case: Case, room: Room, value: str, level: Protection, workloads: list[Workload], day: str
) -> Violation | None:
    needing = [w.id for w in workloads if getattr(w.protection, value) == level]
    threshold = case.estate.policy.cumulation[level.label]
    if len(needing) < threshold:
        return None
    return Violation(
        "tenancy.cumulation",
        f"{room.id}:{value}",
        NORMAL,
        len(needing),
        threshold - 1,
        "workloads",
        f"room `{room.id}` may host {value} {level.label}, but {names(needing)} together count "
        f"one level higher{day}",
        f"workloads of {value} {level.label}",
        f"{threshold} of them count one level higher",
        room.at,
        hint="move one of them to another room, or let the room host the next level",
    )
