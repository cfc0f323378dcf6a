"""Loads of all power nodes: the normal state in full, and what changes after a loss.

Where a site stands alone, that is the state which further losses are compared with.

Loads are exact: whole multiples of 1 / `scale` W or VA, where `scale` is divisible by every
denominator that sharing, power factors and losses can bring. A load is compared with a usable
capacity as `load > usable * scale`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from heapq import heapify, heappop, heappush
from math import gcd, lcm
from typing import NamedTuple

from planner.check.capacity import at_once_permille
from planner.check.case import Case, Device, Span, takes_outlet
from planner.check.grid import Grid, Moment
from planner.model.cooling import CoolingUnit
from planner.model.power import LEG_SHARE_PERMILLE, PowerKind
from planner.model.workload import PsuMode


class Consumer(NamedTuple):
    """A corded consumer: a device or a cooling unit. `cords` are node indices, by inlet."""

    cords: tuple[int, ...]
    required: int
    is_standby: bool
    draw_w: int
    power_factor_permille: int

    def carrying(self, off: frozenset[int]) -> tuple[int, ...] | None:
        """Return the nodes whose cords carry its draw while `off` are not live, None if down."""
        live = tuple(n for n in self.cords if n not in off)
        if len(live) < self.required:
            return None
        return live[: max(1, self.required)] if self.is_standby else live


class Load(NamedTuple):
    """Load of one node, in 1 / scale W and VA."""

    w: int
    va: int


class Change(NamedTuple):
    """What a look at a loss changes against the normal state.

    Attributes
    ----------
    loads
        Live nodes that carry another load than normally.
    carrying
        Consumers whose carrying cords differ; None for one that went down.
    """

    loads: dict[int, Load]
    carrying: dict[int, tuple[int, ...] | None]


class State(NamedTuple):
    """Loads of all nodes (zero where not live) and the carrying cords of all consumers."""

    loads: tuple[Load, ...]
    carrying: tuple[tuple[int, ...] | None, ...]


NOTHING = Load(0, 0)


def device_consumer(device: Device, grid: Grid) -> Consumer:
    """Return a device as a consumer; one without corded inlets or known cords needs none."""
    equipment = device.equipment
    cords = device.cords or ()
    # An as-built place that does not know its cords says nothing about power.
    needs_cords = device.cords is not None and bool(takes_outlet(equipment))
    return Consumer(
        tuple(grid.index[cord.node] for cord in cords),
        equipment.psus_required if needs_cords else 0,
        equipment.psu_mode is PsuMode.ACTIVE_STANDBY,
        equipment.draw.budget_w,
        equipment.draw.power_factor_permille,
    )


def unit_consumer(unit: CoolingUnit, grid: Grid) -> Consumer:
    """Return a cooling unit as a consumer; one without cords always runs."""
    return Consumer(
        tuple(grid.index[key] for key in unit.nodes),
        unit.cords_required if unit.nodes else 0,
        False,
        unit.draw_w,
        unit.power_factor_permille,
    )


def scale_of(grid: Grid, consumers: Iterable[Consumer]) -> int:
    """Return a number divisible by every denominator of a load on this grid."""
    scale = 1
    for consumer in consumers:
        shares = lcm(*range(1, len(consumer.cords) + 1))
        factor = consumer.power_factor_permille
        scale = lcm(scale, shares * (factor // gcd(factor, 1000)))
    below = [1] * len(grid.nodes)
    pressed = 1
    for n in reversed(range(len(grid.nodes))):
        node = grid.nodes[n]
        below[n] *= _denominator(at_once_permille(node, grid.estate.policy))
        if node.legs:
            share = LEG_SHARE_PERMILLE[len(node.legs)]
            pressed = lcm(pressed, below[n] * _denominator(share))
        passed_up = below[n] * _denominator(1000 + node.loss_permille)
        if node.kind is PowerKind.UPS:
            passed_up *= node.input_pf_permille // gcd(node.input_pf_permille, 1000)
        for parent in grid.parents[n]:
            below[parent] = lcm(below[parent], passed_up)
    return scale * lcm(pressed, *below)


def _denominator(permille: int) -> int:
    return 1000 // gcd(1000, permille)


class LoadModel:
    """The consumers of one span on the grid, their normal loads, and what losses change.

    Parameters
    ----------
    scale
        From `scale_of`, for at least these consumers.
    base
        The look that losses are compared with: the normal state, or a site alone, sustained.

    Attributes
    ----------
    normal
        The state in that look.
    pressing
        Leg -> the nodes whose load presses on it.
    """

    def __init__(
        self,
        grid: Grid,
        span: Span,
        units: Sequence[CoolingUnit],
        scale: int,
        base: Moment | None = None,
    ) -> None:
        self.grid = grid
        self.base = base or grid.normal_moment
        self.scale = scale
        self.devices = span.devices
        self.units = tuple(units)
        self.consumers = (
            *(device_consumer(device, grid) for device in span.devices),
            *(unit_consumer(unit, grid) for unit in units),
        )
        self._share_w = tuple(c.draw_w * scale for c in self.consumers)
        self._share_va = tuple(
            c.draw_w * scale * 1000 // c.power_factor_permille for c in self.consumers
        )
        self._corded: list[list[int]] = [[] for _ in grid.nodes]
        for i, consumer in enumerate(self.consumers):
            for n in set(consumer.cords):
                self._corded[n].append(i)
        self._in_rack: dict[str, list[int]] = {}
        for i, device in enumerate(span.devices):
            self._in_rack.setdefault(device.rack.id, []).append(i)
        self._unit_index = {u.id: len(self.devices) + i for i, u in enumerate(units)}
        policy = grid.estate.policy
        self._at_once = tuple(at_once_permille(node, policy) for node in grid.nodes)
        self._legs = {
            n: tuple(grid.index[key] for key in node.legs)
            for n, node in enumerate(grid.nodes)
            if node.legs
        }
        self.pressing: dict[int, list[int]] = {}
        for n, legs in self._legs.items():
            for leg in legs:
                self.pressing.setdefault(leg, []).append(n)
        carrying = self._carrying(self.base)
        self._taken = self._takings(carrying, self.base)
        self.normal = State(self._with_pressed(self._taken, self.base), carrying)
        self._normal_input = tuple(
            self._input(n, load, self.base) for n, load in enumerate(self._taken)
        )

    def lost_consumers(self, moment: Moment) -> set[int]:
        """Return the consumers that a scenario takes away themselves."""
        lost = {self._unit_index[key] for key in moment.units}
        for key in moment.racks:
            lost.update(self._in_rack.get(key, ()))
        return lost

    def state(self, moment: Moment) -> State:
        """Return the state in one look, recomputed in full."""
        carrying = self._carrying(moment)
        loads = self._takings(carrying, moment)
        return State(self._with_pressed(loads, moment), carrying)

    def _carrying(self, moment: Moment) -> tuple[tuple[int, ...] | None, ...]:
        gone = self.lost_consumers(moment)
        return tuple(
            None if i in gone else consumer.carrying(moment.off)
            for i, consumer in enumerate(self.consumers)
        )

    def _takings(
        self, carrying: Iterable[tuple[int, ...] | None], moment: Moment
    ) -> tuple[Load, ...]:
        """Return the load of every node, less what is pressed on legs."""
        grid = self.grid
        w, va = [0] * len(grid.nodes), [0] * len(grid.nodes)
        for i, nodes in enumerate(carrying):
            for n in nodes or ():
                w[n] += self._share_w[i] // len(nodes or ())
                va[n] += self._share_va[i] // len(nodes or ())
        loads = [NOTHING] * len(grid.nodes)
        for n in reversed(range(len(grid.nodes))):
            if n in moment.off:
                continue
            own = grid.nodes[n].own_w * self.scale
            at_once = self._at_once[n]
            loads[n] = Load(w[n] * at_once // 1000 + own, va[n] * at_once // 1000 + own)
            feeder = moment.feeder.get(n, grid.normal[n].feeder)
            if feeder >= 0:
                through = self._input(n, loads[n], moment)
                w[feeder] += through.w
                va[feeder] += through.va
        return tuple(loads)

    def _with_pressed(self, loads: tuple[Load, ...], moment: Moment) -> tuple[Load, ...]:
        """Return the loads, what is pressed on legs included: what feeds a leg does not see it."""
        pressed = list(loads)
        for leg in self.pressing:
            if leg not in moment.off:
                pressed[leg] = self._pressed(leg, loads[leg], loads.__getitem__)
        return tuple(pressed)

    def _pressed(self, leg: int, load: Load, load_of: Callable[[int], Load]) -> Load:
        """Return the load of a leg with what is pressed on it."""
        w, va = load
        for n in self.pressing[leg]:
            share, by = LEG_SHARE_PERMILLE[len(self._legs[n])], load_of(n)
            w, va = w + by.w * share // 1000, va + by.va * share // 1000
        return Load(w, va)

    def normal_input(self, n: int) -> Load:
        """Return what node `n` takes from its feeder in the state that losses start from."""
        return self._normal_input[n]

    def normal_on_cords(self, n: int) -> Load:
        """Return what the cords on node `n` carry in the same state."""
        w = va = 0
        for i in self._corded[n]:
            nodes = self.normal.carrying[i] or ()
            w += nodes.count(n) * (self._share_w[i] // max(1, len(nodes)))
            va += nodes.count(n) * (self._share_va[i] // max(1, len(nodes)))
        return Load(w, va)

    def _input(self, n: int, load: Load, moment: Moment) -> Load:
        """Return what node `n` takes from its feeder in order to carry `load`."""
        if n in moment.off or n in moment.idle:
            return NOTHING
        node = self.grid.nodes[n]
        fixed = node.input_w + (node.recharge_w if n in moment.recharging else 0)
        lossy = 1000 + node.loss_permille
        w = load.w * lossy // 1000 + fixed * self.scale
        if node.kind is PowerKind.UPS:
            return Load(w, w * 1000 // node.input_pf_permille)
        return Load(w, load.va * lossy // 1000 + fixed * self.scale)

    def change(self, moment: Moment) -> Change:
        """Return what one look at a loss changes; the same as comparing two full states.

        What is not live in the base look must not be live in `moment` either.
        """
        delta_w: dict[int, int] = {}
        delta_va: dict[int, int] = {}
        carrying = self._changed_consumers(moment)
        for i, nodes in carrying.items():
            self._shift(i, self.normal.carrying[i], -1, delta_w, delta_va)
            self._shift(i, nodes, +1, delta_w, delta_va)
        taken: dict[int, Load] = {}
        grid, base = self.grid, self.base
        waiting = [-n for n in {*delta_w, *self._changed_nodes(moment)}]
        heapify(waiting)
        queued = set(waiting)
        while waiting:
            n = -heappop(waiting)
            load = NOTHING
            if n not in moment.off:
                before, at_once = self._taken[n], self._at_once[n]
                load = Load(
                    before.w + delta_w.get(n, 0) * at_once // 1000,
                    before.va + delta_va.get(n, 0) * at_once // 1000,
                )
            taken[n] = load
            was, now = self._normal_input[n], self._input(n, load, moment)
            feeder = base.feeder.get(n, grid.normal[n].feeder)
            new_feeder = moment.feeder.get(n, grid.normal[n].feeder)
            if was == now and feeder == new_feeder:
                continue
            for parent, sign, part in ((feeder, -1, was), (new_feeder, +1, now)):
                if parent >= 0 and part != NOTHING:
                    delta_w[parent] = delta_w.get(parent, 0) + sign * part.w
                    delta_va[parent] = delta_va.get(parent, 0) + sign * part.va
                    if -parent not in queued:
                        queued.add(-parent)
                        heappush(waiting, -parent)
        return Change(self._changed_loads(taken, moment), carrying)

    def _changed_loads(self, taken: dict[int, Load], moment: Moment) -> dict[int, Load]:
        """Return the loads of live nodes that differ, given what touched nodes take."""

        def load_of(n: int) -> Load:
            return taken.get(n, self._taken[n])

        loads = dict(taken)
        for leg in self.pressing:
            if leg in taken or any(n in taken for n in self.pressing[leg]):
                loads[leg] = self._pressed(leg, load_of(leg), load_of)
        normal = self.normal.loads
        return {n: x for n, x in loads.items() if n not in moment.off and x != normal[n]}

    def _changed_nodes(self, moment: Moment) -> Set[int]:
        """Return the nodes that are fed, or take from their feeder, otherwise than in the base."""
        base = self.base
        refed = {n for n, _ in moment.feeder.items() ^ base.feeder.items()}
        return (
            (moment.off - base.off)
            | refed
            | (moment.idle ^ base.idle)
            | (moment.recharging ^ base.recharging)
        )

    def _changed_consumers(self, moment: Moment) -> dict[int, tuple[int, ...] | None]:
        gone = self.lost_consumers(moment)
        near = set(gone)
        for n in moment.off - self.base.off:
            near.update(self._corded[n])
        changed = {}
        normal = self.normal.carrying
        for i in near:
            nodes = None if i in gone else self.consumers[i].carrying(moment.off)
            if nodes != normal[i]:
                changed[i] = nodes
        return changed

    def _shift(
        self,
        i: int,
        nodes: tuple[int, ...] | None,
        sign: int,
        delta_w: dict[int, int],
        delta_va: dict[int, int],
    ) -> None:
        """Add or take away what consumer `i` puts on `nodes`."""
        if not nodes:
            return
        w, va = sign * (self._share_w[i] // len(nodes)), sign * (self._share_va[i] // len(nodes))
        for n in nodes:
            delta_w[n] = delta_w.get(n, 0) + w
            delta_va[n] = delta_va.get(n, 0) + va

    def below(self, n: int, moment: Moment) -> list[int]:
        """Return the consumers whose draw reaches node `n` in this look, by index."""
        found: set[int] = set()
        waiting = [n]
        while waiting:
            at = waiting.pop()
            found.update(
                i for i in self._corded[at] if at in (self.consumers[i].carrying(moment.off) or ())
            )
            waiting += [
                child
                for child in self.grid.children[at]
                if moment.feeder.get(child, self.grid.normal[child].feeder) == at
                and child not in moment.off
                and child not in moment.idle
            ]
            waiting += [n for n in self.pressing.get(at, ()) if n not in moment.off]
        return sorted(found)


def load_models(case: Case, grid: Grid) -> list[LoadModel]:
    """Return one model a span, all on the same scale."""
    units = tuple(case.estate.cooling_units.values())
    consumers = [device_consumer(device, grid) for device in case.devices]
    consumers += [unit_consumer(unit, grid) for unit in units]
    scale = scale_of(grid, consumers)
    return [LoadModel(grid, span, units, scale) for span in case.spans]
