"""What the rules make of the plain states: every finding, in the order of the scenarios.

Rules that combine what `plain`, `plain_services` and `plain_network` tell; those about single racks
and devices are left to their own tests. Capacities of power nodes come from the checker.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from planner.check.capacity import kappa_failure, kappa_normal, limits
from planner.model.estate import Estate
from planner.model.layout import Layout
from planner.model.power import PowerKind, PowerNode
from planner.model.scenarios import (
    NETWORK_KINDS,
    NORMAL,
    Look,
    Scenario,
    iter_alone,
    iter_scenarios,
)
from planner.model.workload import Workload
from tests.check.plain import Finding, PlainDevice, PlainLook
from tests.check.plain_normal import UNITS, normal_findings, short_of, worst_gap
from tests.check.plain_paths import access_findings, distance_findings, path_findings
from tests.check.plain_services import PlainService, PlainServices


def findings(days: list[PlainServices]) -> Iterator[Finding]:
    """Yield everything that is wrong on some of the planning days."""
    estate = days[0].estate
    yield from path_findings(estate)
    yield from distance_findings(estate)
    yield from _times(estate)
    for scenario in iter_scenarios(estate):
        for look in (Look.INTERRUPTION, Look.SUSTAINED):
            for on in days:
                for one in on.looks(scenario):
                    if one.look is look:
                        yield from _in_scenario(on, scenario, one)
    for on in days:
        yield from normal_findings(on, estate)
    for scenario in iter_alone(estate):
        for look in (Look.INTERRUPTION, Look.SUSTAINED):
            for on in days:
                if scenario.kind in NETWORK_KINDS:
                    continue
                for one in on.looks(scenario):
                    if one.look is look:
                        yield from _alone(on, scenario, one)
    for on in days:
        yield from access_findings(on)


def planned(estate: Estate, layout: Layout, as_of: date) -> list[PlainServices]:
    """Return what a layout places, by planning day."""
    days = days_of(estate, as_of)
    return [PlainServices(estate, layout, day, days) for day in days]


def days_of(estate: Estate, as_of: date) -> list[date]:
    """Return each day from as-of to the horizon on which another workload is there."""
    last = max(as_of, estate.policy.planning_horizon or as_of)
    edges = {as_of}
    for workload in estate.workloads.values():
        edges |= {workload.valid_from} if workload.valid_from else set()
        edges |= {workload.valid_until + timedelta(days=1)} if workload.valid_until else set()
    return sorted(day for day in edges if as_of <= day <= last)


def _label(scenario: Scenario, look: Look) -> str:
    return f"{scenario.id} (interruption)" if look is Look.INTERRUPTION else scenario.id


# --- every scenario


def _in_scenario(on: PlainServices, scenario: Scenario, look: PlainLook) -> Iterator[Finding]:
    estate, label = on.estate, _label(scenario, look.look)
    is_normal = scenario.kind == NORMAL
    rule, kappa = ("power.failover", kappa_failure)
    if is_normal:
        rule, kappa = ("power.normal", kappa_normal)
    for node in estate.power_nodes.values():
        yield from _node(rule, node, kappa(node, estate.policy), look, label)
    for zone in estate.cooling_zones:
        heat, capacity = look.heat_w[zone], look.capacity_w[zone]
        if heat > capacity:
            yield Finding("cooling.zone", zone, "W", label, heat, capacity)
    if is_normal:
        return
    for workload in on.active:
        needed = workload.survive.get(scenario.kind)
        if needed is not None and workload.equipment is not None:
            subject = f"{workload.id}:{scenario.kind}"
            yield from _too_few("redundancy.survive", subject, workload, needed, on, look, label)
    if look.look is Look.SUSTAINED:
        others = [sites for sites in estate.members.values() if scenario.lost in sites]
        if scenario.kind != "site" or any(len(sites) > 1 for sites in others):
            yield from _survivors(on, scenario, look, None)
        yield from _pools(on, scenario)


def _node(rule: str, node: PowerNode, kappa: int, look: PlainLook, label: str) -> Iterator[Finding]:
    for limit in limits(node, kappa):
        loads = look.load_w if limit.unit == "W" else look.load_va
        if loads.get(node.id, 0) > limit.usable:
            required = ceil(loads[node.id])
            yield Finding(rule, node.id, limit.unit, label, required, limit.usable)


def _too_few(
    rule: str,
    subject: str,
    workload: Workload,
    needed: int,
    on: PlainServices,
    look: PlainLook,
    label: str,
) -> Iterator[Finding]:
    """Yield a finding where more placed instances are down than `count - needed`."""
    if workload.equipment is not None:
        states = [d.instance in look.up for d in on.devices if d.workload == workload]
    else:
        states = [on.runs_on(s, look.up) is not None for s in on.services if s.workload == workload]
    if states.count(False) > workload.count - needed:
        required = needed - (workload.count - len(states))
        yield Finding(rule, subject, "instances", label, required, states.count(True))


def _survivors(
    on: PlainServices, scenario: Scenario, look: PlainLook, group: str | None
) -> Iterator[Finding]:
    for key in sorted(on.critical(group)):
        workload = on.estate.workloads[key]
        if workload in on.active:
            yield from _too_few(
                "continuity.survivor", key, workload, workload.needed, on, look, scenario.id
            )


def _pools(on: PlainServices, scenario: Scenario) -> Iterator[Finding]:
    up = on.sustained(scenario).up
    for pool in on.estate.pools.values():
        if on.is_alive(pool, up):
            need, offer = on.emergency_need(pool.id, scenario), on.offer(pool, up)
            yield from short_of("continuity.compute", pool, need, offer, scenario.id)


# --- a site alone


def _alone(on: PlainServices, scenario: Scenario, look: PlainLook) -> Iterator[Finding]:
    estate, member, label = on.estate, scenario.alone, _label(scenario, look.look)
    emergency, group = on.emergency_of(member), on.group_of(member)
    for node in estate.power_nodes.values():
        kappa = kappa_emergency(on, node, member)
        yield from _node("continuity.power", node, kappa, look, label)
        if emergency is not None and look.look is Look.SUSTAINED and node.id in look.load_w:
            yield from _fuel(node, look.load_w[node.id], emergency.hours, label)
    for zone in estate.cooling_zones.values():
        heat, capacity = look.heat_w[zone.id], look.capacity_w[zone.id]
        if zone.site == member and heat > capacity:
            yield Finding("continuity.cooling", zone.id, "W", label, heat, capacity)
    if look.look is Look.SUSTAINED:
        yield from _survivors(on, scenario, look, group)
        yield from _pools(on, scenario)
        if not scenario.lost:
            yield from _takeover(on, scenario)
            yield from _security(on, scenario)


def kappa_emergency(on: PlainServices, node: PowerNode, member: str) -> int:
    """Return the usable share of a node while a member stands alone, per mille."""
    emergency, policy = on.emergency_of(member), on.estate.policy
    declared = (
        node.kappa_emergency_permille,
        emergency.kappa_emergency_permille if emergency else None,
        policy.kappa_emergency_permille,
    )
    return next((k for k in declared if k is not None), kappa_failure(node, policy))


def _fuel(node: PowerNode, load_w: Fraction, hours: int, label: str) -> Iterator[Finding]:
    if node.kind is not PowerKind.GENERATOR or node.tank_ml is None:
        return
    if node.fuel_ml_per_kwh is not None:
        burnt = ceil(load_w * hours * node.fuel_ml_per_kwh / 1000)
        if burnt > node.tank_ml:
            yield Finding("continuity.fuel", node.id, "ml", label, burnt, node.tank_ml)


def _takeover(on: PlainServices, scenario: Scenario) -> Iterator[Finding]:
    member = scenario.alone
    group = on.group_of(member)
    for key in sorted(on.critical(group)):
        moving = [s for s in on.services if s.workload.id == key and on.moves_to(s, member)]
        if not moving:
            continue
        figures = moving[0].figures
        lag = figures.lag_min if figures.replication == "async" else 0
        objectives = [
            p.rpo_min
            for p in on.processes(group)
            if p.rpo_min is not None and key in on.needed_by(p)
        ]
        if objectives and lag > min(objectives):
            yield Finding("continuity.data", key, "min", scenario.id, lag, min(objectives))
        is_stuck = figures.quorum == "majority" and figures.manual_min is None
        if is_stuck and not on.has_quorum(group, member):
            own, every = on.votes(group, member)
            needed = every // 2 + 1
            yield Finding("continuity.quorum", key, "votes", scenario.id, needed, own)
    for process in on.processes(group):
        takes = on.chain_minutes(process, group, member)
        if process.rto_min is not None and takes > process.rto_min:
            yield Finding(
                "continuity.restart", process.id, "min", scenario.id, takes, process.rto_min
            )


def _security(on: PlainServices, scenario: Scenario) -> Iterator[Finding]:
    member = scenario.alone
    group, emergency = on.group_of(member), on.emergency_of(member)
    cap = None if emergency is None else emergency.max_protection
    subjects: list[tuple[PlainDevice | PlainService, list[str]]] = []
    for service in on.services:
        if service.workload.id not in on.critical(group):
            continue
        for pool in (service.pool, *service.standby):
            if on.estate.pools[pool].site == member and (cap or on.moves_to(service, member)):
                subjects.append((service, on.rooms(pool)))
                break
    if cap is not None:
        subjects += [
            (d, [d.rack.room])
            for d in on.devices
            if d.rack.site == member and d.workload.id in on.critical_equipment(group)
        ]
    for subject, rooms in subjects:
        required, available = worst_gap(on, subject.workload.protection, rooms, cap)
        if required:
            yield Finding(
                "continuity.protection",
                subject.instance,
                "levels",
                scenario.id,
                required,
                available,
            )


def _times(estate: Estate) -> Iterator[Finding]:
    for p in estate.processes.values():
        if p.rto_min is not None and p.mtpd_min is not None and p.rto_min > p.mtpd_min:
            yield Finding("continuity.times", p.id, "min", NORMAL, p.rto_min, p.mtpd_min)


# --- shares

#: Resources in the order of a report; licences follow.
RESOURCES = ("power", "cooling", "vcpu", "ram", "storage")


class Share(NamedTuple):
    """How far a subject carries what is critical in one look at a site alone."""

    subject: str
    scenario: str
    unit: str
    left: Fraction
    critical: Fraction

    @property
    def permille(self) -> int:
        return floor(self.left * 1000 / self.critical)


def shares(days: list[PlainServices]) -> dict[tuple[str, str], Share]:
    """Return the least share by site and resource, the first among equals."""
    estate = days[0].estate
    least: dict[tuple[str, str], Share] = {}
    for scenario in iter_alone(estate):
        if scenario.kind in NETWORK_KINDS:
            continue
        for on in days:
            for resource, share in _shares_in(on, scenario):
                key = (scenario.alone, resource)
                known = least.get(key)
                if share.critical > 0 and (known is None or _is_less(share, known)):
                    least[key] = share
    return least


def _is_less(one: Share, other: Share) -> bool:
    return one.left * other.critical < other.left * one.critical


def _shares_in(on: PlainServices, scenario: Scenario) -> Iterator[tuple[str, Share]]:
    estate, member = on.estate, scenario.alone
    for look, bare in zip(on.looks(scenario), on.bare_looks(scenario), strict=True):
        label = _label(scenario, look.look)
        for node in estate.power_nodes.values():
            for limit in limits(node, kappa_emergency(on, node, member)):
                loads, fixed = (
                    (x.load_w if limit.unit == "W" else x.load_va).get(node.id, Fraction(0))
                    for x in (look, bare)
                )
                left = limit.usable - fixed
                yield "power", Share(node.id, label, limit.unit, left, loads - fixed)
        for zone in estate.cooling_zones.values():
            if zone.site == member:
                capacity, heat = Fraction(look.capacity_w[zone.id]), Fraction(look.heat_w[zone.id])
                yield "cooling", Share(zone.id, label, "W", capacity, heat)
    up = on.sustained(scenario).up
    for pool in estate.pools.values():
        if pool.site == member and on.is_alive(pool, up):
            offer = on.offer(pool, up)
            for name, need in on.emergency_need(pool.id, scenario).items():
                unit = UNITS.get(name, name.replace("licence", "licences"))
                left = Fraction(offer.get(name, 0))
                yield name, Share(pool.id, scenario.id, unit, left, Fraction(need))
