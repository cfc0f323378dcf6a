"""What is critical, for a continuity group or at all, and what its processes ask of it.

Owns the way from processes to workloads. Whether these are up is judged elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from planner.model.continuity import Process
from planner.model.estate import Estate
from planner.model.scenarios import EMERGENCY_KINDS, Scenario

#: Level of what no process grants less, per mille.
IN_FULL = 1000


class Critical(NamedTuple):
    """What must run.

    Attributes
    ----------
    processes
        The processes that must, by id.
    needed
        Workloads that are marked critical, or that something critical depends on.
    equipment
        These, with the hosts and the storage of the pools that services among them may use: all
        that stays on where a site stands alone.
    """

    processes: tuple[Process, ...]
    needed: frozenset[str]
    equipment: frozenset[str]


def is_emergency(scenario: Scenario) -> bool:
    """Return whether services fall back to their emergency level."""
    return bool(scenario.alone) or scenario.kind in EMERGENCY_KINDS


class Dependence:
    """Processes, and the workloads they depend on."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.needs = {key: self.closure(p.depends_on) for key, p in estate.processes.items()}
        self._critical: dict[str | None, Critical] = {}

    def closure(self, workloads: Iterable[str]) -> frozenset[str]:
        """Return workloads and whatever they depend on."""
        found: set[str] = set()
        waiting = list(workloads)
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += self.estate.workloads[key].depends_on
        return frozenset(found)

    def group_of(self, site: str) -> str | None:
        """Return the continuity group of a site, None if it is in none."""
        return self.estate.sites[site].continuity_group

    def critical_in(self, scenario: Scenario) -> Critical:
        """Return what must run in a scenario: alone, what is critical for the member's group."""
        return self.critical(self.group_of(scenario.alone) if scenario.alone else None)

    def critical(self, group: str | None = None) -> Critical:
        """Return what is critical for a continuity group, or at all."""
        if group not in self._critical:
            self._critical[group] = self._find(group)
        return self._critical[group]

    def _find(self, group: str | None) -> Critical:
        estate = self.estate
        processes = tuple(
            process
            for process in estate.processes.values()
            if process.criticality >= estate.policy.critical_from
            and (group is None or process.continuity_group in (None, group))
        )
        roots = [key for process in processes for key in process.depends_on]
        roots += [workload.id for workload in estate.workloads.values() if workload.critical]
        needed = self.closure(roots)
        carriers = {key for pool in self._pools_of(needed) for key in estate.pools[pool].hosts}
        carriers |= {
            key for pool in self._pools_of(needed) for key in estate.pools[pool].storage_on
        }
        return Critical(processes, needed, needed | carriers)

    def _pools_of(self, workloads: Iterable[str]) -> set[str]:
        """Return the pools that services among `workloads` may use."""
        services = (self.estate.workloads[key].service for key in workloads)
        used: set[str] = set()
        for service in services:
            if service is not None:
                used.update(service.pools or self.estate.pools)
        return used

    def level_permille(self, workload: str, scenario: Scenario) -> int:
        """Return the share of its vcpu and RAM that a critical service needs in a scenario."""
        if not is_emergency(scenario) or self.estate.workloads[workload].critical:
            return IN_FULL
        dependents = self.dependents(workload, self.critical_in(scenario))
        return max((p.emergency_permille for p in dependents), default=IN_FULL)

    def dependents(self, workload: str, critical: Critical) -> list[Process]:
        """Return the critical processes that depend on a workload."""
        return [p for p in critical.processes if workload in self.needs[p.id]]
