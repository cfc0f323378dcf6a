"""Pools after a loss: rows of what is critical on each, and which of them can wait.

A row binds only while its pool is alive. In a state in which more of the same pool is down and
nothing else is easier its row is stricter, unless the pool is dead then. So that row goes into the
model, and the milder one waits until a layout breaks it (`PoolRow.is_broken`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ortools.sat.python import cp_model

from planner.model.workload import Service
from planner.problem.continuity import WHOLE
from planner.solve.pools import NOTHING, PoolDown, PoolState, Resource, demand
from planner.solve.rows import Key

if TYPE_CHECKING:
    from planner.solve.model import Model

#: Pools tried before -> service option -> what an instance takes.
Use = Mapping[tuple[PoolDown, ...], Mapping[int, int]]


class PoolRow(NamedTuple):
    """`demand of what runs on a pool <= what is up of it`, of one resource in one class of states.

    What runs on it: its own instances, and those that it takes over because all pools that are
    tried before it are dead.
    """

    down: PoolDown
    resource: Resource
    use: Use

    def add(self, model: Model) -> None:
        """Add the row to a model."""
        hosting = model.hosting
        alive = hosting.alive(self.down)
        assert alive is not None
        taken = [hosting.moved(before, terms) for before, terms in self.use.items()]
        slack = model.slack(Key("continuity.compute", self.down.pool, self.resource.unit))
        limit = [hosting.offered(self.resource, self.down), slack]
        total = cp_model.LinearExpr.sum(taken)
        model.cp.add(total <= cp_model.LinearExpr.sum(limit)).only_enforce_if(alive)

    def is_broken(self, model: Model, x: Sequence[int], y: Sequence[int]) -> bool:
        """Whether counts of equipment and of services break the row beyond what is waived."""
        hosting = model.hosting
        if not hosting.num_up(self.down, x):
            return False
        taken = sum(
            coefficient * y[option]
            for before, terms in self.use.items()
            if not any(hosting.num_up(pool, x) for pool in before)
            for option, coefficient in terms.items()
        )
        key = ("continuity.compute", self.down.pool)
        offered = hosting.num_offered(self.resource, self.down, x)
        return taken > offered + model.problem.waived.get(key, 0)


class PoolRows(NamedTuple):
    """Rows that go into the model at once, and those that can wait."""

    first: tuple[PoolRow, ...]
    later: tuple[PoolRow, ...]


def pool_rows(model: Model) -> PoolRows:
    """Return the rows of every pool."""
    found: tuple[dict[object, PoolRow], dict[object, PoolRow]] = ({}, {})
    for pool in model.hosting.pools.pools:
        for state, waits in _binding(model, pool):
            runs = list(_runs(model, pool, state))
            for resource in model.hosting.pools.resources(pool):
                use = _use(runs, resource.unit)
                key = (pool, state.down[pool], resource, _frozen(use))
                if use and key not in found[0]:
                    found[waits].setdefault(key, PoolRow(state.down[pool], resource, use))
    return PoolRows(tuple(found[0].values()), tuple(found[1].values()))


def _frozen(use: Use) -> object:
    return tuple((before, tuple(terms.items())) for before, terms in use.items())


def _binding(model: Model, pool: str) -> Iterator[tuple[PoolState, bool]]:
    """Yield the states that matter to a pool, and whether their rows can wait."""
    hosting = model.hosting
    options = model.candidates.services.using[pool]
    related = tuple(sorted({p for option in options for p in option.pools} - {pool}))
    states = sorted(
        (s for s in hosting.pools.states if not hosting.is_gone(s.down[pool])),
        key=lambda s: (-sum(s.down[p].num_down for p in (pool, *related)), s.is_emergency),
    )
    kept = _Kept(pool, related)
    for state in states:
        stricter = kept.stricter(state)
        if not any(s.down[pool] == state.down[pool] for s in stricter):
            kept.add(state)
            yield state, bool(stricter)


class _Kept:
    """States found so far, by each option that is down in them.

    A stricter state has all options down that are down in the other, so one of them is enough to
    find it: of the pool itself, or, where all of that is up in both, of the related pools.
    """

    def __init__(self, pool: str, related: Sequence[str]) -> None:
        self.pool = pool
        self.related = related
        self._by_option: dict[int, list[PoolState]] = {}
        self._rest: list[PoolState] = []

    def _marks(self, state: PoolState) -> frozenset[int]:
        own = state.down[self.pool]
        if own.num_down:
            return own.hosts | (own.storage or NOTHING)
        down = [state.down[p] for p in self.related]
        return NOTHING.union(*(d.hosts for d in down), *(d.storage or NOTHING for d in down))

    def add(self, state: PoolState) -> None:
        """Remember a state."""
        marks = self._marks(state)
        for option in marks:
            self._by_option.setdefault(option, []).append(state)
        if not marks:
            self._rest.append(state)

    def stricter(self, state: PoolState) -> list[PoolState]:
        """Return states in which no more is up and no less is asked, all that matter among them."""
        marks = self._marks(state)
        found = [self._by_option.get(option, []) for option in marks] if marks else [self._rest]
        nearest = min(found, key=len)
        return [s for s in nearest if _is_stricter(s, state, self.pool, self.related)]


def _is_stricter(one: PoolState, other: PoolState, pool: str, related: Sequence[str]) -> bool:
    """Whether no more is up in one state than in the other, and no less is asked."""
    return (
        (not one.is_emergency or (other.is_emergency and one.group in (None, other.group)))
        and one.services >= other.services
        and one.down[pool].covers(other.down[pool])
        and all(one.down[p].covers(other.down[p]) for p in related)
    )


class _Run(NamedTuple):
    """An option that may run on a pool, at a level, once the pools before it are dead."""

    option: int
    service: Service
    permille: int
    before: tuple[PoolDown, ...]


def _runs(model: Model, pool: str, state: PoolState) -> Iterator[_Run]:
    services, continuity = model.candidates.services, model.problem.continuity
    for option in services.using[pool]:
        group = services.group(option)
        key = group.workload.id
        if key in state.services:
            share = WHOLE
            if state.is_emergency:
                share = continuity.emergency_permille(key, state.group)
            before = option.pools[: option.pools.index(pool)]
            down = tuple(state.down[p] for p in before)
            yield _Run(option.index, group.service, share, down)


def _use(runs: Iterable[_Run], unit: str) -> dict[tuple[PoolDown, ...], dict[int, int]]:
    """Return pools before -> option -> what an instance takes of a resource."""
    found: dict[tuple[PoolDown, ...], dict[int, int]] = {}
    for run in runs:
        if taken := demand(run.service, unit, run.permille):
            found.setdefault(run.before, {})[run.option] = taken
    return found
