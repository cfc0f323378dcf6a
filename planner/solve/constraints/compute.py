"""Compute: which pools a service may use, and what fits on them."""

from __future__ import annotations

from ortools.sat.python import cp_model

from planner.problem.problem import Problem
from planner.problem.services import may_use, other_members
from planner.solve.model import Model
from planner.solve.pools import demand, kept
from planner.solve.registry import ServiceCandidate, service_filter, structure
from planner.solve.rows import Key


@service_filter("compute.place")
def place(problem: Problem, candidate: ServiceCandidate) -> int:
    """Count what is wrong with a choice of pools: a pool it may not use, a mirror that is missing.

    `wrong pools + wrong standby pools + other members without the mirror that they need`
    """
    estate = problem.estate
    workload, service = candidate.group.workload, candidate.group.service
    pool = estate.pools[candidate.choice.pool]
    allowed, forbidden = workload.allowed.site, workload.forbidden.site
    is_kept_out = (bool(allowed) and pool.site not in allowed) or pool.site in forbidden
    wrong = int(is_kept_out or not may_use(service, pool))
    standby = [estate.pools[key] for key in candidate.choice.standby]
    wrong += sum(not may_use(service, pool) for pool in standby)
    if service.is_mirrored:
        sites = {pool.site for pool in standby}
        wrong += sum(member not in sites for member in other_members(estate, pool.site))
    return wrong


@structure("compute.pool")
def pool(model: Model) -> None:
    """`on it + kept for others <= (hosts - spare) * figure of a host`, per resource and day.

    Kept for others: the mirrors, and the RAM and licences of warm copies.
    """
    if not model.candidates.services.options:
        return
    hosting, problem = model.hosting, model.problem
    seen: set[object] = set()
    for e, epoch in enumerate(problem.epochs):
        for key, down in hosting.pools.inactive[e].items():
            spare = problem.estate.pools[key].hosts_spare
            for resource in hosting.pools.resources(key):
                need = _need(model, key, resource.unit, epoch.workloads)
                row = (resource, down, tuple(need.items()))
                if need and row not in seen:
                    seen.add(row)
                    slack = model.slack(Key("compute.pool", key, resource.unit))
                    free = hosting.offered(resource, down, spare)
                    model.cp.add(hosting.load(need) <= cp_model.LinearExpr.sum([free, slack]))


def _need(model: Model, pool: str, unit: str, active: frozenset[str]) -> dict[int, int]:
    """Return service option -> what an instance takes of a pool in the normal state."""
    services = model.candidates.services
    need: dict[int, int] = {}
    for option in services.using[pool]:
        group = services.group(option)
        if group.workload.id in active:
            is_home = pool == option.pool
            taken = demand(group.service, unit) if is_home else kept(group.service, unit)
            if taken:
                need[option.index] = taken
    return need
