"""Continuity: what is critical is up, or taken over, after any loss and on each site alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ortools.sat.python import cp_model

from planner.model.scenarios import Look
from planner.problem.continuity import WHOLE, lag_min
from planner.problem.power import State
from planner.problem.problem import Problem
from planner.solve.candidates import Candidates
from planner.solve.constraints.compute import offered
from planner.solve.model import Model
from planner.solve.pools import PoolState, PoolUp, demand
from planner.solve.registry import ServiceCandidate, rows, service_filter, structure
from planner.solve.rows import Key, Row
from planner.solve.services import ServiceOption


def _critical_states(
    candidates: Candidates,
) -> Iterator[tuple[State, frozenset[int], frozenset[str]]]:
    """Yield every sustained loss and member alone, the patterns down, and what is critical then."""
    graph, continuity = candidates.problem.graph, candidates.problem.continuity
    for state, down in zip(graph.states[1:], candidates.down[1:], strict=True):
        if state.look is Look.SUSTAINED:
            yield state, down, continuity.critical(None).needed
    for state, down in zip(graph.alone_states, candidates.down_alone, strict=True):
        if state.look is Look.SUSTAINED:
            group = continuity.group_of(state.scenario.alone)
            yield state, down, continuity.critical(group).needed


@rows("continuity.survivor")
def survivor(candidates: Candidates) -> Iterable[Row]:
    """`placed devices that are down <= count - needed`, per loss and per member alone."""
    problem = candidates.problem
    if not problem.continuity.critical(None).needed & problem.groups_of.keys():
        return
    options = {
        workload: [o for g in groups for o in candidates.of_group[g.index]]
        for workload, groups in problem.groups_of.items()
    }
    seen: set[tuple[str, frozenset[int]]] = set()
    for state, down, needed in _critical_states(candidates):
        for key in sorted(needed & options.keys()):
            hit = frozenset(o.index for o in options[key] if o.pattern in down)
            if hit and (key, hit) not in seen:
                seen.add((key, hit))
                workload = problem.estate.workloads[key]
                yield Row(
                    Key("continuity.survivor", key, "instances"),
                    state.scenario.id,
                    max(0, workload.count - workload.needed),
                    dict.fromkeys(sorted(hit), 1),
                    {},
                )


@structure("continuity.survivor")
def survivor_services(model: Model) -> None:
    """`placed instances whose pools are all dead <= count - needed`, per loss and member alone."""
    services = model.candidates.services
    seen: set[object] = set()
    for state in model.pools.states:
        for key in sorted(state.services):
            by_pools: dict[tuple[PoolUp, ...], list[int]] = {}
            for option in services.of_workload[key]:
                up = tuple(state.up[pool] for pool in option.pools)
                by_pools.setdefault(up, []).append(option.index)
            row = (key, tuple((up, tuple(options)) for up, options in by_pools.items()))
            if row in seen:
                continue
            seen.add(row)
            workload = model.problem.estate.workloads[key]
            down = [model.if_dead(up, options) for up, options in by_pools.items()]
            lost = model.slack(Key("continuity.survivor", key, "instances"))
            most = max(0, workload.count - workload.needed)
            model.cp.add(cp_model.LinearExpr.sum(down) <= most + lost)


@structure("continuity.compute")
def compute(model: Model) -> None:
    """`demand of what is critical and runs on a pool <= what its hosts that are up offer`.

    What runs on it: its own instances, and those it takes over because all pools that are tried
    before it are dead. Says nothing where the pool itself is dead.
    """
    seen: set[object] = set()
    for state in model.pools.states:
        for pool in model.problem.estate.pools:
            runs = _runs(model, pool, state)
            for resource in model.pools.resources(pool) if runs else ():
                use = _use(model, runs, resource.unit, state)
                row = (pool, state.up[pool], resource, use)
                if use and row not in seen:
                    seen.add(row)
                    alive = model.is_alive(state.up[pool])
                    if alive is False:
                        continue
                    slack = model.slack(Key("continuity.compute", pool, resource.unit))
                    free = offered(model, resource, state.up[pool])
                    taken = [
                        coefficient * model.if_dead(before, [option])
                        for before, option, coefficient in use
                    ]
                    model.cp.add(
                        cp_model.LinearExpr.sum(taken) <= cp_model.LinearExpr.sum([free, slack])
                    ).only_enforce_if(alive)


def _runs(
    model: Model, pool: str, state: PoolState
) -> list[tuple[tuple[PoolUp, ...], ServiceOption]]:
    """Return the options that may run on a pool, with the pools that are tried before it."""
    services = model.candidates.services
    return [
        (tuple(state.up[p] for p in option.pools[: option.pools.index(pool)]), option)
        for key in sorted(state.services)
        for option in services.of_workload[key]
        if pool in option.pools
    ]


def _use(
    model: Model,
    runs: Iterable[tuple[tuple[PoolUp, ...], ServiceOption]],
    unit: str,
    state: PoolState,
) -> tuple[tuple[tuple[PoolUp, ...], int, int], ...]:
    """Return (pools before, option, demand of one instance) for what takes of a resource."""
    services, continuity = model.candidates.services, model.problem.continuity
    found = []
    for before, option in runs:
        group = services.group(option)
        share = WHOLE
        if state.is_emergency:
            share = continuity.emergency_permille(group.workload.id, state.group)
        if taken := demand(group.service, unit, share):
            found.append((before, option.index, taken))
    return tuple(found)


@service_filter("continuity.data", about="workload")
def data(problem: Problem, candidate: ServiceCandidate) -> int:
    """The mirror is no further behind than the processes allow that a member alone must carry."""
    service, workload = candidate.group.service, candidate.group.workload.id
    worst = 0
    for group in _groups_moved_to(problem, candidate):
        if workload in problem.continuity.critical(group).needed:
            rpo = problem.continuity.rpo_min(workload, group)
            worst = max(worst, 0 if rpo is None else lag_min(service) - rpo)
    return worst


def _groups_moved_to(problem: Problem, candidate: ServiceCandidate) -> list[str]:
    """Return the continuity groups with a member, elsewhere, that may take the instance over."""
    pools = problem.estate.pools
    home = pools[candidate.choice.pool].site
    sites = {pools[key].site for key in candidate.choice.standby} - {home}
    continuity = problem.continuity
    return [g for g in continuity.groups if sites & set(problem.estate.members[g])]
