"""Pools and services in one look: which pools are alive, what they offer, what runs where.

Evaluates pools and service instances from the devices that are down, on one span.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from planner.check.case import Case, ServicePlaced, Span
from planner.check.sweep import Sight
from planner.model.continuity import Pool
from planner.model.workload import Service

VCPU, RAM, STORAGE = "vcpu", "ram", "storage"

_UNITS = {VCPU: "vcpu/1000", RAM: "MiB", STORAGE: "GiB"}

#: Resource -> amount in its unit: vcpu/1000, MiB, GiB, licences.
Amounts = dict[str, int]


def licence(name: str) -> str:
    """Return the resource of a licence."""
    return f"licence {name}"


def unit_of(resource: str) -> str:
    """Return the unit of a resource; of a licence `licences <name>`."""
    return _UNITS.get(resource) or resource.replace("licence", "licences", 1)


def demand(service: Service, level_permille: int = 1000) -> Amounts:
    """Return what one instance takes; of vcpu and RAM a share, rounded up."""
    return {
        VCPU: -(-service.vcpu_milli * level_permille // 1000),
        RAM: -(-service.ram_mib * level_permille // 1000),
        STORAGE: service.storage_gib,
        **{licence(name): number for name, number in service.licences.items()},
    }


def offer(pool: Pool, num_hosts: int, num_stores: int) -> Amounts:
    """Return what a pool of so many hosts and devices with storage offers."""
    return {
        VCPU: num_hosts * (pool.vcpu_milli * pool.vcpu_overcommit_permille // 1000),
        RAM: num_hosts * pool.ram_mib,
        STORAGE: num_stores * pool.storage_gib,
        **{licence(name): number for name, number in pool.licences.items()},
    }


def total(parts: Iterable[Mapping[str, int]]) -> Amounts:
    """Return the sum by resource."""
    sums: Amounts = {}
    for part in parts:
        for resource, amount in part.items():
            sums[resource] = sums.get(resource, 0) + amount
    return sums


def excess(need: Amounts, offered: Amounts) -> list[tuple[str, int, int]]:
    """Return resource, need and offer where more is needed than offered."""
    return [
        (resource, amount, offered.get(resource, 0))
        for resource, amount in need.items()
        if amount > offered.get(resource, 0)
    ]


class Running(NamedTuple):
    """What runs in one look.

    Attributes
    ----------
    offers
        What each pool that is alive offers, by pool.
    pool_of
        Pool of each service instance, None for one that is down; the same object wherever the same
        pools are alive.
    down
        The instances that are down.
    """

    offers: dict[str, Amounts]
    pool_of: dict[str, str | None]
    down: tuple[str, ...]


class Services:
    """The pools and services of one span.

    Attributes
    ----------
    hosts, stores
        By pool, the instances that are its hosts, and those that hold its storage.
    carriers
        All of these.
    """

    def __init__(self, case: Case, span: Span) -> None:
        self.placed = span.services
        self.pools = case.estate.pools
        stands = {device.instance for device in span.devices}
        self.hosts: dict[str, frozenset[str]] = {}
        self.stores: dict[str, frozenset[str]] = {}
        for key, pool in self.pools.items():
            hosts = frozenset(device.instance for device in case.hosts_of(pool))
            stores = frozenset(device.instance for device in case.storage_of(pool))
            self.hosts[key] = hosts & stands
            self.stores[key] = (stores if pool.storage_on else hosts) & stands
        self.carriers = frozenset[str]().union(*self.hosts.values(), *self.stores.values())
        self._known: dict[frozenset[str], Running] = {}
        self._where: dict[frozenset[str], tuple[dict[str, str | None], tuple[str, ...]]] = {}

    def running(self, down: frozenset[str]) -> Running:
        """Return what runs while `down` are down; the same object for the same carriers."""
        down &= self.carriers
        if down not in self._known:
            self._known[down] = self._find(down)
        return self._known[down]

    def _find(self, down: frozenset[str]) -> Running:
        offers: dict[str, Amounts] = {}
        for key, pool in self.pools.items():
            num_hosts = len(self.hosts[key] - down)
            num_stores = len(self.stores[key] - down)
            if num_hosts and num_stores:
                offers[key] = offer(pool, num_hosts, num_stores)
        return Running(offers, *self._run(frozenset(offers)))

    def _run(self, alive: frozenset[str]) -> tuple[dict[str, str | None], tuple[str, ...]]:
        """Return the pool of each instance, and those that are down."""
        if alive not in self._where:
            pool_of = {
                one.instance: next((p.id for p in (one.pool, *one.standbys) if p.id in alive), None)
                for one in self.placed
            }
            down = tuple(instance for instance, pool in pool_of.items() if pool is None)
            self._where[alive] = pool_of, down
        return self._where[alive]


class Lookout:
    """Follows through a sweep which devices and services are down."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._services: dict[int, Services] = {}
        self._first: dict[int, frozenset[str]] = {}

    def start(self, sight: Sight) -> None:
        """Note what is down before any further loss: what the model leaves out is off."""
        model = sight.model
        carrying = model.normal.carrying
        up = {d.instance for i, d in enumerate(model.devices) if carrying[i] is not None}
        placed = {device.instance for device in sight.span.devices}
        self._first[id(model)] = frozenset(placed - up)
        self._services[id(model)] = Services(self.case, sight.span)

    def first_down(self, sight: Sight) -> frozenset[str]:
        """Return the devices that are down from the start."""
        return self._first[id(sight.model)]

    def more_down(self, sight: Sight) -> list[str]:
        """Return the other devices that are down in this look."""
        devices = sight.model.devices
        return [
            devices[i].instance
            for i, nodes in sight.change.carrying.items()
            if nodes is None and i < len(devices)
        ]

    def running(self, sight: Sight) -> Running:
        """Return where services run in this look."""
        services = self._services[id(sight.model)]
        first = services.carriers & self.first_down(sight)
        return services.running(first.union(self.more_down(sight)))


def moves_to(one: ServicePlaced, member: str) -> Pool | None:
    """Return the standby pool that an instance moves to when `member` stands alone."""
    if one.pool.site == member:
        return None
    return next((pool for pool in one.standbys if pool.site == member), None)
