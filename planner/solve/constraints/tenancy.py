"""Tenancy: protection need, certificates, places, exclusive racks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ortools.sat.python import cp_model

from planner.problem.problem import Problem
from planner.solve.candidates import Option
from planner.solve.constraints.redundancy import is_allowed
from planner.solve.model import Model
from planner.solve.registry import Candidate, rack_filter, structure
from planner.solve.rows import Key

_Owner = tuple[str, str]

#: The tenant that a rack belongs to keeps others out whether it has anything there or not.
_OF_RACK: _Owner = ("rack", "")


@rack_filter("tenancy.protection")
def protection(problem: Problem, candidate: Candidate) -> int:
    """The room hosts the level of each basic value; the amount is the sum of missing levels."""
    hosts = problem.estate.rooms[candidate.rack.room].may_host
    needs = candidate.group.workload.protection
    return (
        max(0, needs.confidentiality - hosts.confidentiality)
        + max(0, needs.integrity - hosts.integrity)
        + max(0, needs.availability - hosts.availability)
    )


@rack_filter("tenancy.certificate")
def certificate(problem: Problem, candidate: Candidate) -> int:
    """The room holds each required certificate, valid while the workload is there."""
    workload = candidate.group.workload
    horizon = max(problem.as_of, problem.estate.policy.planning_horizon or problem.as_of)
    start = max(problem.as_of, workload.valid_from or problem.as_of)
    end = min(horizon, workload.valid_until or horizon)
    held = problem.estate.rooms[candidate.rack.room].certificates
    return sum(
        name not in held or not _is_valid(problem, name, start, end)
        for name in workload.certificates
    )


def _is_valid(problem: Problem, name: str, start: date, end: date) -> bool:
    found = problem.estate.certificates[name]
    return (found.valid_from is None or found.valid_from <= start) and found.valid_until >= end


@rack_filter("tenancy.places")
def places(problem: Problem, candidate: Candidate) -> int:
    """The rack lies where the workload allows, and nowhere it forbids."""
    workload = candidate.group.workload
    return 0 if is_allowed(problem, workload.allowed, workload.forbidden, candidate.rack.id) else 1


@rack_filter("tenancy.exclusive")
def own_rack(problem: Problem, candidate: Candidate) -> int:
    """A rack that belongs to a tenant takes only that tenant's workloads.

    Where others stand in it already, or a waiver lets some in, the structure below counts them.
    """
    rack = candidate.rack
    if candidate.is_home or rack.tenant in (None, candidate.group.workload.tenant):
        return 0
    if ("tenancy.exclusive", rack.id) in problem.waived:
        return 0
    stands = problem.homes_in[rack.id]
    return 0 if any(g.workload.tenant != rack.tenant for g, _ in stands) else 1


@structure("tenancy.exclusive")
def exclusive(model: Model) -> None:
    """`instances of others <= 0` in a rack with a tenant or an isolated owner, on each day."""
    candidates = model.candidates
    for rack, options in candidates.in_rack.items():
        key = Key("tenancy.exclusive", rack, "instances")
        seen: set[tuple[_Owner, frozenset[int], frozenset[int]]] = set()
        for epoch in model.problem.epochs:
            active = [o for o in options if candidates.group(o).workload.id in epoch.workloads]
            everybody = frozenset(o.index for o in active)
            for owner, own in _owners(model.problem, rack, active).items():
                foreign = everybody - own
                if foreign and (owner, own, foreign) not in seen:
                    seen.add((owner, own, foreign))
                    others = cp_model.LinearExpr.sum([model.x[o] for o in sorted(foreign)])
                    keeps_out = model.cp.add(others <= model.slack(key))
                    if owner != _OF_RACK:
                        where = (f"{rack} {sorted(own)}", 0)
                        keeps_out.only_enforce_if(model.at_least(where, sorted(own), 1))


def _owners(problem: Problem, rack: str, options: Iterable[Option]) -> dict[_Owner, frozenset[int]]:
    """Return who may keep others out of a rack -> the options of its own."""
    owner_of_rack = problem.estate.racks[rack].tenant
    found: dict[_Owner, set[int]] = {} if owner_of_rack is None else {_OF_RACK: set()}
    for option in options:
        workload = problem.groups[option.group].workload
        if workload.tenant == owner_of_rack:
            found[_OF_RACK].add(option.index)
        if workload.isolation:
            found.setdefault(("workload", workload.id), set()).add(option.index)
        if problem.estate.tenants[workload.tenant].isolation != "none":
            found.setdefault(("tenant", workload.tenant), set()).add(option.index)
    return {owner: frozenset(own) for owner, own in found.items()}
