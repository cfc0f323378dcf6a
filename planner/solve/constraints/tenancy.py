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
    candidates = model.candidates
    for options in candidates.in_rack.values():
        by_workload: dict[str, list[int]] = {}
        for option in options:
            by_workload.setdefault(candidates.group(option).workload.id, []).append(option.index)
        for workload, own in by_workload.items():
            foreign = [
                option
                for other, theirs in by_workload.items()
                if _keeps_out(model.problem, workload, other)
                for option in theirs
            ]
            if foreign:
                _exclude(model, own, foreign)


def _keeps_out(problem: Problem, workload_id: str, other_id: str) -> bool:
    """Whether a workload, or its tenant, shares no rack with another while both are active."""
    workload, other = problem.estate.workloads[workload_id], problem.estate.workloads[other_id]
    is_isolated = problem.estate.tenants[workload.tenant].isolation
    if not (
        (workload.isolation and workload is not other)
        or (is_isolated and workload.tenant != other.tenant)
    ):
        return False
    return any(workload_id in e.workloads and other_id in e.workloads for e in problem.epochs)


def _exclude(model: Model, own: list[int], foreign: list[int]) -> None:
    """Forbid foreign options beside own ones; two that stand there already may both stay."""
    stays = {o for o in (*own, *foreign) if model.candidates.options[o].stays}
    mine = model.cp.new_bool_var("")
    for option in own:
        if option not in stays:
            model.cp.add(model.x[option] == 0).only_enforce_if(~mine)
    for option in foreign:
        if option not in stays:
            model.cp.add(model.x[option] == 0).only_enforce_if(mine)
        for other in own:
            if (option in stays) != (other in stays):
                model.add_not_both(option, other)
