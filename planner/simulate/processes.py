"""Processes after a loss: which of them stop, and when the others run again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from planner.check.critical import Dependence
from planner.model.estate import Estate
from planner.model.scenarios import Scenario
from planner.simulate.effect import Move, Recovery, Short, Stopped

#: Moves in a row: their minutes, and workload with minutes in the order in which they happen.
Chain = tuple[int, tuple[tuple[str, int], ...]]


class Processes:
    """The processes of an estate, and what each of them waits for."""

    def __init__(self, estate: Estate, dependence: Dependence) -> None:
        self.estate = estate
        self.dependence = dependence
        self._waiting: dict[str, list[str]] = {}
        for process, workloads in dependence.needs.items():
            for workload in workloads:
                self._waiting.setdefault(workload, []).append(process)

    def waiting_for(self, workloads: Iterable[str]) -> set[str]:
        """Return the processes that depend on one of these workloads, directly or not."""
        return {process for key in workloads for process in self._waiting.get(key, ())}

    def stopped(
        self, short: Mapping[str, Short], shed: Collection[str], scenario: Scenario
    ) -> tuple[Stopped, ...]:
        """Return the processes that do not run, the most critical first.

        Parameters
        ----------
        short
            Workloads with fewer instances up than needed.
        shed
            Processes that are given up for want of capacity, though nothing they need is down.
        """
        if not short and not shed:
            return ()
        critical = {process.id for process in self.dependence.critical_in(scenario).processes}
        found = []
        down = self.waiting_for(short)
        for key in down.union(shed):
            causes = tuple(short[one] for one in sorted(self.dependence.needs[key] & short.keys()))
            criticality = self.estate.processes[key].criticality
            found.append(Stopped(key, criticality, key in critical, key not in down, causes))
        return tuple(sorted(found, key=lambda p: (-p.is_critical, -p.criticality, p.process)))

    def recoveries(self, moves: Iterable[Move], stopped: Collection[str]) -> tuple[Recovery, ...]:
        """Return the processes that wait for moves and then run, the slowest first."""
        longest: dict[str, int] = {}
        for move in moves:
            key = move.instance.rpartition("-")[0]
            longest[key] = max(longest.get(key, 0), move.minutes)
        chains: dict[frozenset[str], Chain] = {}
        found = []
        for key in self.waiting_for(longest) - set(stopped):
            process = self.estate.processes[key]
            minutes, chain = self._longest(process.depends_on, longest, chains)
            found.append(Recovery(key, minutes, process.rto_min, chain))
        return tuple(sorted(found, key=lambda r: (-r.minutes, r.process)))

    def _longest(
        self,
        workloads: Iterable[str],
        longest: Mapping[str, int],
        chains: dict[frozenset[str], Chain],
    ) -> Chain:
        """Return the chain that ends last, of those that end in these workloads."""
        units = sorted({self.unit_of[key] for key in workloads}, key=sorted)
        return max(
            (self._chain(unit, longest, chains) for unit in units),
            key=lambda chain: chain[0],
            default=(0, ()),
        )

    def _chain(
        self,
        unit: frozenset[str],
        longest: Mapping[str, int],
        chains: dict[frozenset[str], Chain],
    ) -> Chain:
        """Return the moves of a unit after the longest chain that it waits for."""
        if unit not in chains:
            below = {key for one in unit for key in self.estate.workloads[one].depends_on} - unit
            minutes, before = self._longest(below, longest, chains)
            own = [(key, longest[key]) for key in sorted(unit) if key in longest]
            chains[unit] = (minutes + sum(one[1] for one in own), (*before, *own))
        return chains[unit]

    @cached_property
    def unit_of(self) -> dict[str, frozenset[str]]:
        """Workload -> those that depend on each other with it, itself among them."""
        below = {key: self.dependence.closure([key]) for key in self.estate.workloads}
        return {
            key: frozenset(other for other in found if key in below[other])
            for key, found in below.items()
        }
