"""The problem: an estate by index, ready for any engine.

Groups are instances that are the same for the optimizer: the new instances of a workload that no
waiver sets apart, and each standing instance by itself, because it has a home. Instances of
services are grouped alike; they run on pools and never stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from planner.model.estate import Estate
from planner.model.layout import AsBuilt, Place
from planner.model.space import Face, Rack
from planner.model.workload import Equipment, Workload, split_instance_id
from planner.problem.continuity import Continuity
from planner.problem.days import Epoch, epochs, maximal
from planner.problem.network import Network
from planner.problem.power import PowerGraph
from planner.problem.services import ServiceGroup


@dataclass(frozen=True)
class Group:
    """Interchangeable instances of one workload.

    `home` is where the one standing instance of the group stands, None for new instances.
    """

    index: int
    workload: Workload
    instances: tuple[str, ...]
    home: Place | None = None
    is_pinned: bool = False

    @property
    def count(self) -> int:
        """Number of instances."""
        return len(self.instances)

    @property
    def equipment(self) -> Equipment:
        """What one instance takes of a rack."""
        assert self.workload.equipment is not None
        return self.workload.equipment


@dataclass(frozen=True)
class Problem:
    """Estate, as-built and dates, with what every engine derives from them once."""

    estate: Estate
    as_built: AsBuilt
    as_of: date
    epochs: tuple[Epoch, ...]
    groups: tuple[Group, ...]
    graph: PowerGraph
    waived: Mapping[tuple[str, str], int] = field(default_factory=dict)
    service_groups: tuple[ServiceGroup, ...] = ()

    @cached_property
    def continuity(self) -> Continuity:
        """What is critical."""
        return Continuity(self.estate)

    @cached_property
    def network(self) -> Network:
        """What reaches what between the sites."""
        return Network(self.estate)

    @cached_property
    def peaks(self) -> tuple[tuple[int, Epoch], ...]:
        """The epochs that no other covers, by index: enough for rules that grow with demand."""
        kept = set(maximal(self.epochs))
        return tuple((e, epoch) for e, epoch in enumerate(self.epochs) if epoch in kept)

    @cached_property
    def racks(self) -> tuple[Rack, ...]:
        """All racks, by id."""
        return tuple(self.estate.racks.values())

    @cached_property
    def outlet_nodes(self) -> dict[str, tuple[int, ...]]:
        """Rack -> indices of the power nodes in it that have outlets."""
        found: dict[str, list[int]] = {rack.id: [] for rack in self.racks}
        for n, node in enumerate(self.graph.nodes):
            if node.rack is not None and node.outlets:
                found[node.rack].append(n)
        return {rack: tuple(nodes) for rack, nodes in found.items()}

    @cached_property
    def dead_sets(self) -> dict[str, frozenset[frozenset[int]]]:
        """Rack -> every set of its outlet nodes that are dead together in some look.

        States in which the rack itself is lost are left out: nothing in it is up.
        """
        found: dict[str, set[frozenset[int]]] = {rack.id: {frozenset()} for rack in self.racks}
        rack_of = {n: rack for rack, nodes in self.outlet_nodes.items() for n in nodes}
        for state in self.graph.states:
            dead: dict[str, list[int]] = {}
            for n, rack in rack_of.items():
                if not state.live[n]:
                    dead.setdefault(rack, []).append(n)
            for rack, nodes in dead.items():
                if rack not in state.lost_racks:
                    found[rack].add(frozenset(nodes))
        return {rack: frozenset(sets) for rack, sets in found.items()}

    @cached_property
    def groups_of(self) -> dict[str, tuple[Group, ...]]:
        """Workload -> its groups."""
        found: dict[str, list[Group]] = {}
        for group in self.groups:
            found.setdefault(group.workload.id, []).append(group)
        return {key: tuple(groups) for key, groups in found.items()}

    @cached_property
    def service_groups_of(self) -> dict[str, tuple[ServiceGroup, ...]]:
        """Service -> its groups."""
        found: dict[str, list[ServiceGroup]] = {}
        for group in self.service_groups:
            found.setdefault(group.workload.id, []).append(group)
        return {key: tuple(groups) for key, groups in found.items()}

    @cached_property
    def homes_in(self) -> dict[str, tuple[tuple[Group, Place], ...]]:
        """Rack -> the groups that stand in it, with their places."""
        found: dict[str, list[tuple[Group, Place]]] = {rack.id: [] for rack in self.racks}
        for group in self.groups:
            if group.home is not None:
                found[group.home.rack].append((group, group.home))
        return {rack: tuple(groups) for rack, groups in found.items()}

    def is_blocked(self, rack: Rack, half: int, face: Face, epoch: Epoch) -> bool:
        """Whether a half unit of a face is blocked, or reserved on that day."""
        return (half, face) in self._blocked_cells(rack.id, epoch.reservations)

    def _blocked_cells(self, rack_id: str, active: frozenset[str]) -> frozenset[tuple[int, Face]]:
        key = (rack_id, active)
        if key not in self._cells:
            rack = self.estate.racks[rack_id]
            ranges = list(rack.blocked)
            for reservation in self.estate.reservations.values():
                if reservation.rack == rack_id and reservation.id in active:
                    ranges.extend(reservation.units)
            self._cells[key] = frozenset(
                (half, face)
                for r in ranges
                for half in range(r.start_half, r.end_half)
                for face in ((r.face,) if r.face else tuple(Face))
            )
        return self._cells[key]

    @cached_property
    def _cells(self) -> dict[tuple[str, frozenset[str]], frozenset[tuple[int, Face]]]:
        return {}

    def free_cells(self, rack: Rack, epoch: Epoch) -> dict[Face, tuple[int, ...]]:
        """Return the half units of each face that are neither blocked nor reserved on that day."""
        blocked = self._blocked_cells(rack.id, epoch.reservations)
        first, last = 2 * rack.starting_unit, 2 * (rack.starting_unit + rack.u_height)
        return {
            face: tuple(h for h in range(first, last) if (h, face) not in blocked) for face in Face
        }


def compile_estate(estate: Estate, as_built: AsBuilt, as_of: date) -> Problem:
    """Return the problem of placing what is active between as-of and the horizon."""
    all_epochs = epochs(estate, as_of)
    planned = frozenset().union(*(e.workloads for e in all_epochs))
    waived = _waived(estate, as_of)
    groups: list[Group] = []
    services: list[ServiceGroup] = []
    for workload in estate.workloads.values():
        if workload.id not in planned:
            continue
        if workload.kind == "service":
            for same in _alike(workload.instance_ids(), waived):
                services.append(ServiceGroup(len(services), workload, same))
            continue
        new: list[str] = []
        for instance in workload.instance_ids():
            standing = as_built.standing.get(instance)
            if standing is None:
                new.append(instance)
                continue
            pinned = split_instance_id(instance)[1] in workload.pinned
            groups.append(Group(len(groups), workload, (instance,), standing.place, pinned))
        for same in _alike(new, waived):
            groups.append(Group(len(groups), workload, same))
    return Problem(
        estate,
        as_built,
        as_of,
        all_epochs,
        tuple(groups),
        PowerGraph(estate),
        waived,
        tuple(services),
    )


def _waived(estate: Estate, as_of: date) -> dict[tuple[str, str], int]:
    """Return (rule, subject) -> amount that waivers in force accept."""
    waived: dict[tuple[str, str], int] = {}
    for waiver in estate.waivers.values():
        if (waiver.valid_from is None or waiver.valid_from <= as_of) and as_of <= waiver.expires:
            key = (waiver.rule, waiver.subject)
            waived[key] = max(waived.get(key, 0), waiver.amount)
    return waived


def _alike(
    instances: Iterable[str], waived: dict[tuple[str, str], int]
) -> tuple[tuple[str, ...], ...]:
    """Return instances in groups; those with a waiver of their own are not like the others."""
    alike: dict[tuple[tuple[str, int], ...], list[str]] = {}
    for instance in instances:
        own = tuple(
            sorted(
                (rule, n)
                for (rule, subject), n in waived.items()
                if subject.partition(":")[0] == instance
            )
        )
        alike.setdefault(own, []).append(instance)
    return tuple(tuple(same) for same in alike.values())
