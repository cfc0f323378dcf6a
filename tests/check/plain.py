"""The scenario specification written down plainly: each scenario from scratch, in fractions.

Slow and straight from `planner.model.scenarios`; the checker, which follows only what a loss
touches, is held against it. It shares nothing with the checker: devices are resolved here as well,
or handed over by a test. Services are in `plain_services`, paths in `plain_network`, what the rules
make of it in `plain_rules`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from fractions import Fraction
from functools import cache
from typing import NamedTuple, Protocol

from planner.model.estate import Estate
from planner.model.layout import Cord, Layout
from planner.model.power import (
    LEG_SHARE_PERMILLE,
    OUTLET_FOR_INLET,
    RIDE_THROUGH_MS,
    PowerKind,
    PowerNode,
)
from planner.model.scenarios import Look, Scenario
from planner.model.space import Rack
from planner.model.workload import Equipment, PsuMode, Workload


class Stands(Protocol):
    """A device in a rack, with its cords in the order of its inlets; None = nobody knows."""

    instance: str
    workload: Workload
    rack: Rack
    cords: tuple[Cord, ...] | None


class PlainDevice(NamedTuple):
    """One placed instance of equipment."""

    instance: str
    workload: Workload
    rack: Rack
    cords: tuple[Cord, ...] | None

    @property
    def equipment(self) -> Equipment:
        assert self.workload.equipment is not None
        return self.workload.equipment


def devices_on(estate: Estate, layout: Layout, *days: date) -> tuple[PlainDevice, ...]:
    """Return what a layout places in racks and is there on one of the days, by instance."""
    found = []
    for key, placement in sorted(layout.placements.items()):
        workload = estate.workloads[key.rpartition("-")[0]]
        if not any(is_there(workload, day) for day in days):
            continue
        assert workload.equipment is not None
        cords = placement.place.cords or ()
        ordered = tuple(
            next(c for c in cords if c.inlet == inlet.name)
            for inlet in workload.equipment.inlets
            if inlet.type in OUTLET_FOR_INLET and inlet.name in {c.inlet for c in cords}
        )
        found.append(PlainDevice(key, workload, estate.racks[placement.place.rack], ordered))
    return tuple(found)


def is_there(workload: Workload, day: date) -> bool:
    """Return whether a workload is active on a day."""
    starts, ends = workload.valid_from or day, workload.valid_until or day
    return starts <= day <= ends


class PlainLook(NamedTuple):
    """One look: loads of live nodes, what is up and carries, and what cools each zone.

    `share_w` is what each device puts on each node.
    """

    look: Look
    load_w: dict[str, Fraction]
    load_va: dict[str, Fraction]
    up: frozenset[str]
    heat_w: dict[str, int]
    capacity_w: dict[str, int]
    share_w: dict[tuple[str, str], Fraction]


class Lost(NamedTuple):
    """What a scenario takes away at once."""

    nodes: frozenset[str]
    racks: frozenset[str]
    units: frozenset[str]
    sites: frozenset[str]
    network: frozenset[tuple[str, str]]


def losses(estate: Estate, scenario: Scenario) -> Lost:
    """Return all that is lost: every domain by itself, and the sites beside one that is alone."""
    domains = [tuple(domain) for domain in scenario.losses]
    if scenario.alone:
        domains += [("site", key) for key in estate.sites if key != scenario.alone]

    def is_lost(*places: tuple[str, str | None]) -> bool:
        return any(place in domains for place in places)

    def of_room(key: str | None) -> list[tuple[str, str | None]]:
        if key is None:
            return []
        return [("room", key), ("fire_compartment", estate.rooms[key].fire_compartment)]

    def of_rack(key: str | None) -> list[tuple[str, str | None]]:
        if key is None:
            return []
        rack = estate.racks[key]
        return [("rack", key), ("row", rack.row), *of_room(rack.room), ("site", rack.site)]

    nodes = [
        n.id
        for n in estate.power_nodes.values()
        if is_lost((n.kind.value, n.id), *of_rack(n.rack), *of_room(n.room), ("site", n.site))
    ]
    racks = [key for key in estate.racks if is_lost(*of_rack(key))]
    units = [
        u.id
        for u in estate.cooling_units.values()
        if is_lost(("cooling_unit", u.id), *of_room(u.room), ("site", u.site))
    ]
    network = [d for d in domains if d[0] in ("duct", "network_node", "carrier")]
    network += [
        ("network_node", n.id)
        for n in estate.network_nodes.values()
        if n.site is not None and ("site", n.site) in domains
    ]
    sites = [key for key in estate.sites if ("site", key) in domains]
    return Lost(
        frozenset(nodes), frozenset(racks), frozenset(units), frozenset(sites), frozenset(network)
    )


class Plain:
    """All devices of `devices` on `estate`, after a loss."""

    def __init__(self, estate: Estate, devices: Iterable[Stands]) -> None:
        self.estate = estate
        self.devices = tuple(devices)
        self.normal = _Feeding(estate, frozenset(), None)

    def looks(self, scenario: Scenario, only: Collection[str] | None = None) -> list[PlainLook]:
        """Return every look at a scenario; `only` these workloads are switched on, None = all."""
        lost = losses(self.estate, scenario)
        feeding = _Feeding(self.estate, lost.nodes, self.normal)
        looks = [Look.INTERRUPTION] if feeding.has_transferred else []
        return [self._look(look, feeding, lost, only) for look in (*looks, Look.SUSTAINED)]

    def _look(
        self, look: Look, feeding: _Feeding, lost: Lost, only: Collection[str] | None
    ) -> PlainLook:
        live = {
            n
            for n in self.estate.power_nodes
            if feeding.alive(n) and (look is Look.SUSTAINED or feeding.gap(n) <= RIDE_THROUGH_MS)
        }
        load_w = dict.fromkeys(live, Fraction(0))
        load_va = dict.fromkeys(live, Fraction(0))
        share_w: dict[tuple[str, str], Fraction] = {}
        up: set[str] = set()

        def draw(key: str, nodes: list[str], watts: int, factor: int) -> None:
            up.add(key)
            for n in nodes:
                share_w[key, n] = share_w.get((key, n), Fraction(0)) + Fraction(watts, len(nodes))
                load_w[n] += Fraction(watts, len(nodes))
                load_va[n] += Fraction(watts * 1000, factor * len(nodes))

        heat: dict[str, int] = dict.fromkeys(self.estate.cooling_zones, 0)
        for device in self.devices:
            if device.rack.id in lost.racks:
                continue
            if only is not None and device.workload.id not in only:
                continue
            equipment = device.workload.equipment
            assert equipment is not None
            corded = [c.node for c in device.cords or () if c.node in live]
            needed = equipment.psus_required
            if device.cords is None or not any(
                i.type in OUTLET_FOR_INLET for i in equipment.inlets
            ):
                needed = 0
            if len(corded) < needed:
                continue
            if equipment.psu_mode is PsuMode.ACTIVE_STANDBY:
                corded = corded[: max(1, needed)]
            watts = equipment.draw.budget_w
            draw(device.instance, corded, watts, equipment.draw.power_factor_permille)
            if device.rack.cooling_zone:
                heat[device.rack.cooling_zone] += watts
        capacity: dict[str, int] = dict.fromkeys(self.estate.cooling_zones, 0)
        for unit in self.estate.cooling_units.values():
            if unit.id in lost.units:
                continue
            corded = [n for n in unit.nodes if n in live]
            if not unit.nodes or len(corded) >= unit.cords_required:
                draw(unit.id, corded, unit.draw_w, unit.power_factor_permille)
                capacity[unit.zone] += unit.capacity_w
            elif look is Look.INTERRUPTION:
                gaps = sorted(feeding.gap(n) for n in unit.nodes if feeding.alive(n))
                if len(gaps) >= unit.cords_required:
                    seconds = -(-gaps[unit.cords_required - 1] // 1000) + unit.restart_s
                    if seconds <= self.estate.cooling_zones[unit.zone].ride_through_s:
                        capacity[unit.zone] += unit.capacity_w
        self._carry_up(look, feeding, live, load_w, load_va)
        return PlainLook(look, load_w, load_va, frozenset(up), heat, capacity, share_w)

    def nearest_above(self, n: str, kind: PowerKind) -> str | None:
        """Return the nearest node of a kind that feeds `n` in the normal state."""
        above = self.normal.feeder(n)
        while above is not None and self.estate.power_nodes[above].kind is not kind:
            above = self.normal.feeder(above)
        return above

    def strand(self, n: str) -> str:
        """Return the strand of an outlet node: the UPS above it, else the panel, else the top."""
        for kind in (PowerKind.UPS, PowerKind.PANEL):
            found = self.nearest_above(n, kind)
            if found is not None:
                return found
        while (above := self.normal.feeder(n)) is not None:
            n = above
        return n

    def _carry_up(
        self,
        look: Look,
        feeding: _Feeding,
        live: set[str],
        load_w: dict[str, Fraction],
        load_va: dict[str, Fraction],
    ) -> None:
        """Add to each live node its own draw and what it passes to its live children."""
        nodes = self.estate.power_nodes
        children: dict[str | None, list[PowerNode]] = {}
        for n in live:
            children.setdefault(feeding.feeder(n), []).append(nodes[n])

        @cache
        def load(n: str) -> tuple[Fraction, Fraction]:
            w, va = load_w[n], load_va[n]
            for child in children.get(n, ()):
                more_w, more_va = taken(child)
                w, va = w + more_w, va + more_va
            at_once = self.estate.policy.diversity_permille.get(nodes[n].kind.value, 1000)
            own = nodes[n].own_w
            return w * at_once / 1000 + own, va * at_once / 1000 + own

        def taken(child: PowerNode) -> tuple[Fraction, Fraction]:
            battery = feeding.on_battery(child.id)
            if battery and look is Look.INTERRUPTION:
                return Fraction(0), Fraction(0)
            w, va = load(child.id)
            fixed = child.input_w + (child.recharge_w if battery else 0)
            w = w * (1000 + child.loss_permille) / 1000 + fixed
            va = va * (1000 + child.loss_permille) / 1000 + fixed
            if child.kind is PowerKind.UPS:
                va = w * 1000 / child.input_pf_permille
            return w, va

        done = {n: load(n) for n in live}
        for n, (w, va) in done.items():
            load_w[n], load_va[n] = w, va
        for n, (w, va) in done.items():
            for leg in nodes[n].legs:
                if leg in live:
                    load_w[leg] += w * LEG_SHARE_PERMILLE[len(nodes[n].legs)] / 1000
                    load_va[leg] += va * LEG_SHARE_PERMILLE[len(nodes[n].legs)] / 1000


class Finding(NamedTuple):
    """One rule broken by one subject in one scenario on one day."""

    rule: str
    subject: str
    unit: str
    scenario: str
    required: int
    available: int

    @property
    def key(self) -> tuple[str, str, str]:
        return self.rule, self.subject, self.unit

    @property
    def amount(self) -> int:
        return self.required - self.available


def worst_findings(found: Iterable[Finding]) -> dict[tuple[str, str, str], Finding]:
    """Return the worst finding a rule, subject and unit: the first among equals."""
    worst: dict[tuple[str, str, str], Finding] = {}
    for finding in found:
        if finding.key not in worst or finding.amount > worst[finding.key].amount:
            worst[finding.key] = finding
    return worst


class _Feeding:
    """What feeds each node, by asking upward."""

    def __init__(self, estate: Estate, lost: frozenset[str], normal: _Feeding | None) -> None:
        self.nodes = estate.power_nodes
        self.lost = lost
        self.normal = normal
        self.alive = cache(self._alive)
        self.gap = cache(self._gap)

    def feeder(self, n: str) -> str | None:
        node = self.nodes[n]
        if node.kind is PowerKind.TRANSFER_SWITCH:
            ways = [node.preferred, node.alternate]
            return next((w for w in ways if w is not None and self.alive(w)), None)
        return node.parent

    def _alive(self, n: str) -> bool:
        if n in self.lost:
            return False
        feeder = self.feeder(n)
        if feeder is None:
            return self.nodes[n].kind is not PowerKind.TRANSFER_SWITCH
        return self.alive(feeder)

    def transferred(self, n: str) -> bool:
        return (
            self.normal is not None
            and self.alive(n)
            and self.nodes[n].kind is PowerKind.TRANSFER_SWITCH
            and self.normal.feeder(n) == self.nodes[n].preferred
            and self.feeder(n) != self.nodes[n].preferred
        )

    @property
    def has_transferred(self) -> bool:
        return any(self.transferred(n) for n in self.nodes)

    def _input_gap(self, n: str) -> int:
        """Return the dropout in ms that arrives at `n`."""
        node = self.nodes[n]
        feeder = self.feeder(n)
        if node.kind is PowerKind.GENERATOR:
            normal = self.normal or self
            runs = any(normal.feeder(child) == n and normal.alive(child) for child in self.nodes)
            return 0 if runs else 1000 * node.start_s
        if feeder is None:
            return 0
        return self.gap(feeder) + (node.transfer_ms if self.transferred(n) else 0)

    def on_battery(self, n: str) -> bool:
        node = self.nodes[n]
        if node.kind is not PowerKind.UPS or not self.alive(n):
            return False
        return 0 < self._input_gap(n) <= node.autonomy_min * 60_000

    def _gap(self, n: str) -> int:
        return 0 if self.on_battery(n) else self._input_gap(n)
