"""What is critical, and how long a takeover takes: derived from processes and dependencies.

Derived from the specification in `planner.model.scenarios` (9, 10, 12); `planner.check` derives
the same on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from planner.model.continuity import Process
from planner.model.estate import Estate
from planner.model.workload import Service

#: Share of the normal demand that stays where no process says less, per mille.
WHOLE = 1000


class Critical(NamedTuple):
    """What is critical for one continuity group, or at all.

    Attributes
    ----------
    processes
        The critical processes.
    needed
        Workloads marked critical and all that these and the processes depend on.
    carriers
        Hosts and storage of the pools that critical services may use.
    """

    processes: tuple[Process, ...]
    needed: frozenset[str]
    carriers: frozenset[str]

    @property
    def workloads(self) -> frozenset[str]:
        """All that draws power while a site stands alone."""
        return self.needed | self.carriers


class Continuity:
    """Critical sets and what they ask for, by continuity group (`None`: critical at all)."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._critical: dict[str | None, Critical] = {}
        self._units: dict[str, frozenset[str]] = {}

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Continuity groups in which a site can stand alone."""
        return tuple(key for key, sites in self.estate.members.items() if len(sites) > 1)

    def group_of(self, member: str) -> str:
        """Return the continuity group of a member site."""
        group = self.estate.sites[member].continuity_group
        assert group is not None
        return group

    def critical(self, group: str | None) -> Critical:
        """Return what is critical for a continuity group, or at all."""
        if group not in self._critical:
            self._critical[group] = self._find_critical(group)
        return self._critical[group]

    def _find_critical(self, group: str | None) -> Critical:
        estate = self.estate
        processes = tuple(
            p
            for p in estate.processes.values()
            if p.criticality >= estate.policy.critical_from
            and (group is None or p.continuity_group in (group, None))
        )
        marked = [w.id for w in estate.workloads.values() if w.critical]
        needed = self.dependencies([*marked, *(d for p in processes for d in p.depends_on)])
        carriers: set[str] = set()
        for key in needed:
            service = estate.workloads[key].service
            for pool in estate.pools.values() if service is not None else ():
                if service is not None and (not service.pools or pool.id in service.pools):
                    carriers.update(pool.hosts, pool.storage_on)
        return Critical(processes, needed, frozenset(carriers))

    def dependencies(self, start: Iterable[str]) -> frozenset[str]:
        """Return workloads and all that they depend on, transitively."""
        waiting, found = list(start), set(start)
        while waiting:
            for other in self.estate.workloads[waiting.pop()].depends_on:
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return frozenset(found)

    @cached_property
    def _needs(self) -> Mapping[str, frozenset[str]]:
        """Process -> all workloads that it depends on."""
        return {key: self.dependencies(p.depends_on) for key, p in self.estate.processes.items()}

    def dependents(self, workload: str, group: str | None) -> tuple[Process, ...]:
        """Return the critical processes that depend on a workload."""
        return tuple(p for p in self.critical(group).processes if workload in self._needs[p.id])

    def emergency_permille(self, workload: str, group: str | None) -> int:
        """Return the share of its normal demand that a critical service needs in an emergency."""
        shares = [p.emergency_permille for p in self.dependents(workload, group)]
        return WHOLE if self.estate.workloads[workload].critical else max(shares, default=WHOLE)

    def rpo_min(self, workload: str, group: str) -> int | None:
        """Return the least recovery point objective of the processes that depend on a service."""
        given = [p.rpo_min for p in self.dependents(workload, group) if p.rpo_min is not None]
        return min(given, default=None)

    def unit(self, workload: str) -> frozenset[str]:
        """Return the workloads of the cycle that a workload is in, or itself alone."""
        if workload not in self._units:
            below = self.dependencies([workload])
            self._units[workload] = frozenset(
                w for w in below if w == workload or workload in self.dependencies([w])
            )
        return self._units[workload]

    def below(self, unit: frozenset[str]) -> frozenset[frozenset[str]]:
        """Return the units that a unit depends on directly."""
        others = {o for w in unit for o in self.estate.workloads[w].depends_on}
        return frozenset(self.unit(o) for o in others - unit)


class Votes(NamedTuple):
    """Votes that a member has alone, of all in its group."""

    own: int
    all: int

    @property
    def is_majority(self) -> bool:
        """Whether they are more than half of all."""
        return 2 * self.own > self.all


def move_min(service: Service, votes: Votes) -> int:
    """Return how long an instance takes to move to a member that has so many votes alone."""
    is_automatic = service.quorum == "none" or (service.quorum == "majority" and votes.is_majority)
    by_hand = service.takeover_min if service.manual_min is None else service.manual_min
    again = service.restart_min if service.mode == "single" else 0
    return (service.takeover_min if is_automatic else by_hand) + again


def lag_min(service: Service) -> int:
    """Return how far the data on a standby pool is behind, minutes."""
    return service.lag_min if service.is_mirrored and service.replication == "async" else 0
