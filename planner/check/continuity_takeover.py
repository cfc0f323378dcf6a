"""Continuity where a site takes over: data, quorum, restart chain and the level of protection.

Also the times that processes declare. All of it holds whatever else is lost on the site.
"""

from __future__ import annotations

from collections.abc import Iterator

from planner.check.case import Case, Device, ServicePlaced
from planner.check.continuity_alone import emergency_of
from planner.check.critical import Dependence
from planner.check.services import moves_to
from planner.check.takeover import Takeover, Votes
from planner.check.wording import count
from planner.check.worst import worst_by_subject, worst_of
from planner.model.continuity import Process
from planner.model.scenarios import NORMAL, Scenario
from planner.model.tenancy import HostingClass
from planner.model.violation import Violation


def members(case: Case) -> Iterator[tuple[str, str]]:
    """Yield continuity group and member, for every member that can stand alone."""
    for key, sites in case.estate.members.items():
        if len(sites) > 1:
            for site in sites:
                yield key, site


def _label(member: str) -> str:
    return Scenario("site", alone=member).id


def _moving(case: Case, dependence: Dependence, group: str, member: str) -> list[ServicePlaced]:
    """Return the instances of critical services that move to a member."""
    needed = dependence.critical(group).needed
    return [
        one
        for one in case.services
        if one.workload.id in needed and moves_to(one, member) is not None
    ]


def data(case: Case) -> Iterator[Violation]:
    """continuity.data: lag of the mirror <= least RPO of the critical processes it serves."""
    yield from worst_by_subject(_data(case))


def _data(case: Case) -> Iterator[Violation]:
    dependence = Dependence(case.estate)
    for group, member in members(case):
        for one in _moving(case, dependence, group, member):
            violation = _stale(case, dependence, one, group, member)
            if violation is not None:
                yield violation


def _stale(
    case: Case, dependence: Dependence, one: ServicePlaced, group: str, member: str
) -> Violation | None:
    service, workload = one.service, one.workload
    lag_min = service.lag_min if service.replication == "async" else 0
    dependents = dependence.dependents(workload.id, dependence.critical(group))
    bound = [(p.rpo_min, p.id) for p in dependents if p.rpo_min is not None]
    if not bound or lag_min <= min(bound)[0]:
        return None
    rpo_min, process = min(bound)
    return Violation(
        "continuity.data",
        workload.id,
        _label(member),
        lag_min,
        rpo_min,
        "min",
        f"`{workload.id}` loses more of its data than process `{process}` may "
        f"if site `{member}` stands alone",
        f"lag of its mirror, replication {service.replication}",
        f"recovery point objective of `{process}`",
        workload.at,
        hint=f"mirror `{workload.id}` more often, or synchronously",
    )


def quorum(case: Case) -> Iterator[Violation]:
    """continuity.quorum: votes of the member alone >= majority, or a manual procedure."""
    yield from worst_by_subject(_quorum(case))


def _quorum(case: Case) -> Iterator[Violation]:
    dependence = Dependence(case.estate)
    takeover = Takeover(case.estate, dependence)
    for group, member in members(case):
        for one in _moving(case, dependence, group, member):
            if one.service.manual_min is None and not takeover.has_quorum(one, member):
                yield _no_quorum(one, takeover.votes(member), member)


def _no_quorum(one: ServicePlaced, votes: Votes, member: str) -> Violation:
    key = one.workload.id
    return Violation(
        "continuity.quorum",
        key,
        _label(member),
        votes.majority,
        votes.own,
        "votes",
        f"`{key}` has no quorum and no manual procedure if site `{member}` stands alone",
        f"more than half of {count(votes.total, 'vote')}",
        "its own vote" + (" and the witness's" if votes.own > 1 else ""),
        one.workload.at,
        hint="give the group a witness that this site reaches, or the service `manual_min`",
    )


def restart(case: Case) -> Iterator[Violation]:
    """continuity.restart: minutes of the restart chain of a process <= its RTO."""
    yield from worst_by_subject(_restart(case))


def _restart(case: Case) -> Iterator[Violation]:
    dependence = Dependence(case.estate)
    takeover = Takeover(case.estate, dependence)
    for process in dependence.critical().processes:
        for group, member in members(case):
            if process.rto_min is not None and process.continuity_group in (None, group):
                violation = _late(case, takeover, process, process.rto_min, member)
                if violation is not None:
                    yield violation


def _late(
    case: Case, takeover: Takeover, process: Process, rto_min: int, member: str
) -> Violation | None:
    minutes = max(takeover.chain(process.depends_on, span.services, member) for span in case.spans)
    if minutes <= rto_min:
        return None
    return Violation(
        "continuity.restart",
        process.id,
        _label(member),
        minutes,
        rto_min,
        "min",
        f"what process `{process.id}` depends on takes too long to move "
        f"if site `{member}` stands alone",
        "moves along the longest chain of dependencies",
        "recovery time objective",
        process.at,
        hint="shorten the moves in the chain, or keep a warm copy (`mode: active-standby`)",
    )


def protection(case: Case) -> Iterator[Violation]:
    """continuity.protection: what rooms may host in the emergency >= need of what runs there."""
    yield from worst_by_subject(_protection(case))


def _protection(case: Case) -> Iterator[Violation]:
    dependence = Dependence(case.estate)
    for group, member in members(case):
        yield from _unprotected(case, dependence, group, member)


def on_every_site(case: Case) -> Iterator[Violation]:
    """Yield what these rules find on every site alone, not only where it is worst."""
    yield from _data(case)
    yield from _quorum(case)
    yield from _restart(case)
    yield from _protection(case)


def _unprotected(
    case: Case, dependence: Dependence, group: str, member: str
) -> Iterator[Violation]:
    critical = dependence.critical(group)
    emergency = emergency_of(case, member)
    may_host = None if emergency is None else emergency.max_protection
    if may_host is not None:
        for device in case.devices:
            if device.rack.site == member and device.workload.id in critical.equipment:
                yield from worst_of([_short(case, device, device.rack.room, may_host, member)])
    for one in case.services:
        pool = moves_to(one, member)
        if one.pool.site == member and may_host is not None:
            pool = one.pool
        if pool is not None and one.workload.id in critical.needed:
            rooms = sorted({device.rack.room for device in case.hosts_of(pool)})
            yield from worst_of(_short(case, one, room, may_host, member) for room in rooms)


def _short(
    case: Case, one: Device | ServicePlaced, room: str, may_host: HostingClass | None, member: str
) -> Violation | None:
    """Return by how many levels a room falls short of what an instance needs."""
    need, has = one.workload.protection, may_host or case.estate.rooms[room].may_host
    short = [
        (value, getattr(need, value), getattr(has, value))
        for value in HostingClass.model_fields
        if getattr(need, value) > getattr(has, value)
    ]
    if not short:
        return None
    return Violation(
        "continuity.protection",
        one.instance,
        _label(member),
        sum(needed for _, needed, _ in short),
        sum(hosted for _, _, hosted in short),
        "levels",
        f"room `{room}` may not host the protection need of `{one.instance}` "
        f"if site `{member}` stands alone",
        ", ".join(f"{value} {needed.label}" for value, needed, _ in short),
        ", ".join(f"{value} {hosted.label}" for value, _, hosted in short)
        + (" (`max_protection`)" if may_host else " (`may_host`)"),
        one.at,
        hint="raise what the rooms may host, or take it over elsewhere",
    )


def times(case: Case) -> Iterator[Violation]:
    """continuity.times: RTO <= MTPD."""
    for process in case.estate.processes.values():
        rto_min, mtpd_min = process.rto_min, process.mtpd_min
        if rto_min is not None and mtpd_min is not None and rto_min > mtpd_min:
            yield Violation(
                "continuity.times",
                process.id,
                NORMAL,
                rto_min,
                mtpd_min,
                "min",
                f"process `{process.id}` may take longer to recover than it may be down",
                "recovery time objective",
                "maximum tolerable downtime",
                process.at,
                hint="shorten `rto_min`",
            )
