"""Pools after a loss: what is critical, and all that runs there, against what the pool offers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from planner.check.critical import IN_FULL, Dependence, is_emergency
from planner.check.services import Running, demand, unit_of
from planner.model.scenarios import EMERGENCY_KINDS, NORMAL, Look, Scenario
from planner.simulate.effect import Overload
from planner.simulate.shedding import Bundle, Kept, Slot, shed
from planner.simulate.takeover import Taken, Takeover

POOL = "pool"

#: Nothing is given up.
NOTHING = Kept(frozenset(), is_proven=True)

#: Which pools are alive, what runs where, whether it is an emergency, and which site is alone.
_Key = tuple[int, int, bool, str]


class Pools:
    """The pools of one planning day."""

    def __init__(self, dependence: Dependence, takeover: Takeover) -> None:
        self.dependence = dependence
        self.takeover = takeover
        self.estate = dependence.estate
        first = {key: pool for key, pool in takeover.first.pool_of.items() if pool is not None}
        self._first = self._needs(Scenario(NORMAL), first)
        self._overloads: dict[_Key, tuple[Overload, ...]] = {}
        self._kept: dict[tuple[_Key, frozenset[str]], Kept] = {}

    def overloads(self, scenario: Scenario, running: Running, taken: Taken) -> tuple[Overload, ...]:
        """Return where what is critical needs more than the pool offers; more than normally."""
        if running is self.takeover.first:
            return ()
        level = level_of(scenario)
        key = _key(level, running, taken)
        if key not in self._overloads:
            critical = self.dependence.critical_in(level).needed
            needs = self._needs(level, taken.runs_at)
            found = self._excess(
                {k: v for k, v in needs.items() if k in critical},
                {k: v for k, v in self._first.items() if k in critical},
                running,
            )
            self._overloads[key] = tuple(
                Overload(slot[0], POOL, unit_of(slot[1]), Look.SUSTAINED, *figures)
                for slot, figures in sorted(found.items())
            )
        return self._overloads[key]

    def given_up(
        self, scenario: Scenario, running: Running, taken: Taken, stopped: frozenset[str]
    ) -> Kept:
        """Return the services that are given up for want of room.

        Parameters
        ----------
        stopped
            Processes that do not run anyway.
        """
        if running is self.takeover.first:
            return NOTHING
        level = level_of(scenario)
        key = (_key(level, running, taken), stopped)
        if key not in self._kept:
            needs = self._needs(level, taken.runs_at)
            found = self._excess(needs, self._first, running)
            room = {slot: limit for slot, (_, _, limit) in found.items()}
            processes = [
                (process, self.dependence.needs[process.id])
                for process in self.estate.processes.values()
                if process.id not in stopped
            ]
            self._kept[key] = (
                shed(needs, room, processes, self.estate.workloads) if room else NOTHING
            )
        return self._kept[key]

    def _needs(self, level: Scenario, runs_at: Mapping[str, str]) -> dict[str, Bundle]:
        """Return, by service, what its running instances take; critical ones at their level."""
        critical = self.dependence.critical_in(level).needed
        needs: dict[str, Bundle] = {}
        for one in self.takeover.services.placed:
            pool = runs_at.get(one.instance)
            if pool is not None:
                key = one.workload.id
                share = self.dependence.level_permille(key, level) if key in critical else IN_FULL
                bundle = needs.setdefault(key, {})
                for resource, amount in demand(one.service, share).items():
                    bundle[pool, resource] = bundle.get((pool, resource), 0) + amount
        return needs

    def _excess(
        self, needs: Mapping[str, Bundle], first: Mapping[str, Bundle], running: Running
    ) -> dict[Slot, tuple[int, int, int]]:
        """Return need before, need and offer where more is missing than without any loss."""
        now, before, found = _sum(needs.values()), _sum(first.values()), {}
        for slot, need in now.items():
            pool, resource = slot
            offered = running.offers[pool].get(resource, 0)
            normally = self.takeover.first.offers.get(pool, {}).get(resource, 0)
            if need > offered and need - offered > before.get(slot, 0) - normally:
                found[slot] = (before.get(slot, 0), need, offered)
        return found


def _key(level: Scenario, running: Running, taken: Taken) -> _Key:
    return id(running), id(taken), is_emergency(level), level.alone


def _sum(bundles: Iterable[Bundle]) -> Bundle:
    total: Counter[Slot] = Counter()
    for bundle in bundles:
        total.update(bundle)
    return dict(total)


def level_of(scenario: Scenario) -> Scenario:
    """Return a scenario with the same level of service: a pair has that of its graver half."""
    if any(domain.kind in EMERGENCY_KINDS for domain in scenario.domains):
        return scenario._replace(kind="combination")
    return scenario
