"""Pools in the model: how much of each is up, whether it is alive, what moves when it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from planner.solve.pools import NOTHING, PoolDown, Pools, Resource

if TYPE_CHECKING:
    from planner.solve.model import Model

#: Sums of more terms than this get a variable of their own, which many rows then share.
MAX_TERMS = 3


class Hosting:
    """Counts of hosts and loads of services, each made once and shared by all rows."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.pools = Pools(model.candidates)
        self._counts: dict[frozenset[int], cp_model.LinearExpr] = {}
        self._free: dict[tuple[PoolDown, int], cp_model.IntVar] = {}
        self._any: dict[tuple[frozenset[int], frozenset[int]], cp_model.IntVar] = {}
        self._alive: dict[PoolDown, cp_model.IntVar] = {}
        self._loads: dict[tuple[tuple[int, int], ...], cp_model.LinearExpr] = {}
        self._moved: dict[object, cp_model.IntVar] = {}

    def _count(self, options: frozenset[int]) -> cp_model.LinearExpr:
        """Return the number of instances at equipment options."""
        if options not in self._counts:
            model = self.model
            total = cp_model.LinearExpr.sum([model.x[o] for o in sorted(options)])
            if len(options) > MAX_TERMS:
                groups = {model.candidates.options[o].group for o in options}
                most = sum(model.problem.groups[g].count for g in groups)
                count = model.cp.new_int_var(0, most, "")
                model.cp.add(count == total)
                total = cp_model.LinearExpr.sum([count])
            self._counts[options] = total
        return self._counts[options]

    def _up(self, all_: frozenset[int], down: frozenset[int]) -> cp_model.LinearExpr:
        """Return how many are up."""
        if down == all_:
            return cp_model.LinearExpr.sum([0])
        return self._count(all_) - self._count(down) if down else self._count(all_)

    def offered(self, resource: Resource, down: PoolDown, spare: int = 0) -> cp_model.LinearExpr:
        """Return what a pool offers of a resource, with so many hosts kept free."""
        if resource.source == "pool":
            return cp_model.LinearExpr.sum([resource.figure])
        if resource.source == "storage":
            storage = self.pools.storage[down.pool]
            assert storage is not None
            return resource.figure * self._up(storage, down.of(resource))
        hosts = self._up(self.pools.hosts[down.pool], down.hosts)
        if not spare:
            return resource.figure * hosts
        key = (down, spare)
        if key not in self._free:
            most = sum(self.model.upper(o) for o in self.pools.hosts[down.pool])
            self._free[key] = self.model.cp.new_int_var(0, most, "")
            self.model.cp.add_max_equality(self._free[key], [hosts - spare, 0])
        return resource.figure * cp_model.LinearExpr.sum([self._free[key]])

    def is_gone(self, down: PoolDown) -> bool:
        """Whether a pool is dead whatever is placed."""
        storage = self.pools.storage[down.pool]
        return down.hosts == self.pools.hosts[down.pool] or (
            storage is not None and down.storage == storage
        )

    def num_up(self, down: PoolDown, x: Sequence[int]) -> int:
        """Return how many hosts of a pool are up with these counts, 0 where it is dead."""
        storage = self.pools.storage[down.pool]
        if storage is not None and not self._num(storage - (down.storage or NOTHING), x):
            return 0
        return self._num(self.pools.hosts[down.pool] - down.hosts, x)

    def num_offered(self, resource: Resource, down: PoolDown, x: Sequence[int]) -> int:
        """Return what a pool offers of a resource with these counts."""
        if resource.source == "pool":
            return resource.figure
        storage = self.pools.storage[down.pool]
        if resource.source == "storage" and storage is not None:
            return resource.figure * self._num(storage - down.of(resource), x)
        return resource.figure * self._num(self.pools.hosts[down.pool] - down.hosts, x)

    def _num(self, options: frozenset[int], x: Sequence[int]) -> int:
        return sum(x[o] for o in options)

    def _any_up(self, all_: frozenset[int], down: frozenset[int]) -> cp_model.IntVar | None:
        """Return whether any is up, exact both ways; None where none can be."""
        if down == all_:
            return None
        key = (all_, down)
        if key not in self._any:
            literal = self.model.cp.new_bool_var("")
            up = self._up(all_, down)
            self.model.cp.add(up >= 1).only_enforce_if(literal)
            self.model.cp.add(up <= 0).only_enforce_if(~literal)
            self._any[key] = literal
        return self._any[key]

    def alive(self, down: PoolDown) -> cp_model.IntVar | None:
        """Return whether a pool is alive, exact both ways; None where it cannot be."""
        hosts = self._any_up(self.pools.hosts[down.pool], down.hosts)
        all_storage = self.pools.storage[down.pool]
        if all_storage is None or down.storage is None or hosts is None:
            return hosts
        storage = self._any_up(all_storage, down.storage)
        if storage is None:
            return None
        if down not in self._alive:
            alive = self.model.cp.new_bool_var("")
            self.model.cp.add_bool_and([hosts, storage]).only_enforce_if(alive)
            self.model.cp.add_bool_or([~hosts, ~storage, alive])
            self._alive[down] = alive
        return self._alive[down]

    def load(self, terms: Mapping[int, int]) -> cp_model.LinearExpr:
        """Return `sum(coefficient * instances)` over service options."""
        key = tuple(sorted(terms.items()))
        if key not in self._loads:
            total = cp_model.LinearExpr.weighted_sum(
                [self.model.y[o] for o, _ in key], [c for _, c in key]
            )
            if len(key) > MAX_TERMS:
                load = self.model.cp.new_int_var(0, self._most(terms), "")
                self.model.cp.add(load == total)
                total = cp_model.LinearExpr.sum([load])
            self._loads[key] = total
        return self._loads[key]

    def _most(self, terms: Mapping[int, int]) -> int:
        services = self.model.candidates.services
        return sum(c * services.upper(o) for o, c in terms.items())

    def moved(self, before: tuple[PoolDown, ...], terms: Mapping[int, int]) -> cp_model.LinearExpr:
        """Return at least the load of service options if all these pools are dead, or at least 0.

        `moved >= load - most * (pools alive)`; as low as that where something limits it.
        """
        alive = [one for pool in before if (one := self.alive(pool)) is not None]
        load = self.load(terms)
        if not alive:
            return load
        key = (before, tuple(sorted(terms.items())))
        if key not in self._moved:
            most = self._most(terms)
            self._moved[key] = self.model.cp.new_int_var(0, most, "")
            limit = [self._moved[key], *(most * one for one in alive)]
            self.model.cp.add(load <= cp_model.LinearExpr.sum(limit))
        return cp_model.LinearExpr.sum([self._moved[key]])
