"""What pools offer: their resources, and which hosts and storage are up in which states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from planner.model.continuity import Pool
from planner.model.scenarios import EMERGENCY_KINDS, Look
from planner.model.workload import Service
from planner.problem.continuity import WHOLE
from planner.problem.power import State
from planner.solve.candidates import Candidates

#: No options.
NOTHING: frozenset[int] = frozenset()


class Resource(NamedTuple):
    """One resource of a pool: `figure` of each host or storage device, or of the whole pool."""

    unit: str
    source: Literal["hosts", "storage", "pool"]
    figure: int


def resources(pool: Pool, services: tuple[Service, ...]) -> tuple[Resource, ...]:
    """Return the resources of a pool, with every licence that a service takes."""
    vcpu = pool.vcpu_milli * pool.vcpu_overcommit_permille // 1000
    licences = sorted({name for s in services for name in s.licences})
    return (
        Resource("vcpu/1000", "hosts", vcpu),
        Resource("MiB", "hosts", pool.ram_mib),
        Resource("GiB", "storage" if pool.storage_on else "hosts", pool.storage_gib),
        *(Resource(f"licences {n}", "pool", pool.licences.get(n, 0)) for n in licences),
    )


def demand(service: Service, unit: str, permille: int = WHOLE) -> int:
    """Return what an instance takes of a resource; of vcpu and RAM only a share in an emergency."""
    if unit == "vcpu/1000":
        return -(-service.vcpu_milli * permille // WHOLE)
    if unit == "MiB":
        return -(-service.ram_mib * permille // WHOLE)
    if unit == "GiB":
        return service.storage_gib
    return service.licences.get(unit.removeprefix("licences "), 0)


def kept(service: Service, unit: str) -> int:
    """Return what a standby pool keeps of a resource for an instance: its mirror, its warm copy."""
    if unit == "GiB":
        return service.storage_gib if service.is_mirrored else 0
    if service.mode == "active-standby" and unit != "vcpu/1000":
        return demand(service, unit)
    return 0


class PoolDown(NamedTuple):
    """Equipment options of a pool whose devices are down, or not yet or no longer there.

    `storage` is None where the hosts offer it.
    """

    pool: str
    hosts: frozenset[int]
    storage: frozenset[int] | None

    @property
    def num_down(self) -> int:
        """How many options are down."""
        return len(self.hosts) + len(self.storage or NOTHING)

    def of(self, resource: Resource) -> frozenset[int]:
        """Return the options that do not offer a resource, of those that could."""
        if resource.source == "storage":
            assert self.storage is not None
            return self.storage
        return self.hosts

    def covers(self, other: PoolDown) -> bool:
        """Whether all that the other has down is down here, too."""
        return self.hosts >= other.hosts and (self.storage or NOTHING) >= (other.storage or NOTHING)


@dataclass(frozen=True)
class PoolState:
    """Sustained states in which the same hosts and storage are down, named by the first of them.

    Attributes
    ----------
    group
        Continuity group of the member that stands alone, None where no site does.
    is_emergency
        Whether critical services fall back to their emergency level.
    services
        Critical services that are active.
    down
        Pool -> what of it is down.
    """

    scenario: str
    group: str | None
    is_emergency: bool
    services: frozenset[str]
    down: Mapping[str, PoolDown]


class Pools:
    """Hosts and storage of every pool, by equipment option."""

    def __init__(self, candidates: Candidates) -> None:
        self.candidates = candidates
        self.problem = candidates.problem
        used = {pool for option in candidates.services.options for pool in option.pools}
        self.pools = {key: pool for key, pool in self.problem.estate.pools.items() if key in used}
        self._of_workload: dict[str, list[int]] = {}
        for option in candidates.options:
            workload = candidates.group(option).workload.id
            self._of_workload.setdefault(workload, []).append(option.index)
        self._services = tuple(g.service for g in self.problem.service_groups)
        self._resources: dict[str, tuple[Resource, ...]] = {}

    def resources(self, pool: str) -> tuple[Resource, ...]:
        """Return the resources of a pool."""
        if pool not in self._resources:
            self._resources[pool] = resources(self.pools[pool], self._services)
        return self._resources[pool]

    def _standing_at(self, site: str, workloads: tuple[str, ...]) -> frozenset[int]:
        """Return the options of workloads at a site."""
        options, racks = self.candidates.options, self.problem.estate.racks
        return frozenset(
            o
            for workload in workloads
            for o in self._of_workload.get(workload, ())
            if racks[options[o].rack].site == site
        )

    @cached_property
    def hosts(self) -> dict[str, frozenset[int]]:
        """Pool -> all options of its hosts."""
        return {key: self._standing_at(p.site, p.hosts) for key, p in self.pools.items()}

    @cached_property
    def storage(self) -> dict[str, frozenset[int] | None]:
        """Pool -> all options of its storage, None where the hosts offer it."""
        return {
            key: self._standing_at(pool.site, pool.storage_on) if pool.storage_on else None
            for key, pool in self.pools.items()
        }

    @cached_property
    def _of_pattern(self) -> Mapping[int, tuple[tuple[str, bool, int], ...]]:
        """Pattern -> (pool, whether as storage, option) of the hosts and storage with it."""
        found: dict[int, list[tuple[str, bool, int]]] = {}
        options = self.candidates.options
        for is_storage, by_pool in ((False, self.hosts), (True, self.storage)):
            for pool, here in by_pool.items():
                for o in here or ():
                    found.setdefault(options[o].pattern, []).append((pool, is_storage, o))
        return {pattern: tuple(uses) for pattern, uses in found.items()}

    @cached_property
    def inactive(self) -> tuple[dict[str, PoolDown], ...]:
        """(num_epochs,) what of each pool is not there, in the normal state."""
        options, groups = self.candidates.options, self.problem.groups

        def missing(those: frozenset[int], active: frozenset[str]) -> frozenset[int]:
            return frozenset(o for o in those if groups[options[o].group].workload.id not in active)

        return tuple(
            {
                key: PoolDown(
                    key,
                    missing(self.hosts[key], epoch.workloads),
                    None if storage is None else missing(storage, epoch.workloads),
                )
                for key, storage in self.storage.items()
            }
            for epoch in self.problem.epochs
        )

    def _down(self, patterns: frozenset[int]) -> dict[str, tuple[frozenset[int], frozenset[int]]]:
        """Return pool -> hosts and storage that are down with these patterns."""
        found: dict[str, tuple[set[int], set[int]]] = {}
        for pattern in patterns:
            for pool, is_storage, o in self._of_pattern[pattern]:
                found.setdefault(pool, (set(), set()))[is_storage].add(o)
        return {pool: (frozenset(h), frozenset(s)) for pool, (h, s) in found.items()}

    @cached_property
    def states(self) -> tuple[PoolState, ...]:
        """All losses, then each member alone with its losses, by class."""
        graph, continuity = self.problem.graph, self.problem.continuity
        found: dict[object, PoolState] = {}
        seen: set[tuple[frozenset[int], str | None, bool]] = set()

        def add(state: State, patterns: frozenset[int], group: str | None) -> None:
            is_emergency = group is not None or state.scenario.kind in EMERGENCY_KINDS
            patterns = frozenset(patterns & self._of_pattern.keys())
            if state.look is not Look.SUSTAINED or (patterns, group, is_emergency) in seen:
                return
            seen.add((patterns, group, is_emergency))
            lost = self._down(patterns)
            for e, epoch in enumerate(self.problem.epochs):
                critical = continuity.critical(group).needed & epoch.workloads
                services = frozenset(self.problem.service_groups_of) & critical
                down = dict(self.inactive[e])
                for key, (hosts, storage) in lost.items():
                    old = down[key]
                    all_storage = None if old.storage is None else old.storage | storage
                    down[key] = PoolDown(key, old.hosts | hosts, all_storage)
                one = (tuple(down.values()), group, is_emergency, services)
                if services and one not in found:
                    scenario = state.scenario.id
                    found[one] = PoolState(scenario, group, is_emergency, services, down)

        if self.pools:
            for state, down in zip(graph.states[1:], self.candidates.down[1:], strict=True):
                add(state, down, None)
            for state, down in zip(graph.alone_states, self.candidates.down_alone, strict=True):
                add(state, down, continuity.group_of(state.scenario.alone))
        return tuple(found.values())
