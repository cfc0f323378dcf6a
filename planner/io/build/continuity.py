"""Pools, processes, continuity groups, and the network between sites."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from planner.io.build.context import Context, hosting_class
from planner.io.expansion import Entry
from planner.io.items.continuity import (
    CombinationItem,
    ContinuityGroupItem,
    EmergencyItem,
    PoolItem,
    ProcessItem,
)
from planner.io.rounding import down, down_or_none, nearest, up, up_or_none
from planner.model.continuity import (
    Combination,
    ContinuityGroup,
    Domain,
    Emergency,
    Pool,
    Process,
)
from planner.model.network import Duct, Link, NetworkNode, PathRequirement


def build_pools(context: Context) -> dict[str, Pool]:
    """Return pools by id."""
    return {key: _pool(context, e) for key, e in sorted(context.entries["pools"].items())}


def _pool(context: Context, entry: Entry) -> Pool:
    item: PoolItem = entry.item
    for key in ("hosts", "storage_on"):
        for host in getattr(item, key):
            if not context.require("workloads", host, entry.origin, key):
                continue
            if context.entries["workloads"][host].item.kind != "equipment":
                message = f"`{host}` in `{key}` of pool `{item.id}` is a service"
                context.findings.add(
                    entry.origin.where(key), "workload-kind", message, "name workloads of devices"
                )
    return Pool(
        id=item.id,
        name=item.name,
        site=context.site_of(entry, "pool"),
        hosts=tuple(sorted(set(item.hosts))),
        storage_on=tuple(sorted(set(item.storage_on))),
        vcpu_milli=down(item.vcpu, 1000),
        ram_mib=down(item.ram_gib, 1024),
        storage_gib=down(item.storage_gib),
        vcpu_overcommit_permille=down(item.vcpu_overcommit, 1000),
        hosts_spare=item.hosts_spare,
        licences=dict(sorted(item.licences.items())),
        sync_max_rtt_us=down_or_none(item.sync_max_rtt_ms, 1000),
        at=entry.origin.where(),
    )


def build_processes(context: Context) -> dict[str, Process]:
    """Return business processes by id."""
    return {key: _process(context, e) for key, e in sorted(context.entries["processes"].items())}


def _process(context: Context, entry: Entry) -> Process:
    item: ProcessItem = entry.item
    context.require_all("workloads", item.depends_on, entry.origin, "depends_on")
    context.require("continuity_groups", item.continuity_group, entry.origin, "continuity_group")
    return Process(
        id=item.id,
        name=item.name,
        tenant=context.tenant_of(entry, "process"),
        criticality=item.criticality,
        weight=item.weight,
        mtpd_min=down_or_none(item.mtpd_min),
        rto_min=down_or_none(item.rto_min),
        rpo_min=down_or_none(item.rpo_min),
        emergency_permille=up(item.emergency_share, 1000),
        continuity_group=item.continuity_group,
        depends_on=tuple(sorted(set(item.depends_on))),
        dates=tuple(sorted(set(item.dates))),
        at=entry.origin.where(),
    )


def build_continuity_groups(context: Context) -> dict[str, ContinuityGroup]:
    """Return continuity groups by id."""
    groups = {}
    for key, entry in sorted(context.entries["continuity_groups"].items()):
        item: ContinuityGroupItem = entry.item
        context.require("network_nodes", item.witness, entry.origin, "witness")
        groups[key] = ContinuityGroup(
            id=key,
            name=item.name,
            emergency=_emergency(item.emergency),
            witness=item.witness,
            geo_redundancy=item.geo_redundancy,
            at=entry.origin.where(),
        )
    return groups


def _emergency(item: EmergencyItem | None) -> Emergency | None:
    if item is None:
        return None
    return Emergency(
        hours=item.hours,
        gives_up=tuple(sorted(set(item.gives_up))),
        max_protection=None if item.max_protection is None else hosting_class(item.max_protection),
        kappa_emergency_permille=down_or_none(item.kappa_emergency, 1000),
    )


def build_combinations(
    context: Context, known: Mapping[str, Collection[str]]
) -> dict[str, Combination]:
    """Return named combinations by id; `known` holds the ids of each kind of domain."""
    combinations = {}
    for key, entry in sorted(context.entries["combinations"].items()):
        item: CombinationItem = entry.item
        lost = list(item.loses.items())
        for kind, ids in lost:
            for index, one in enumerate(ids):
                noun = kind.replace("_", " ")
                context.require_in(known[kind], noun, one, entry.origin, "loses", kind, index)
        combinations[key] = Combination(
            id=key,
            name=item.name,
            domains=tuple(sorted({Domain(kind, one) for kind, ids in lost for one in ids})),
            at=entry.origin.where(),
        )
    return combinations


def build_network_nodes(context: Context) -> dict[str, NetworkNode]:
    """Return network nodes by id."""
    nodes = {}
    for key, entry in sorted(context.entries["network_nodes"].items()):
        item = entry.item
        context.require("sites", item.site, entry.origin, "site")
        nodes[key] = NetworkNode(
            id=key,
            name=item.name,
            site=item.site,
            lat_udeg=None if item.lat is None else nearest(item.lat, 10**6),
            lon_udeg=None if item.lon is None else nearest(item.lon, 10**6),
            access_network=item.access_network,
            at=entry.origin.where(),
        )
    return nodes


def build_ducts(context: Context) -> dict[str, Duct]:
    """Return ducts by id."""
    return {
        key: Duct(id=key, name=e.item.name, entry=e.item.entry, at=e.origin.where())
        for key, e in sorted(context.entries["ducts"].items())
    }


def build_links(context: Context) -> dict[str, Link]:
    """Return links by id."""
    links = {}
    for key, entry in sorted(context.entries["links"].items()):
        item = entry.item
        context.require_all("ducts", item.ducts, entry.origin, "ducts")
        links[key] = Link(
            id=key,
            ends=_ends(context, entry),
            ducts=tuple(sorted(set(item.ducts))),
            carrier=item.carrier,
            fibre_m=up_or_none(item.fibre_km, 1000),
            detour_permille=up_or_none(item.detour, 1000),
            equipment_us=up(item.equipment_ms, 1000),
            capacity_mbps=down_or_none(item.gbps, 1000),
            at=entry.origin.where(),
        )
    return links


def build_path_requirements(context: Context) -> dict[str, PathRequirement]:
    """Return path requirements by id."""
    return {
        key: PathRequirement(
            id=key,
            ends=_ends(context, entry),
            independent_paths=entry.item.independent_paths,
            max_rtt_us=down_or_none(entry.item.max_rtt_ms, 1000),
            at=entry.origin.where(),
        )
        for key, entry in sorted(context.entries["paths"].items())
    }


def _ends(context: Context, entry: Entry) -> tuple[str, str]:
    """Return both ends, the smaller first: sites or network nodes."""
    known = context.entries["sites"].keys() | context.entries["network_nodes"].keys()
    for index, end in enumerate(entry.item.ends):
        context.require_in(known, "site or network node", end, entry.origin, "ends", index)
    first, second = sorted(entry.item.ends)
    if first == second:
        message = f"both ends of `{entry.key}` are `{first}`"
        context.findings.add(entry.origin.where("ends"), "ends", message, "name two different ends")
    return first, second
