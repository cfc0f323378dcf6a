"""Pools after a loss: what is critical, and all that runs there, against what the pool offers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from planner.check.critical import Dependence, is_emergency
from planner.check.services import Running, demand, unit_of
from planner.model.scenarios import EMERGENCY_KINDS, NORMAL, Look, Scenario
from planner.simulate.effect import Overload
from planner.simulate.takeover import Taken, Takeover

POOL = "pool"

#: Pool and resource.
Slot = tuple[str, str]


class Pools:
    """The pools of one planning day."""

    def __init__(self, dependence: Dependence, takeover: Takeover) -> None:
        self.dependence = dependence
        self.takeover = takeover
        first = {key: pool for key, pool in takeover.first.pool_of.items() if pool is not None}
        self._first = self._critical_needs(Scenario(NORMAL), first)
        # Both depend on what runs where, and the second on the level of service as well.
        self._tight: dict[tuple[int, int], bool] = {}
        self._overloads: dict[tuple[int, int, bool, str], tuple[Overload, ...]] = {}

    def is_tight(self, running: Running, taken: Taken) -> bool:
        """Return whether some pool offers less than all that runs there needs in full."""
        if running is self.takeover.first:
            return False
        key = (id(running), id(taken))
        if key not in self._tight:
            needs: Counter[Slot] = Counter()
            for one in self.takeover.services.placed:
                pool = taken.runs_at.get(one.instance)
                if pool is not None:
                    each = demand(one.service).items()
                    needs.update({(pool, resource): amount for resource, amount in each})
            self._tight[key] = any(
                need > running.offers[pool].get(resource, 0)
                for (pool, resource), need in needs.items()
            )
        return self._tight[key]

    def overloads(self, scenario: Scenario, running: Running, taken: Taken) -> tuple[Overload, ...]:
        """Return where what is critical needs more than the pool offers; more than normally."""
        if running is self.takeover.first:
            return ()
        level = level_of(scenario)
        key = (id(running), id(taken), is_emergency(level), level.alone)
        if key not in self._overloads:
            self._overloads[key] = tuple(self._find(level, running, taken))
        return self._overloads[key]

    def _find(self, level: Scenario, running: Running, taken: Taken) -> list[Overload]:
        found = []
        first_offers = self.takeover.first.offers
        for slot, need in sorted(self._critical_needs(level, taken.runs_at).items()):
            pool, resource = slot
            offered, before = running.offers[pool].get(resource, 0), self._first.get(slot, 0)
            normally = first_offers.get(pool, {}).get(resource, 0)
            if need > offered and need - offered > before - normally:
                figures = (before, need, offered)
                found.append(Overload(pool, POOL, unit_of(resource), Look.SUSTAINED, *figures))
        return found

    def _critical_needs(self, level: Scenario, runs_at: Mapping[str, str]) -> dict[Slot, int]:
        """Return what the critical instances that run on each pool take at their level."""
        critical = self.dependence.critical_in(level).needed
        needs: Counter[Slot] = Counter()
        for one in self.takeover.services.placed:
            key, pool = one.workload.id, runs_at.get(one.instance)
            if key in critical and pool is not None:
                share = self.dependence.level_permille(key, level)
                each = demand(one.service, share).items()
                needs.update({(pool, resource): amount for resource, amount in each})
        return dict(needs)


def level_of(scenario: Scenario) -> Scenario:
    """Return a scenario with the same level of service: a pair has that of its graver half."""
    if any(domain.kind in EMERGENCY_KINDS for domain in scenario.domains):
        return scenario._replace(kind="combination")
    return scenario
