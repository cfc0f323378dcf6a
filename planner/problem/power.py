"""States of the power graph in every scenario: what is live, and along which path load flows.

Derived from the specification in `planner.model.scenarios`; `planner.check` derives the same
on its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from planner.model.continuity import Domain
from planner.model.cooling import CoolingUnit
from planner.model.estate import Estate
from planner.model.power import LEG_SHARE_PERMILLE, RIDE_THROUGH_MS, PowerKind, PowerNode
from planner.model.scenarios import (
    NETWORK_KINDS,
    NORMAL,
    Look,
    Scenario,
    iter_alone,
    iter_scenarios,
)

#: What names a strand: a UPS rather than a panel.
_STRAND_RANK = {PowerKind.PANEL: 1, PowerKind.UPS: 2}

#: Load carried upward from one W at a cord: node index -> (W, VA) there.
Path = tuple[tuple[int, Fraction, Fraction], ...]


class Lost(NamedTuple):
    """What a scenario loses: ids of racks, indices of power nodes, ids of cooling units."""

    racks: frozenset[str] = frozenset()
    nodes: frozenset[int] = frozenset()
    units: frozenset[str] = frozenset()


@dataclass(frozen=True)
class State:
    """One look at one scenario.

    Attributes
    ----------
    live
        (num_nodes,) whether a node is live in this look.
    carrier
        (num_nodes,) index of the node that carries its load, or -1.
    battery
        Indices of the UPS that ran on battery in the scenario.
    lost_racks
        Ids of the racks that are lost.
    running
        Ids of the cooling units that run and draw in this look.
    cooling
        Ids of the cooling units that count for their zone.
    """

    scenario: Scenario
    look: Look
    live: tuple[bool, ...]
    carrier: tuple[int, ...]
    battery: frozenset[int]
    lost_racks: frozenset[str]
    running: frozenset[str]
    cooling: frozenset[str]

    @property
    def is_normal(self) -> bool:
        """Whether nothing is lost."""
        return self.scenario.kind == NORMAL


class PowerGraph:
    """The power graph by index, in an order in which a node follows what feeds it."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.nodes: tuple[PowerNode, ...] = tuple(_sorted_from_source(estate))
        self.index_of = {node.id: n for n, node in enumerate(self.nodes)}
        none = -1

        def index(node_id: str | None) -> int:
            return none if node_id is None else self.index_of[node_id]

        self.first = tuple(index(n.parent or n.preferred) for n in self.nodes)
        self.second = tuple(index(n.alternate) for n in self.nodes)
        _, self._normal_feed = self._feeds(frozenset())
        fed = {f for f in self._normal_feed if f >= 0}
        self._start_ms = tuple(
            1000 * node.start_s if node.kind is PowerKind.GENERATOR and n not in fed else 0
            for n, node in enumerate(self.nodes)
        )
        self._lost: dict[Domain, Lost] = {}
        #: Fixed loads by what they depend on, shared by all that ask: they take long to add up.
        self.known_fixed_loads: dict[object, dict[int, tuple[Fraction, Fraction]]] = {}
        diversity = estate.policy.diversity_permille
        self._diversity = tuple(
            Fraction(diversity.get(node.kind.value, 1000), 1000) for node in self.nodes
        )
        #: (num_nodes,) the legs that a node's load presses on beside what feeds it
        self.pressed_legs = tuple(
            tuple(self.index_of[leg] for leg in node.legs) for node in self.nodes
        )

    @cached_property
    def states(self) -> tuple[State, ...]:
        """All looks at all scenarios, the normal state first."""
        return tuple(
            state for scenario in iter_scenarios(self.estate) for state in self.looks(scenario)
        )

    @cached_property
    def alone_states(self) -> tuple[State, ...]:
        """All looks at each member of a continuity group alone, with every loss not given up.

        Losses in the network are left out: they touch only paths.
        """
        return tuple(
            state
            for scenario in iter_alone(self.estate)
            if scenario.kind not in NETWORK_KINDS
            for state in self.looks(scenario)
        )

    @cached_property
    def strand_of(self) -> tuple[int, ...]:
        """(num_nodes,) the node that names the strand of what is plugged in there.

        The nearest UPS on the normal path from the node itself upward; without any the nearest
        panel; without that the topmost node.
        """
        found: list[int] = []
        rank: list[int] = []
        for n, node in enumerate(self.nodes):
            feed = self._normal_feed[n]
            own = _STRAND_RANK.get(node.kind, 0)
            is_nearer = feed < 0 or (own and own >= rank[feed])
            found.append(n if is_nearer else found[feed])
            rank.append(own if is_nearer else rank[feed])
        return tuple(found)

    @cached_property
    def strands(self) -> dict[str, tuple[int, ...]]:
        """Site -> its UPS with outlets at or below them, or its panels where it has none."""
        with_outlets: set[int] = set()
        for n, node in enumerate(self.nodes):
            above = n if node.outlets else -1
            while above >= 0 and above not in with_outlets:
                with_outlets.add(above)
                above = self._normal_feed[above]
        found: dict[str, tuple[int, ...]] = {}
        for site in self.estate.sites:
            here = [n for n in sorted(with_outlets) if self.nodes[n].site == site]
            ups = [n for n in here if self.nodes[n].kind is PowerKind.UPS]
            panels = [n for n in here if self.nodes[n].kind is PowerKind.PANEL]
            found[site] = tuple(ups or panels)
        return found

    @cached_property
    def legs_of(self) -> dict[int, tuple[int, ...]]:
        """Node with several legs -> these legs."""
        found: dict[int, list[int]] = {}
        for n, node in enumerate(self.nodes):
            if node.kind is PowerKind.LEG and node.parent is not None:
                found.setdefault(self.index_of[node.parent], []).append(n)
        return {n: tuple(legs) for n, legs in found.items() if len(legs) > 1}

    def looks(self, scenario: Scenario) -> Iterable[State]:
        """Yield the sustained look and, where a switch transfers, the interruption before it."""
        lost_racks, lost_nodes, lost_units = self.lost(scenario)
        alive, feed = self._feeds(lost_nodes)
        gap, battery, transfers = self._gaps(alive, feed)
        if transfers:
            live = tuple(a and g <= RIDE_THROUGH_MS for a, g in zip(alive, gap, strict=True))
            yield self._state(
                scenario, Look.INTERRUPTION, live, alive, feed, gap, battery, lost_racks, lost_units
            )
        yield self._state(
            scenario, Look.SUSTAINED, alive, alive, feed, gap, battery, lost_racks, lost_units
        )

    def lost(self, scenario: Scenario) -> Lost:
        """Return what a scenario loses, the other sites included where one stands alone."""
        domains = list(scenario.losses)
        if scenario.alone:
            domains += [Domain("site", s) for s in self.estate.sites if s != scenario.alone]
        if len(domains) == 1:
            return self._lost_with(domains[0])
        parts = [self._lost_with(domain) for domain in domains]
        return Lost(
            frozenset().union(*(p.racks for p in parts)),
            frozenset().union(*(p.nodes for p in parts)),
            frozenset().union(*(p.units for p in parts)),
        )

    def _lost_with(self, domain: Domain) -> Lost:
        """Return what is lost with one domain; a network domain takes no equipment along."""
        if domain not in self._lost:
            self._lost[domain] = self._find_lost(*domain)
        return self._lost[domain]

    def _find_lost(self, kind: str, what: str) -> Lost:
        if kind in NETWORK_KINDS:
            return Lost()
        if what in self.index_of and kind == self.nodes[self.index_of[what]].kind.value:
            return Lost(nodes=frozenset({self.index_of[what]}))
        if kind == "cooling_unit":
            return Lost(units=frozenset({what}))
        estate = self.estate
        if kind == "site":
            return Lost(
                frozenset(r.id for r in estate.racks.values() if r.site == what),
                frozenset(n for n, node in enumerate(self.nodes) if node.site == what),
                frozenset(u.id for u in estate.cooling_units.values() if u.site == what),
            )
        if kind in ("room", "fire_compartment"):
            rooms = {what} if kind == "room" else set(estate.fire_compartments[what])
            racks = {r.id for r in estate.racks.values() if r.room in rooms}
        else:
            rooms = set()
            racks = {
                r.id for r in estate.racks.values() if (r.id if kind == "rack" else r.row) == what
            }
        nodes = {n for n, node in enumerate(self.nodes) if node.rack in racks or node.room in rooms}
        units = {u.id for u in estate.cooling_units.values() if u.room in rooms}
        return Lost(frozenset(racks), frozenset(nodes), frozenset(units))

    def _feeds(self, lost: frozenset[int]) -> tuple[tuple[bool, ...], tuple[int, ...]]:
        """Return which nodes are alive when `lost` are gone, and what feeds each (-1: nothing)."""
        alive: list[bool] = []
        feed: list[int] = []
        for n in range(len(self.nodes)):
            first, second = self.first[n], self.second[n]
            if n in lost:
                source, is_alive = -1, False
            elif first < 0:
                source, is_alive = -1, True
            elif alive[first]:
                source, is_alive = first, True
            elif second >= 0 and alive[second]:
                source, is_alive = second, True
            else:
                source, is_alive = -1, False
            alive.append(is_alive)
            feed.append(source)
        return tuple(alive), tuple(feed)

    def _gaps(
        self, alive: tuple[bool, ...], feed: tuple[int, ...]
    ) -> tuple[tuple[int, ...], frozenset[int], bool]:
        """Return each node's dropout (ms), the UPS on battery, and whether a switch transfers."""
        gap: list[int] = []
        battery: set[int] = set()
        transfers = False
        for n, node in enumerate(self.nodes):
            g = gap[feed[n]] if feed[n] >= 0 else self._start_ms[n]
            if alive[n] and feed[n] >= 0 and feed[n] == self.second[n] and feed[n] != self.first[n]:
                if self._normal_feed[n] == self.first[n]:
                    transfers = True
                    g += node.transfer_ms
            elif node.kind is PowerKind.UPS and 0 < g <= 60_000 * node.autonomy_min and alive[n]:
                battery.add(n)
                g = 0
            gap.append(g)
        return tuple(gap), frozenset(battery), transfers

    def _state(
        self,
        scenario: Scenario,
        look: Look,
        live: tuple[bool, ...],
        alive: tuple[bool, ...],
        feed: tuple[int, ...],
        gap: tuple[int, ...],
        battery: frozenset[int],
        lost_racks: frozenset[str],
        lost_units: frozenset[str],
    ) -> State:
        interrupted = look is Look.INTERRUPTION
        carrier = tuple(
            f if live[n] and f >= 0 and live[f] and not (interrupted and n in battery) else -1
            for n, f in enumerate(feed)
        )
        units = [u for u in self.estate.cooling_units.values() if u.id not in lost_units]
        running = {u.id for u in units if self._is_fed(u, live)}
        cooling = set(running)
        if interrupted:
            cooling |= {u.id for u in units if self._restarts_in_time(u, alive, gap)}
        return State(
            scenario,
            look,
            live,
            carrier,
            battery,
            lost_racks,
            frozenset(running),
            frozenset(cooling),
        )

    def _is_fed(self, unit: CoolingUnit, live: tuple[bool, ...]) -> bool:
        if not unit.nodes:
            return True
        return sum(live[self.index_of[n]] for n in unit.nodes) >= unit.cords_required

    def _restarts_in_time(
        self, unit: CoolingUnit, alive: tuple[bool, ...], gap: tuple[int, ...]
    ) -> bool:
        fed = [self.index_of[n] for n in unit.nodes]
        gaps = sorted(gap[n] for n in fed if alive[n])
        if len(gaps) < unit.cords_required:
            return False
        wait_s = -(-gaps[unit.cords_required - 1] // 1000) + unit.restart_s
        return wait_s <= self.estate.cooling_zones[unit.zone].ride_through_s

    def path(self, node: int, state: State, pf_permille: int) -> Path:
        """Return what one W drawn at `node` loads: there, on what carries it, on the legs pressed.

        A node may appear twice: where it carries a load that is also pressed on it.
        """
        diversity = self._diversity[node]
        w, va = diversity, diversity * Fraction(1000, pf_permille)
        found = [(node, w, va), *self._pressed(node, state, w, va)]
        while state.carrier[node] >= 0:
            child = self.nodes[node]
            factor = Fraction(1000 + child.loss_permille, 1000)
            w *= factor
            is_ups = child.kind is PowerKind.UPS
            va = w * Fraction(1000, child.input_pf_permille) if is_ups else va * factor
            node = state.carrier[node]
            diversity = self._diversity[node]
            if diversity != 1:
                w, va = w * diversity, va * diversity
            found += [(node, w, va), *self._pressed(node, state, w, va)]
        return tuple(found)

    def _pressed(self, node: int, state: State, w: Fraction, va: Fraction) -> Path:
        """Return the shares of a node's load that press on its live legs, and end there."""
        legs = self.pressed_legs[node]
        if not legs:
            return ()
        share = Fraction(LEG_SHARE_PERMILLE[len(legs)], 1000)
        return tuple((leg, w * share, va * share) for leg in legs if state.live[leg])

    def fixed_loads(self, state: State) -> dict[int, tuple[Fraction, Fraction]]:
        """Return W and VA on every node from own draw, losses and cooling units."""
        w = [Fraction(0)] * len(self.nodes)
        va = list(w)
        for unit_id in state.running:
            unit = self.estate.cooling_units[unit_id]
            cords = [self.index_of[n] for n in unit.nodes if state.live[self.index_of[n]]]
            for n in cords:
                share = Fraction(unit.draw_w, len(cords))
                w[n] += share
                va[n] += share * Fraction(1000, unit.power_factor_permille)
        pressed: list[tuple[int, Fraction, Fraction]] = []
        sustained = state.look is Look.SUSTAINED
        for n in range(len(self.nodes) - 1, -1, -1):
            node = self.nodes[n]
            own_w = node.own_w if state.live[n] else 0
            w[n] = w[n] * self._diversity[n] + own_w
            va[n] = va[n] * self._diversity[n] + own_w
            pressed += self._pressed(n, state, w[n], va[n])
            parent = state.carrier[n]
            if parent < 0:
                continue
            factor = Fraction(1000 + node.loss_permille, 1000)
            extra = node.input_w + (node.recharge_w if sustained and n in state.battery else 0)
            input_w = w[n] * factor + extra
            w[parent] += input_w
            va[parent] += (
                input_w * Fraction(1000, node.input_pf_permille)
                if node.kind is PowerKind.UPS
                else va[n] * factor + extra
            )
        for n, more_w, more_va in pressed:
            w[n] += more_w
            va[n] += more_va
        return {n: (w[n], va[n]) for n in range(len(self.nodes)) if w[n] or va[n]}


def _sorted_from_source(estate: Estate) -> list[PowerNode]:
    """Order nodes so that each follows its parents (the loader has refused cycles)."""
    order: list[PowerNode] = []
    done: set[str] = set()

    def visit(node_id: str) -> None:
        stack = [node_id]
        while stack:
            node = estate.power_nodes[stack[-1]]
            parents = [p for p in (node.parent, node.preferred, node.alternate) if p is not None]
            waiting = [p for p in parents if p not in done]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            if node.id not in done:
                done.add(node.id)
                order.append(node)

    for node_id in estate.power_nodes:
        visit(node_id)
    return order
