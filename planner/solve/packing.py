"""Unit positions of the devices in one rack, exact.

First a greedy try from the bottom up, heavy devices lowest; where it fails a small CP-SAT model
decides, so that "cannot be packed" is a proof.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from ortools.sat.python import cp_model

from planner.model.space import Face, Rack
from planner.problem.days import Epoch
from planner.problem.problem import Problem
from planner.solve.registry import PACKING, PackingFunction

#: Deterministic time that one rack may take, s; far more than any rack needs.
MAX_SECONDS = 20.0


@dataclass(frozen=True)
class Item:
    """A device to stand in a rack.

    `face` None = both faces (full depth); `position_half` fixes it; `key` orders equal devices.
    `waived_half` is how many blocked or reserved cells a waiver lets it take.
    """

    key: str
    workload: str
    height_half: int
    face: Face | None
    mass_g: int
    position_half: int | None = None
    is_home: bool = False
    waived_half: int = 0

    def is_on(self, face: Face) -> bool:
        """Whether it takes units of a face."""
        return self.face is None or self.face is face

    def is_active(self, epoch: Epoch) -> bool:
        """Whether it is there in an epoch."""
        return self.workload in epoch.workloads


@dataclass
class Positioned:
    """An item with the half units at which it may start, and its CP-SAT variables."""

    item: Item
    starts: list[int]
    start: cp_model.LinearExprT = 0
    interval: cp_model.IntervalVar | None = None


@dataclass
class PackingModel:
    """One rack and its items; rules narrow `starts` and add constraints to `cp`."""

    problem: Problem
    rack: Rack
    items: list[Positioned]
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)

    def __post_init__(self) -> None:
        self.first = 2 * self.rack.starting_unit
        self.last = self.first + 2 * self.rack.u_height
        self.epochs = self.problem.epochs

    def num_blocked(self, item: Item, start: int) -> int:
        """Return how many blocked or reserved cells lie where the item would stand, at worst."""
        return max(
            (
                sum(
                    self.problem.is_blocked(self.rack, half, face, epoch)
                    for face in Face
                    if item.is_on(face)
                    for half in range(start, start + item.height_half)
                )
                for epoch in self.epochs
                if item.is_active(epoch)
            ),
            default=0,
        )

    def moment(self, item: Item, start: cp_model.LinearExprT) -> cp_model.LinearExprT:
        """Return mass x height of an item's middle above the highest centre of gravity allowed."""
        limit = self.rack.gravity_max_quarter or 0
        return item.mass_g * (2 * start - 2 * self.first + item.height_half - limit)

    @cached_property
    def most_moment(self) -> int:
        """The moment allowed: 0, or what is waived, or what stands in the rack has already."""
        waived = self.problem.waived.get(("space.gravity", self.rack.id), 0)
        limit = self.rack.gravity_max_quarter or 0
        moments = [
            sum(
                equipment.mass_g
                * (2 * (home.position_half - self.first) + equipment.u_height_half - limit)
                for group, home in self.problem.homes_in[self.rack.id]
                if group.workload.id in epoch.workloads and home.position_half is not None
                for equipment in (group.equipment,)
            )
            for epoch in self.epochs
        ]
        return max(waived, *moments)


class Unpackable(Exception):
    """No positions exist for these items; proven."""


def pack(
    problem: Problem, rack: Rack, items: Sequence[Item], *, ignore: frozenset[str] = frozenset()
) -> dict[str, int]:
    """Return a position for every item, by key; rules in `ignore` are left out.

    Raises
    ------
    Unpackable
        When there is provably none.
    """
    rules = {slug: rule for slug, rule in PACKING.items() if slug not in ignore}
    model = PackingModel(problem, rack, [Positioned(i, _all_starts(rack, i)) for i in items])
    for slug in ("space.bounds", "space.reserved"):
        if slug in rules:
            rules[slug](model)
    if any(not p.starts for p in model.items):
        raise Unpackable(rack.id)
    positions = _greedy(model, rules)
    return _exact(model, rules) if positions is None else positions


def _all_starts(rack: Rack, item: Item) -> list[int]:
    if item.position_half is not None:
        return [item.position_half]
    first = 2 * rack.starting_unit
    return list(range(first - 2 * rack.u_height, first + 4 * rack.u_height))


def _greedy(model: PackingModel, rules: Mapping[str, PackingFunction]) -> dict[str, int] | None:
    """Place from the bottom up, fixed items first, then the heaviest; None where that fails."""
    taken: list[tuple[Item, int]] = []
    order = sorted(
        model.items,
        key=lambda p: (
            p.item.position_half is None,
            -p.item.mass_g,
            -p.item.height_half,
            p.item.key,
        ),
    )
    for positioned in order:
        start = next(
            (s for s in positioned.starts if not _clashes(model, positioned.item, s, taken)), None
        )
        if start is None:
            return None
        taken.append((positioned.item, start))
    if model.rack.gravity_max_quarter is not None and "space.gravity" in rules:
        for epoch in model.epochs:
            moment = sum(model.moment(i, s) for i, s in taken if i.is_active(epoch))
            if moment > model.most_moment:
                return None
    return {item.key: start for item, start in taken}


def _clashes(
    model: PackingModel, item: Item, start: int, taken: Sequence[tuple[Item, int]]
) -> bool:
    for other, other_start in taken:
        apart = start + item.height_half <= other_start or (
            other_start + other.height_half <= start
        )
        if apart or not any(item.is_on(f) and other.is_on(f) for f in Face):
            continue
        if any(item.is_active(e) and other.is_active(e) for e in model.epochs):
            return True
    return False


def _exact(model: PackingModel, rules: Mapping[str, PackingFunction]) -> dict[str, int]:
    for positioned in model.items:
        domain = cp_model.Domain.from_values(positioned.starts)
        positioned.start = model.cp.new_int_var_from_domain(domain, positioned.item.key)
        positioned.interval = model.cp.new_fixed_size_interval_var(
            positioned.start, positioned.item.height_half, positioned.item.key
        )
    for slug in ("space.overlap", "space.gravity"):
        if slug in rules:
            rules[slug](model)
    _break_symmetry(model)
    solver = cp_model.CpSolver()
    solver.parameters.catch_sigint_signal = False
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = MAX_SECONDS
    status = solver.solve(model.cp)
    if status == cp_model.INFEASIBLE:
        raise Unpackable(model.rack.id)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise TimeoutError(f"packing of rack {model.rack.id} not decided in {MAX_SECONDS:.0f} s")
    return {p.item.key: solver.value(p.start) for p in model.items}


def _break_symmetry(model: PackingModel) -> None:
    """Order devices that are alike: their positions ascend with their keys."""
    alike: dict[tuple[object, ...], list[Positioned]] = {}
    for p in model.items:
        if p.item.position_half is None:
            kind = (p.item.workload, p.item.height_half, p.item.face, p.item.mass_g)
            alike.setdefault(kind, []).append(p)
    for group in alike.values():
        ordered = sorted(group, key=lambda p: p.item.key)
        for low, high in pairwise(ordered):
            model.cp.add(low.start <= high.start)
