"""Tenancy: protection need, certificates, places, exclusive racks and cages, quotas, cumulation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from math import lcm

from ortools.sat.python import cp_model

from planner.model.continuity import Pool
from planner.model.space import Room
from planner.model.tenancy import HostingClass, Protection, Quota
from planner.model.workload import Workload
from planner.problem.days import Epoch
from planner.problem.problem import Problem
from planner.problem.services import ServiceGroup
from planner.solve.candidates import Candidates, Option
from planner.solve.constraints.redundancy import is_allowed
from planner.solve.model import Model
from planner.solve.pools import demand
from planner.solve.registry import (
    Candidate,
    ServiceCandidate,
    rack_filter,
    rows,
    service_filter,
    structure,
)
from planner.solve.rooms import limit_rooms
from planner.solve.rows import Key, Row
from planner.solve.services import ServiceOption

_Owner = tuple[str, str]

#: The tenant that a rack belongs to keeps others out whether it has anything there or not.
_OF_RACK: _Owner = ("rack", "")


def _shortage(workload: Workload, room: Room) -> int:
    """Return the sum of the levels that a room lacks."""
    needs, hosts = workload.protection, room.may_host
    return sum(max(0, getattr(needs, v) - getattr(hosts, v)) for v in HostingClass.model_fields)


@rack_filter("tenancy.protection")
def protection(problem: Problem, candidate: Candidate) -> int:
    """The room hosts the level of each basic value; the amount is the sum of missing levels."""
    return _shortage(candidate.group.workload, problem.estate.rooms[candidate.rack.room])


@service_filter("tenancy.protection")
def protection_of_service(problem: Problem, candidate: ServiceCandidate) -> int:
    """Some room in which hosts of the pool may stand hosts the level of each basic value."""
    workload = candidate.group.workload
    return _least(problem, candidate, lambda room: _shortage(workload, room))


@structure("tenancy.protection")
def protection_in_rooms(model: Model) -> None:
    """Every room in which hosts of the pool stand hosts it."""

    def amount(group: ServiceGroup, room: Room) -> int:
        return _shortage(group.workload, room)

    limit_rooms(model, "tenancy.protection", "levels", amount, lambda option: (option.pool,))


def _missing(problem: Problem, workload: Workload, room: Room) -> int:
    """Return how many certificates a room lacks while a workload is there."""
    horizon = max(problem.as_of, problem.estate.policy.planning_horizon or problem.as_of)
    start = max(problem.as_of, workload.valid_from or problem.as_of)
    end = min(horizon, workload.valid_until or horizon)
    return sum(
        name not in room.certificates or not _is_valid(problem, name, start, end)
        for name in workload.certificates
    )


def _is_valid(problem: Problem, name: str, start: date, end: date) -> bool:
    found = problem.estate.certificates[name]
    return (found.valid_from is None or found.valid_from <= start) and found.valid_until >= end


@rack_filter("tenancy.certificate")
def certificate(problem: Problem, candidate: Candidate) -> int:
    """The room holds each required certificate, valid while the workload is there."""
    room = problem.estate.rooms[candidate.rack.room]
    return _missing(problem, candidate.group.workload, room)


@service_filter("tenancy.certificate")
def certificate_of_service(problem: Problem, candidate: ServiceCandidate) -> int:
    """Some room in which hosts of the pool may stand holds each required certificate."""
    workload = candidate.group.workload
    return _least(problem, candidate, lambda room: _missing(problem, workload, room))


@structure("tenancy.certificate")
def certificate_in_rooms(model: Model) -> None:
    """Every room in which hosts of the pool stand holds each certificate."""

    def amount(group: ServiceGroup, room: Room) -> int:
        return _missing(model.problem, group.workload, room)

    limit_rooms(model, "tenancy.certificate", "certificates", amount, lambda o: (o.pool,))


def _least(problem: Problem, candidate: ServiceCandidate, amount: Callable[[Room], int]) -> int:
    """Return the least amount of the rooms that hosts of a pool may stand in.

    A service that takes neither vcpu nor RAM needs no host, and so no room.
    """
    service, estate = candidate.group.service, problem.estate
    if not service.vcpu_milli and not service.ram_mib:
        return 0
    pool = estate.pools[candidate.choice.pool]
    if not any(amount(room) for room in estate.rooms.values() if room.site == pool.site):
        return 0
    rooms = _rooms_of_hosts(problem, pool)
    return min((amount(estate.rooms[room]) for room in rooms), default=0)


def _rooms_of_hosts(problem: Problem, pool: Pool) -> set[str]:
    estate = problem.estate
    hosts = [estate.workloads[key] for key in pool.hosts]
    return {
        rack.room
        for rack in problem.racks
        if rack.site == pool.site
        and any(is_allowed(problem, w.allowed, w.forbidden, rack.id) for w in hosts)
    }


@rack_filter("tenancy.places")
def places(problem: Problem, candidate: Candidate) -> int:
    """The rack lies where the workload allows, and nowhere it forbids."""
    workload = candidate.group.workload
    return 0 if is_allowed(problem, workload.allowed, workload.forbidden, candidate.rack.id) else 1


@rack_filter("tenancy.exclusive")
def own_rack(problem: Problem, candidate: Candidate) -> int:
    """A rack takes only the tenant it belongs to; a tenant of whole cages stands in a cage.

    Where others stand in it already, or a waiver lets some in, the structure below counts them.
    """
    rack, tenant = candidate.rack, candidate.group.workload.tenant
    if candidate.is_home or ("tenancy.exclusive", rack.id) in problem.waived:
        return 0
    stands = {g.workload.tenant for g, _ in problem.homes_in[rack.id]}
    if rack.cage is None and _takes_cages(problem, tenant):
        return 0 if any(_takes_cages(problem, other) for other in stands) else 1
    return 0 if rack.tenant in (None, tenant) or stands - {rack.tenant} else 1


def _takes_cages(problem: Problem, tenant: str) -> bool:
    return problem.estate.tenants[tenant].isolation == "cage"


@structure("tenancy.exclusive")
def exclusive(model: Model) -> None:
    """`instances of others <= 0` in a rack or cage with an owner, on each day."""
    problem, in_rack = model.problem, model.candidates.in_rack
    cages: dict[str, list[Option]] = {}
    for rack in problem.racks:
        _keep_out(model, rack.id, in_rack[rack.id], lambda o: _owners_of_rack(problem, o))
        if rack.cage is None:
            _outside_cages(model, rack.id, in_rack[rack.id])
        else:
            cages.setdefault(rack.cage, []).extend(in_rack[rack.id])
    for cage, options in cages.items():
        _keep_out(model, cage, options, lambda o: _owners_of_cage(problem, o))


def _outside_cages(model: Model, rack: str, options: Iterable[Option]) -> None:
    """Add `instances of tenants that take whole cages <= slack` in a rack without a cage."""
    key = Key("tenancy.exclusive", rack, "instances")
    outside = [o for o in options if _takes_cages(model.problem, _workload(model, o).tenant)]
    for epoch in model.problem.epochs:
        here = [model.x[o.index] for o in outside if _workload(model, o).id in epoch.workloads]
        if here:
            model.cp.add(cp_model.LinearExpr.sum(here) <= model.slack(key))


_OwnersOf = Callable[[Option], Iterator[_Owner]]


def _keep_out(model: Model, subject: str, options: Iterable[Option], owners: _OwnersOf) -> None:
    """Add `instances of others <= slack` once an owner has an instance among the options."""
    key = Key("tenancy.exclusive", subject, "instances")
    rack = model.problem.estate.racks.get(subject)
    seen: set[tuple[_Owner, frozenset[int], frozenset[int]]] = set()
    for epoch in model.problem.epochs:
        active = [o for o in options if _workload(model, o).id in epoch.workloads]
        everybody = frozenset(o.index for o in active)
        found: dict[_Owner, set[int]] = {}
        if rack is not None and rack.tenant is not None:
            found[_OF_RACK] = set()
        for option in active:
            for owner in owners(option):
                found.setdefault(owner, set()).add(option.index)
        for owner, indices in found.items():
            own = frozenset(indices)
            foreign = everybody - own
            if foreign and (owner, own, foreign) not in seen:
                seen.add((owner, own, foreign))
                others = cp_model.LinearExpr.sum([model.x[o] for o in sorted(foreign)])
                keeps_out = model.cp.add(others <= model.slack(key))
                if owner != _OF_RACK:
                    where = (f"{subject} {sorted(own)}", 0)
                    keeps_out.only_enforce_if(model.at_least(where, sorted(own), 1))


def _workload(model: Model, option: Option) -> Workload:
    return model.candidates.group(option).workload


def _owners_of_rack(problem: Problem, option: Option) -> Iterator[_Owner]:
    """Yield who keeps others out of an option's rack; without a cage a cage is its rack."""
    workload = problem.groups[option.group].workload
    rack = problem.estate.racks[option.rack]
    if workload.tenant == rack.tenant:
        yield _OF_RACK
    if workload.isolation:
        yield ("workload", workload.id)
    isolation = problem.estate.tenants[workload.tenant].isolation
    if isolation == "rack" or (isolation == "cage" and rack.cage is None):
        yield ("tenant", workload.tenant)


def _owners_of_cage(problem: Problem, option: Option) -> Iterator[_Owner]:
    """Yield the tenant that keeps others out of a whole cage."""
    tenant = problem.groups[option.group].workload.tenant
    if _takes_cages(problem, tenant):
        yield ("tenant", tenant)


def _quotas(problem: Problem) -> Iterator[tuple[str, Quota]]:
    for tenant in problem.estate.tenants.values():
        if tenant.quota is not None:
            yield tenant.id, tenant.quota


@rows("tenancy.quota")
def quota(candidates: Candidates) -> Iterable[Row]:
    """`draw on a strand <= W contracted`, `sum(u_height) <= units contracted`, on each day.

    A device's draw counts on the strands of the cords that carry it in the normal state.
    """
    problem = candidates.problem
    for tenant, contracted in _quotas(problem):
        options = [o for o in candidates.options if candidates.group(o).workload.tenant == tenant]
        for _, epoch in problem.peaks:
            active = [o for o in options if candidates.group(o).workload.id in epoch.workloads]
            found = [
                _strand_row(candidates, tenant, strand, watts, active)
                for strand, watts in contracted.strand_w.items()
            ]
            if contracted.u_half is not None:
                heights = {o.index: candidates.group(o).equipment.u_height_half for o in active}
                key = Key("tenancy.quota", f"{tenant}:u", "half U")
                found.append(Row(key, "normal", contracted.u_half, heights, {}))
            yield from (row for row in found if _most(candidates, row) > row.capacity)


def _most(candidates: Candidates, row: Row) -> int:
    """Return what all instances take of a row, each where it takes most."""
    most: dict[int, int] = {}
    for option, use in row.options.items():
        group = candidates.options[option].group
        most[group] = max(most.get(group, 0), use)
    return sum(use * candidates.problem.groups[group].count for group, use in most.items())


def _strand_row(
    candidates: Candidates, tenant: str, strand: str, watts: int, options: Iterable[Option]
) -> Row:
    graph = candidates.problem.graph
    shares: dict[int, tuple[int, int]] = {}
    for option in options:
        cords = candidates.patterns[option.pattern].carrying(graph.states[0].live) or ()
        on_it = sum(graph.nodes[graph.strand_of[n]].id == strand for n in cords)
        if on_it:
            draw_w = candidates.group(option).equipment.draw.budget_w
            shares[option.index] = (draw_w * on_it, len(cords))
    scale = lcm(*(num_cords for _, num_cords in shares.values()))
    used = {o: draw * (scale // num_cords) for o, (draw, num_cords) in shares.items()}
    key = Key("tenancy.quota", f"{tenant}:{strand}", "W")
    return Row(key, "normal", watts * scale, used, {}, scale)


@structure("tenancy.quota")
def quota_of_pools(model: Model) -> None:
    """`1000 * need <= share * what all hosts offer`, per resource of a pool and day.

    What stands runs no service, so nothing is inherited and a waiver alone adds to the share.
    """
    problem, hosting = model.problem, model.hosting
    for tenant, contracted in _quotas(problem):
        for pool, permille in contracted.pool_share_permille.items():
            share = permille + problem.waived.get(("tenancy.quota", f"{tenant}:{pool}"), 0)
            for e, epoch in enumerate(problem.epochs):
                down = hosting.pools.inactive[e].get(pool)
                if down is None:  # no service may use the pool
                    continue
                for resource in hosting.pools.resources(pool):
                    need = _need_of(model, tenant, pool, resource.unit, epoch)
                    if need:
                        used = 1000 * model.sum_services(need)
                        model.cp.add(used <= share * hosting.offered(resource, down))


def _need_of(model: Model, tenant: str, pool: str, unit: str, epoch: Epoch) -> dict[int, int]:
    """Return service option -> what an instance of a tenant's that runs on a pool takes."""
    services = model.candidates.services
    need: dict[int, int] = {}
    for option in services.using[pool]:
        workload = services.group(option).workload
        if option.pool == pool and workload.tenant == tenant and workload.id in epoch.workloads:
            taken = demand(services.group(option).service, unit)
            if taken:
                need[option.index] = taken
    return need


@structure("tenancy.cumulation")
def cumulation(model: Model) -> None:
    """`workloads of a level in a room <= k - 1`, where the room hosts no more than this level."""
    problem = model.problem
    if not problem.estate.policy.cumulation:
        return
    inside = _Inside(model)
    for room in problem.estate.rooms.values():
        for value in HostingClass.model_fields:
            level: Protection = getattr(room.may_host, value)
            count = problem.estate.policy.cumulation.get(level.label)
            if count is None:
                continue
            key = Key("tenancy.cumulation", f"{room.id}:{value}", "workloads")
            seen: set[tuple[int, ...]] = set()
            for e, epoch in enumerate(problem.epochs):
                stand = [
                    literal
                    for w in sorted(epoch.workloads)
                    if getattr(problem.estate.workloads[w].protection, value) == level
                    and (literal := inside.literal(w, room.id, e)) is not None
                ]
                same = tuple(literal.index for literal in stand)
                if len(stand) >= count and same not in seen:
                    seen.add(same)
                    model.cp.add(sum(stand) <= count - 1 + model.slack(key))


class _Inside:
    """Literals that are true where a workload stands in a room, or hosts of its pools do."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._options: dict[tuple[str, str], set[int]] = {}
        self._literals: dict[tuple[str, str, int], cp_model.IntVar | None] = {}
        racks = model.problem.estate.racks
        for option in model.candidates.options:
            where = (_workload(model, option).id, racks[option.rack].room)
            self._options.setdefault(where, set()).add(option.index)

    def literal(self, workload: str, room: str, epoch: int) -> cp_model.IntVar | None:
        """Return the literal of a workload, None where it can never be in the room."""
        key = (workload, room, epoch)
        if key not in self._literals:
            of_services = self.model.candidates.services.of_workload.get(workload)
            self._literals[key] = (
                self._any(self._options.get((workload, room), set()))
                if of_services is None
                else self._runs(of_services, room, epoch)
            )
        return self._literals[key]

    def _any(self, options: set[int]) -> cp_model.IntVar | None:
        if not options:
            return None
        found = self.model.any_of(frozenset(options))
        assert isinstance(found, cp_model.IntVar)
        return found

    def _runs(
        self, options: Iterable[ServiceOption], room: str, epoch: int
    ) -> cp_model.IntVar | None:
        """Return a literal that is true where an instance runs on a pool with a host in a room."""
        model, pools = self.model, self.model.hosting.pools
        on_pool: dict[str, list[int]] = {}
        for option in options:
            on_pool.setdefault(option.pool, []).append(option.index)
        literal: cp_model.IntVar | None = None
        for pool, here in on_pool.items():
            here_too = {
                o
                for host in model.problem.estate.pools[pool].hosts
                for o in self._options.get((host, room), ())
            }
            stands = self._any(here_too & pools.hosts[pool] - pools.inactive[epoch][pool].hosts)
            if stands is None:
                continue
            literal = model.cp.new_bool_var("") if literal is None else literal
            model.cp.add(model.any_service(tuple(here)) + stands <= literal + 1)
        return literal
