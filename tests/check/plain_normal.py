"""What the rules about services, strands and tenants make of the normal state, plainly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import ceil, floor

from planner.check.capacity import limits
from planner.model.continuity import Pool
from planner.model.estate import Estate
from planner.model.power import OUTLET_FOR_INLET, PowerKind
from planner.model.scenarios import (
    NORMAL,
    Scenario,
)
from planner.model.tenancy import HostingClass, Protection
from tests.check.plain import Finding, PlainLook
from tests.check.plain_paths import mirror_findings
from tests.check.plain_services import Amounts, PlainService, PlainServices, demand

UNITS = {"vcpu": "vcpu/1000", "ram": "MiB", "storage": "GiB"}


def normal_findings(on: PlainServices, estate: Estate) -> Iterator[Finding]:
    look = on.sustained(Scenario(NORMAL))
    for service in on.services:
        yield from _place(on, service)
        yield from mirror_findings(estate, service)
        yield from _hosted(on, service)
    for pool in estate.pools.values():
        need, offer = on.normal_need(pool.id), on.normal_offer(pool)
        yield from short_of("compute.pool", pool, need, offer, NORMAL)
    yield from _imbalance(estate, look)
    yield from _strands(on, look)
    yield from _partners(on)
    yield from _quotas(on, look)
    yield from _cumulation(on)


def _place(on: PlainServices, service: PlainService) -> Iterator[Finding]:
    """Count the pools that are wrong, whatever number of reasons there is against one."""
    estate, figures = on.estate, service.figures
    site_of = {key: pool.site for key, pool in estate.pools.items()}
    home = site_of[service.pool]
    group = estate.sites[home].continuity_group
    members = () if group is None else estate.members[group]
    allowed, forbidden = service.workload.allowed.site, service.workload.forbidden.site
    wrong = (
        bool(figures.pools and service.pool not in figures.pools)
        or bool(allowed and home not in allowed)
        or home in forbidden
    )
    num_wrong = int(wrong)
    for n, pool in enumerate(service.standby):
        taken = {home, *(site_of[p] for p in service.standby[:n])}
        num_wrong += (
            bool(figures.pools and pool not in figures.pools)
            or site_of[pool] in taken
            or site_of[pool] not in members
            or not figures.may_move
        )
    missing = set()
    if figures.is_mirrored and len(members) >= 2:
        missing = set(members) - {home} - {site_of[p] for p in service.standby}
    required = 1 + len(service.standby) + len(missing)
    num_wrong += len(missing)
    if num_wrong:
        yield Finding(
            "compute.place", service.instance, "pools", NORMAL, required, required - num_wrong
        )


def _hosted(on: PlainServices, service: PlainService) -> Iterator[Finding]:
    workload, rooms = service.workload, on.rooms(service.pool)
    required, available = worst_gap(on, workload.protection, rooms)
    if required:
        yield Finding("tenancy.protection", service.instance, "levels", NORMAL, required, available)


def _imbalance(estate: Estate, look: PlainLook) -> Iterator[Finding]:
    for node in estate.power_nodes.values():
        legs = [
            n
            for n in estate.power_nodes.values()
            if n.parent == node.id and n.kind is PowerKind.LEG
        ]
        rated = [limit.usable for leg in legs for limit in limits(leg, 1000) if limit.unit == "VA"]
        if len(legs) < 2 or len(rated) < len(legs):
            continue
        loads = [look.load_va.get(leg.id, Fraction(0)) for leg in legs]
        above = max(loads) - sum(loads) / len(loads)
        share = node.imbalance_permille
        if share is None:
            share = estate.policy.imbalance_permille
        allowed = Fraction(share * min(rated), 1000)
        if above > allowed:
            yield Finding("power.imbalance", node.id, "VA", NORMAL, ceil(above), floor(allowed))


def _strands(on: PlainServices, look: PlainLook) -> Iterator[Finding]:
    estate, nodes = on.estate, on.estate.power_nodes
    share = estate.policy.strand_imbalance_permille
    if share is None:
        return
    for site in estate.sites:
        strands: list[str] = []
        for kind in (PowerKind.UPS, PowerKind.PANEL):
            for key, node in nodes.items():
                if node.kind is kind and node.site == site and _has_outlets_below(on, key):
                    strands.append(key)
            if strands:
                break
        loads = [look.load_w.get(key, Fraction(0)) for key in strands]
        if loads and (max(loads) - min(loads)) * 1000 > share * sum(loads):
            allowed = floor(share * sum(loads) / 1000)
            apart = ceil(max(loads) - min(loads))
            yield Finding("power.strands", site, "W", NORMAL, apart, allowed)


def _has_outlets_below(on: PlainServices, above: str) -> bool:
    for key, node in on.estate.power_nodes.items():
        at: str | None = key if node.outlets else None
        while at is not None and at != above:
            at = on.plain.normal.feeder(at)
        if at == above and key != above:
            return True
    return False


def _partners(on: PlainServices) -> Iterator[Finding]:
    for workload in on.active:
        if workload.equipment is None or workload.count < 2:
            continue
        corded = [i for i in workload.equipment.inlets if i.type in OUTLET_FOR_INLET]
        stand_in = any(needed < workload.count for needed in workload.survive.values())
        if len(corded) != 1 or not (stand_in or workload.spread):
            continue
        placed = [d for d in on.devices if d.workload == workload]
        strands = Counter(on.plain.strand(c.node) for d in placed for c in d.cords or ())
        if len(placed) >= 2 and len(placed) in strands.values():
            yield Finding(
                "power.partners", workload.id, "instances", NORMAL, len(placed), len(placed) - 1
            )


# --- tenants


def _quotas(on: PlainServices, look: PlainLook) -> Iterator[Finding]:
    rule, estate = "tenancy.quota", on.estate
    for tenant in estate.tenants.values():
        quota = tenant.quota
        if quota is None:
            continue
        own = [d for d in on.devices if d.workload.tenant == tenant.id]
        for strand, watts in quota.strand_w.items():
            drawn = sum(
                share
                for (instance, node), share in look.share_w.items()
                if instance in {d.instance for d in own} and on.plain.strand(node) == strand
            )
            if drawn > watts:
                yield Finding(rule, f"{tenant.id}:{strand}", "W", NORMAL, ceil(drawn), watts)
        taken = sum(d.equipment.u_height_half for d in own)
        if quota.u_half is not None and taken > quota.u_half:
            yield Finding(rule, f"{tenant.id}:u", "half U", NORMAL, taken, quota.u_half)
        for key, share in quota.pool_share_permille.items():
            used = _pool_use(on, estate.pools[key], tenant.id)
            if used > share:
                yield Finding(rule, f"{tenant.id}:{key}", "per mille", NORMAL, ceil(used), share)


def _pool_use(on: PlainServices, pool: Pool, tenant: str) -> Fraction:
    """Return what a tenant uses of a pool, per mille; nothing there counts as one."""
    need: Counter[str] = Counter()
    for service in on.services:
        if service.pool == pool.id and service.workload.tenant == tenant:
            need.update(demand(service.figures, 1000))
    offer = on.offer(pool, frozenset(d.instance for d in on.devices))
    return max(
        (Fraction(amount * 1000, offer.get(name) or 1) for name, amount in need.items()),
        default=Fraction(0),
    )


def _cumulation(on: PlainServices) -> Iterator[Finding]:
    estate = on.estate
    for label, threshold in estate.policy.cumulation.items():
        level = next(x for x in Protection if x.label == label)
        for room in estate.rooms.values():
            workloads = {d.workload.id for d in on.devices if d.rack.room == room.id}
            for service in on.services:
                if room.id in {d.rack.room for d in on.hosts(estate.pools[service.pool])}:
                    workloads.add(service.workload.id)
            for value in HostingClass.model_fields:
                needing = [
                    w for w in workloads if getattr(estate.workloads[w].protection, value) == level
                ]
                if getattr(room.may_host, value) == level and len(needing) >= threshold:
                    yield Finding(
                        "tenancy.cumulation",
                        f"{room.id}:{value}",
                        "workloads",
                        NORMAL,
                        len(needing),
                        threshold - 1,
                    )


def _gap(need: HostingClass, hosts: HostingClass) -> tuple[int, int]:
    """Return needed and hosted levels, summed over the values that fall short."""
    short = [v for v in HostingClass.model_fields if getattr(need, v) > getattr(hosts, v)]
    return sum(getattr(need, v) for v in short), sum(getattr(hosts, v) for v in short)


def worst_gap(
    on: PlainServices, need: HostingClass, rooms: Iterable[str], cap: HostingClass | None = None
) -> tuple[int, int]:
    gaps = [_gap(need, cap or on.estate.rooms[room].may_host) for room in rooms]
    return max(gaps, key=lambda gap: gap[0] - gap[1], default=(0, 0))


def short_of(rule: str, pool: Pool, need: Amounts, offer: Amounts, label: str) -> Iterator[Finding]:
    for name, amount in need.items():
        if amount > offer.get(name, 0):
            unit = UNITS.get(name, name.replace("licence", "licences"))
            yield Finding(rule, pool.id, unit, label, amount, offer.get(name, 0))
