"""Continuity after any loss, and on each site alone: what is critical is up, and pools carry it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from planner.check.case import Case, ServicePlaced
from planner.check.critical import Dependence, is_emergency
from planner.check.services import Amounts, Lookout, Running, demand, excess, total, unit_of
from planner.check.sweep import Sight, Worst
from planner.check.wording import names
from planner.model.scenarios import Look, Scenario, must_survive
from planner.model.violation import Tightest, Violation


class _Down(NamedTuple):
    needed: int
    up: int
    down: tuple[str, ...]


class Survivors:
    """continuity.survivor: of what is critical, at most `count - needed` placed ones are down."""

    rule = "continuity.survivor"

    def __init__(self, case: Case) -> None:
        self.case = case
        self.dependence = Dependence(case.estate)
        self.lookout = Lookout(case)
        self.worst: dict[str, Worst[_Down]] = {}
        # Per model: how many are down from the start, and the workloads that are short by that.
        self._first: dict[int, tuple[Counter[str], set[str]]] = {}
        self._workload_of = {one.instance: one.workload.id for one in (*case.devices,)}
        self._workload_of |= {one.instance: one.workload.id for one in case.services}
        self._num_placed = Counter(self._workload_of.values())

    def normal(self, sight: Sight) -> None:
        """Note which devices are down without any loss."""
        self.lookout.start(sight)
        num_down = self._counted(self.lookout.first_down(sight))
        short = {key for key, number in num_down.items() if self._is_short(key, number)}
        self._first[id(sight.model)] = num_down, short

    def base(self, sight: Sight) -> None:
        """Note which devices are down where a site is alone: those elsewhere, to begin with."""
        self.normal(sight)

    def _counted(self, instances: Iterable[str]) -> Counter[str]:
        return Counter(self._workload_of[instance] for instance in instances)

    def _is_short(self, key: str, num_down: int) -> bool:
        workload = self.case.planned[key]
        return num_down > workload.count - workload.needed

    def loss(self, sight: Sight) -> None:
        """Count what is down, of every workload that is critical then."""
        needed = self.dependence.critical_in(sight.moment.scenario).needed
        if sight.moment.look is not Look.SUSTAINED or not needed:
            return
        if not must_survive(self.case.estate, sight.moment.scenario):
            return
        more = [*self.lookout.more_down(sight), *self.lookout.running(sight).down]
        first, short = self._first[id(sight.model)]
        more_down = self._counted(more)
        for key in sorted(needed & (more_down.keys() | short)):
            if self._is_short(key, first[key] + more_down[key]):
                self._note(key, {*self.lookout.first_down(sight), *more}, sight)

    def alone(self, sight: Sight) -> None:
        """Count what is down on a site alone."""
        self.loss(sight)

    def _note(self, key: str, down: set[str], sight: Sight) -> None:
        workload = self.case.planned[key]
        own = tuple(sorted(i for i in down if self._workload_of[i] == key))
        placed = self._num_placed[key]
        detail = _Down(workload.needed - (workload.count - placed), placed - len(own), own)
        amount = detail.needed - detail.up
        known = self.worst.get(key)
        if known is None:
            self.worst[key] = Worst(amount, sight, detail)
        else:
            known.see(amount, sight, detail)

    def violations(self) -> Iterator[Violation]:
        """Yield one violation a workload."""
        for key, worst in self.worst.items():
            workload, detail, sight = self.case.planned[key], worst.detail, worst.sight
            placed = self._num_placed[key]
            missing = workload.count - placed
            less = f" less {missing} not placed" if missing else ""
            is_service = workload.service is not None
            yield Violation(
                self.rule,
                key,
                sight.label,
                detail.needed,
                detail.up,
                "instances",
                f"too few instances of `{key}`, which is critical, are up"
                f"{' or taken over' if is_service else ''} {sight.when}: {names(detail.down)} "
                f"{'is' if len(detail.down) == 1 else 'are'} down",
                f"needed: {workload.needed} of {workload.count}{less}{worst.others}",
                f"{placed} placed less {len(detail.down)} down",
                workload.at,
                hint="let another site's pool take it over, or place more of it"
                if is_service
                else "place instances at each site, and cord them to both strands",
            )

    def tightest(self) -> Iterator[Tightest]:
        """Nothing: instances are no capacity."""
        return iter(())


class _Over(NamedTuple):
    """What a pool lacks."""

    pool: str
    resource: str
    required: int
    available: int


class PoolLoads:
    """continuity.compute: what is critical and runs on a pool fits on its hosts that are up."""

    rule = "continuity.compute"

    def __init__(self, case: Case) -> None:
        self.case = case
        self.lookout = Lookout(case)
        self.need = CriticalNeed(Dependence(case.estate))
        self.worst: dict[tuple[str, str], Worst[_Over]] = {}
        # What runs is one object for many losses; so is what that overloads.
        self._known: dict[tuple[int, bool], tuple[Running, list[_Over]]] = {}

    def normal(self, sight: Sight) -> None:
        """Begin from the normal state."""
        self.lookout.start(sight)

    def base(self, sight: Sight) -> None:
        """Begin from a site alone."""
        self.lookout.start(sight)

    def loss(self, sight: Sight) -> None:
        """Look at every pool that is alive."""
        scenario = sight.moment.scenario
        if sight.moment.look is not Look.SUSTAINED or not sight.span.services:
            return
        for over in self._overloaded(scenario, self.lookout.running(sight), sight.span.services):
            key, amount = (over.pool, over.resource), over.required - over.available
            if key in self.worst:
                self.worst[key].see(amount, sight, over)
            else:
                self.worst[key] = Worst(amount, sight, over)

    def alone(self, sight: Sight) -> None:
        """Look at the pools of a site alone."""
        self.loss(sight)

    def _overloaded(
        self, scenario: Scenario, running: Running, placed: tuple[ServicePlaced, ...]
    ) -> list[_Over]:
        key = (id(running), is_emergency(scenario))
        if key not in self._known:
            need = self.need.of(scenario, running, placed)
            found = [
                _Over(pool, *over)
                for pool, amounts in need.items()
                for over in excess(amounts, running.offers[pool])
            ]
            self._known[key] = running, found
        return self._known[key][1]

    def violations(self) -> Iterator[Violation]:
        """Yield one violation a pool and resource."""
        for worst in self.worst.values():
            over, sight = worst.detail, worst.sight
            level = " at its emergency level" if is_emergency(sight.moment.scenario) else ""
            yield Violation(
                self.rule,
                over.pool,
                sight.label,
                over.required,
                over.available,
                unit_of(over.resource),
                f"pool `{over.pool}` has too little {over.resource} for what is critical "
                f"{sight.when}{self.case.on(sight.span.day)}",
                f"critical demand{level}{worst.others}",
                "hosts that are up, spare ones included",
                self.case.estate.pools[over.pool].at,
                hint="add a host to the pool, or lower the emergency level of its processes",
            )

    def tightest(self) -> Iterator[Tightest]:
        """Nothing: only the power and cooling of an estate are ranked."""
        return iter(())


class CriticalNeed:
    """What is critical and runs on each pool; remembered while the same runs on the same pools."""

    def __init__(self, dependence: Dependence) -> None:
        self.dependence = dependence
        # By what runs where (kept, so that its identity is), and whether it is an emergency.
        self._known: dict[tuple[int, bool], tuple[Running, dict[str, Amounts]]] = {}

    def of(
        self, scenario: Scenario, running: Running, placed: Iterable[ServicePlaced]
    ) -> dict[str, Amounts]:
        """Return, per pool that is alive, what critical instances need at the scenario's level."""
        key = (id(running.pool_of), is_emergency(scenario))
        if key not in self._known:
            self._known[key] = running, self._find(scenario, running, placed)
        return self._known[key][1]

    def _find(
        self, scenario: Scenario, running: Running, placed: Iterable[ServicePlaced]
    ) -> dict[str, Amounts]:
        needed = self.dependence.critical_in(scenario).needed
        each: dict[str, Amounts] = {}
        parts: dict[str, list[Amounts]] = {}
        for one in placed:
            key, pool = one.workload.id, running.pool_of[one.instance]
            if pool is not None and key in needed:
                if key not in each:
                    level = self.dependence.level_permille(key, scenario)
                    each[key] = demand(one.service, level)
                parts.setdefault(pool, []).append(each[key])
        return {pool: total(several) for pool, several in sorted(parts.items())}
