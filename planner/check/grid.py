"""The power graph: what is fed by what, in the normal state and after a loss.

A loss is followed downward from what is lost and touches nothing else (one on a site that stands
alone: from the state in which it does); `Grid.feeding` derives the state of all nodes and is what
the normal state is taken from. Nodes are indices in an order in
which everything that can feed a node stands before it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from graphlib import TopologicalSorter
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from planner.model.continuity import Domain
from planner.model.estate import Estate
from planner.model.power import RIDE_THROUGH_MS, PowerKind, PowerNode
from planner.model.scenarios import NORMAL, Look, Scenario


class NodeState(NamedTuple):
    """How one node is fed; `feeder` is -1 for a source and for what is dead."""

    alive: bool
    feeder: int
    gap_ms: int
    on_battery: bool


_POWER_KINDS = frozenset(kind.value for kind in PowerKind)

DEAD = NodeState(alive=False, feeder=-1, gap_ms=0, on_battery=False)


class Moment(NamedTuple):
    """One look at one scenario, as far as it differs from the normal state.

    Attributes
    ----------
    off
        Nodes that are not live.
    feeder
        Switches fed otherwise than in the normal state, and by what.
    idle
        UPS that run on battery and draw nothing.
    recharging
        UPS that recharge.
    states
        The nodes touched by the loss, as they are in the sustained look.
    """

    scenario: Scenario
    look: Look
    off: frozenset[int]
    feeder: dict[int, int]
    idle: frozenset[int]
    recharging: frozenset[int]
    racks: frozenset[str]
    units: frozenset[str]
    states: dict[int, NodeState]


class Lost(NamedTuple):
    """What a scenario takes away at once."""

    nodes: frozenset[int]
    racks: frozenset[str]
    units: frozenset[str]


class Grid:
    """The power nodes of an estate with their normal state."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.nodes = _sorted_nodes(estate)
        self.index = {node.id: n for n, node in enumerate(self.nodes)}
        self.parents = tuple(
            tuple(self.index[key] for key in _parents(node)) for node in self.nodes
        )
        children: list[list[int]] = [[] for _ in self.nodes]
        for n, parents in enumerate(self.parents):
            for parent in set(parents):
                children[parent].append(n)
        self.children = tuple(tuple(found) for found in children)
        self._start_ms = [0] * len(self.nodes)
        self._normal_feeder = [-1] * len(self.nodes)
        self.normal: tuple[NodeState, ...] = self._normal()
        self.normal_off = frozenset(n for n, s in enumerate(self.normal) if not s.alive)
        self._starting = frozenset(
            n for n, s in enumerate(self.normal) if s.gap_ms > RIDE_THROUGH_MS
        )
        self._places = _Places(estate, self.index)
        self._alone: dict[str, dict[int, NodeState]] = {}
        (self.normal_moment,) = self.moments(Scenario(NORMAL))

    def _normal(self) -> tuple[NodeState, ...]:
        """Return the normal state; a generator that feeds nothing then has yet to start later."""
        states = self.feeding(frozenset())
        self._normal_feeder = [state.feeder for state in states]
        running = set(self._normal_feeder)
        for n, node in enumerate(self.nodes):
            if node.kind is PowerKind.GENERATOR and n not in running:
                self._start_ms[n] = 1000 * node.start_s
        return self.feeding(frozenset())

    def feeding(self, lost: Collection[int]) -> tuple[NodeState, ...]:
        """Return the state of all nodes after a loss, derived from the sources down."""
        states: list[NodeState] = []
        for n in range(len(self.nodes)):
            states.append(self._state(n, lost, states.__getitem__))
        return tuple(states)

    def _state(
        self, n: int, lost: Collection[int], state_of: Callable[[int], NodeState]
    ) -> NodeState:
        """Return how node `n` is fed, given the states of all that can feed it."""
        if n in lost:
            return DEAD
        node = self.nodes[n]
        if not self.parents[n]:
            return NodeState(
                node.kind is not PowerKind.TRANSFER_SWITCH, -1, self._start_ms[n], False
            )
        feeder = next((p for p in self.parents[n] if state_of(p).alive), None)
        if feeder is None:
            return DEAD
        gap_ms = state_of(feeder).gap_ms
        if self._has_transferred(n, feeder):
            gap_ms += node.transfer_ms
        if node.kind is PowerKind.UPS and 0 < gap_ms <= node.autonomy_min * 60_000:
            return NodeState(alive=True, feeder=feeder, gap_ms=0, on_battery=True)
        return NodeState(alive=True, feeder=feeder, gap_ms=gap_ms, on_battery=False)

    def _has_transferred(self, n: int, feeder: int) -> bool:
        """Return whether switch `n` has left the parent that feeds it in the normal state."""
        return self._normal_feeder[n] not in (-1, feeder)

    def touched(self, lost: Collection[int], alone: str = "") -> dict[int, NodeState]:
        """Return the nodes in another state than normally, found from the lost ones down.

        With `alone`, all that stands at other sites is among the lost.
        """
        if not alone:
            return self._followed(lost, lost, {})
        everywhere_else = self._places.elsewhere(alone).nodes
        if alone not in self._alone:
            self._alone[alone] = self._followed(everywhere_else, everywhere_else, {})
        return self._followed(lost, set(lost) - everywhere_else, self._alone[alone])

    def _followed(
        self, lost: Collection[int], new: Collection[int], before: dict[int, NodeState]
    ) -> dict[int, NodeState]:
        """Return `before`, the states that differ from the normal ones, after `new` is lost."""
        changed = dict(before)
        normal = self.normal

        def state_of(p: int) -> NodeState:
            return changed.get(p) or normal[p]

        waiting = list(new)
        heapify(waiting)
        queued = set(waiting)
        while waiting:
            n = heappop(waiting)
            state = self._state(n, lost, state_of)
            if state == state_of(n):
                continue
            if state == normal[n]:
                # Fed as usual again: a switch above it left a source that was slow to start.
                del changed[n]
            else:
                changed[n] = state
            for child in self.children[n]:
                if child not in queued:
                    queued.add(child)
                    heappush(waiting, child)
        return changed

    def lost_in(self, scenario: Scenario) -> Lost:
        """Return the nodes, racks and cooling units that a scenario takes away at once."""
        return self._places.lost(scenario)

    def moments(self, scenario: Scenario) -> Iterator[Moment]:
        """Yield the looks at a scenario: the interruption where a switch transfers, and the end."""
        lost = self.lost_in(scenario)
        yield from self.looks(scenario, lost, self.touched(lost.nodes, scenario.alone))

    def looks(
        self, scenario: Scenario, lost: Lost, states: dict[int, NodeState]
    ) -> Iterator[Moment]:
        """Yield the looks at a scenario, given the nodes that it touches."""
        dead = self.normal_off | {n for n, state in states.items() if not state.alive}
        feeder = {
            n: state.feeder
            for n, state in states.items()
            if state.alive and state.feeder != self.normal[n].feeder
        }
        battery = frozenset(n for n, state in states.items() if state.on_battery)
        none: frozenset[int] = frozenset()
        if any(self._has_transferred(n, fed_by) for n, fed_by in feeder.items()):
            slow = {n for n, state in states.items() if state.gap_ms > RIDE_THROUGH_MS}
            off = dead | slow | self._starting
            yield Moment(
                scenario,
                Look.INTERRUPTION,
                off,
                feeder,
                battery,
                none,
                lost.racks,
                lost.units,
                states,
            )
        yield Moment(
            scenario, Look.SUSTAINED, dead, feeder, none, battery, lost.racks, lost.units, states
        )


class _Places:
    """What stands in a rack, row, room, fire compartment or site."""

    def __init__(self, estate: Estate, index: dict[str, int]) -> None:
        self.estate = estate
        self.index = index
        self.racks: dict[tuple[str, str], set[str]] = {}
        self.nodes: dict[tuple[str, str], set[int]] = {}
        self.units: dict[tuple[str, str], set[str]] = {}
        self._elsewhere: dict[str, Lost] = {}
        for rack in estate.racks.values():
            for domain in self._domains(rack.room, rack.site, rack.row, rack.id):
                self.racks.setdefault(domain, set()).add(rack.id)
        for node in estate.power_nodes.values():
            for domain in self._domains_of_node(node):
                self.nodes.setdefault(domain, set()).add(index[node.id])
        for unit in estate.cooling_units.values():
            for domain in self._domains(unit.room, unit.site):
                self.units.setdefault(domain, set()).add(unit.id)

    def _domains(
        self, room: str | None, site: str, row: str | None = None, rack: str | None = None
    ) -> Iterator[tuple[str, str]]:
        if rack is not None:
            yield "rack", rack
        if row is not None:
            yield "row", row
        if room is not None:
            yield "room", room
            yield "fire_compartment", self.estate.rooms[room].fire_compartment
        yield "site", site

    def _domains_of_node(self, node: PowerNode) -> Iterator[tuple[str, str]]:
        """Yield where a node stands: in its room, and in its rack and where that stands."""
        yield from self._domains(node.room, node.site)
        if node.rack is not None:
            rack = self.estate.racks[node.rack]
            yield from self._domains(rack.room, rack.site, rack.row, rack.id)

    def lost(self, scenario: Scenario) -> Lost:
        """Return the union of what a scenario's domains, and all sites but one, take away."""
        found = [self._in(domain) for domain in scenario.losses]
        if scenario.alone:
            found.append(self.elsewhere(scenario.alone))
        return _union(found)

    def elsewhere(self, alone: str) -> Lost:
        """Return what stands at other sites than `alone`."""
        if alone not in self._elsewhere:
            others = (Domain("site", key) for key in self.estate.sites if key != alone)
            self._elsewhere[alone] = _union([self._in(other) for other in others])
        return self._elsewhere[alone]

    def _in(self, domain: Domain) -> Lost:
        """Return what one domain takes away; what is of the network only, nothing here."""
        if domain.kind == "cooling_unit":
            return Lost(frozenset(), frozenset(), frozenset({domain.id}))
        if domain.kind in _POWER_KINDS:
            return Lost(frozenset({self.index[domain.id]}), frozenset(), frozenset())
        return Lost(
            frozenset(self.nodes.get(domain, ())),
            frozenset(self.racks.get(domain, ())),
            frozenset(self.units.get(domain, ())),
        )


def _union(found: list[Lost]) -> Lost:
    if len(found) == 1:
        return found[0]
    no_nodes, no_ids = frozenset[int](), frozenset[str]()
    return Lost(
        no_nodes.union(*(lost.nodes for lost in found)),
        no_ids.union(*(lost.racks for lost in found)),
        no_ids.union(*(lost.units for lost in found)),
    )


def _parents(node: PowerNode) -> tuple[str, ...]:
    """Return what can feed a node, in order of preference."""
    if node.kind is PowerKind.TRANSFER_SWITCH:
        return tuple(key for key in (node.preferred, node.alternate) if key is not None)
    return () if node.parent is None else (node.parent,)


def _sorted_nodes(estate: Estate) -> tuple[PowerNode, ...]:
    """Return the nodes, sources first; a cycle raises `graphlib.CycleError`."""
    graph = {key: _parents(node) for key, node in estate.power_nodes.items()}
    return tuple(estate.power_nodes[key] for key in TopologicalSorter(graph).static_order())
