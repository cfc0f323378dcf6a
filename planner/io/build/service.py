"""Services: what each takes of a pool, and what of a workload's keys it may not have."""

from __future__ import annotations

from planner.io.build.context import Context
from planner.io.expansion import Entry
from planner.io.findings import Origin
from planner.io.items.demand import ServiceItem, WorkloadItem
from planner.io.rounding import down_or_none, up, up_or_none
from planner.model.scenarios import SPREAD_LEVELS
from planner.model.workload import Service

_OF_HOSTS = "remove it: the hosts of its pools are workloads of their own, with their figures"

#: Keys of a workload that only equipment has, and what a service says instead.
_ONLY_OF_EQUIPMENT = {
    "type": _OF_HOSTS,
    "draw": _OF_HOSTS,
    "weight_kg": _OF_HOSTS,
    "psus_required": _OF_HOSTS,
    "psu_mode": _OF_HOSTS,
    "face": _OF_HOSTS,
    "airflow": _OF_HOSTS,
    "ports": _OF_HOSTS,
    "survive": "write with `needed` how many must be up, and name it in a process's `depends_on`",
    "spread": "name the pools in `service: {pools: [...]}`; a standby is at another site anyway",
    "together_with": "write with `depends_on` what it needs, or name the pools it may run on",
    "pinned": "it never stands; name one pool in `service: {pools: [...]}` to keep it there",
    "isolation": "set `isolation` at the hosts of its pools",
    "disruption": "remove it: a change of pool is no move",
}


def build_service(context: Context, entry: Entry) -> Service | None:
    """Return what a service needs; None for equipment, or where it says nothing."""
    item: WorkloadItem = entry.item
    if item.kind == "equipment":
        if item.service is not None:
            message = f"workload `{item.id}` is equipment and has a `service`"
            where = entry.origin.where("service")
            context.findings.add(where, "workload-kind", message, "add `kind: service`")
        return None
    _refuse_keys(context, entry)
    if item.service is None:
        message = f"workload `{item.id}` is a service and says not what it needs"
        hint = "add `service: {vcpu: ..., ram_gib: ...}`"
        context.findings.add(entry.origin.where(), "key-missing", message, hint)
        return None
    origin = entry.origin.inner("service")
    _check(context, item.service, item.id, origin)
    return _service(item.service)


def _refuse_keys(context: Context, entry: Entry) -> None:
    item: WorkloadItem = entry.item
    for key, hint in _ONLY_OF_EQUIPMENT.items():
        if key in item.model_fields_set:
            message = f"workload `{item.id}` is a service and takes no `{key}`"
            context.findings.add(entry.origin.where(key), "workload-kind", message, hint)
    for key in ("allowed", "forbidden"):
        for level in SPREAD_LEVELS:
            if level != "site" and getattr(getattr(item, key), level):
                message = f"workload `{item.id}` is a service and takes no `{key}.{level}`"
                hint = "name sites, or the pools in `service: {pools: [...]}`"
                context.findings.add(entry.origin.where(key, level), "workload-kind", message, hint)


def _check(context: Context, item: ServiceItem, key: str, origin: Origin) -> None:
    findings = context.findings
    context.require_all("pools", item.pools, origin, "pools")
    if item.licences:
        known = {name for e in context.entries["pools"].values() for name in e.item.licences}
        for licence in item.licences:
            context.require_in(known, "licence", licence, origin, "licences", licence)
    if item.quorum == "manual" and item.manual_min is None:
        message = f"`quorum: manual` of `{key}` without `manual_min`"
        hint = "add `manual_min`, the minutes in which people take it over"
        findings.add(origin.where("quorum"), "key-missing", message, hint)
    if item.replication == "async" and item.lag_min is None:
        message = f"`replication: async` of `{key}` without `lag_min`"
        hint = "add `lag_min`, the minutes that its mirror is behind"
        findings.add(origin.where("replication"), "key-missing", message, hint)
    if item.replication != "async" and item.lag_min is not None:
        message = f"`lag_min` of `{key}`, whose replication is `{item.replication}`"
        hint = "write `replication: async`, or remove `lag_min`"
        findings.add(origin.where("lag_min"), "replication", message, hint)


def _service(item: ServiceItem) -> Service:
    return Service(
        vcpu_milli=up(item.vcpu, 1000),
        ram_mib=up(item.ram_gib, 1024),
        storage_gib=up(item.storage_gib),
        licences=dict(sorted(item.licences.items())),
        pools=tuple(sorted(set(item.pools))),
        mode=item.mode,
        replication=item.replication,
        lag_min=0 if item.lag_min is None else up(item.lag_min),
        max_rtt_us=down_or_none(item.max_rtt_ms, 1000),
        restart_min=up(item.restart_min),
        quorum=item.quorum,
        takeover_min=up(item.takeover_min),
        manual_min=up_or_none(item.manual_min),
    )
