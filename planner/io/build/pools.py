"""Pools: clusters of host devices that services run on."""

from __future__ import annotations

from planner.io.build.context import Context
from planner.io.expansion import Entry
from planner.io.items.continuity import PoolItem
from planner.io.rounding import down, down_or_none
from planner.model.continuity import Pool


def build_pools(context: Context) -> dict[str, Pool]:
    """Return pools by id."""
    pools = {key: _pool(context, e) for key, e in sorted(context.entries["pools"].items())}
    _check_shared_hosts(context, pools)
    return pools


def _pool(context: Context, entry: Entry) -> Pool:
    item: PoolItem = entry.item
    if not item.hosts:
        message = f"pool `{item.id}` has no hosts"
        hint = "add `hosts: [...]`, the workloads whose devices it runs on"
        context.findings.add(entry.origin.where("hosts"), "key-missing", message, hint)
    for key in ("hosts", "storage_on"):
        _check_devices(context, entry, key)
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


def _check_devices(context: Context, entry: Entry, key: str) -> None:
    """Note what a list of workloads names twice, and what in it is no workload of devices."""
    where = entry.origin.where(key)
    seen: set[str] = set()
    for workload in getattr(entry.item, key):
        if workload in seen:
            message = f"`{key}` of pool `{entry.key}` names `{workload}` twice"
            hint = "name it once: all its instances at the site of the pool count"
            context.findings.add(where, "id-duplicate", message, hint)
            continue
        seen.add(workload)
        if not context.require("workloads", workload, entry.origin, key):
            continue
        if context.entries["workloads"][workload].item.kind != "equipment":
            message = f"`{workload}` in `{key}` of pool `{entry.key}` is a service"
            context.findings.add(where, "workload-kind", message, "name workloads of devices")


def _check_shared_hosts(context: Context, pools: dict[str, Pool]) -> None:
    """Note each workload that is host of two pools of a site: its vCPUs would count twice."""
    first_of: dict[tuple[str, str], str] = {}
    for pool in pools.values():
        for host in pool.hosts:
            first = first_of.setdefault((pool.site, host), pool.id)
            if first != pool.id and pool.site:
                where = context.entries["pools"][pool.id].origin.where("hosts")
                message = f"`{host}` is host of pools `{first}` and `{pool.id}` of one site"
                hint = "keep it in one of them, or split the workload"
                context.findings.add(where, "pool-hosts", message, hint)
