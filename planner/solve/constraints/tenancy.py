"""Tenancy: protection need, certificates, places, exclusive racks."""

from __future__ import annotations

from datetime import date

from planner.problem.problem import Problem
from planner.solve.constraints.redundancy import is_allowed
from planner.solve.model import Model
from planner.solve.registry import Candidate, rack_filter, structure


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
def own_rack(_: Problem, candidate: Candidate) -> int:
    """A rack that belongs to a tenant takes only that tenant's workloads."""
    return 0 if candidate.rack.tenant in (None, candidate.group.workload.tenant) else 1


@structure("tenancy.exclusive")
def exclusive(model: Model) -> None:
    """A rack with an instance of an isolated owner holds nobody else, on any day both are active."""
    problem = model.problem
    for rack, options in model.candidates.in_rack.items():
        owners: dict[tuple[str, str], list[int]] = {}
        for option in options:
            for owner in _owners(problem, model.candidates.group(option).workload.id):
                owners.setdefault(owner, []).append(option.index)
        for owner, own in owners.items():
            mine = model.cp.new_bool_var("")
            for option in own:
                if model.candidates.options[option].stays:
                    continue
                model.cp.add(model.x[option] == 0).only_enforce_if(~mine)
            _exclude_others(model, rack, owner, own, mine)


def _exclude_others(
    model: Model, rack: str, owner: tuple[str, str], own: list[int], mine: object
) -> None:
    """Forbid in a rack what does not belong to an owner while a movable instance of it is there."""
    candidates = model.candidates
    inside = set(own)
    homes = [o for o in own if candidates.options[o].stays]
    for option in candidates.in_rack[rack]:
        if option.index in inside:
            continue
        x = model.x[option.index]
        if not option.stays:
            model.cp.add(x == 0).only_enforce_if(mine)
            for home in homes:
                model.add_not_both(option.index, home)
        else:
            for other in own:
                if not candidates.options[other].stays:
                    model.add_not_both(option.index, other)


def _owners(problem: Problem, workload_id: str) -> list[tuple[str, str]]:
    """Return the isolated owners an instance of a workload belongs to."""
    workload = problem.estate.workloads[workload_id]
    found = []
    if workload.isolation:
        found.append(("workload", workload.id))
    if problem.estate.tenants[workload.tenant].isolation:
        found.append(("tenant", workload.tenant))
    return found
