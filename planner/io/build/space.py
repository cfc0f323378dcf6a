"""Sites, rooms, rows, racks and reservations: rows become racks, the nearest declaration wins."""

from __future__ import annotations

from typing import NamedTuple

from planner.io.build.context import (
    Context,
    check_units,
    coordinates,
    hosting_class,
    port_counts,
    unit_ranges,
)
from planner.io.expansion import Entry, report_duplicate
from planner.io.findings import Origin
from planner.io.items.policy import GrowthItem
from planner.io.items.space import RackItem, RackTypeItem, RoomItem, RowItem
from planner.io.ranges import RangeError, expand, has_range
from planner.io.rounding import down_or_none, halves, up, up_or_none
from planner.io.yaml_tree import Data
from planner.model.space import Airflow, Rack, RackStatus, Reservation, Room, Row, Site

#: Racks of one estate.
MAX_RACKS = 200_000


class Space(NamedTuple):
    """Everything that takes or gives floor and units, sorted by id."""

    sites: dict[str, Site]
    rooms: dict[str, Room]
    rows: dict[str, Row]
    racks: dict[str, Rack]
    reservations: dict[str, Reservation]


class _RowPlan(NamedTuple):
    """A row before its racks are built."""

    item: RowItem
    origin: Origin
    room: Entry
    site: str


def build_space(context: Context) -> Space:
    """Return sites, rooms, rows, racks and reservations."""
    sites = {key: _site(context, entry) for key, entry in sorted(context.entries["sites"].items())}
    rooms: dict[str, Room] = {}
    rows: dict[str, _RowPlan] = {}
    for key, entry in sorted(context.entries["rooms"].items()):
        site = context.site_of(entry, "room")
        rooms[key] = _room(context, entry, site)
        for index, item in enumerate(entry.item.rows):
            plan = _RowPlan(item, entry.origin.inner("rows", index), entry, site)
            _add_row(context, rows, plan)
    _check_compartments(context, rooms)
    racks = _racks(context, rows)
    _check_overrides(context, racks)
    return Space(
        sites,
        rooms,
        {key: _row(rows[key]) for key in sorted(rows)},
        {key: racks[key] for key in sorted(racks)},
        {
            key: _reservation(context, entry, racks)
            for key, entry in sorted(context.entries["reservations"].items())
        },
    )


def _site(context: Context, entry: Entry) -> Site:
    item = entry.item
    context.require("continuity_groups", item.continuity_group, entry.origin, "continuity_group")
    lat, lon = coordinates(context, entry, f"site `{item.id}`")
    return Site(
        id=item.id,
        name=item.name or item.id,
        lat_udeg=lat,
        lon_udeg=lon,
        continuity_group=item.continuity_group,
        at=entry.origin.where(),
    )


def _room(context: Context, entry: Entry, site: str) -> Room:
    item: RoomItem = entry.item
    context.require_all("certificates", item.certificates, entry.origin, "certificates")
    return Room(
        id=item.id,
        site=site,
        name=item.name,
        fire_compartment=item.fire_compartment,
        may_host=hosting_class(item.may_host),
        certificates=tuple(sorted(set(item.certificates))),
        tile_rating_g=down_or_none(item.tile_rating_kg, 1000),
        width_mm=item.width_mm,
        depth_mm=item.depth_mm,
        at=entry.origin.where(),
    )


def _check_compartments(context: Context, rooms: dict[str, Room]) -> None:
    first_of: dict[str, Room] = {}
    for room in rooms.values():
        first = first_of.setdefault(room.fire_compartment, room)
        if first.site != room.site and first.site and room.site:
            where = context.entries["rooms"][room.id].origin.where("fire_compartment")
            message = (
                f"fire compartment `{room.fire_compartment}` is in site `{room.site}` here,"
                f" in `{first.site}` for room `{first.id}`"
            )
            context.findings.add(
                where, "site-mismatch", message, "a compartment lies in one site: rename one"
            )


def _add_row(context: Context, rows: dict[str, _RowPlan], plan: _RowPlan) -> None:
    if has_range(plan.item.id):
        message = f"a row's id holds no range, found `{plan.item.id}`"
        context.findings.add(
            plan.origin.where("id"), "range", message, "write one line for each row"
        )
        return
    first = rows.setdefault(plan.item.id, plan)
    if first is not plan:
        report_duplicate(context.findings, "row", plan.item.id, plan.origin, first.origin)


def _row(plan: _RowPlan) -> Row:
    return Row(id=plan.item.id, room=plan.room.key, name=plan.item.name, at=plan.origin.where())


def _racks(context: Context, rows: dict[str, _RowPlan]) -> dict[str, Rack]:
    racks: dict[str, Rack] = {}
    origins: dict[str, Origin] = {}
    for key in sorted(rows):
        plan = rows[key]
        try:
            names = expand(plan.item.racks)
        except RangeError as error:
            context.findings.add(plan.origin.where("racks"), "range", str(error), error.hint)
            continue
        if not context.require("rack_types", plan.item.type, plan.origin, "type"):
            racks.update({name: _placeholder(plan, name) for name in names if name not in racks})
            continue
        rack_type: RackTypeItem = context.entries["rack_types"][plan.item.type].item
        for index, name in enumerate(names):
            if name in racks:
                report_duplicate(
                    context.findings,
                    "rack",
                    name,
                    plan.origin,
                    origins.get(name, plan.origin),
                    "racks",
                )
                continue
            origins[name] = plan.origin
            racks[name] = _rack(context, plan, rack_type, name, index)
    if len(racks) > MAX_RACKS:
        where = next(iter(rows.values())).origin.where()
        context.findings.add(where, "range", f"more than {MAX_RACKS} racks in one estate")
    return racks


def _placeholder(plan: _RowPlan, name: str) -> Rack:
    """Keep a rack of an unknown type known by its id, so that only the type is reported."""
    return Rack(
        id=name,
        site=plan.site,
        room=plan.room.key,
        row=plan.item.id,
        type="",
        u_height=0,
        own_mass_g=0,
    )


def _rack(context: Context, plan: _RowPlan, rack_type: RackTypeItem, name: str, index: int) -> Rack:
    entry = context.entries["racks"].get(name)
    override = entry.item if entry else None
    origin = entry.origin if entry else plan.origin
    levels = [(override, origin), (plan.item, plan.origin), _type_level(context, plan.item.type)]

    def of(field: str, default: Data = None) -> Data:
        return next(
            (v for item, _ in levels if (v := getattr(item, field, None)) is not None), default
        )

    def declared_at(field: str) -> Origin:
        return next((o for item, o in levels if getattr(item, field, None) is not None), origin)

    growth: GrowthItem = of("growth", context.policy.growth)
    gravity = of("gravity_max_u", context.policy.gravity_max_u)
    zone = of("cooling_zone", plan.room.item.cooling_zone)
    blocked = of("blocked", [])
    last = rack_type.starting_unit + rack_type.u_height - 1
    check_units(
        context, blocked, rack_type.starting_unit, last, declared_at("blocked"), "blocked", name
    )
    context.require("tenants", of("tenant"), declared_at("tenant"), "tenant")
    _check_zone(context, zone, plan, declared_at("cooling_zone"))
    rack = Rack(
        id=name,
        site=plan.site,
        room=plan.room.key,
        row=plan.item.id,
        type=plan.item.type,
        status=RackStatus(of("status", "active")),
        tenant=of("tenant"),
        u_height=rack_type.u_height,
        starting_unit=rack_type.starting_unit,
        own_mass_g=up(rack_type.weight_kg, 1000),
        max_weight_g=down_or_none(of("max_weight_kg"), 1000),
        max_power_w=down_or_none(of("max_power_w")),
        gravity_max_quarter=down_or_none(gravity, 4),
        airflow=tuple(Airflow(word) for word in sorted(set(of("airflow", ["front-to-rear"])))),
        x_mm=_coordinate(plan.item, override, "x", index),
        y_mm=_coordinate(plan.item, override, "y", index),
        blocked=unit_ranges(blocked),
        ports=port_counts(of("ports", [])),
        cooling_zone=zone,
        cage=of("cage"),
        growth_half=up(growth.u, 2),
        growth_g=up(growth.kg, 1000),
        growth_w=up(growth.w),
        growth_ports=growth.ports,
        price_cents_year=up_or_none(of("price_eur_year"), 100),
        at=origin.where(),
    )
    is_own = of("growth") is not None
    _check_growth(
        context, rack, growth, declared_at("growth") if is_own else context.policy_origin or origin
    )
    return rack


def _type_level(context: Context, key: str) -> tuple[RackTypeItem, Origin]:
    entry = context.entries["rack_types"][key]
    return entry.item, entry.origin


def _coordinate(row: RowItem, override: RackItem | None, axis: str, index: int) -> int | None:
    """Return the rack's own coordinate, else the row's plus `index` pitches along the row."""
    own = getattr(override, f"{axis}_mm", None)
    if own is not None:
        return int(own)
    start = getattr(row, f"{axis}_mm")
    if start is None:
        return None
    return int(start + (index * (row.pitch_mm or 0) if row.direction == axis else 0))


def _check_zone(context: Context, zone: str | None, plan: _RowPlan, origin: Origin) -> None:
    if zone is None or not context.require("cooling_zones", zone, origin, "cooling_zone"):
        return
    entry = context.entries["cooling_zones"][zone]
    site = entry.item.site or entry.site
    if site is not None and plan.site and site != plan.site:
        message = (
            f"cooling zone `{zone}` is in site `{site}`, row `{plan.item.id}` in `{plan.site}`"
        )
        context.findings.add(origin.where("cooling_zone"), "site-mismatch", message)


def _check_growth(context: Context, rack: Rack, growth: GrowthItem, origin: Origin) -> None:
    where = origin.where("growth")
    if rack.growth_g and rack.max_weight_g is None:
        message = f"`growth.kg` of rack `{rack.id}` needs `max_weight_kg`, which is not declared"
        context.findings.add(where, "growth", message, "declare `max_weight_kg` at its rack type")
    if rack.growth_w and rack.max_power_w is None:
        message = f"`growth.w` of rack `{rack.id}` needs `max_power_w`, which is not declared"
        context.findings.add(where, "growth", message, "declare `max_power_w` at its rack type")
    if rack.growth_half > 2 * rack.u_height:
        message = (
            f"`growth.u` {growth.u} is more than the {rack.u_height} units of rack `{rack.id}`"
        )
        context.findings.add(where, "growth", message)
    if halves(growth.u) is None:
        context.findings.add(
            where, "value-range", f"`growth.u`: expected a multiple of 0.5, found `{growth.u}`"
        )


def _check_overrides(context: Context, racks: dict[str, Rack]) -> None:
    for key, entry in context.entries["racks"].items():
        context.require_in(racks, "rack", key, entry.origin, "id")


def _reservation(context: Context, entry: Entry, racks: dict[str, Rack]) -> Reservation:
    item = entry.item
    context.require_in(racks, "rack", item.rack, entry.origin, "rack")
    context.require("tenants", item.tenant, entry.origin, "tenant")
    context.check_dates(item.from_, item.until, entry.origin)
    rack = racks.get(item.rack)
    if rack is not None and rack.u_height:
        last = rack.starting_unit + rack.u_height - 1
        check_units(context, item.units, rack.starting_unit, last, entry.origin, "units", rack.id)
    return Reservation(
        id=item.id,
        rack=item.rack,
        units=unit_ranges(item.units),
        description=item.description,
        tenant=item.tenant,
        valid_from=item.from_,
        valid_until=item.until,
        at=entry.origin.where(),
    )
