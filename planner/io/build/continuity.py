"""Processes, continuity groups and combinations of losses."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from planner.io.build.context import Context, hosting_class
from planner.io.expansion import Entry
from planner.io.items.continuity import (
    CombinationItem,
    ContinuityGroupItem,
    EmergencyItem,
    ProcessItem,
)
from planner.io.rounding import down_or_none, up
from planner.model.continuity import (
    Combination,
    ContinuityGroup,
    Domain,
    Emergency,
    Process,
)
from planner.model.space import Site


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


def build_continuity_groups(
    context: Context, sites: Mapping[str, Site]
) -> dict[str, ContinuityGroup]:
    """Return continuity groups by id."""
    groups = {}
    for key, entry in sorted(context.entries["continuity_groups"].items()):
        item: ContinuityGroupItem = entry.item
        context.require("network_nodes", item.witness, entry.origin, "witness")
        _check_members(context, entry, [s for s in sites.values() if s.continuity_group == key])
        if item.emergency is not None and "site" in item.emergency.gives_up:
            message = f"`gives_up` of continuity group `{key}` holds `site`"
            hint = "remove it: which site is lost is what standing alone is about"
            where = entry.origin.where("emergency", "gives_up")
            context.findings.add(where, "emergency", message, hint)
        groups[key] = ContinuityGroup(
            id=key,
            name=item.name,
            emergency=_emergency(item.emergency),
            witness=item.witness,
            geo_redundancy=item.geo_redundancy,
            at=entry.origin.where(),
        )
    return groups


def _check_members(context: Context, entry: Entry, members: list[Site]) -> None:
    """Note a group in which no site stands in for another, or whose distance nobody can tell."""
    if len(members) < 2:
        found = f"only site `{members[0].id}`" if members else "no site"
        message = f"continuity group `{entry.key}` has {found}"
        hint = f"name it at two sites at least: `site: {{id: ..., continuity_group: {entry.key}}}`"
        context.findings.add(entry.origin.where(), "continuity-group", message, hint)
    if not entry.item.geo_redundancy:
        return
    for site in members:
        if site.lat_udeg is None or site.lon_udeg is None:
            message = f"`geo_redundancy` of `{entry.key}`: site `{site.id}` has no coordinates"
            hint = "add `lat` and `lon` to the site"
            where = entry.origin.where("geo_redundancy")
            context.findings.add(where, "coordinates", message, hint)


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
        if not any(ids for _, ids in lost):
            message = f"combination `{key}` loses nothing"
            hint = "add what is lost at once: `loses: {room: [ID], duct: [ID]}`"
            context.findings.add(entry.origin.where("loses"), "key-missing", message, hint)
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
