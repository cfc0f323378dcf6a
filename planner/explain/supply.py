"""Power, cooling and survival with one more device, on the looks in which it can matter.

Loads add up: in a look that neither touches the device's supply nor its rack, every node carries
what it carries without the device plus what the device adds in the normal state. So such a look
needs judging only where that sum, or the heat of the zone, exceeds what is usable. All looks that
do touch the supply are judged.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from planner.check.capacity import W, kappa_failure, limits
from planner.check.case import Case, Device, Span
from planner.check.cooling import ZoneHeat
from planner.check.grid import Grid, Moment
from planner.check.judge import IN_SCENARIOS
from planner.check.loads import (
    Change,
    Consumer,
    Load,
    LoadModel,
    device_consumer,
    scale_of,
    unit_consumer,
)
from planner.check.sweep import Sight, Watcher
from planner.explain.cases import new_or_worse, with_devices
from planner.model.power import OUTLET_FOR_INLET
from planner.model.scenarios import NORMAL, iter_scenarios
from planner.model.violation import Violation
from planner.model.workload import Equipment

_NOTHING = Change({}, {})


class _Look(NamedTuple):
    """One look at one loss, with the nodes that it leaves dead or fed otherwise."""

    moment: Moment
    touched: frozenset[int]


class _Shown(NamedTuple):
    """One span as the rules are to see it: its loads, and in which looks."""

    span: Span
    model: LoadModel
    looks: Collection[int]


class _Heat(ZoneHeat):
    """Remembers what the units of every zone that it looks at could still take, W."""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.left_w: dict[str, int] = {}

    def _look_at(self, zone: str, heat_w: int, capacity_w: int, sight: Sight) -> None:
        self.left_w[zone] = capacity_w - heat_w
        super()._look_at(zone, heat_w, capacity_w, sight)


class _Rest:
    """The rest of the layout on one span: what it loads and heats in every look.

    Attributes
    ----------
    loads, left_w
        Per look: nodes whose load is not the normal one, zones whose state is not.
    peak
        Per node the largest W and the largest VA of any look.
    least_left_w
        Per zone what its units could still take in the tightest look.
    """

    def __init__(self, case: Case, span: Span, model: LoadModel, looks: Sequence[_Look]) -> None:
        self.span = span
        self.model = model
        heat = _Heat(case)
        heat.normal(Sight(span, model, model.grid.normal_moment, _NOTHING))
        self.normal_left_w = dict(heat.left_w)
        self.loads: list[dict[int, Load]] = []
        self.left_w: list[dict[str, int]] = []
        normal = model.normal.loads
        peak_w, peak_va = [load.w for load in normal], [load.va for load in normal]
        for look in looks:
            heat.left_w = {}
            change = model.change(look.moment)
            heat.loss(Sight(span, model, look.moment, change))
            self.loads.append(change.loads)
            self.left_w.append(heat.left_w)
            for n, load in change.loads.items():
                peak_w[n] = max(peak_w[n], load.w)
                peak_va[n] = max(peak_va[n], load.va)
        self.peak = tuple(map(Load, peak_w, peak_va))
        self.least_left_w = {
            zone: min([left, *(found.get(zone, left) for found in self.left_w)])
            for zone, left in self.normal_left_w.items()
        }


class SupplyProbe:
    """Judges one device of a kind at any place of an estate, beside the devices of `rest`."""

    def __init__(self, rest: Case, equipment: Equipment) -> None:
        self.rest = rest
        self.grid = grid = Grid(rest.estate)
        self.units = tuple(rest.estate.cooling_units.values())
        self.looks = [
            _Look(moment, (moment.off - grid.normal_off) | moment.feeder.keys() | moment.idle)
            for scenario in iter_scenarios(rest.estate)
            if scenario.kind != NORMAL
            for moment in grid.moments(scenario)
        ]
        consumers = [device_consumer(device, grid) for device in rest.devices]
        consumers += [unit_consumer(unit, grid) for unit in self.units]
        self.scale = scale_of(grid, [*consumers, _fully_corded(equipment)])
        policy = rest.estate.policy
        self.limits = [limits(node, kappa_failure(node, policy)) for node in grid.nodes]
        models = (LoadModel(grid, span, self.units, self.scale) for span in rest.spans)
        self.spans = [
            _Rest(rest, span, model, self.looks)
            for span, model in zip(rest.spans, models, strict=True)
        ]
        self.before = self._before()

    def _before(self) -> list[Violation]:
        """Return what is broken without the device."""
        watchers = [make(self.rest) for make in IN_SCENARIOS.values()]
        every = range(len(self.looks))
        self._show(watchers, [_Shown(known.span, known.model, every) for known in self.spans])
        return [v for watcher in watchers for v in watcher.violations()]

    def violations(self, device: Device) -> list[Violation]:
        """Return what is broken, or broken by more, with the device."""
        case = with_devices(self.rest, [*self.rest.devices, device])
        alone = with_devices(self.rest, [device])
        watchers = [
            make(alone if slug == "power.cord" else case) for slug, make in IN_SCENARIOS.items()
        ]
        chain = self._chain(device)
        shown = []
        for span in case.spans:
            known = [rest for rest in self.spans if rest.span.day <= span.day][-1]
            model = known.model
            if device in span.devices:
                model = LoadModel(self.grid, span, self.units, self.scale)
            shown.append(_Shown(span, model, self._relevant(device, chain, known, model)))
        self._show(watchers, shown)
        return new_or_worse(self.before, (v for watcher in watchers for v in watcher.violations()))

    def _show(self, watchers: Sequence[Watcher], shown: Sequence[_Shown]) -> None:
        """Show the normal state and some looks at losses to the rules, in the order of a sweep."""
        for span, model, _ in shown:
            normal = Sight(span, model, self.grid.normal_moment, _NOTHING)
            for watcher in watchers:
                watcher.normal(normal)
        for i, look in enumerate(self.looks):
            for span, model, relevant in shown:
                if i in relevant:
                    sight = Sight(span, model, look.moment, model.change(look.moment))
                    for watcher in watchers:
                        watcher.loss(sight)

    def _chain(self, device: Device) -> frozenset[int]:
        """Return the nodes that can feed the device, on any path."""
        found: set[int] = set()
        waiting = [self.grid.index[cord.node] for cord in device.cords or ()]
        while waiting:
            n = waiting.pop()
            if n not in found:
                found.add(n)
                waiting += self.grid.parents[n]
        return frozenset(found)

    def _relevant(
        self, device: Device, chain: frozenset[int], known: _Rest, model: LoadModel
    ) -> frozenset[int]:
        """Return the looks in which the device can matter, or which break its rules anyway."""
        tight = self._overloaded(known, model, chain) | self._overheated(known, device)
        rack, kinds = device.rack.id, self._broken_kinds(device)
        return frozenset(
            i
            for i, look in enumerate(self.looks)
            if i in tight
            or rack in look.moment.racks
            or look.moment.scenario.kind in kinds
            or not chain.isdisjoint(look.touched)
        )

    def _broken_kinds(self, device: Device) -> frozenset[str]:
        """Return the levels that the workload must survive, where it fails to anyway."""
        broken = {v.subject for v in self.before if v.rule == "redundancy.survive"}
        survive = device.workload.survive
        return frozenset(level for level in survive if f"{device.workload.id}:{level}" in broken)

    def _overloaded(self, known: _Rest, model: LoadModel, chain: frozenset[int]) -> set[int]:
        """Return the looks in which a node cannot carry what the device adds normally."""
        found: set[int] = set()
        before, after = known.model.normal.loads, model.normal.loads
        for n in sorted(chain):
            for limit in self.limits[n]:
                added = _of(after[n], limit.unit) - _of(before[n], limit.unit)
                left = limit.usable * self.scale - added
                if _of(known.peak[n], limit.unit) > left:
                    found |= {
                        i
                        for i, loads in enumerate(known.loads)
                        if _of(loads.get(n, before[n]), limit.unit) > left
                        and n not in self.looks[i].moment.off
                    }
        return found

    def _overheated(self, known: _Rest, device: Device) -> set[int]:
        """Return the looks in which the units of the device's zone cannot take its heat."""
        zone = device.rack.cooling_zone
        if zone is None or known.least_left_w[zone] >= device.draw_w:
            return set()
        normal = known.normal_left_w[zone]
        return {i for i, left in enumerate(known.left_w) if left.get(zone, normal) < device.draw_w}


def _of(load: Load, unit: str) -> int:
    return load.w if unit == W else load.va


def _fully_corded(equipment: Equipment) -> Consumer:
    """Return the device as a consumer with all its cords, on whatever nodes."""
    num_cords = sum(inlet.type in OUTLET_FOR_INLET for inlet in equipment.inlets)
    draw = equipment.draw
    return Consumer(
        (0,) * num_cords, equipment.psus_required, False, draw.budget_w, draw.power_factor_permille
    )
