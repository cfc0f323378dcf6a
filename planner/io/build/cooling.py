"""Cooling zones and the units that cool them."""

from __future__ import annotations

from collections.abc import Mapping

from planner.io.build.context import Context
from planner.io.expansion import Entry
from planner.io.items.power import UnitItem
from planner.io.rounding import down, up
from planner.model.cooling import CoolingUnit, CoolingZone
from planner.model.power import PowerNode


def build_cooling(
    context: Context, nodes: Mapping[str, PowerNode]
) -> tuple[dict[str, CoolingZone], dict[str, CoolingUnit]]:
    """Return zones and units by id."""
    zones = {
        key: CoolingZone(
            id=key,
            site=context.site_of(entry, "cooling zone"),
            ride_through_s=down(entry.item.ride_through_s),
            at=entry.origin.where(),
        )
        for key, entry in sorted(context.entries["cooling_zones"].items())
    }
    units = {
        key: _unit(context, entry, zones, nodes)
        for key, entry in sorted(context.entries["cooling_units"].items())
    }
    return zones, units


def _unit(
    context: Context, entry: Entry, zones: Mapping[str, CoolingZone], nodes: Mapping[str, PowerNode]
) -> CoolingUnit:
    item: UnitItem = entry.item
    origin = entry.origin
    site = _site(context, entry, zones)
    if context.require("cooling_zones", item.zone, origin, "zone"):
        _same_site(context, entry, site, zones[item.zone].site, "zone", item.zone)
    if context.require("rooms", item.room, origin, "room") and item.room is not None:
        room = context.entries["rooms"][item.room]
        _same_site(context, entry, site, room.item.site or room.site or site, "room", item.room)
    for node in item.cords:
        if context.require("power", node, origin, "cords"):
            _same_site(context, entry, site, nodes[node].site, "cords", node)
    if item.cords and item.cords_required > len(item.cords):
        needs = f"needs {item.cords_required} live cords and has {len(item.cords)}"
        message = f"cooling unit `{item.id}` {needs}"
        context.findings.add(origin.where("cords_required"), "value-range", message)
    if item.draw_w and not item.cords:
        message = f"cooling unit `{item.id}` draws {item.draw_w} W and has no cords"
        context.findings.add(
            origin.where(), "key-missing", message, "add `cords: [power node, ...]`"
        )
    return CoolingUnit(
        id=item.id,
        site=site,
        zone=item.zone,
        room=item.room,
        capacity_w=down(item.kw, 1000),
        draw_w=up(item.draw_w),
        power_factor_permille=max(1, down(item.power_factor, 1000)),
        nodes=tuple(sorted(item.cords)),
        cords_required=item.cords_required,
        restart_s=up(item.restart_s),
        at=origin.where(),
    )


def _site(context: Context, entry: Entry, zones: Mapping[str, CoolingZone]) -> str:
    if entry.item.site is None and entry.item.zone in zones:
        return zones[entry.item.zone].site
    return context.site_of(entry, "cooling unit")


def _same_site(context: Context, entry: Entry, site: str, other: str, key: str, name: str) -> None:
    if site and other and site != other:
        message = f"cooling unit `{entry.key}` is in site `{site}`, `{name}` in `{other}`"
        context.findings.add(entry.origin.where(key), "site-mismatch", message)
