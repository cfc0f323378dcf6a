"""Takeover: who moves where when a site stands alone, with what votes, and how long that takes."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import TopologicalSorter
from typing import NamedTuple

from planner.check.case import ServicePlaced
from planner.check.critical import Dependence
from planner.check.network_graph import Network
from planner.check.services import moves_to
from planner.model.estate import Estate


class Votes(NamedTuple):
    """What a member that stands alone has of all votes of its group."""

    own: int
    total: int

    @property
    def majority(self) -> int:
        """The fewest votes that are more than half."""
        return self.total // 2 + 1

    @property
    def holds(self) -> bool:
        """Whether the member has a majority."""
        return self.own >= self.majority


class Takeover:
    """What moves to a member that stands alone."""

    def __init__(self, estate: Estate, dependence: Dependence) -> None:
        self.estate = estate
        self.dependence = dependence
        self.network = Network(estate)
        self._votes: dict[str, Votes] = {}
        self._unit_of: dict[str, frozenset[str]] = {}

    def votes(self, member: str) -> Votes:
        """Return a member's votes: its own, and the witness's if that is reached from there."""
        if member not in self._votes:
            key = self.dependence.group_of(member) or ""
            witness = self.estate.continuity_groups[key].witness
            own, total = 1, len(self.estate.members[key])
            if witness is not None:
                total += 1
                own += self.network.reaches(member, (witness,), self.network.alone(member))
            self._votes[member] = Votes(own, total)
        return self._votes[member]

    def has_quorum(self, one: ServicePlaced, member: str) -> bool:
        """Return whether an instance takes over at a member by itself."""
        quorum = one.service.quorum
        return quorum == "none" or (quorum == "majority" and self.votes(member).holds)

    def minutes(self, one: ServicePlaced, member: str) -> int:
        """Return how long an instance takes to move to a member, min; 0 if it does not move.

        Where it should move by hand and nobody says how long that takes, `continuity.quorum` is
        broken, and the automatic takeover counts here.
        """
        if moves_to(one, member) is None:
            return 0
        service = one.service
        minutes = service.takeover_min
        if not self.has_quorum(one, member) and service.manual_min is not None:
            minutes = service.manual_min
        return minutes + (service.restart_min if service.mode == "single" else 0)

    def chain(self, workloads: Iterable[str], placed: Iterable[ServicePlaced], member: str) -> int:
        """Return how long it takes until `workloads` and all they depend on have moved, min."""
        needed = self.dependence.closure(workloads)
        longest = dict.fromkeys(needed, 0)
        for one in placed:
            key = one.workload.id
            if key in needed:
                longest[key] = max(longest[key], self.minutes(one, member))
        end: dict[frozenset[str], int] = {}
        for unit, before in self._ordered(needed):
            own = sum(longest[key] for key in unit)
            end[unit] = own + max((end[other] for other in before), default=0)
        return max(end.values(), default=0)

    def _ordered(self, needed: frozenset[str]) -> list[tuple[frozenset[str], set[frozenset[str]]]]:
        """Return units with the units each depends on, dependencies first."""
        before: dict[frozenset[str], set[frozenset[str]]] = {}
        for key in needed:
            unit = self.unit_of(key)
            others = {self.unit_of(other) for other in self.estate.workloads[key].depends_on}
            before.setdefault(unit, set()).update(others - {unit})
        return [(unit, before[unit]) for unit in TopologicalSorter(before).static_order()]

    def unit_of(self, workload: str) -> frozenset[str]:
        """Return the workloads that a workload forms a cycle with, and itself."""
        if workload not in self._unit_of:
            below = self.dependence.closure((workload,))
            self._unit_of[workload] = frozenset(
                key for key in below if workload in self.dependence.closure((key,))
            )
        return self._unit_of[workload]
