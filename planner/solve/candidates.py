"""Candidates: where each group may stand, with which face and cording, after all filters.

A filter belongs to a rule and says by how much a single placement breaks it, whatever else is
placed. A standing instance may always stay: what its own place breaks is inherited. It may move,
too, to where it breaks these rules by no more.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from planner.model.layout import Place
from planner.model.space import Face
from planner.problem.cordings import (
    Pattern,
    corded_inlets,
    pattern_of,
    spread_cordings,
)
from planner.problem.loads import LoadModel, LoadRow
from planner.problem.power import State
from planner.problem.problem import Group, Problem
from planner.solve.registry import FILTERS, Candidate
from planner.solve.rows import Load
from planner.solve.services import Services

#: What a home breaks of these, a move must mend: their amounts depend on the unit or on the cords.
MENDED_BY_A_MOVE = frozenset({"space.reserved", "power.cord"})


@dataclass(frozen=True)
class Option:
    """One way for an instance of a group to stand.

    Attributes
    ----------
    pattern
        Index into `Candidates.patterns`.
    stays
        Whether this is the group's home, at its standing position.
    broken
        (rule, amount) that a home breaks by itself, or a move no more than the home.
    """

    index: int
    group: int
    rack: str
    face: Face | None
    cording: tuple[int, ...]
    pattern: int
    stays: bool = False
    broken: tuple[tuple[str, int], ...] = ()

    @property
    def identity(self) -> Hashable:
        """What makes it the same option in another model of the problem."""
        return (self.group, self.rack, self.face, self.cording, self.stays)


class Candidates:
    """All options of a problem, and the patterns and load model they share.

    Parameters
    ----------
    problem
        What to place.
    movable
        Indices of the standing groups that may move, None for all: with few, a smaller problem.
    """

    def __init__(self, problem: Problem, *, movable: Container[int] | None = None) -> None:
        self._start(problem)
        for group in problem.groups:
            if group.home is not None:
                self._add_homes(group, group.home)
                if movable is not None and group.index not in movable:
                    continue
            self._add_moves(group)

    def _start(self, problem: Problem) -> None:
        self.problem = problem
        self.patterns: list[Pattern] = []
        self.options: list[Option] = []
        self.excluded: dict[str, dict[str, dict[str, int]]] = {}
        self.cut_off: set[str] = set()
        self._pattern_index: dict[Pattern, int] = {}
        self._inherited: dict[int, dict[str, int]] = {}
        self._terms: dict[Load, dict[int, int]] = {}
        self._canonical: dict[Load, Load | None] = {}
        self._largest: dict[Load, int] = {}

    def restricted(self, problem: Problem, keeps: Callable[[Option], bool]) -> Candidates:
        """Return some of the options, for a problem with the same equipment."""
        found = Candidates.__new__(Candidates)
        found._start(problem)
        found.excluded = self.excluded
        found.cut_off = self.cut_off
        for option in self.options:
            if keeps(option):
                found._add(
                    self.group(option),
                    option.rack,
                    option.face,
                    option.cording,
                    stays=option.stays,
                    broken=option.broken,
                )
        return found

    @cached_property
    def loads(self) -> LoadModel:
        """What each pattern loads in each state."""
        return LoadModel(self.problem.graph, self.patterns)

    @cached_property
    def load_rows(self) -> tuple[list[LoadRow], list[LoadRow]]:
        """Load rows of the normal state, and of all failures."""
        return self.loads.rows()

    @cached_property
    def down(self) -> tuple[frozenset[int], ...]:
        """(num_states,) the patterns whose devices are down in each state."""
        return self._down_in(self.problem.graph.states)

    @cached_property
    def down_alone(self) -> tuple[frozenset[int], ...]:
        """(num_alone_states,) the same for each member alone."""
        return self._down_in(self.problem.graph.alone_states)

    def _down_in(self, states: Iterable[State]) -> tuple[frozenset[int], ...]:
        return tuple(
            frozenset(
                p for p in self.loads.affected(s) if not self.loads.is_up(self.patterns[p], s)
            )
            for s in states
        )

    @cached_property
    def services(self) -> Services:
        """The options of services."""
        return Services(self.problem)

    @cached_property
    def peak_w(self) -> int:
        """What all instances together draw: no load exceeds it."""
        return sum(g.count * g.equipment.draw.budget_w for g in self.problem.groups)

    @cached_property
    def of_group(self) -> tuple[tuple[Option, ...], ...]:
        """(num_groups,) the options of each group."""
        found: list[list[Option]] = [[] for _ in self.problem.groups]
        for option in self.options:
            found[option.group].append(option)
        return tuple(tuple(options) for options in found)

    @cached_property
    def of_pattern(self) -> tuple[tuple[Option, ...], ...]:
        """(num_patterns,) the options of each pattern."""
        found: list[list[Option]] = [[] for _ in self.patterns]
        for option in self.options:
            found[option.pattern].append(option)
        return tuple(tuple(options) for options in found)

    @cached_property
    def in_rack(self) -> Mapping[str, tuple[Option, ...]]:
        """Rack -> its options."""
        found: dict[str, list[Option]] = {rack.id: [] for rack in self.problem.racks}
        for option in self.options:
            found[option.rack].append(option)
        return {rack: tuple(options) for rack, options in found.items()}

    def group(self, option: Option) -> Group:
        """Return the group of an option."""
        return self.problem.groups[option.group]

    def upper(self, option: int) -> int:
        """Return how many instances an option can hold."""
        return self.group(self.options[option]).count

    def load_terms(self, load: Load) -> dict[int, int]:
        """Return option -> W of one instance, for the options that make up a load."""
        if load not in self._terms:
            active = self.problem.epochs[load.epoch].workloads
            if load.group:
                active &= self.problem.continuity.critical(load.group).workloads
            self._terms[load] = {
                o.index: group.equipment.draw.budget_w
                for o in self.of_pattern[load.pattern]
                if (group := self.group(o)).workload.id in active
            }
        return self._terms[load]

    def canonical(self, load: Load) -> Load | None:
        """Return the first load of the pattern with the same terms, None where it has no terms."""
        if load not in self._canonical:
            terms = self.load_terms(load)
            same = [Load(load.pattern, e) for e in range(len(self.problem.epochs))]
            if load.group:
                same += [load._replace(epoch=e) for e in range(load.epoch)]
            first = next((q for q in same if q == load or self.load_terms(q) == terms), load)
            self._canonical[load] = first if terms else None
        return self._canonical[load]

    def largest(self, options: Mapping[int, int], loads: Mapping[Load, int]) -> int:
        """Return an upper bound of `sum(options) + sum(loads)`."""
        return sum(max(0, c) * self.upper(o) for o, c in options.items()) + sum(
            max(0, c) * self._largest_load(q) for q, c in loads.items()
        )

    def _largest_load(self, load: Load) -> int:
        if load not in self._largest:
            self._largest[load] = sum(w * self.upper(o) for o, w in self.load_terms(load).items())
        return self._largest[load]

    def _pattern(self, pattern: Pattern) -> int:
        if pattern not in self._pattern_index:
            self._pattern_index[pattern] = len(self.patterns)
            self.patterns.append(pattern)
        return self._pattern_index[pattern]

    def _add(
        self,
        group: Group,
        rack: str,
        face: Face | None,
        cording: tuple[int, ...],
        *,
        stays: bool = False,
        broken: tuple[tuple[str, int], ...] = (),
    ) -> None:
        pattern = self._pattern(pattern_of(rack, group.equipment, cording))
        self.options.append(
            Option(len(self.options), group.index, rack, face, cording, pattern, stays, broken)
        )

    def _cordings(self, group: Group, rack: str) -> list[tuple[int, ...]]:
        nodes, graph = self.problem.outlet_nodes[rack], self.problem.graph
        outlets = [graph.nodes[n].outlets for n in nodes]
        found, is_cut_off = spread_cordings(group.equipment, nodes, outlets, graph.strand_of)
        if is_cut_off:
            self.cut_off.add(group.workload.id)
        return found

    def _add_homes(self, group: Group, home: Place) -> None:
        if home.cords is None:
            cordings = self._cordings(group, home.rack)
        else:
            node_of = {cord.inlet: self.problem.graph.index_of[cord.node] for cord in home.cords}
            cordings = [tuple(node_of[i.name] for i in corded_inlets(group.equipment))]
        rack = self.problem.estate.racks[home.rack]
        for cording in cordings:
            here = Candidate(group, rack, home.face, cording, True, home.position_half)
            broken = self._broken(here, of_place=False) | self._broken(here, of_place=True)
            if home.cords is None and "power.cord" in broken:
                continue  # nothing that stands is known to break this
            by_rule = tuple(broken.items())
            self._add(group, home.rack, home.face, cording, stays=True, broken=by_rule)
            self._inherited[group.index] = {
                slug: amount for slug, amount in broken.items() if slug not in MENDED_BY_A_MOVE
            }

    def _add_moves(self, group: Group) -> None:
        equipment = group.equipment
        faces: tuple[Face | None, ...]
        if equipment.u_height_half == 0:
            faces = (None,)
        elif equipment.face == "any":
            faces = tuple(Face)
        else:
            faces = (equipment.face,)
        why = self.excluded.setdefault(group.workload.id, {})
        for rack in self.problem.racks:
            inherited = self._inherited.get(group.index, {})
            of_rack = self._broken(Candidate(group, rack), of_place=False)
            reasons = _beyond(of_rack, inherited)
            if reasons:
                why[rack.id] = reasons
                continue
            found = False
            for cording in self._cordings(group, rack.id):
                for face in faces:
                    candidate = Candidate(group, rack, face, cording)
                    broken = of_rack | self._broken(candidate, of_place=True)
                    worse = _beyond(broken, inherited)
                    reasons |= worse
                    if not worse:
                        found = True
                        self._add(group, rack.id, face, cording, broken=tuple(broken.items()))
            if not found:
                why[rack.id] = reasons or {"power.cord": 1}

    def _broken(self, candidate: Candidate, *, of_place: bool) -> dict[str, int]:
        """Return rule -> amount of the filters that a candidate breaks, beyond what is waived."""
        found: dict[str, int] = {}
        for slug, rule in FILTERS.items():
            function = rule.of_place if of_place else rule.of_rack
            if function is None:
                continue
            amount = function(self.problem, candidate) - self._waived(slug, candidate.group)
            if amount > 0:
                found[slug] = amount
        return found

    def _waived(self, slug: str, group: Group) -> int:
        """Return what waivers cover for the instances of a group."""
        return self.problem.waived.get((slug, group.instances[0]), 0)


def _beyond(broken: Mapping[str, int], inherited: Mapping[str, int]) -> dict[str, int]:
    """Return what is broken by more than a home breaks it."""
    return {slug: n for slug, n in broken.items() if n > inherited.get(slug, 0)}
