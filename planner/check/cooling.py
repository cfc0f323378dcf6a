"""Cooling: the heat of a zone in every scenario, the heat of a rack against its design power."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from planner.check.case import Case, RackView
from planner.check.grid import Moment
from planner.check.loads import LoadModel
from planner.check.sweep import Nearest, Sight, Worst
from planner.check.wording import count
from planner.check.worst import worst_of
from planner.model.cooling import CoolingUnit
from planner.model.scenarios import NORMAL, Look
from planner.model.violation import Tightest, Violation


class _Heat(NamedTuple):
    """Heat and running capacity per zone of one span in the normal state, and the zones over it."""

    heat_w: dict[str, int]
    capacity_w: dict[str, int]
    over: frozenset[str]


class ZoneHeat:
    """cooling.zone: the draw of the devices that are up <= capacity of the units that run."""

    rule = "cooling.zone"

    def __init__(self, case: Case) -> None:
        self.case = case
        self.worst: dict[str, Worst[tuple[int, int]]] = {}
        self.nearest = Nearest()
        self._normal: dict[int, _Heat] = {}

    def normal(self, sight: Sight) -> None:
        """Add up every zone and look at it."""
        self.start(sight)
        self.look_at_all(sight)

    def start(self, sight: Sight) -> None:
        """Add up every zone in the state that losses start from."""
        model = sight.model
        zones = self.case.estate.cooling_zones
        heat, capacity = dict.fromkeys(zones, 0), dict.fromkeys(zones, 0)
        num_devices = len(model.devices)
        for i, nodes in enumerate(model.normal.carrying):
            if nodes is None:
                continue
            if i >= num_devices:
                unit = model.units[i - num_devices]
                capacity[unit.zone] += unit.capacity_w
            elif (zone := model.devices[i].rack.cooling_zone) is not None:
                heat[zone] += model.devices[i].draw_w
        over = frozenset(zone for zone in zones if heat[zone] > capacity[zone])
        self._normal[id(model)] = _Heat(heat, capacity, over)

    def look_at_all(self, sight: Sight) -> None:
        """Look at every zone in the state that losses start from."""
        heat = self._normal[id(sight.model)]
        for zone in self.case.estate.cooling_zones:
            self._look_at(zone, heat.heat_w[zone], heat.capacity_w[zone], sight)

    def loss(self, sight: Sight) -> None:
        """Look at the zones in which something changes, and at those that are over anyway."""
        model = sight.model
        before = self._normal[id(model)]
        heat: dict[str, int] = {}
        capacity: dict[str, int] = {}
        for i, nodes in sight.change.carrying.items():
            flipped = (nodes is not None) - (model.normal.carrying[i] is not None)
            if not flipped:
                continue
            if i >= len(model.devices):
                unit = model.units[i - len(model.devices)]
                if not self._bridges(unit, model, sight.moment):
                    capacity[unit.zone] = capacity.get(unit.zone, 0) + flipped * unit.capacity_w
            elif (zone := model.devices[i].rack.cooling_zone) is not None:
                heat[zone] = heat.get(zone, 0) + flipped * model.devices[i].draw_w
        for zone in sorted({*heat, *capacity, *before.over}):
            self._look_at(
                zone,
                before.heat_w[zone] + heat.get(zone, 0),
                before.capacity_w[zone] + capacity.get(zone, 0),
                sight,
            )

    def _bridges(self, unit: CoolingUnit, model: LoadModel, moment: Moment) -> bool:
        """Return whether a unit that is not fed runs again before its zone gets warm."""
        if moment.look is not Look.INTERRUPTION or unit.id in moment.units:
            return False
        grid = model.grid
        nodes = (grid.index[key] for key in unit.nodes)
        states = (moment.states.get(n, grid.normal[n]) for n in nodes)
        gaps = sorted(state.gap_ms for state in states if state.alive)
        if len(gaps) < unit.cords_required:
            return False
        gap_s = -(-gaps[unit.cords_required - 1] // 1000)
        return gap_s + unit.restart_s <= self.case.estate.cooling_zones[unit.zone].ride_through_s

    def _look_at(self, zone: str, heat_w: int, capacity_w: int, sight: Sight) -> None:
        self.nearest.see(heat_w, capacity_w, zone, sight)
        if heat_w <= capacity_w:
            return
        known = self.worst.get(zone)
        if known is None:
            self.worst[zone] = Worst(heat_w - capacity_w, sight, (heat_w, capacity_w))
        else:
            known.see(heat_w - capacity_w, sight, (heat_w, capacity_w))

    def violations(self) -> Iterator[Violation]:
        """Yield one violation a zone."""
        for zone, worst in self.worst.items():
            sight = worst.sight
            heat_w, capacity_w = worst.detail
            num_units = sum(unit.zone == zone for unit in sight.model.units)
            yield Violation(
                self.rule,
                zone,
                sight.label,
                heat_w,
                capacity_w,
                "W",
                f"cooling zone `{zone}` gets too hot {sight.when}{self.case.on(sight.span.day)}",
                f"draw of the devices that are up{worst.others}",
                f"units that run, of {num_units}",
                self.case.estate.cooling_zones[zone].at,
                hint="move devices out of the zone's racks, or add a cooling unit",
            )

    def tightest(self) -> Iterator[Tightest]:
        """Yield the zone nearest to its capacity."""
        return iter(self.nearest.result(self.rule, "W"))


class ZoneFigures(ZoneHeat):
    """Heat and running capacity of every zone, look by look."""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self._seen: dict[str, tuple[int, int]] = {}

    def look(self, sight: Sight) -> dict[str, tuple[int, int]]:
        """Return zone -> heat and running capacity, W, in a look after `start`."""
        self._seen = {}
        self.look_at_all(sight)
        if sight.moment is not sight.model.base:
            self.loss(sight)
        return self._seen

    def _look_at(self, zone: str, heat_w: int, capacity_w: int, sight: Sight) -> None:
        self._seen[zone] = heat_w, capacity_w


def rack_heat(case: Case) -> Iterator[Violation]:
    """cooling.rack: the draw of a rack's devices <= its design power."""
    for views in case.views:
        yield from worst_of(_rack_heat(case, view) for view in views)


def _rack_heat(case: Case, view: RackView) -> Violation | None:
    rack = view.rack
    draw_w = sum(device.draw_w for device in view.devices)
    if rack.max_power_w is None or draw_w <= rack.max_power_w:
        return None
    return Violation(
        "cooling.rack",
        rack.id,
        NORMAL,
        draw_w,
        rack.max_power_w,
        "W",
        f"the devices in rack `{rack.id}` draw more than its design power{case.on(view.day)}",
        f"draw of {count(len(view.devices), 'device')}",
        "max_power_w",
        rack.at,
        hint="move a device to another rack",
    )
