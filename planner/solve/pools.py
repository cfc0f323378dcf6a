"""What pools offer: their resources, and which hosts and storage are up in which states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from planner.model.continuity import Pool
from planner.model.scenarios import EMERGENCY_KINDS, Look, must_survive
from planner.model.workload import Service
from planner.problem.continuity import WHOLE
from planner.problem.power import State
from planner.solve.candidates import Candidates


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


class PoolUp(NamedTuple):
    """Equipment options of a pool whose devices are up; `storage` None where the hosts offer it."""

    hosts: frozenset[int]
    storage: frozenset[int] | None

    def of(self, resource: Resource) -> frozenset[int]:
        """Return the options whose devices offer a resource."""
        if resource.source == "storage":
            assert self.storage is not None
            return self.storage
        return self.hosts


@dataclass(frozen=True)
class PoolState:
    """Sustained states in which the same hosts and storage are up, named by the first of them.

    Attributes
    ----------
    group
        Continuity group of the member that stands alone, None where no site does.
    is_emergency
        Whether critical services fall back to their emergency level.
    must_survive
        Whether what is critical must be up.
    services
        Critical services that are active.
    up
        Pool -> what of it is up.
    """

    scenario: str
    group: str | None
    is_emergency: bool
    must_survive: bool
    services: frozenset[str]
    up: Mapping[str, PoolUp]


class Pools:
    """Hosts and storage of every pool, by equipment option."""

    def __init__(self, candidates: Candidates) -> None:
        self.candidates = candidates
        self.problem = candidates.problem
        self.pools = self.problem.estate.pools
        self._of_workload: dict[str, list[int]] = {}
        for option in candidates.options:
            workload = candidates.group(option).workload.id
            self._of_workload.setdefault(workload, []).append(option.index)

    def resources(self, pool: str) -> tuple[Resource, ...]:
        """Return the resources of a pool."""
        services = tuple(g.service for g in self.problem.service_groups)
        return resources(self.pools[pool], services)

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
    def whole(self) -> dict[str, PoolUp]:
        """Pool -> all options of its hosts and of its storage."""
        return {
            key: PoolUp(
                self._standing_at(pool.site, pool.hosts),
                self._standing_at(pool.site, pool.storage_on) if pool.storage_on else None,
            )
            for key, pool in self.pools.items()
        }

    def at(self, epoch: int, down: frozenset[int] = frozenset()) -> dict[str, PoolUp]:
        """Return what is up of each pool in an epoch, with the patterns in `down` down."""
        active = self.problem.epochs[epoch].workloads

        def up(options: frozenset[int]) -> frozenset[int]:
            return frozenset(
                o
                for o in options
                if (option := self.candidates.options[o]).pattern not in down
                and self.candidates.group(option).workload.id in active
            )

        return {
            key: PoolUp(up(all_.hosts), None if all_.storage is None else up(all_.storage))
            for key, all_ in self.whole.items()
        }

    @cached_property
    def _patterns(self) -> frozenset[int]:
        """All patterns of hosts and storage."""
        options = self.candidates.options
        return frozenset(
            options[o].pattern
            for all_ in self.whole.values()
            for o in (*all_.hosts, *(all_.storage or ()))
        )

    @cached_property
    def states(self) -> tuple[PoolState, ...]:
        """The normal state and all losses, then each member alone with its losses, by class."""
        graph, continuity = self.problem.graph, self.problem.continuity
        found: dict[object, PoolState] = {}

        def add(state: State, down: frozenset[int], group: str | None) -> None:
            kind = state.scenario.kind
            is_emergency = group is not None or kind in EMERGENCY_KINDS
            must = must_survive(self.problem.estate, state.scenario)
            down &= self._patterns
            if (down, group, is_emergency, must) in seen:
                return
            seen.add((down, group, is_emergency, must))
            critical = continuity.critical(group).needed
            for e, epoch in enumerate(self.problem.epochs):
                services = frozenset(self.problem.service_groups_of) & critical & epoch.workloads
                up = self.at(e, down)
                key = (tuple(up.values()), group, is_emergency, must, services)
                if services and key not in found:
                    scenario = state.scenario.id
                    found[key] = PoolState(scenario, group, is_emergency, must, services, up)

        seen: set[tuple[frozenset[int], str | None, bool, bool]] = set()
        if self.problem.service_groups and self.pools:
            for state, down in zip(graph.states[1:], self.candidates.down[1:], strict=True):
                if state.look is Look.SUSTAINED:
                    add(state, down, None)
            for state, down in zip(graph.alone_states, self.candidates.down_alone, strict=True):
                if state.look is Look.SUSTAINED:
                    add(state, down, continuity.group_of(state.scenario.alone))
        return tuple(found.values())
