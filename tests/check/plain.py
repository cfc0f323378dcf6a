"""The scenario specification written down plainly: each scenario from scratch, in fractions.

Slow and straight from `planner.model.scenarios`; the checker, which follows only what a loss
touches, is held against it. It shares nothing with the checker but the resolved devices.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import NamedTuple

from planner.check.case import Device, takes_outlet
from planner.model.estate import Estate
from planner.model.power import RIDE_THROUGH_MS, PowerKind, PowerNode
from planner.model.scenarios import NORMAL, Look, Scenario
from planner.model.workload import PsuMode


class PlainLook(NamedTuple):
    """One look: loads of live nodes, what is up, and what cools each zone."""

    look: Look
    load_w: dict[str, Fraction]
    load_va: dict[str, Fraction]
    up: frozenset[str]
    heat_w: dict[str, int]
    capacity_w: dict[str, int]


class Plain:
    """All devices of `devices` on `estate`, after a loss."""

    def __init__(self, estate: Estate, devices: tuple[Device, ...]) -> None:
        self.estate = estate
        self.devices = devices
        normal = _Feeding(estate, frozenset(), None)
        self.normal = normal

    def lost(self, scenario: Scenario) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """Return the nodes, racks and units that are lost at once."""
        estate, kind, key = self.estate, scenario.kind, scenario.lost
        if kind == NORMAL:
            return frozenset(), frozenset(), frozenset()
        if kind == "cooling_unit":
            return frozenset(), frozenset(), frozenset({key})
        if kind in [k.value for k in PowerKind]:
            return frozenset({key}), frozenset(), frozenset()

        def stands_in(rack: str | None, room: str | None, site: str | None) -> bool:
            if rack is not None:
                one = estate.racks[rack]
                if {"rack": one.id, "row": one.row}.get(kind) == key:
                    return True
                if stands_in(None, one.room, one.site):
                    return True
            if room is not None and kind == "room" and room == key:
                return True
            if room is not None and kind == "fire_compartment":
                return estate.rooms[room].fire_compartment == key
            return kind == "site" and site == key

        nodes = [n.id for n in estate.power_nodes.values() if stands_in(n.rack, n.room, n.site)]
        racks = [r.id for r in estate.racks.values() if stands_in(r.id, r.room, r.site)]
        units = [u.id for u in estate.cooling_units.values() if stands_in(None, u.room, u.site)]
        return frozenset(nodes), frozenset(racks), frozenset(units)

    def looks(self, scenario: Scenario) -> list[PlainLook]:
        """Return every look at a scenario."""
        nodes, racks, units = self.lost(scenario)
        feeding = _Feeding(self.estate, nodes, self.normal)
        looks = [Look.INTERRUPTION] if feeding.has_transferred else []
        return [self._look(look, feeding, racks, units) for look in (*looks, Look.SUSTAINED)]

    def _look(
        self, look: Look, feeding: _Feeding, racks: frozenset[str], units: frozenset[str]
    ) -> PlainLook:
        live = {
            n
            for n in self.estate.power_nodes
            if feeding.alive(n) and (look is Look.SUSTAINED or feeding.gap(n) <= RIDE_THROUGH_MS)
        }
        load_w = dict.fromkeys(live, Fraction(0))
        load_va = dict.fromkeys(live, Fraction(0))
        up: set[str] = set()

        def draw(key: str, nodes: list[str], watts: int, factor: int) -> None:
            up.add(key)
            for n in nodes:
                load_w[n] += Fraction(watts, len(nodes))
                load_va[n] += Fraction(watts * 1000, factor * len(nodes))

        heat: dict[str, int] = dict.fromkeys(self.estate.cooling_zones, 0)
        for device in self.devices:
            if device.rack.id in racks:
                continue
            equipment = device.equipment
            corded = [c.node for c in device.cords or () if c.node in live]
            needed = equipment.psus_required
            if device.cords is None or not takes_outlet(equipment):
                needed = 0
            if len(corded) < needed:
                continue
            if equipment.psu_mode is PsuMode.ACTIVE_STANDBY:
                corded = corded[: max(1, needed)]
            draw(device.instance, corded, device.draw_w, equipment.draw.power_factor_permille)
            if device.rack.cooling_zone:
                heat[device.rack.cooling_zone] += device.draw_w
        capacity: dict[str, int] = dict.fromkeys(self.estate.cooling_zones, 0)
        for unit in self.estate.cooling_units.values():
            if unit.id in units:
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
        return PlainLook(look, load_w, load_va, frozenset(up), heat, capacity)

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

        @cache
        def load(n: str) -> tuple[Fraction, Fraction]:
            w, va = load_w[n] + nodes[n].own_w, load_va[n] + nodes[n].own_w
            for child in nodes.values():
                if child.id in live and feeding.feeder(child.id) == n:
                    more_w, more_va = taken(child)
                    w, va = w + more_w, va + more_va
            return w, va

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
