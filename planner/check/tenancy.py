"""Tenancy: protection needs, certificates, allowed places."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from planner.check.case import Case, Device, ServicePlaced, is_active
from planner.check.redundancy import is_allowed
from planner.check.wording import kind_word, names
from planner.check.worst import worst_of
from planner.model.scenarios import NORMAL
from planner.model.space import Room
from planner.model.tenancy import Certificate, HostingClass
from planner.model.violation import Violation
from planner.model.workload import Places, Workload

#: A certificate that ends within so many days after the horizon is worth a warning.
WARNING_DAYS = 90


def protection(case: Case) -> Iterator[Violation]:
    """tenancy.protection: may_host(room) >= need(workload), per basic value."""
    for one, rooms in _hosted(case):
        yield from worst_of(_unprotected(one, room) for room in rooms)


def _hosted(case: Case) -> Iterator[tuple[Device | ServicePlaced, list[Room]]]:
    """Yield every placed instance with its rooms: of a service those of its pool's hosts."""
    rooms = case.estate.rooms
    for device in case.devices:
        yield device, [rooms[device.rack.room]]
    for service in case.services:
        yield service, [rooms[key] for key in rooms_of_pool(case, service)]


def rooms_of_pool(case: Case, service: ServicePlaced) -> list[str]:
    """Return the rooms with hosts of a service's pool that stand while it runs, sorted."""
    days = [day for day in case.days if is_active(service.workload, day)]
    return sorted(
        {
            host.rack.room
            for host in case.hosts_of(service.pool)
            if any(is_active(host.workload, day) for day in days)
        }
    )


def _in_room(one: Device | ServicePlaced, room: Room) -> str:
    """Return `room `r``, for a service with what it has to do with it."""
    if isinstance(one, Device):
        return f"room `{room.id}`"
    return f"room `{room.id}` with hosts of pool `{one.pool.id}`"


def _unprotected(one: Device | ServicePlaced, room: Room) -> Violation | None:
    need = one.workload.protection
    short = [
        (value, getattr(need, value), getattr(room.may_host, value))
        for value in HostingClass.model_fields
        if getattr(need, value) > getattr(room.may_host, value)
    ]
    if not short:
        return None
    return Violation(
        "tenancy.protection",
        one.instance,
        NORMAL,
        sum(needed for _, needed, _ in short),
        sum(hosted for _, _, hosted in short),
        "levels",
        f"{_in_room(one, room)} may not host the protection need of `{one.instance}`",
        ", ".join(f"{value} {needed.label}" for value, needed, _ in short),
        ", ".join(f"{value} {hosted.label}" for value, _, hosted in short),
        one.at,
        hint="move it to a room that may host it"
        if isinstance(one, Device)
        else "run it on a pool whose hosts stand in rooms that may host it",
    )


def certificates(case: Case) -> Iterator[Violation]:
    """tenancy.certificate: the room holds each certificate, valid while the workload is planned."""
    for one, rooms in _hosted(case):
        yield from worst_of(_uncertified(case, one, room) for room in rooms)


def _uncertified(case: Case, one: Device | ServicePlaced, room: Room) -> Violation | None:
    required = one.workload.certificates
    start, end = _planned_time(case, one.workload)
    missing = [key for key in required if not _is_certified(case, room, key, start, end)]
    if not missing:
        return None
    return Violation(
        "tenancy.certificate",
        one.instance,
        NORMAL,
        len(required),
        len(required) - len(missing),
        "certificates",
        f"{_in_room(one, room)} does not hold {names(missing)} from {start} to {end}, "
        f"which `{one.instance}` requires",
        f"certificates the workload requires from {start} to {end}",
        "of these held and valid all that time",
        one.at,
        hint="move it to a certified room, or renew the certificate"
        if isinstance(one, Device)
        else "run it on a pool in certified rooms, or renew the certificate",
    )


def _planned_time(case: Case, workload: Workload) -> tuple[date, date]:
    start = max(case.as_of, workload.valid_from or case.as_of)
    return start, min(case.horizon, workload.valid_until or case.horizon)


def _is_certified(case: Case, room: Room, key: str, start: date, end: date) -> bool:
    certificate = case.estate.certificates.get(key)
    return (
        certificate is not None
        and key in room.certificates
        and (certificate.valid_from is None or certificate.valid_from <= start)
        and end <= certificate.valid_until
    )


def _held(case: Case) -> list[Certificate]:
    """Return the certificates that rooms hold."""
    held = {key for room in case.estate.rooms.values() for key in room.certificates}
    certificates = case.estate.certificates
    return [certificates[key] for key in sorted(held & certificates.keys())]


def expiry(case: Case) -> Iterator[Violation]:
    """tenancy.expiry: a certificate that a room holds is valid up to the horizon."""
    for certificate in _held(case):
        if certificate.valid_until < case.horizon:
            word = "has expired" if certificate.valid_until < case.as_of else "expires"
            yield _expiry(case, certificate, case.horizon, word, f"to the horizon {case.horizon}")


def expiry_warnings(case: Case) -> Iterator[Violation]:
    """Yield the certificates that expire soon after the horizon."""
    for certificate in _held(case):
        if 0 <= (certificate.valid_until - case.horizon).days < WARNING_DAYS:
            end = date.fromordinal(case.horizon.toordinal() + WARNING_DAYS)
            note = f"to {WARNING_DAYS} days after the horizon {case.horizon}"
            yield _expiry(case, certificate, end, "expires", note)


def _expiry(
    case: Case, certificate: Certificate, end: date, word: str, required_note: str
) -> Violation:
    rooms = [r.id for r in case.estate.rooms.values() if certificate.id in r.certificates]
    return Violation(
        "tenancy.expiry",
        certificate.id,
        NORMAL,
        (end - case.as_of).days,
        (certificate.valid_until - case.as_of).days,
        "days",
        f"certificate `{certificate.id}` of {names(rooms)} {word} on {certificate.valid_until}",
        f"from {case.as_of} {required_note}",
        f"from {case.as_of} to {certificate.valid_until}",
        certificate.at,
        hint="renew the certificate, or plan with an earlier horizon",
    )


def places(case: Case) -> Iterator[Violation]:
    """tenancy.places: at each level the domain is allowed and not forbidden."""
    for device in case.devices:
        if is_allowed(case, device.workload, device.rack):
            continue
        wrongs = []
        for level in Places.model_fields:
            domain = case.domain(device.rack, level)
            allowed = getattr(device.workload.allowed, level)
            if allowed and domain not in allowed:
                wrongs.append(
                    f"{kind_word(level)} `{domain}` is not allowed, only {names(allowed)}"
                )
            if domain in getattr(device.workload.forbidden, level):
                wrongs.append(f"{kind_word(level)} `{domain}` is forbidden")
        yield Violation(
            "tenancy.places",
            device.instance,
            NORMAL,
            1,
            0,
            "instances",
            f"`{device.instance}` stands where it may not: {'; '.join(wrongs)}",
            "1 instance",
            "places its workload allows",
            device.at,
            hint="move it to an allowed place",
        )
