"""Load rows: for every power node and scenario, which patterns load it by how much.

A row that another row of the same node and rule covers is left out: the other one has no smaller
coefficient and no larger capacity.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from planner.model.continuity import ContinuityGroup
from planner.model.power import PowerKind, PowerNode
from planner.model.scenarios import Look
from planner.problem.capacity import kappa_emergency, kappa_fail, kappa_normal, usable
from planner.problem.cordings import Pattern
from planner.problem.power import Path, PowerGraph, State

Load = tuple[Fraction, Fraction]
ZERO: Load = (Fraction(0), Fraction(0))


@dataclass(frozen=True)
class LoadRow:
    """`sum(coefs[p] * W of pattern p) + fixed <= usable` for one node in one state.

    `unit` W or VA; ml where the coefficients turn W into fuel.
    """

    node: int
    unit: str
    state: State
    coefs: dict[int, Fraction]
    fixed: Fraction
    usable: int


class Limit(NamedTuple):
    """What a node may carry: `factor * load <= usable`, the load in W (axis 0) or VA (axis 1)."""

    unit: str
    axis: int
    usable: int
    factor: Fraction = Fraction(1)


LimitsOf = Callable[[PowerNode], Iterable[Limit]]


@dataclass(frozen=True)
class _Reference:
    """A state that others are compared with, so that only what differs is computed anew.

    Attributes
    ----------
    base
        Pattern -> its contribution in the state; patterns in lost racks are left out.
    below
        Node -> the leaves whose load it carries, or that press on it.
    """

    state: State
    base: Mapping[int, dict[int, Load]]
    below: Mapping[int, Sequence[int]]


class LoadModel:
    """What each pattern loads in each state, from one W of its draw."""

    def __init__(self, graph: PowerGraph, patterns: Sequence[Pattern]) -> None:
        self.graph = graph
        self.patterns = patterns
        self.normal = graph.states[0]
        self._paths: dict[tuple[int, int], Path] = {}
        self._patterns_at: dict[int, list[int]] = {}
        self._patterns_in: dict[str, list[int]] = {}
        for index, pattern in enumerate(patterns):
            self._patterns_in.setdefault(pattern.rack, []).append(index)
            for node in set(pattern.nodes):
                self._patterns_at.setdefault(node, []).append(index)
        self._reference = self._refer_to(self.normal, range(len(patterns)))
        self._fixed_nodes = self._relevant_nodes()

    def _refer_to(self, state: State, patterns: Iterable[int]) -> _Reference:
        base = {
            p: self._contribution(self.patterns[p], state)
            for p in patterns
            if self.patterns[p].rack not in state.lost_racks
        }
        below: dict[int, list[int]] = {}
        for leaf in self._patterns_at:
            node = leaf
            while node >= 0:
                for loaded in (node, *self.graph.pressed_legs[node]):
                    below.setdefault(loaded, []).append(leaf)
                node = state.carrier[node]
        return _Reference(state, base, below)

    def _relevant_nodes(self) -> tuple[int, ...]:
        """Return the nodes that have a load of their own, and all that can carry it."""
        graph = self.graph
        seeds = {
            n for n, node in enumerate(graph.nodes) if node.own_w or node.input_w or node.recharge_w
        }
        for unit in graph.estate.cooling_units.values():
            seeds.update(graph.index_of[n] for n in unit.nodes)
        stack, seen = list(seeds), set(seeds)
        while stack:
            n = stack.pop()
            for loaded in (graph.first[n], graph.second[n], *graph.pressed_legs[n]):
                if loaded >= 0 and loaded not in seen:
                    seen.add(loaded)
                    stack.append(loaded)
        return tuple(sorted(seen))

    def fixed(self, state: State) -> dict[int, Load]:
        """Return the loads that are not placed, on every node that has some."""
        key = (
            tuple((state.live[n], state.carrier[n]) for n in self._fixed_nodes),
            state.running,
            state.battery,
            state.look,
        )
        known = self.graph.known_fixed_loads
        if key not in known:
            known[key] = self.graph.fixed_loads(state)
        return known[key]

    def _contribution(self, pattern: Pattern, state: State) -> dict[int, Load]:
        """Return W and VA on every node from one W drawn by a device of this pattern."""
        if pattern.rack in state.lost_racks:
            return {}
        carrying = pattern.carrying(state.live)
        if not carrying:
            return {}
        found: dict[int, Load] = {}
        for leaf in carrying:
            for node, w, va in self._path(leaf, pattern.power_factor_permille, state):
                old = found.get(node, ZERO)
                found[node] = (old[0] + w / len(carrying), old[1] + va / len(carrying))
        return found

    def _path(self, leaf: int, pf: int, state: State) -> Path:
        if state is not self.normal:
            return self.graph.path(leaf, state, pf)
        if (leaf, pf) not in self._paths:
            self._paths[leaf, pf] = self.graph.path(leaf, state, pf)
        return self._paths[leaf, pf]

    def is_up(self, pattern: Pattern, state: State) -> bool:
        """Whether a device of this pattern is up in this look."""
        return pattern.rack not in state.lost_racks and pattern.carrying(state.live) is not None

    def down(self, state: State) -> frozenset[int]:
        """Return the patterns whose devices are down in this look."""
        return frozenset(p for p in self.affected(state) if not self.is_up(self.patterns[p], state))

    def affected(self, state: State) -> set[int]:
        """Return the patterns whose loads or liveness differ from the normal state."""
        return self._affected(state, self._reference)

    def _affected(self, state: State, reference: _Reference) -> set[int]:
        usual = reference.state
        found: set[int] = set()
        for rack in state.lost_racks - usual.lost_racks:
            found.update(self._patterns_in.get(rack, ()))
        for n in range(len(usual.live)):
            if state.live[n] != usual.live[n] or state.carrier[n] != usual.carrier[n]:
                for leaf in reference.below.get(n, ()):
                    found.update(self._patterns_at[leaf])
        return found

    @cached_property
    def normal_loads(self) -> list[dict[int, Load]]:
        """(num_nodes,) pattern -> W and VA on the node in the normal state from one W of it."""
        return self._by_node(self._reference)

    def rows(self) -> tuple[list[LoadRow], list[LoadRow]]:
        """Return the rows of the normal state and those of all failures, without covered ones."""
        policy = self.graph.estate.policy
        by_node = self.normal_loads
        fixed = self.fixed(self.normal)
        normal_rows = [
            LoadRow(
                n,
                limit.unit,
                self.normal,
                {p: load[limit.axis] for p, load in by_node[n].items()},
                fixed.get(n, ZERO)[limit.axis],
                limit.usable,
            )
            for n, node in enumerate(self.graph.nodes)
            for limit in rated_limits(node, kappa_normal(node, policy))
        ]
        failure_rows = self._rows(
            self._reference,
            self.graph.states[1:],
            lambda node: rated_limits(node, kappa_fail(node, policy)),
        )
        return normal_rows, failure_rows

    def emergency_rows(
        self,
        kappa_of: Callable[[PowerNode, ContinuityGroup], int] | None = None,
        patterns: Mapping[str, Collection[int]] | None = None,
    ) -> list[LoadRow]:
        """Return the rows of every member alone, at its emergency capacity, without covered ones.

        Parameters
        ----------
        kappa_of
            Derating (per mille) of a node while a member of a group stands alone; as specified
            (`kappa_emergency`) unless given.
        patterns
            Continuity group -> the only patterns that draw while a member of it stands alone;
            None = all. A pattern that critical and other devices share draws for both.
        """
        policy = self.graph.estate.policy

        def limits(group: ContinuityGroup) -> LimitsOf:
            def of(node: PowerNode) -> Iterable[Limit]:
                if kappa_of is None:
                    return rated_limits(node, kappa_emergency(node, policy, group.emergency))
                return rated_limits(node, kappa_of(node, group))

            return of

        return self._rows_alone(limits, self.graph.alone_states, patterns)

    def fuel_rows(self, patterns: Mapping[str, Collection[int]] | None = None) -> list[LoadRow]:
        """Return `load * hours * fuel per kWh / 1000 <= tank` (ml) of every generator alone.

        Sustained looks only; groups without an emergency ask for no hours. `patterns` as in
        `emergency_rows`.
        """

        def limits(group: ContinuityGroup) -> LimitsOf:
            def of(node: PowerNode) -> Iterable[Limit]:
                if group.emergency is None or node.kind is not PowerKind.GENERATOR:
                    return ()
                if node.tank_ml is None or node.fuel_ml_per_kwh is None:
                    return ()
                burnt = Fraction(group.emergency.hours * node.fuel_ml_per_kwh, 1000)
                return (Limit("ml", 0, node.tank_ml, burnt),)

            return of

        sustained = [s for s in self.graph.alone_states if s.look is Look.SUSTAINED]
        return self._rows_alone(limits, sustained, patterns)

    def _rows_alone(
        self,
        limits: Callable[[ContinuityGroup], LimitsOf],
        states: Sequence[State],
        patterns: Mapping[str, Collection[int]] | None,
    ) -> list[LoadRow]:
        estate = self.graph.estate
        rows: list[LoadRow] = []
        for member, found in groupby(states, key=lambda s: s.scenario.alone):
            group = estate.continuity_groups[estate.sites[member].continuity_group or ""]
            those = list(found)
            usual = next(s for s in those if s.look is Look.SUSTAINED)
            drawing = range(len(self.patterns)) if patterns is None else patterns[group.id]
            rows += self._rows(self._refer_to(usual, drawing), those, limits(group))
        return rows

    def _by_node(self, reference: _Reference) -> list[dict[int, Load]]:
        found: list[dict[int, Load]] = [{} for _ in self.graph.nodes]
        for p, contribution in reference.base.items():
            for n, load in contribution.items():
                found[n][p] = load
        return found

    def _rows(
        self, reference: _Reference, states: Iterable[State], limits: LimitsOf
    ) -> list[LoadRow]:
        """Return the rows of states in which no limit differs, without covered ones."""
        by_node = self._by_node(reference)
        changes = self._changes_by_node(reference, states)
        rows: list[LoadRow] = []
        for n, node in enumerate(self.graph.nodes):
            for unit, axis, most, factor in limits(node):
                base = {p: load[axis] for p, load in by_node[n].items()}
                for state, delta, held in _uncovered(base, changes[n], axis):
                    coefs = _overlay(base, delta, axis)
                    if factor != 1:
                        coefs = {p: factor * coef for p, coef in coefs.items()}
                    rows.append(LoadRow(n, unit, state, coefs, factor * held, most))
        return rows

    def _changes_by_node(
        self, reference: _Reference, states: Iterable[State]
    ) -> list[list[tuple[State, dict[int, Load], Load]]]:
        """Return, per node, the states in which it is live: changed loads, and the fixed load."""
        found: list[list[tuple[State, dict[int, Load], Load]]] = [[] for _ in self.graph.nodes]
        for state in states:
            deltas: dict[int, dict[int, Load]] = {}
            for p in sorted(self._affected(state, reference) & reference.base.keys()):
                now = self._contribution(self.patterns[p], state)
                for n in now.keys() | reference.base[p].keys():
                    deltas.setdefault(n, {})[p] = now.get(n, ZERO)
            fixed = self.fixed(state)
            for n, is_live in enumerate(state.live):
                if is_live:
                    found[n].append((state, deltas.get(n, {}), fixed.get(n, ZERO)))
        return found


def rated_limits(node: PowerNode, kappa_permille: int) -> Iterable[Limit]:
    """Yield what a node may carry at a derating, in W and in VA, as far as it is rated."""
    for axis, (unit, most) in enumerate(
        zip(("W", "VA"), usable(node, kappa_permille), strict=True)
    ):
        if most is not None:
            yield Limit(unit, axis, most)


def _overlay(base: dict[int, Fraction], delta: dict[int, Load], axis: int) -> dict[int, Fraction]:
    merged = {**base, **{p: load[axis] for p, load in delta.items()}}
    return {p: coef for p, coef in merged.items() if coef}


def _uncovered(
    base: dict[int, Fraction], changes: list[tuple[State, dict[int, Load], Load]], axis: int
) -> list[tuple[State, dict[int, Load], Fraction]]:
    """Leave out states that another state covers: no larger load from any pattern, nor fixed."""
    zero = Fraction(0)
    unique: dict[object, tuple[State, dict[int, Load], Fraction]] = {}
    for state, delta, fixed in changes:
        real = {p: v for p, v in delta.items() if v[axis] != base.get(p, zero)}
        key = tuple(sorted((p, v[axis]) for p, v in real.items()))
        old = unique.get(key)
        if old is None or fixed[axis] > old[2]:
            unique[key] = (state, real, fixed[axis])

    def weight(item: tuple[State, dict[int, Load], Fraction]) -> Fraction:
        return sum((v[axis] - base.get(p, zero) for p, v in item[1].items()), item[2])

    kept: list[tuple[State, dict[int, Load], Fraction]] = []
    for item in sorted(unique.values(), key=weight, reverse=True):
        _, delta, fixed_load = item
        if not any(
            other_fixed >= fixed_load and _covers(base, other, delta, axis)
            for _, other, other_fixed in kept
        ):
            kept.append(item)
    return kept


def _covers(
    base: dict[int, Fraction], above: dict[int, Load], below: dict[int, Load], axis: int
) -> bool:
    zero = Fraction(0)
    for p, load in below.items():
        other = above[p][axis] if p in above else base.get(p, zero)
        if other < load[axis]:
            return False
    return all(p in below or load[axis] >= base.get(p, zero) for p, load in above.items())
