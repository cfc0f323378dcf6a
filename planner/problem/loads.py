"""Load rows: for every power node and scenario, which patterns load it by how much.

A row that another row of the same node and rule covers is left out: the other one has no smaller
coefficient and no larger capacity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from planner.problem.capacity import kappa_fail, kappa_normal, usable
from planner.problem.cordings import Pattern
from planner.problem.power import Path, PowerGraph, State

Load = tuple[Fraction, Fraction]
ZERO: Load = (Fraction(0), Fraction(0))


@dataclass(frozen=True)
class LoadRow:
    """`sum(coefs[p] * W of pattern p) + fixed <= usable` for one node in one state."""

    node: int
    unit: str
    state: State
    coefs: dict[int, Fraction]
    fixed: Fraction
    usable: int


class LoadModel:
    """What each pattern loads in each state, from one W of its draw."""

    def __init__(self, graph: PowerGraph, patterns: Sequence[Pattern]) -> None:
        self.graph = graph
        self.patterns = patterns
        self.normal = graph.states[0]
        self._paths: dict[tuple[int, int], Path] = {}
        self._base = [self._contribution(p, self.normal) for p in patterns]
        self._patterns_at: dict[int, list[int]] = {}
        self._patterns_in: dict[str, list[int]] = {}
        for index, pattern in enumerate(patterns):
            self._patterns_in.setdefault(pattern.rack, []).append(index)
            for node in set(pattern.nodes):
                self._patterns_at.setdefault(node, []).append(index)
        self._below: dict[int, list[int]] = {}
        for leaf in self._patterns_at:
            node = leaf
            while node >= 0:
                self._below.setdefault(node, []).append(leaf)
                node = self.normal.carrier[node]
        self._fixed_cache: dict[object, dict[int, Load]] = {}
        self._fixed_nodes = self._relevant_nodes()

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
            for parent in (graph.first[n], graph.second[n]):
                if parent >= 0 and parent not in seen:
                    seen.add(parent)
                    stack.append(parent)
        return tuple(sorted(seen))

    def fixed(self, state: State) -> dict[int, Load]:
        """Return the loads that are not placed, on every node that has some."""
        key = (
            tuple((state.live[n], state.carrier[n]) for n in self._fixed_nodes),
            state.running,
            state.battery,
            state.look,
        )
        if key not in self._fixed_cache:
            self._fixed_cache[key] = self.graph.fixed_loads(state)
        return self._fixed_cache[key]

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
            return self.graph.path(leaf, state.carrier, pf)
        if (leaf, pf) not in self._paths:
            self._paths[leaf, pf] = self.graph.path(leaf, state.carrier, pf)
        return self._paths[leaf, pf]

    def is_up(self, pattern: Pattern, state: State) -> bool:
        """Whether a device of this pattern is up in this look."""
        return pattern.rack not in state.lost_racks and pattern.carrying(state.live) is not None

    def affected(self, state: State) -> set[int]:
        """Return the patterns whose loads or liveness differ from the normal state."""
        normal = self.normal
        found: set[int] = set()
        for rack in state.lost_racks:
            found.update(self._patterns_in.get(rack, ()))
        changed = [
            n
            for n in range(len(normal.live))
            if state.live[n] != normal.live[n] or state.carrier[n] != normal.carrier[n]
        ]
        for n in changed:
            for leaf in self._below.get(n, ()):
                found.update(self._patterns_at[leaf])
        return found

    def rows(self) -> tuple[list[LoadRow], list[LoadRow]]:
        """Return the rows of the normal state and those of all failures, without covered ones."""
        policy = self.graph.estate.policy
        by_node: dict[int, dict[int, Load]] = {n: {} for n in range(len(self.graph.nodes))}
        for p, contribution in enumerate(self._base):
            for n, load in contribution.items():
                by_node[n][p] = load
        changes = self._changes_by_node()
        normal_rows: list[LoadRow] = []
        failure_rows: list[LoadRow] = []
        fixed = self.fixed(self.normal)
        for n, node in enumerate(self.graph.nodes):
            normal_usable = usable(node, kappa_normal(node, policy))
            failure_usable = usable(node, kappa_fail(node, policy))
            for axis, unit in enumerate(("W", "VA")):
                limit = normal_usable[axis]
                if limit is None:
                    continue
                base = {p: load[axis] for p, load in by_node[n].items()}
                normal_rows.append(
                    LoadRow(n, unit, self.normal, base, fixed.get(n, ZERO)[axis], limit)
                )
                limit = failure_usable[axis]
                assert limit is not None
                failure_rows.extend(
                    LoadRow(n, unit, state, _overlay(base, delta, axis), held, limit)
                    for state, delta, held in _uncovered(base, changes[n], axis)
                )
        return normal_rows, failure_rows

    def _changes_by_node(self) -> list[list[tuple[State, dict[int, Load], Load]]]:
        """Return, per node, the states in which it is live: changed loads, and the fixed load."""
        found: list[list[tuple[State, dict[int, Load], Load]]] = [[] for _ in self.graph.nodes]
        for state in self.graph.states[1:]:
            deltas: dict[int, dict[int, Load]] = {}
            for p in sorted(self.affected(state)):
                now = self._contribution(self.patterns[p], state)
                for n in now.keys() | self._base[p].keys():
                    deltas.setdefault(n, {})[p] = now.get(n, ZERO)
            fixed = self.fixed(state)
            for n, is_live in enumerate(state.live):
                if is_live:
                    found[n].append((state, deltas.get(n, {}), fixed.get(n, ZERO)))
        return found


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
