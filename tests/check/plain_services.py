"""Pools, services and what depends on them, written down plainly from the specification.

One object is one planning day; every question is answered from scratch. Nothing is shared with the
checker.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from planner.model.continuity import Emergency, Pool, Process
from planner.model.estate import Estate
from planner.model.layout import Layout, ServicePlacement
from planner.model.scenarios import EMERGENCY_KINDS, Look, Scenario
from planner.model.workload import Service, Workload
from tests.check.plain import Plain, PlainDevice, PlainLook, devices_on, is_there
from tests.check.plain_network import PlainNetwork


class PlainService(NamedTuple):
    """One placed instance of a service: its pool, and those that take it over."""

    instance: str
    workload: Workload
    pool: str
    standby: tuple[str, ...]

    @property
    def figures(self) -> Service:
        assert self.workload.service is not None
        return self.workload.service


#: A demand or an offer by resource: `vcpu`, `ram`, `storage`, `licence <name>`.
Amounts = dict[str, int]


class PlainServices:
    """What a layout places, on one of the planning days.

    Security does not ask for days: `ever` is what stands on any of them.
    """

    def __init__(self, estate: Estate, layout: Layout, day: date, days: list[date]) -> None:
        self.estate = estate
        self.day = day
        self.ever = devices_on(estate, layout, *days)
        self.devices = devices_on(estate, layout, day)
        self.services = [
            PlainService(key, workload, placement.pool, placement.standby)
            for key, placement in sorted(layout.services.items())
            if is_there(workload := estate.workloads[_workload(placement)], day)
        ]
        self.active = [w for w in estate.workloads.values() if is_there(w, day)]
        self.plain = Plain(estate, self.devices)
        self.bare = Plain(estate, ())
        self._looks: dict[tuple[Scenario, bool], list[PlainLook]] = {}

    # --- looks

    def looks(self, scenario: Scenario) -> list[PlainLook]:
        """Return every look; where a site is alone only what is critical there is on."""
        key = (scenario, True)
        if key not in self._looks:
            only = None
            if scenario.alone:
                only = self.critical_equipment(self.group_of(scenario.alone))
            self._looks[key] = self.plain.looks(scenario, only)
        return self._looks[key]

    def bare_looks(self, scenario: Scenario) -> list[PlainLook]:
        """Return every look with no device at all."""
        key = (scenario, False)
        if key not in self._looks:
            self._looks[key] = self.bare.looks(scenario)
        return self._looks[key]

    def sustained(self, scenario: Scenario) -> PlainLook:
        """Return the look in which services are judged."""
        return next(x for x in self.looks(scenario) if x.look is Look.SUSTAINED)

    def group_of(self, site: str) -> str:
        group = self.estate.sites[site].continuity_group
        assert group is not None
        return group

    def emergency_of(self, site: str) -> Emergency | None:
        return self.estate.continuity_groups[self.group_of(site)].emergency

    # --- pools

    def hosts(self, pool: Pool) -> list[PlainDevice]:
        """Return the placed hosts of a pool."""
        return self._at(pool, pool.hosts)

    def stores(self, pool: Pool) -> list[PlainDevice]:
        """Return the placed instances that offer its storage; the hosts, unless it names others."""
        return self._at(pool, pool.storage_on or pool.hosts)

    def rooms(self, pool: str) -> list[str]:
        """Return the rooms that hold a host of a pool on any day."""
        one = self.estate.pools[pool]
        hosts = [d for d in self.ever if d.workload.id in one.hosts and d.rack.site == one.site]
        return sorted({d.rack.room for d in hosts})

    def _at(self, pool: Pool, workloads: Iterable[str]) -> list[PlainDevice]:
        names = set(workloads)
        return [d for d in self.devices if d.workload.id in names and d.rack.site == pool.site]

    def is_alive(self, pool: Pool, up: frozenset[str]) -> bool:
        hosts = any(d.instance in up for d in self.hosts(pool))
        return hosts and any(d.instance in up for d in self.stores(pool))

    def offer(self, pool: Pool, up: frozenset[str]) -> Amounts:
        """Return what a pool offers while `up` are up."""
        num_hosts = sum(d.instance in up for d in self.hosts(pool))
        num_stores = sum(d.instance in up for d in self.stores(pool))
        licences = {f"licence {key}": n for key, n in pool.licences.items()}
        return {
            "vcpu": num_hosts * (pool.vcpu_milli * pool.vcpu_overcommit_permille // 1000),
            "ram": num_hosts * pool.ram_mib,
            "storage": num_stores * pool.storage_gib,
            **licences,
        }

    def normal_offer(self, pool: Pool) -> Amounts:
        """Return what a pool offers in the normal state, less its spare hosts."""
        placed = self.hosts(pool)
        kept = placed[: max(0, len(placed) - pool.hosts_spare)]
        names = {d.instance for d in kept}
        if pool.storage_on:
            names |= {d.instance for d in self.stores(pool)}
        return self.offer(pool, frozenset(names))

    def normal_need(self, pool: str) -> Amounts:
        """Return what runs on a pool, and the mirrors and warm copies it keeps."""
        need: Amounts = {}
        for service in self.services:
            figures = service.figures
            if service.pool == pool:
                _add(need, demand(figures, 1000))
            elif pool in service.standby:
                if figures.is_mirrored:
                    _add(need, {"storage": figures.storage_gib})
                if figures.mode == "active-standby":
                    whole = demand(figures, 1000)
                    _add(need, {k: n for k, n in whole.items() if k not in ("vcpu", "storage")})
        return need

    # --- where services run

    def runs_on(self, service: PlainService, up: frozenset[str]) -> str | None:
        """Return the pool an instance runs on, None while it is down."""
        pools = (service.pool, *service.standby)
        return next((p for p in pools if self.is_alive(self.estate.pools[p], up)), None)

    def moves_to(self, service: PlainService, member: str) -> bool:
        """Return whether an instance moves to a member that stands alone."""
        sites = [self.estate.pools[p].site for p in (service.pool, *service.standby)]
        return sites[0] != member and member in sites[1:]

    # --- what is critical

    def processes(self, group: str | None) -> list[Process]:
        """Return the critical processes of a group, or all."""
        return [
            p
            for p in self.estate.processes.values()
            if p.criticality >= self.estate.policy.critical_from
            and (group is None or p.continuity_group in (None, group))
        ]

    def needed_by(self, process: Process) -> set[str]:
        """Return the workloads that a process depends on, transitively."""
        return self._with_below(set(process.depends_on))

    def _with_below(self, workloads: set[str]) -> set[str]:
        found = set(workloads)
        while more := {d for w in found for d in self.estate.workloads[w].depends_on} - found:
            found |= more
        return found

    def critical(self, group: str | None) -> set[str]:
        """Return what is marked or a critical process needs, and what that depends on in turn."""
        found = {w.id for w in self.estate.workloads.values() if w.critical}
        return self._with_below(found.union(*(p.depends_on for p in self.processes(group))))

    def critical_equipment(self, group: str | None) -> set[str]:
        """Return the critical workloads with the hosts and storage of pools they may use."""
        found = self.critical(group)
        for key in sorted(found):
            service = self.estate.workloads[key].service
            if service is not None:
                for pool in self.estate.pools.values():
                    if not service.pools or pool.id in service.pools:
                        found |= {*pool.hosts, *pool.storage_on}
        return found

    def level_permille(self, workload: Workload, scenario: Scenario) -> int:
        """Return how much of its vcpu and RAM a critical service needs."""
        if not scenario.alone and scenario.kind not in EMERGENCY_KINDS:
            return 1000
        group = self.group_of(scenario.alone) if scenario.alone else None
        levels = [
            p.emergency_permille for p in self.processes(group) if workload.id in self.needed_by(p)
        ]
        return 1000 if workload.critical else max(levels, default=1000)

    def emergency_need(self, pool: str, scenario: Scenario) -> Amounts:
        """Return what is critical and runs on a pool then, at the scenario's level."""
        group = self.group_of(scenario.alone) if scenario.alone else None
        critical, up = self.critical(group), self.sustained(scenario).up
        need: Amounts = {}
        for service in self.services:
            if service.workload.id in critical and self.runs_on(service, up) == pool:
                level = self.level_permille(service.workload, scenario)
                _add(need, demand(service.figures, level))
        return need

    # --- moving

    def votes(self, group: str, member: str) -> tuple[int, int]:
        """Return the votes at a member that stands alone, and all votes."""
        sites, witness = self.estate.members[group], self.estate.continuity_groups[group].witness
        if witness is None:
            return 1, len(sites)
        others = [key for key in self.estate.sites if key != member]
        network = PlainNetwork(self.estate, lost_sites=others)
        return 1 + network.reaches(member, [witness]), len(sites) + 1

    def has_quorum(self, group: str, member: str) -> bool:
        own, every = self.votes(group, member)
        return Fraction(own, every) > Fraction(1, 2)

    def minutes(self, service: PlainService, group: str, member: str) -> int:
        """Return how long an instance takes to move to a member that stands alone."""
        if not self.moves_to(service, member):
            return 0
        figures = service.figures
        by_hand = figures.quorum == "manual" or (
            figures.quorum == "majority" and not self.has_quorum(group, member)
        )
        takes = figures.takeover_min
        if by_hand and figures.manual_min is not None:
            takes = figures.manual_min
        return takes + (figures.restart_min if figures.mode == "single" else 0)

    def chain_minutes(self, process: Process, group: str, member: str) -> int:
        """Return when all that a process depends on runs at a member that stands alone."""
        workloads = self.estate.workloads

        def below(key: str) -> set[str]:
            return self._with_below(set(workloads[key].depends_on))

        def unit(key: str) -> frozenset[str]:
            return frozenset({key} | {w for w in below(key) if key in below(w)})

        def longest(key: str) -> int:
            return max(
                (self.minutes(s, group, member) for s in self.services if s.workload.id == key),
                default=0,
            )

        def takes(members: frozenset[str]) -> int:
            onward = {unit(d) for w in members for d in workloads[w].depends_on} - {members}
            return sum(map(longest, members)) + max(map(takes, onward), default=0)

        return max((takes(unit(key)) for key in process.depends_on), default=0)


def demand(figures: Service, level_permille: int) -> Amounts:
    """Return what one instance takes; only its vcpu and RAM follow the level."""
    return {
        "vcpu": -(-figures.vcpu_milli * level_permille // 1000),
        "ram": -(-figures.ram_mib * level_permille // 1000),
        "storage": figures.storage_gib,
        **{f"licence {key}": n for key, n in figures.licences.items()},
    }


def _add(total: Amounts, more: Amounts) -> None:
    for key, amount in more.items():
        total[key] = total.get(key, 0) + amount


def _workload(placement: ServicePlacement) -> str:
    return placement.instance.rpartition("-")[0]
