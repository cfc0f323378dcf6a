"""Survivable shares: how much of the critical demand each member carries alone, by resource."""

from __future__ import annotations

from typing import NamedTuple

from planner.check.capacity import Limit, W, kappa_emergency, limits
from planner.check.case import Case
from planner.check.continuity import CriticalNeed
from planner.check.continuity_alone import emergency_of
from planner.check.cooling import ZoneFigures
from planner.check.critical import Dependence
from planner.check.loads import LoadModel
from planner.check.services import RAM, STORAGE, VCPU, Lookout, unit_of
from planner.check.sweep import UNCHANGED, Sight
from planner.model.scenarios import Look
from planner.model.violation import SurvivableShare

POWER, COOLING = "power", "cooling"

#: Resources in the order of a report; licences follow by name.
_ORDER = (POWER, COOLING, VCPU, RAM, STORAGE)


class _Least(NamedTuple):
    """The subject that binds; `available` and `critical` are in 1 / `scale` of the unit."""

    available: int
    critical: int
    scale: int
    unit: str
    subject: str
    scenario: str


class Shares:
    """The least (emergency capacity - fixed) / critical load over all looks at a member alone."""

    def __init__(self, case: Case, dependence: Dependence) -> None:
        self.case = case
        self.need = CriticalNeed(dependence)
        self.lookout = Lookout(case)
        self.heat = ZoneFigures(case)
        self.least: dict[tuple[str, str], _Least] = {}
        self.limits: dict[int, tuple[Limit, ...]] = {}
        # Per model, the same member without any device: what is fixed.
        self._bare: dict[int, LoadModel] = {}

    def base(self, sight: Sight) -> None:
        """Prepare the member, with its critical devices and without any."""
        model = sight.model
        self.lookout.start(sight)
        self.heat.start(sight)
        for n, node in enumerate(model.grid.nodes):
            emergency = emergency_of(self.case, node.site)
            kappa = kappa_emergency(node, self.case.estate.policy, emergency)
            self.limits[n] = limits(node, kappa)
        nothing = sight.span._replace(devices=())
        self._bare[id(model)] = LoadModel(model.grid, nothing, model.units, model.scale, model.base)

    def alone(self, sight: Sight) -> None:
        """Look at the zones, and at every other subject that may differ from the base."""
        self._power(sight)
        for zone, (heat_w, capacity_w) in self.heat.look(sight).items():
            self._see(COOLING, _Least(capacity_w, heat_w, 1, "W", zone, sight.label), sight)
        if sight.moment.look is Look.SUSTAINED:
            self._compute(sight)

    def _power(self, sight: Sight) -> None:
        model, moment, bare = sight.model, sight.moment, self._bare[id(sight.model)]
        fixed_change = UNCHANGED if moment is model.base else bare.change(moment)
        nodes = sight.change.loads.keys() | fixed_change.loads.keys()
        if not moment.scenario.lost:
            nodes = set(range(len(model.grid.nodes))) - moment.off
        for n in sorted(nodes, key=lambda n: model.grid.nodes[n].id):
            load = sight.change.loads.get(n, model.normal.loads[n])
            fixed = fixed_change.loads.get(n, bare.normal.loads[n])
            for limit in self.limits[n]:
                all_of_it, rest = (load.w, fixed.w) if limit.unit == W else (load.va, fixed.va)
                available = limit.usable * model.scale - rest
                subject = model.grid.nodes[n].id
                least = _Least(
                    available, all_of_it - rest, model.scale, limit.unit, subject, sight.label
                )
                self._see(POWER, least, sight)

    def _compute(self, sight: Sight) -> None:
        running, scenario = self.lookout.running(sight), sight.moment.scenario
        need = self.need.of(scenario, running, sight.span.services)
        for pool, amounts in need.items():
            for resource, amount in amounts.items():
                offered = running.offers[pool].get(resource, 0)
                unit = unit_of(resource)
                self._see(resource, _Least(offered, amount, 1, unit, pool, sight.label), sight)

    def _see(self, resource: str, found: _Least, sight: Sight) -> None:
        """Take note of a subject with critical load; the first among equals stays."""
        if found.critical <= 0:
            return
        key = (sight.moment.scenario.alone, resource)
        known = self.least.get(key)
        if known is None or found.available * known.critical < known.available * found.critical:
            self.least[key] = found

    def result(self) -> tuple[SurvivableShare, ...]:
        """Return the shares by site and resource."""

        def order(key: tuple[str, str]) -> tuple[str, int, str]:
            site, resource = key
            return site, _ORDER.index(resource) if resource in _ORDER else len(_ORDER), resource

        return tuple(
            SurvivableShare(
                site=key[0],
                resource=key[1],
                subject=least.subject,
                scenario=least.scenario,
                available=least.available // least.scale,
                critical=-(-least.critical // least.scale),
                unit=least.unit,
                permille=1000 * least.available // least.critical,
            )
            for key in sorted(self.least, key=order)
            for least in (self.least[key],)
        )
