"""Continuity: what is critical is up, or taken over, after any loss and on each site alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ortools.sat.python import cp_model

from planner.model.scenarios import Look, Scenario, must_survive
from planner.model.tenancy import HostingClass
from planner.problem.continuity import Votes, lag_min, move_min
from planner.problem.loads import LoadRow
from planner.problem.power import State
from planner.problem.problem import Problem
from planner.problem.services import PoolChoice
from planner.solve.candidates import Candidates
from planner.solve.constraints.cooling import heat_in
from planner.solve.model import Expr, Model
from planner.solve.pool_rows import pool_rows
from planner.solve.pools import PoolDown, PoolState
from planner.solve.registry import (
    Candidate,
    ServiceCandidate,
    rack_filter,
    rows,
    service_filter,
    structure,
)
from planner.solve.rooms import limit_rooms
from planner.solve.rows import Key, Load, Row, load_row
from planner.solve.services import ServiceOption


def _critical_states(
    candidates: Candidates,
) -> Iterator[tuple[State, frozenset[int], frozenset[str]]]:
    """Yield every sustained loss and member alone, the patterns down, and what is critical then."""
    graph, continuity = candidates.problem.graph, candidates.problem.continuity
    for state, down in zip(graph.states[1:], candidates.down[1:], strict=True):
        if state.look is Look.SUSTAINED and must_survive(graph.estate, state.scenario):
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
    """`placed instances whose pools are all dead <= count - needed`, per loss and member alone.

    A state in which less is down than in another, of all pools that the service may use, is left
    out: at most as many of its instances are down in it.
    """
    hosting, services = model.hosting, model.candidates.services
    if not services.options:
        return
    worst: dict[tuple[tuple[str, ...], frozenset[int]], list[PoolState]] = {}
    states = hosting.pools.states
    for workload, options in services.of_workload.items():
        pools = tuple(sorted({pool for option in options for pool in option.pools}))
        binding = frozenset(n for n, state in enumerate(states) if workload in state.services)
        if (pools, binding) not in worst:
            worst[pools, binding] = _worst([states[n] for n in sorted(binding)], pools)
        for state in worst[pools, binding]:
            _add_survivor(model, workload, state)


def _worst(states: Iterable[PoolState], pools: tuple[str, ...]) -> list[PoolState]:
    """Leave out states that another covers: all that is down of these pools is down in it, too."""
    ordered = sorted(states, key=lambda s: -sum(s.down[p].num_down for p in pools))
    kept: list[PoolState] = []
    for state in ordered:
        if not any(all(k.down[p].covers(state.down[p]) for p in pools) for k in kept):
            kept.append(state)
    return kept


def _add_survivor(model: Model, workload: str, state: PoolState) -> None:
    by_pools: dict[tuple[PoolDown, ...], dict[int, int]] = {}
    for option in model.candidates.services.of_workload[workload]:
        pools = tuple(state.down[pool] for pool in option.pools)
        by_pools.setdefault(pools, {})[option.index] = 1
    down = [model.hosting.moved(pools, options) for pools, options in by_pools.items()]
    asked = model.problem.estate.workloads[workload]
    most = max(0, asked.count - asked.needed)
    slack = model.slack(Key("continuity.survivor", workload, "instances"))
    model.cp.add(cp_model.LinearExpr.sum(down) <= cp_model.LinearExpr.sum([most, slack]))


@structure("continuity.compute")
def compute(model: Model) -> None:
    """`demand of what is critical and runs on a pool <= what its hosts that are up offer`.

    Says nothing where the pool itself is dead. Rows that hardly ever bind wait, where the model
    may be built step by step.
    """
    if not model.candidates.services.options:
        return
    rows_of_pools = pool_rows(model)
    for row in rows_of_pools.first:
        row.add(model)
    if model.defers:
        model.deferred.extend(rows_of_pools.later)
    else:
        for row in rows_of_pools.later:
            row.add(model)


@service_filter("continuity.data", about="workload")
def data(problem: Problem, candidate: ServiceCandidate) -> int:
    """The mirror is no further behind than the processes allow that a member alone must carry."""
    service, workload = candidate.group.service, candidate.group.workload.id
    worst = 0
    for member in _moved_to(problem, candidate.choice):
        group = problem.continuity.group_of(member)
        if workload in problem.continuity.critical(group).needed:
            rpo = problem.continuity.rpo_min(workload, group)
            worst = max(worst, 0 if rpo is None else lag_min(service) - rpo)
    return worst


def _votes(problem: Problem, member: str) -> Votes:
    """Return the votes of a member alone: its own, and the witness's if it is reached."""
    group = problem.continuity.group_of(member)
    witness = problem.estate.continuity_groups[group].witness
    all_votes = len(problem.estate.members[group])
    if witness is None:
        return Votes(1, all_votes)
    reached = problem.network.reach(member, Scenario("site", alone=member))
    return Votes(1 + (witness in reached), all_votes + 1)


@service_filter("continuity.quorum", about="workload")
def quorum(problem: Problem, candidate: ServiceCandidate) -> int:
    """A member that takes over has a majority of votes, or somebody does it by hand."""
    service, workload = candidate.group.service, candidate.group.workload.id
    if service.quorum != "majority" or service.manual_min is not None:
        return 0
    worst = 0
    for member in _moved_to(problem, candidate.choice):
        group = problem.continuity.group_of(member)
        votes = _votes(problem, member)
        if workload in problem.continuity.critical(group).needed and not votes.is_majority:
            worst = max(worst, votes.all // 2 + 1 - votes.own)
    return worst


@structure("continuity.restart")
def restart(model: Model) -> None:
    """`minutes of the longest chain of moves <= rto`, per process, member alone and day.

    `unit = sum over its services of the longest move + longest of the units it depends on`
    """
    problem, continuity = model.problem, model.problem.continuity
    if not model.candidates.services.options:
        return
    for process in continuity.critical(None).processes:
        if process.rto_min is None:
            continue
        groups = continuity.groups
        if process.continuity_group is not None:
            groups = tuple(g for g in groups if g == process.continuity_group)
        slack = model.slack(Key("continuity.restart", process.id, "min"))
        needed = continuity.dependencies(process.depends_on)
        days = {needed & epoch.workloads for epoch in problem.epochs}
        for member in (m for group in groups for m in problem.estate.members[group]):
            for active in sorted(days, key=sorted):
                chain = _Chain(model, member, active)
                for unit in sorted({continuity.unit(w) for w in process.depends_on}, key=sorted):
                    if chain.most(unit) > process.rto_min:
                        limit = cp_model.LinearExpr.sum([process.rto_min, slack])
                        model.cp.add(chain.minutes(unit) <= limit)


class _Chain:
    """Minutes that units take to move to a member that stands alone, on one day."""

    def __init__(self, model: Model, member: str, active: frozenset[str]) -> None:
        self.model = model
        self.active = active
        votes = _votes(model.problem, member)
        services = model.candidates.services
        self._moves: dict[str, tuple[int, tuple[int, ...]]] = {}
        for key in active & services.of_workload.keys():
            options = tuple(
                o.index
                for o in services.of_workload[key]
                if member in _moved_to(model.problem, o.choice)
            )
            minutes = move_min(model.problem.service_groups_of[key][0].service, votes)
            if options and minutes:
                self._moves[key] = (minutes, options)
        self._minutes: dict[frozenset[str], Expr] = {}

    def most(self, unit: frozenset[str]) -> int:
        """Return the minutes of a unit if all that may move does."""
        own = sum(self._moves[w][0] for w in unit if w in self._moves)
        return own + max((self.most(o) for o in self._below(unit)), default=0)

    def _below(self, unit: frozenset[str]) -> list[frozenset[str]]:
        return sorted(self.model.problem.continuity.below(unit), key=sorted)

    def minutes(self, unit: frozenset[str]) -> Expr:
        """Return at least the minutes of a unit."""
        if unit not in self._minutes:
            model = self.model
            moves = [
                minutes * model.any_service(options)
                for w in sorted(unit)
                if w in self._moves
                for minutes, options in (self._moves[w],)
            ]
            below = [self.minutes(o) for o in self._below(unit) if self.most(o)]
            total = model.cp.new_int_var(0, self.most(unit), "")
            for before in below or [0]:
                model.cp.add(total >= cp_model.LinearExpr.sum([*moves, before]))
            self._minutes[unit] = total
        return self._minutes[unit]


def _moved_to(problem: Problem, choice: PoolChoice) -> tuple[str, ...]:
    """Return the members that take an instance over when they stand alone."""
    pools = problem.estate.pools
    home = pools[choice.pool].site
    return tuple(sorted({pools[key].site for key in choice.standby} - {home}))


def _shortage(needs: HostingClass, hosts: HostingClass) -> int:
    return sum(max(0, getattr(needs, v) - getattr(hosts, v)) for v in HostingClass.model_fields)


def _max_protection(
    problem: Problem, site: str, workload: str, *, draws: bool
) -> HostingClass | None:
    """Return what every room of a member may host alone, where that is said and binds."""
    group = problem.estate.sites[site].continuity_group
    if group not in problem.continuity.groups or group is None:
        return None
    critical = problem.continuity.critical(group)
    if workload not in (critical.workloads if draws else critical.needed):
        return None
    emergency = problem.estate.continuity_groups[group].emergency
    return None if emergency is None else emergency.max_protection


@rack_filter("continuity.protection")
def protection(problem: Problem, candidate: Candidate) -> int:
    """A member that may host less, or more, while it stands alone covers its critical devices."""
    workload = candidate.group.workload
    hosts = _max_protection(problem, candidate.rack.site, workload.id, draws=True)
    return 0 if hosts is None else _shortage(workload.protection, hosts)


@service_filter("continuity.protection")
def protection_of_services(problem: Problem, candidate: ServiceCandidate) -> int:
    """So it does its critical services, those that move to it among them."""
    workload = candidate.group.workload
    worst = 0
    for key in (candidate.choice.pool, *candidate.choice.standby):
        site = problem.estate.pools[key].site
        hosts = _max_protection(problem, site, workload.id, draws=False)
        worst = max(worst, 0 if hosts is None else _shortage(workload.protection, hosts))
    return worst


@structure("continuity.protection")
def protection_in_rooms(model: Model) -> None:
    """Where nothing is said, the rooms of the hosts cover the critical services that move there."""
    problem = model.problem

    def pools(option: ServiceOption) -> Iterator[str]:
        workload = model.candidates.services.group(option).workload.id
        for key in option.standby:
            site = problem.estate.pools[key].site
            group = problem.estate.sites[site].continuity_group
            if group in problem.continuity.groups:
                critical = problem.continuity.critical(group).needed
                is_said = _max_protection(problem, site, workload, draws=False) is not None
                if workload in critical and not is_said:
                    yield key

    limit_rooms(
        model,
        "continuity.protection",
        "levels",
        lambda group, room: _shortage(group.workload.protection, room.may_host),
        pools,
    )


def _drawing(candidates: Candidates) -> dict[str, frozenset[int]]:
    """Return continuity group -> the patterns of devices that are critical for it."""
    continuity = candidates.problem.continuity
    return {
        group: frozenset(
            o.pattern
            for o in candidates.options
            if candidates.group(o).workload.id in continuity.critical(group).workloads
        )
        for group in continuity.groups
    }


@rows("continuity.power")
def power(candidates: Candidates) -> Iterable[Row]:
    """`critical load(n, s) <= kappa_emergency(n) * C(n)`, per member alone, at both looks."""
    if not candidates.problem.continuity.groups:
        return
    found = candidates.loads.emergency_rows(patterns=_drawing(candidates))
    yield from _alone_rows(candidates, "continuity.power", found)


@rows("continuity.fuel")
def fuel(candidates: Candidates) -> Iterable[Row]:
    """`critical load * hours * fuel per kWh <= tank`, per generator and member alone."""
    if candidates.problem.continuity.groups:
        found = candidates.loads.fuel_rows(_drawing(candidates))
        yield from _alone_rows(candidates, "continuity.fuel", found)


def _alone_rows(candidates: Candidates, rule: str, found: list[LoadRow]) -> Iterator[Row]:
    problem = candidates.problem
    failover: dict[tuple[int, str], list[LoadRow]] = {}
    for row in candidates.load_rows[1]:
        failover.setdefault((row.node, row.unit), []).append(row)
    for row in found:
        node = problem.graph.nodes[row.node].id
        group = problem.continuity.group_of(row.state.scenario.alone)
        implied = any(_covers(other, row) for other in failover.get((row.node, row.unit), ()))
        for e, _ in problem.peaks:
            scaled = load_row(
                Key(rule, node, row.unit),
                row.state.scenario.id,
                row.usable,
                row.fixed,
                {Load(p, e, group): coef for p, coef in row.coefs.items()},
                candidates.peak_w,
            )
            if implied:
                scaled = replace(scaled, implied_by=Key("power.failover", node, row.unit))
            yield scaled


def _covers(above: LoadRow, below: LoadRow) -> bool:
    """Whether a row of all devices says at least as much as one of the critical devices."""
    return (
        above.usable <= below.usable
        and above.fixed >= below.fixed
        and all(above.coefs.get(p, 0) >= coef for p, coef in below.coefs.items())
    )


@rows("continuity.cooling")
def cooling(candidates: Candidates) -> Iterable[Row]:
    """`heat of what is critical <= capacity of the units that run`, per zone of a member alone."""
    problem = candidates.problem
    if not problem.continuity.groups:
        return
    drawing = _drawing(candidates)
    states = list(zip(problem.graph.alone_states, candidates.down_alone, strict=True))
    for zone in problem.estate.cooling_zones.values():
        group = problem.estate.sites[zone.site].continuity_group or ""
        here = [(s, down) for s, down in states if s.scenario.alone == zone.site]
        for heat in heat_in(candidates, zone.id, here, drawing.get(group, ())) if here else ():
            for e, _ in problem.peaks:
                loads = {Load(p, e, group): 1 for p in heat.patterns}
                key = Key("continuity.cooling", zone.id, "W")
                yield Row(key, heat.scenario, heat.capacity_w, {}, loads)
