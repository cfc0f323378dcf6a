"""What runs on a pool on one day, and what that leaves, as text and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from planner.check.case import Case, ServicePlaced
from planner.check.compute import copy_of
from planner.check.services import STORAGE, Amounts, Services, demand, offer, total, unit_of
from planner.explain.quantity import of_limit, quantity, said
from planner.explain.text import in_ranges, plural
from planner.model.continuity import Pool
from planner.model.estate import Estate
from planner.model.layout import Layout
from planner.model.workload import Workload

#: Resources in the order of a listing; licences follow by name.
_ORDER = ("vcpu", "ram", STORAGE)
_NAMES = {"vcpu": "vCPU", "ram": "RAM"}


def _order(resource: str) -> tuple[int, str]:
    return (_ORDER.index(resource) if resource in _ORDER else len(_ORDER), resource)


class Share(NamedTuple):
    """Instances of one service on a pool, alike, and what each takes of it.

    `is_copy` are mirrors and warm copies of instances that run elsewhere.
    """

    workload: Workload
    instances: tuple[str, ...]
    each: Amounts
    is_copy: bool


class PoolUsage(NamedTuple):
    """A pool on one day.

    Attributes
    ----------
    hosts, stores
        Instances that are its hosts, and those that hold its storage.
    capacity, used
        Resource -> amount; the spare hosts are no capacity.
    """

    pool: Pool
    hosts: tuple[str, ...]
    stores: tuple[str, ...]
    capacity: Amounts
    used: Amounts
    shares: tuple[Share, ...]

    @property
    def resources(self) -> list[str]:
        """The resources that it has or that something takes of it, in order."""
        both = (self.capacity, self.used)
        found = {key for amounts in both for key, amount in amounts.items() if amount}
        return sorted(found, key=_order)


def pool_usage(estate: Estate, layout: Layout, pools: Iterable[str], day: date) -> list[PoolUsage]:
    """Return the usage of pools on a day, in the order asked for."""
    case = Case.of_layout(estate, layout, day)
    span = case.spans[0]
    found = Services(case, span)
    usages = []
    for key in pools:
        pool = estate.pools[key]
        hosts, stores = found.hosts[key], found.stores[key]
        num_hosts = max(0, len(hosts) - pool.hosts_spare)
        num_stores = len(stores) if pool.storage_on else num_hosts
        shares = tuple(_shares(key, span.services))
        used = total(
            {resource: n * len(share.instances) for resource, n in share.each.items()}
            for share in shares
        )
        capacity = offer(pool, num_hosts, num_stores)
        usages.append(
            PoolUsage(pool, tuple(sorted(hosts)), tuple(sorted(stores)), capacity, used, shares)
        )
    return usages


def _shares(pool: str, placed: Iterable[ServicePlaced]) -> Iterator[Share]:
    """Yield what runs on a pool, then the copies it keeps, by service."""
    running: dict[str, list[ServicePlaced]] = {}
    copied: dict[str, list[ServicePlaced]] = {}
    for one in placed:
        if one.pool.id == pool:
            running.setdefault(one.workload.id, []).append(one)
        elif pool in {standby.id for standby in one.standbys}:
            copied.setdefault(one.workload.id, []).append(one)
    for is_copy, found in ((False, running), (True, copied)):
        for several in found.values():
            first = several[0]
            each = copy_of(first.service) if is_copy else demand(first.service)
            yield Share(first.workload, tuple(s.instance for s in several), each, is_copy)


def pools_overview(usages: Iterable[PoolUsage]) -> str:
    """Return a line for each pool: where it is, and what of it is in use."""
    rows = [
        (
            u.pool.id,
            u.pool.site,
            _hosts(u),
            str(sum(len(share.instances) for share in u.shares if not share.is_copy)),
            "; ".join(f"{resource_name(r)} {_of(u, r)}" for r in u.resources) or "nothing",
        )
        for u in usages
    ]
    head = ("pool", "site", "hosts", "services", "in use")
    widths = [max(len(row[k]) for row in [head, *rows]) for k in range(4)]
    return "\n".join(
        "  ".join([*(f"{text:<{w}}" for text, w in zip(row, widths, strict=False)), row[4]])
        for row in [head, *rows]
    )


def _hosts(usage: PoolUsage) -> str:
    spare = f", {usage.pool.hosts_spare} spare" if usage.pool.hosts_spare else ""
    return f"{len(usage.hosts)}{spare}"


def resource_name(resource: str) -> str:
    """Return `vCPU`, `RAM`, `storage`, `licence db`."""
    return _NAMES.get(resource, resource)


def _of(usage: PoolUsage, resource: str) -> str:
    """Return `512 of 1344`, with the unit where the resource's name is none."""
    used, there = usage.used.get(resource, 0), usage.capacity.get(resource, 0)
    if resource == "vcpu" or resource.startswith("licence"):
        _, numbers = said(unit_of(resource), used, there)
        return " of ".join(numbers)
    return of_limit(used, there, unit_of(resource))


def render_pool(usage: PoolUsage) -> str:
    """Return one pool in full: its hosts, each resource, what runs there, the copies it keeps."""
    pool = usage.pool
    spare = f", {pool.hosts_spare} of them spare" if pool.hosts_spare else ""
    rows = [("hosts", ", ".join(in_ranges(usage.hosts)))]
    if pool.storage_on:
        rows.append(("storage on", ", ".join(in_ranges(usage.stores))))
    rows += [(resource_name(resource), _of(usage, resource)) for resource in usage.resources]
    width = max(len(label) for label, _ in rows)
    lines = [f"pool {pool.id} at {pool.site}: {plural(len(usage.hosts), 'host')}{spare}"]
    lines += [f"  {label:<{width}}  {text}" for label, text in rows if text]
    for label, is_copy in (("runs", False), ("keeps copies", True)):
        found = [share for share in usage.shares if share.is_copy is is_copy]
        takes = [(", ".join(in_ranges(share.instances)), _each(share)) for share in found]
        width = max((len(name) for name, _ in takes), default=0)
        if takes:
            lines.append(f"  {label}, each")
        lines += [f"    {name:<{width}}  {each}" for name, each in takes]
    return "\n".join(lines)


def _each(share: Share) -> str:
    """Return what one instance takes: `16 vCPU, 128 GiB RAM, 4000 GiB storage`."""
    parts = []
    for resource in sorted(share.each, key=_order):
        amount = share.each[resource]
        if amount and resource.startswith("licence"):
            parts.append(f"{amount} {resource}")
        elif amount:
            name = "" if resource == "vcpu" else f" {resource_name(resource)}"
            parts.append(f"{quantity(amount, unit_of(resource))}{name}")
    return ", ".join(parts) or "nothing: it is started there"


def pool_json(usage: PoolUsage) -> dict[str, Any]:
    """Return a pool's usage as JSON-ready data; amounts in the unit of the rules."""
    return {
        "id": usage.pool.id,
        "site": usage.pool.site,
        "hosts": list(usage.hosts),
        "hosts_spare": usage.pool.hosts_spare,
        "storage_on": list(usage.stores),
        "resources": [
            {
                "resource": resource,
                "unit": unit_of(resource),
                "used": usage.used.get(resource, 0),
                "capacity": usage.capacity.get(resource, 0),
            }
            for resource in usage.resources
        ],
        "services": [
            {
                "workload": share.workload.id,
                "instances": list(share.instances),
                "copy": share.is_copy,
                "each": share.each,
            }
            for share in usage.shares
        ],
    }
