"""Power, cooling and survival with one more device, judged only in the looks that break something.

Loads add up: in every look a node carries what it carries without the device plus what the device
adds there. So which looks break a rule is found by adding, and only those are shown to the rules
themselves, which then say what is wrong and by how much. The tests hold this against a full sweep.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from planner.check.capacity import Limit, W, kappa_failure, kappa_normal, limits
from planner.check.case import Case, Device, Span
from planner.check.cooling import ZoneHeat
from planner.check.grid import Grid, Moment
from planner.check.judge import IN_SCENARIOS
from planner.check.loads import (
    NOTHING,
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
from planner.model.power import OUTLET_FOR_INLET, PowerKind
from planner.model.scenarios import NORMAL, iter_scenarios
from planner.model.violation import Violation
from planner.model.workload import Equipment, Workload

_UNCHANGED = Change({}, {})

#: Rules in scenarios that look at one workload by itself; the others see what all share.
OF_WORKLOAD = ("power.cord", "redundancy.survive")

#: What a device adds to the nodes that feed it; None while it is down.
_Added = dict[int, Load] | None


class _Look(NamedTuple):
    """One look at one loss, with the nodes that it leaves dead or fed otherwise."""

    moment: Moment
    touched: frozenset[int]


class _Heat(ZoneHeat):
    """Remembers what the units of every zone that it looks at could still take, W."""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.left_w: dict[str, int] = {}

    def _look_at(self, zone: str, heat_w: int, capacity_w: int, sight: Sight) -> None:
        self.left_w[zone] = capacity_w - heat_w
        super()._look_at(zone, heat_w, capacity_w, sight)


class _State(NamedTuple):
    """The rest of the layout in one look, as far as it differs from the normal state.

    Attributes
    ----------
    loads
        Node -> its load.
    left_w
        Zone -> what its running units could still take.
    num_down
        Instances of the device's own workload that are down.
    """

    loads: dict[int, Load]
    left_w: dict[str, int]
    num_down: int


class _Rest(NamedTuple):
    """The rest of the layout on one span, normally and in every look."""

    span: Span
    model: LoadModel
    normal: _State
    states: tuple[_State, ...]
    peak: tuple[Load, ...]
    least_left_w: dict[str, int]


class SupplyProbe:
    """Judges one more device of a workload at any place, beside the devices of `rest`."""

    def __init__(self, rest: Case, workload: Workload, equipment: Equipment) -> None:
        self.rest = rest
        self.workload = workload
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
        self.normal_limits = [limits(node, kappa_normal(node, policy)) for node in grid.nodes]
        self.failure_limits = [limits(node, kappa_failure(node, policy)) for node in grid.nodes]
        heat = _Heat(rest)
        watchers = [make(rest) for slug, make in IN_SCENARIOS.items() if slug != ZoneHeat.rule]
        self.spans = [self._sweep(span, heat, watchers) for span in rest.spans]
        self.before = [v for watcher in [heat, *watchers] for v in watcher.violations()]

    def _sweep(self, span: Span, heat: _Heat, watchers: Sequence[Watcher]) -> _Rest:
        """Show every look at the rest of the layout to the rules, and remember its state."""
        model = LoadModel(self.grid, span, self.units, self.scale)
        own = [i for i, d in enumerate(span.devices) if d.workload.id == self.workload.id]
        carrying = model.normal.carrying

        def state(moment: Moment, change: Change, is_normal: bool) -> _State:
            sight = Sight(span, model, moment, change)
            heat.left_w = {}
            for watcher in (heat, *watchers):
                (watcher.normal if is_normal else watcher.loss)(sight)
            down = (carrying[i] is None or change.carrying.get(i, ()) is None for i in own)
            return _State(change.loads, heat.left_w, sum(down))

        normal = state(self.grid.normal_moment, _UNCHANGED, is_normal=True)
        states = tuple(
            state(look.moment, model.change(look.moment), is_normal=False) for look in self.looks
        )
        least_left_w = {
            zone: min([left, *(found.left_w.get(zone, left) for found in states)])
            for zone, left in normal.left_w.items()
        }
        peak = _peak(model.normal.loads, states)
        return _Rest(span, model, normal, states, peak, least_left_w)

    def violations(self, device: Device) -> list[Violation]:
        """Return what is broken, or broken by more, with the device."""
        case = with_devices(self.rest, [*self.rest.devices, device])
        one = _Probed(self, device)
        shared = [make(case) for slug, make in IN_SCENARIOS.items() if slug not in OF_WORKLOAD]
        self._show(shared, self._shared(case, one))
        own = [d for d in case.devices if d.workload.id == self.workload.id]
        apart = with_devices(self.rest, own)
        about_own = [IN_SCENARIOS[slug](apart) for slug in OF_WORKLOAD]
        self._show(about_own, [self._own(apart, one)])
        found = (v for watcher in [*shared, *about_own] for v in watcher.violations())
        return [
            v
            for v in new_or_worse(self.before, found)
            if v.rule != "power.cord" or v.subject == device.instance
        ]

    def _shared(self, case: Case, one: _Probed) -> list[_Shown]:
        """Return the looks in which a node or a zone has too much, on every span."""
        shown = []
        for span in case.spans:
            known = self._known(span)
            is_there = one.device in span.devices
            looks = one.broken_looks(known) if is_there else one.broken_anyway(known)
            if looks or (is_there and one.is_broken_normally(known)):
                model = known.model
                if is_there:
                    model = LoadModel(self.grid, span, self.units, self.scale)
                shown.append(_Shown(span, model, looks))
        return shown

    def _own(self, apart: Case, one: _Probed) -> _Shown:
        """Return the looks that matter to the workload by itself; all its days are alike."""
        span = next(span for span in apart.spans if one.device in span.devices)
        model = LoadModel(self.grid, span, self.units, self.scale)
        return _Shown(span, model, one.by_look.keys() | one.too_few(self._known(span)))

    def _known(self, span: Span) -> _Rest:
        return [rest for rest in self.spans if rest.span.day <= span.day][-1]

    def _show(self, watchers: Sequence[Watcher], shown: Sequence[_Shown]) -> None:
        """Show the normal state and some looks at losses to the rules, in the order of a sweep."""
        for span, model, _ in shown:
            normal = Sight(span, model, self.grid.normal_moment, _UNCHANGED)
            for watcher in watchers:
                watcher.normal(normal)
        for i in sorted({i for _, _, looks in shown for i in looks}):
            moment = self.looks[i].moment
            for span, model, looks in shown:
                if i in looks:
                    sight = Sight(span, model, moment, model.change(moment))
                    for watcher in watchers:
                        watcher.loss(sight)


class _Shown(NamedTuple):
    """One span as the rules are to see it: its loads, and in which looks."""

    span: Span
    model: LoadModel
    looks: Collection[int]


class _Probed:
    """One device at one place: what it adds to which node, normally and in every look."""

    def __init__(self, probe: SupplyProbe, device: Device) -> None:
        self.probe = probe
        self.device = device
        self.consumer = device_consumer(device, probe.grid)
        self.chain = self._chain()
        self.normal = self._added(probe.grid.normal_moment)
        rack = device.rack.id
        self.by_look = {
            i: self._added(look.moment)
            for i, look in enumerate(probe.looks)
            if rack in look.moment.racks or not self.chain.isdisjoint(look.touched)
        }

    def _chain(self) -> frozenset[int]:
        """Return the nodes that can feed the device, on any path."""
        found: set[int] = set()
        waiting = list(self.consumer.cords)
        while waiting:
            n = waiting.pop()
            if n not in found:
                found.add(n)
                waiting += self.probe.grid.parents[n]
        return frozenset(found)

    def _added(self, moment: Moment) -> _Added:
        """Return what the device adds to each node in a look: its cords, and up the chain."""
        grid, scale, one = self.probe.grid, self.probe.scale, self.consumer
        carrying = None
        if self.device.rack.id not in moment.racks:
            carrying = one.carrying(moment.off)
        if carrying is None:
            return None
        added: dict[int, Load] = {}
        waiting: list[int] = []

        def add(n: int, w: int, va: int) -> None:
            if n not in added:
                heappush(waiting, -n)
            known = added.get(n, NOTHING)
            added[n] = Load(known.w + w, known.va + va)

        for n in carrying:
            w = one.draw_w * scale
            add(n, w // len(carrying), w * 1000 // one.power_factor_permille // len(carrying))
        while waiting:
            n = -heappop(waiting)
            feeder = moment.feeder.get(n, grid.normal[n].feeder)
            if feeder >= 0 and n not in moment.idle:
                node = grid.nodes[n]
                lossy = 1000 + node.loss_permille
                w, va = added[n].w * lossy // 1000, added[n].va * lossy // 1000
                if node.kind is PowerKind.UPS:
                    va = w * 1000 // node.input_pf_permille
                add(feeder, w, va)
        return added

    def is_broken_normally(self, known: _Rest) -> bool:
        """Whether a rule about the normal state breaks."""
        loads, zone = known.model.normal.loads, self.device.rack.cooling_zone
        is_over = any(
            _is_over(loads[n], added, self.probe.normal_limits[n], self.probe.scale)
            for n, added in (self.normal or {}).items()
        )
        heat = self.device.draw_w if self.normal is not None else 0
        return is_over or (zone is not None and known.normal.left_w[zone] < heat)

    def broken_looks(self, known: _Rest) -> set[int]:
        """Return the looks in which a node that feeds the device, or its zone, has too much."""
        found = self._overheated(known, is_there=True)
        normal, probe = known.model.normal.loads, self.probe
        for i, added in self.by_look.items():
            loads = known.states[i].loads
            for n, more in (added or {}).items():
                if _is_over(loads.get(n, normal[n]), more, probe.failure_limits[n], probe.scale):
                    found.add(i)
        for n in self.chain:
            found |= self._over(known, n, (self.normal or {}).get(n, NOTHING))
        return found

    def broken_anyway(self, known: _Rest) -> set[int]:
        """Return the looks in which they have too much on days without the device."""
        found = self._overheated(known, is_there=False)
        for n in self.chain:
            found |= self._over(known, n, NOTHING)
        return found

    def _over(self, known: _Rest, n: int, added: Load) -> set[int]:
        """Return the looks in which a node cannot carry its load and what is added."""
        probe, before = self.probe, known.model.normal.loads[n]
        if not _is_over(known.peak[n], added, probe.failure_limits[n], probe.scale):
            return set()
        return {
            i
            for i, state in enumerate(known.states)
            if n not in probe.looks[i].moment.off
            and _is_over(state.loads.get(n, before), added, probe.failure_limits[n], probe.scale)
        }

    def _overheated(self, known: _Rest, *, is_there: bool) -> set[int]:
        """Return the looks in which the units of the device's zone cannot take its heat."""
        zone, draw_w = self.device.rack.cooling_zone, self.device.draw_w if is_there else 0
        if zone is None or known.least_left_w[zone] >= draw_w:
            return set()
        normal = known.normal.left_w[zone]
        return {
            i
            for i, state in enumerate(known.states)
            if state.left_w.get(zone, normal)
            < (0 if self.by_look.get(i, self.normal) is None else draw_w)
        }

    def too_few(self, known: _Rest) -> set[int]:
        """Return the looks in which more instances are down than the workload admits."""
        workload = self.probe.workload
        found: set[int] = set()
        for i, look in enumerate(self.probe.looks):
            needed = workload.survive.get(look.moment.scenario.kind)
            if needed is not None:
                is_down = self.by_look.get(i, self.normal) is None
                if known.states[i].num_down + is_down > workload.count - needed:
                    found.add(i)
        return found


def _peak(normal: Sequence[Load], states: Sequence[_State]) -> tuple[Load, ...]:
    """Return per node the largest W and the largest VA of any look."""
    w, va = [load.w for load in normal], [load.va for load in normal]
    for state in states:
        for n, load in state.loads.items():
            w[n] = max(w[n], load.w)
            va[n] = max(va[n], load.va)
    return tuple(map(Load, w, va))


def _is_over(load: Load, added: Load, of_node: Sequence[Limit], scale: int) -> bool:
    """Whether a load with what is added exceeds a usable capacity."""
    return any(
        (load.w + added.w if limit.unit == W else load.va + added.va) > limit.usable * scale
        for limit in of_node
    )


def _fully_corded(equipment: Equipment) -> Consumer:
    """Return the device as a consumer with all its cords, on whatever nodes."""
    num_cords = sum(inlet.type in OUTLET_FOR_INLET for inlet in equipment.inlets)
    draw = equipment.draw
    return Consumer(
        (0,) * num_cords, equipment.psus_required, False, draw.budget_w, draw.power_factor_permille
    )
