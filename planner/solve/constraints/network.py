"""Network: mirrors near enough, access networks within reach.

Paths, delays and distances are about the estate alone: no layout keeps or breaks them.
"""

from __future__ import annotations

from planner.model.scenarios import NORMAL, Scenario
from planner.problem.problem import Problem
from planner.solve.model import Model
from planner.solve.registry import (
    Candidate,
    ServiceCandidate,
    rack_filter,
    service_filter,
    structure,
)
from planner.solve.rows import Key

_NORMAL = Scenario(NORMAL)


@service_filter("network.mirror")
def mirror(problem: Problem, candidate: ServiceCandidate) -> int:
    """`RTT to the standby pool <= least of what the service and both pools stand`.

    For each standby pool of a synchronous mirror; the amount is the worst excess in us, or 1 where
    there is no path.
    """
    service, pools = candidate.group.service, problem.estate.pools
    if service.replication != "sync":
        return 0
    home = pools[candidate.choice.pool]
    worst = 0
    for standby in (pools[key] for key in candidate.choice.standby):
        limits = (service.max_rtt_us, home.sync_max_rtt_us, standby.sync_max_rtt_us)
        limit = min((us for us in limits if us is not None), default=None)
        if limit is not None:
            rtt = problem.network.rtt_us(home.site, standby.site)
            worst = max(worst, 1 if rtt is None else rtt - limit)
    return worst


@service_filter("network.access", about="workload")
def access_of_service(problem: Problem, candidate: ServiceCandidate) -> int:
    """The pool's site, and each member that takes over alone, reaches every access network."""
    workload = candidate.group.workload.id
    pools = problem.estate.pools
    home = pools[candidate.choice.pool].site
    others = [pools[key].site for key in candidate.choice.standby]
    return sum(
        not _is_waived(problem, workload, access)
        and (
            not _reaches(problem, workload, home, access)
            or not all(_reaches_alone(problem, workload, site, access) for site in others)
        )
        for access in candidate.group.workload.access_networks
    )


@rack_filter("network.access")
def access_of_equipment(problem: Problem, candidate: Candidate) -> int:
    """The site reaches every access network that the workload requires.

    Where a standing instance is out of reach already the structure below counts, for the workload
    as a whole.
    """
    workload, site = candidate.group.workload, candidate.rack.site
    return sum(
        not _reaches(problem, workload.id, site, access)
        and not _is_waived(problem, workload.id, access)
        and not _stands_out_of_reach(problem, workload.id, access)
        for access in workload.access_networks
    )


@structure("network.access")
def access_of_what_stands(model: Model) -> None:
    """`any instance at a site that does not reach an access network <= inherited amount`."""
    problem, candidates = model.problem, model.candidates
    for workload, groups in problem.groups_of.items():
        for access in groups[0].workload.access_networks:
            beyond = frozenset(
                o.index
                for g in groups
                for o in candidates.of_group[g.index]
                if not _reaches(problem, workload, problem.estate.racks[o.rack].site, access)
            )
            if beyond:
                key = Key("network.access", f"{workload}:{access}", "paths")
                model.cp.add(model.any_of(beyond) <= model.slack(key))


def _is_waived(problem: Problem, workload: str, access: str) -> bool:
    return problem.waived.get(("network.access", f"{workload}:{access}"), 0) > 0


def _stands_out_of_reach(problem: Problem, workload: str, access: str) -> bool:
    racks = problem.estate.racks
    return any(
        g.home is not None and not _reaches(problem, workload, racks[g.home.rack].site, access)
        for g in problem.groups_of[workload]
    )


def _reaches(problem: Problem, workload: str, site: str, access: str) -> bool:
    """Whether a site that runs a workload reaches an access network whenever it must.

    In the normal state; for what is critical after any loss in the network, and alone.
    """
    network, continuity = problem.network, problem.continuity
    if not network.reaches_access(site, access, _NORMAL):
        return False
    if workload in continuity.critical(None).workloads and not network.keeps_access(site, access):
        return False
    return _reaches_alone(problem, workload, site, access)


def _reaches_alone(problem: Problem, workload: str, site: str, access: str) -> bool:
    """Whether a member that carries a workload alone reaches an access network then."""
    group = problem.estate.sites[site].continuity_group
    if group is None or workload not in problem.continuity.critical(group).workloads:
        return True
    return problem.network.keeps_access_alone(site, access)
