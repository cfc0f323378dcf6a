"""Pools after a loss: what is critical and runs there against what the pool offers then."""

from __future__ import annotations

from planner.check.critical import Dependence
from planner.check.services import Amounts, Running, demand, excess, total, unit_of
from planner.model.scenarios import EMERGENCY_KINDS, NORMAL, Look, Scenario
from planner.simulate.effect import Overload
from planner.simulate.takeover import Taken, Takeover

POOL = "pool"


class Pools:
    """The pools of one planning day."""

    def __init__(self, dependence: Dependence, takeover: Takeover) -> None:
        self.dependence = dependence
        self.takeover = takeover
        first = {key: pool for key, pool in takeover.first.pool_of.items() if pool is not None}
        self._first = self._needs(Scenario(NORMAL), first)
        self._known: dict[tuple[int, int, bool, str], tuple[Overload, ...]] = {}

    def overloads(self, scenario: Scenario, running: Running, taken: Taken) -> tuple[Overload, ...]:
        """Return where what is critical needs more than the pool offers; more than normally."""
        if running is self.takeover.first:
            return ()
        level = level_of(scenario)
        key = (id(running), id(taken), level.kind in EMERGENCY_KINDS, level.alone)
        if key not in self._known:
            self._known[key] = tuple(self._find(level, running, taken))
        return self._known[key]

    def _find(self, level: Scenario, running: Running, taken: Taken) -> list[Overload]:
        found = []
        for pool, need in sorted(self._needs(level, taken.runs_at).items()):
            offered, before = running.offers[pool], self._first.get(pool, {})
            normally = self.takeover.first.offers.get(pool, {})
            for resource, amount, limit in excess(need, offered):
                earlier = before.get(resource, 0)
                if amount - limit > earlier - normally.get(resource, 0):
                    unit = unit_of(resource)
                    found.append(Overload(pool, POOL, unit, Look.SUSTAINED, earlier, amount, limit))
        return found

    def _needs(self, level: Scenario, runs_at: dict[str, str]) -> dict[str, Amounts]:
        """Return, by pool, what the critical instances that run there take at a level."""
        critical = self.dependence.critical_in(level).needed
        parts: dict[str, list[Amounts]] = {}
        for one in self.takeover.services.placed:
            key = one.workload.id
            if key in critical and one.instance in runs_at:
                share = self.dependence.level_permille(key, level)
                parts.setdefault(runs_at[one.instance], []).append(demand(one.service, share))
        return {pool: total(several) for pool, several in parts.items()}


def level_of(scenario: Scenario) -> Scenario:
    """Return a scenario with the same level of service: a pair has that of its graver half."""
    if any(domain.kind in EMERGENCY_KINDS for domain in scenario.domains):
        return scenario._replace(kind="combination")
    return scenario
