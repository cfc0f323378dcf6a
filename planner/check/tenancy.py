"""Tenancy: protection needs, certificates, allowed places, exclusive racks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from planner.check.case import Case, Device, RackView
from planner.check.redundancy import is_allowed
from planner.check.wording import count, kind_word, names
from planner.check.worst import worst_of
from planner.model.scenarios import NORMAL
from planner.model.tenancy import Certificate, HostingClass
from planner.model.violation import Violation
from planner.model.workload import Places, Workload

#: A certificate that ends within so many days after the horizon is worth a warning.
WARNING_DAYS = 90


def protection(case: Case) -> Iterator[Violation]:
    """tenancy.protection: may_host(room) >= need(workload), per basic value."""
    for device in case.devices:
        room = case.estate.rooms[device.rack.room]
        need = device.workload.protection
        short = [
            (value, getattr(need, value), getattr(room.may_host, value))
            for value in HostingClass.model_fields
            if getattr(need, value) > getattr(room.may_host, value)
        ]
        if short:
            yield Violation(
                "tenancy.protection",
                device.instance,
                NORMAL,
                sum(needed for _, needed, _ in short),
                sum(hosted for _, _, hosted in short),
                "levels",
                f"room `{room.id}` may not host the protection need of `{device.instance}`",
                ", ".join(f"{value} {needed.label}" for value, needed, _ in short),
                ", ".join(f"{value} {hosted.label}" for value, _, hosted in short),
                device.at,
                hint="move it to a room that may host it",
            )


def certificates(case: Case) -> Iterator[Violation]:
    """tenancy.certificate: the room holds each certificate, valid while the workload is planned."""
    for device in case.devices:
        required = device.workload.certificates
        start, end = _planned_time(case, device.workload)
        missing = [key for key in required if not _is_certified(case, device, key, start, end)]
        if missing:
            yield Violation(
                "tenancy.certificate",
                device.instance,
                NORMAL,
                len(required),
                len(required) - len(missing),
                "certificates",
                f"room `{device.rack.room}` does not hold {names(missing)} from {start} to {end}, "
                f"which `{device.instance}` requires",
                f"certificates the workload requires from {start} to {end}",
                "of these held and valid all that time",
                device.at,
                hint="move it to a certified room, or renew the certificate",
            )


def _planned_time(case: Case, workload: Workload) -> tuple[date, date]:
    start = max(case.as_of, workload.valid_from or case.as_of)
    return start, min(case.horizon, workload.valid_until or case.horizon)


def _is_certified(case: Case, device: Device, key: str, start: date, end: date) -> bool:
    certificate = case.estate.certificates.get(key)
    return (
        certificate is not None
        and key in case.estate.rooms[device.rack.room].certificates
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


def exclusive(case: Case) -> Iterator[Violation]:
    """tenancy.exclusive: an isolated owner shares no rack, a tenant's rack takes nobody else."""
    for views in case.views:
        yield from worst_of(_exclusive(case, view) for view in views)


def _owners(case: Case, view: RackView) -> list[tuple[str, set[str]]]:
    """Return who may keep others out of a rack, and the instances that may stand with each."""
    owners: list[tuple[str, set[str]]] = []
    by_tenant: dict[str, set[str]] = {}
    for device in view.devices:
        by_tenant.setdefault(device.workload.tenant, set()).add(device.instance)
    if view.rack.tenant is not None:
        own = by_tenant.get(view.rack.tenant, set())
        owners.append((f"tenant `{view.rack.tenant}`, whose rack it is,", own))
    for key, own in sorted(by_tenant.items()):
        if case.estate.tenants[key].isolation != "none":
            owners.append((f"isolated tenant `{key}`", own))
    for workload in sorted({d.workload.id for d in view.devices if d.workload.isolation}):
        own = {d.instance for d in view.devices if d.workload.id == workload}
        owners.append((f"isolated workload `{workload}`", own))
    return owners


def _exclusive(case: Case, view: RackView) -> Violation | None:
    """Count who stands beside an owner that shares no rack, beside the one with most of several."""
    everybody = {device.instance for device in view.devices}
    owners = _owners(case, view)
    if owners:
        name, own = max(owners, key=lambda owner: len(everybody - owner[1]))
        foreign = sorted(everybody - own)
        if foreign:
            return Violation(
                "tenancy.exclusive",
                view.rack.id,
                NORMAL,
                len(foreign),
                0,
                "instances",
                f"rack `{view.rack.id}` holds {names(foreign)} beside {name} "
                f"that shares no rack{case.on(view.day)}",
                count(len(foreign), "instance") + " of others",
                "instances of others",
                view.rack.at,
                hint=f"move {names(foreign)} to another rack",
            )
    return None
