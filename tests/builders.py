"""Tiny estates and layouts in memory: whatever a test does not care about has a default.

    e = estate(rack("r1"), feed("a"), feed("b"), workload("w", count=2, draw_w=500))
    plan = layout({"w-1": at("r1", 1, "a", "b"), "w-2": at("r1", 2, "a", "b")})

`estate` sorts items into their sections by type and adds what they refer to and nobody declared:
sites, rooms, rows, tenants, cooling zones. Nothing has a limit unless a test gives it one. Figures
are the model's (W, VA, g, half U); only positions and heights of devices are in U, as on a rack.
`change(item, field=value)` is a copy with other fields; `with_items` and `without` vary an estate.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from planner.model.base import Declared, Frozen, Where
from planner.model.continuity import (
    Combination,
    ContinuityGroup,
    Domain,
    Emergency,
    Pool,
    Process,
)
from planner.model.cooling import CoolingUnit, CoolingZone
from planner.model.device import DeviceType, Inlet
from planner.model.estate import Estate
from planner.model.layout import (
    AsBuilt,
    Cord,
    Layout,
    Place,
    Placement,
    Provenance,
    ServicePlacement,
    Standing,
    Unplaced,
)
from planner.model.network import Duct, Link, NetworkNode, PathRequirement
from planner.model.policy import Policy
from planner.model.power import PowerKind, PowerNode
from planner.model.space import Airflow, Face, Rack, Reservation, Room, Row, Site, UnitRange
from planner.model.tenancy import Certificate, HostingClass, Protection, Tenant, Waiver
from planner.model.workload import Draw, Equipment, Service, Workload

#: The day on which tests plan, unless they say otherwise.
DAY = date(2026, 1, 1)

#: Section of an estate that holds items of a type.
SECTIONS: dict[type[Declared], str] = {
    Site: "sites",
    Room: "rooms",
    Row: "rows",
    Rack: "racks",
    Reservation: "reservations",
    PowerNode: "power_nodes",
    CoolingZone: "cooling_zones",
    CoolingUnit: "cooling_units",
    Tenant: "tenants",
    Certificate: "certificates",
    Waiver: "waivers",
    DeviceType: "device_types",
    Workload: "workloads",
    Pool: "pools",
    Process: "processes",
    ContinuityGroup: "continuity_groups",
    Combination: "combinations",
    NetworkNode: "network_nodes",
    Duct: "ducts",
    Link: "links",
    PathRequirement: "path_requirements",
}

_F = TypeVar("_F", bound=Frozen)


def change(item: _F, **fields: Any) -> _F:
    """Return a copy of `item` with other `fields`, validated like a new one."""
    values = {name: getattr(item, name) for name in type(item).model_fields}
    return type(item)(**{**values, **fields})


# --- places


def site(key: str = "s1", **fields: Any) -> Site:
    return Site(**{"id": key, "name": key, **fields})


def room(key: str = "room1", site: str = "s1", **fields: Any) -> Room:
    """Return a room; its fire compartment is `<room>-fc` unless given."""
    return Room(**{"id": key, "site": site, "fire_compartment": f"{key}-fc", **fields})


def row(key: str = "row1", room: str = "room1", **fields: Any) -> Row:
    return Row(**{"id": key, "room": room, **fields})


def rack(
    key: str = "r1", row: str = "row1", room: str = "room1", site: str = "s1", **fields: Any
) -> Rack:
    """Return a rack of 42 U and 100 kg without limits."""
    defaults = {"type": "rack-42u", "u_height": 42, "own_mass_g": 100_000}
    return Rack(**{"id": key, "row": row, "room": room, "site": site, **defaults, **fields})


def units(first_u: int, last_u: int, face: Face | None = None) -> UnitRange:
    """Return the units `first_u` to `last_u`, both included."""
    return UnitRange(start_half=2 * first_u, end_half=2 * last_u + 2, face=face)


def reservation(key: str, rack: str, *ranges: UnitRange, **fields: Any) -> Reservation:
    return Reservation(**{"id": key, "rack": rack, "units": ranges, **fields})


# --- power and cooling


def node(
    key: str, kind: PowerKind | str, parent: str | None = None, *, site: str = "s1", **fields: Any
) -> PowerNode:
    return PowerNode(
        **{"id": key, "kind": PowerKind(kind), "parent": parent, "site": site, **fields}
    )


def feed(key: str, rack: str | None = "r1", parent: str | None = None, **fields: Any) -> PowerNode:
    """Return a feed of a rack with 20 C13 and 4 C19 outlets and no limit."""
    return node(
        key, PowerKind.FEED, parent, **{"rack": rack, "outlets": {"c13": 20, "c19": 4}, **fields}
    )


def switch(
    key: str, preferred: str, alternate: str, transfer_ms: int = 0, **fields: Any
) -> PowerNode:
    return node(
        key,
        PowerKind.TRANSFER_SWITCH,
        **{"preferred": preferred, "alternate": alternate, "transfer_ms": transfer_ms, **fields},
    )


def zone(key: str = "z1", site: str = "s1", **fields: Any) -> CoolingZone:
    return CoolingZone(**{"id": key, "site": site, **fields})


def unit(
    key: str, capacity_w: int, zone: str = "z1", *nodes: str, site: str = "s1", **fields: Any
) -> CoolingUnit:
    """Return a cooling unit, corded to `nodes`."""
    return CoolingUnit(
        **{
            "id": key,
            "site": site,
            "zone": zone,
            "capacity_w": capacity_w,
            "nodes": nodes,
            **fields,
        }
    )


# --- tenancy


def tenant(key: str = "t", **fields: Any) -> Tenant:
    return Tenant(**{"id": key, "name": key, **fields})


def needs(c: int = 1, i: int = 1, a: int = 1) -> HostingClass:
    """Return a level per basic value: 1 normal, 2 hoch, 3 sehr-hoch."""
    return HostingClass(
        confidentiality=Protection(c), integrity=Protection(i), availability=Protection(a)
    )


def certificate(key: str, valid_until: date, **fields: Any) -> Certificate:
    return Certificate(**{"id": key, "valid_until": valid_until, **fields})


def waiver(rule: str, subject: str, amount: int, expires: date = DAY, **fields: Any) -> Waiver:
    defaults = {"id": f"waiver of {rule}", "reason": "a reason", "author": "somebody"}
    return Waiver(
        **{
            **defaults,
            "rule": rule,
            "subject": subject,
            "amount": amount,
            "expires": expires,
            **fields,
        }
    )


# --- workloads

_EQUIPMENT = frozenset(Equipment.model_fields) - {"inlets", "draw", "u_height_half"}


def workload(
    key: str = "w",
    count: int = 1,
    *,
    u: float = 1,
    draw_w: int = 500,
    pf: int = 1000,
    cords: int = 2,
    inlet: str = "c14",
    rating_w: int | None = None,
    **fields: Any,
) -> Workload:
    """Return equipment of `u` U and 10 kg with `cords` inlets `psu1`..., one of them required.

    `pf` is the power factor in per mille. `fields` are those of `Workload` and of `Equipment`.
    """
    equipment = {
        "type": "server",
        "is_full_depth": True,
        "mass_g": 10_000,
        "airflow": Airflow.FRONT_TO_REAR,
        "psus_required": min(1, cords),
        **{name: fields.pop(name) for name in list(fields) if name in _EQUIPMENT},
        "u_height_half": int(2 * u),
        "inlets": tuple(
            Inlet(name=f"psu{n}", type=inlet, rating_w=rating_w) for n in range(1, cords + 1)
        ),
        "draw": Draw(budget_w=draw_w, power_factor_permille=pf),
    }
    return Workload(
        **{"id": key, "tenant": "t", "count": count, "equipment": Equipment(**equipment), **fields}
    )


# --- services and what depends on them

_SERVICE = frozenset(Service.model_fields)


def service(
    key: str = "svc",
    count: int = 1,
    *,
    vcpu_milli: int = 1000,
    ram_mib: int = 1024,
    **fields: Any,
) -> Workload:
    """Return a stateless service of 1 vCPU and 1 GiB of RAM that runs on any pool.

    `fields` are those of `Workload` and of `Service`.
    """
    taken = {name: fields.pop(name) for name in list(fields) if name in _SERVICE}
    figures = Service(vcpu_milli=vcpu_milli, ram_mib=ram_mib, **taken)
    return Workload(
        **{
            "id": key,
            "tenant": "t",
            "kind": "service",
            "count": count,
            "service": figures,
            **fields,
        }
    )


def pool(
    key: str = "p1", site: str = "s1", hosts: str | tuple[str, ...] = "w", **fields: Any
) -> Pool:
    """Return a pool of hosts with 8 vCPU, 16 GiB of RAM and 100 GiB of storage each."""
    defaults = {"vcpu_milli": 8000, "ram_mib": 16_384, "storage_gib": 100}
    names = (hosts,) if isinstance(hosts, str) else hosts
    return Pool(**{"id": key, "site": site, "hosts": names, **defaults, **fields})


def process(key: str = "p", *depends_on: str, criticality: int = 1, **fields: Any) -> Process:
    """Return a process that is critical under the default policy."""
    return Process(
        **{
            "id": key,
            "tenant": "t",
            "criticality": criticality,
            "depends_on": depends_on,
            **fields,
        }
    )


_EMERGENCY = frozenset(Emergency.model_fields)


def group(key: str = "g", **fields: Any) -> ContinuityGroup:
    """Return a continuity group; fields of `Emergency` make one, of 24 h unless given.

    Sites name their group: `site("s1", continuity_group="g")`.
    """
    given = {name: fields.pop(name) for name in list(fields) if name in _EMERGENCY}
    if given:
        fields["emergency"] = Emergency(**{"hours": 24, **given})
    return ContinuityGroup(**{"id": key, **fields})


def combination(key: str, *domains: tuple[str, str], **fields: Any) -> Combination:
    """Return a named loss of several (kind, id)."""
    return Combination(**{"id": key, "domains": tuple(Domain(*d) for d in domains), **fields})


# --- network


def network_node(key: str, site: str | None = None, **fields: Any) -> NetworkNode:
    return NetworkNode(**{"id": key, "site": site, **fields})


def duct(key: str, **fields: Any) -> Duct:
    return Duct(**{"id": key, **fields})


def link(key: str, one: str, other: str, *ducts: str, **fields: Any) -> Link:
    """Return a link of 1 km (10 us there and back) between sites or network nodes."""
    return Link(**{"id": key, "ends": (one, other), "ducts": ducts, "fibre_m": 1000, **fields})


def paths(
    key: str, one: str, other: str, independent_paths: int = 2, **fields: Any
) -> PathRequirement:
    return PathRequirement(
        **{"id": key, "ends": (one, other), "independent_paths": independent_paths, **fields}
    )


# --- estates


def estate(*items: Declared, id: str = "e", **policy: Any) -> Estate:
    """Return an estate of `items`; keyword arguments are those of its policy."""
    sections: dict[str, dict[str, Any]] = {name: {} for name in SECTIONS.values()}
    for item in items:
        sections[SECTIONS[type(item)]][item.id] = item  # type: ignore[attr-defined]
    _complete(sections)
    ordered = {name: dict(sorted(found.items())) for name, found in sections.items()}
    return Estate(id=id, policy=Policy(**policy), **ordered)


def _complete(sections: dict[str, dict[str, Any]]) -> None:
    """Declare the places, zones and tenants that items name and nobody declared."""
    for one in sections["racks"].values():
        sections["rows"].setdefault(one.row, row(one.row, one.room))
        sections["rooms"].setdefault(one.room, room(one.room, one.site))
        if one.cooling_zone:
            sections["cooling_zones"].setdefault(one.cooling_zone, zone(one.cooling_zone, one.site))
    for one in sections["cooling_units"].values():
        sections["cooling_zones"].setdefault(one.zone, zone(one.zone, one.site))
    for one in sections["rows"].values():
        sections["rooms"].setdefault(one.room, room(one.room))
    for name in ("power_nodes", "cooling_units"):
        for one in sections[name].values():
            if one.room:
                sections["rooms"].setdefault(one.room, room(one.room, one.site))
    for name in ("rooms", "power_nodes", "cooling_zones", "cooling_units"):
        for one in sections[name].values():
            sections["sites"].setdefault(one.site, site(one.site))
    for one in [*sections["workloads"].values(), *sections["processes"].values()]:
        sections["tenants"].setdefault(one.tenant, tenant(one.tenant))
    _complete_network(sections)
    for name in ("pools", "network_nodes"):
        for one in sections[name].values():
            if one.site:
                sections["sites"].setdefault(one.site, site(one.site))
    for one in sections["sites"].values():
        if one.continuity_group:
            sections["continuity_groups"].setdefault(
                one.continuity_group, group(one.continuity_group)
            )


def _complete_network(sections: dict[str, dict[str, Any]]) -> None:
    """Declare the ducts of links, and as sites the ends that are no network nodes."""
    for one in [*sections["links"].values(), *sections["path_requirements"].values()]:
        for end in one.ends:
            if end not in sections["network_nodes"]:
                sections["sites"].setdefault(end, site(end))
    for one in sections["links"].values():
        for key in one.ducts:
            sections["ducts"].setdefault(key, duct(key))


def with_items(of: Estate, *items: Declared, **policy: Any) -> Estate:
    """Return `of` with `items` added, or put in place of those with the same id."""
    kept = [item for name in SECTIONS.values() for item in getattr(of, name).values()]
    return change(estate(*kept, *items, id=of.id), policy=change(of.policy, **policy))


def without(of: Estate, *ids: str) -> Estate:
    """Return `of` without the items of these ids (what others need is declared anew, bare)."""
    kept = [
        item
        for name in SECTIONS.values()
        for item in getattr(of, name).values()
        if item.id not in ids
    ]
    return change(estate(*kept, id=of.id), policy=of.policy)


def one_rack(*items: Declared, **policy: Any) -> Estate:
    """Return rack `r1` with feeds `a` and `b`, workload `w` of one server, plus `items`."""
    return estate(rack(), feed("a"), feed("b"), workload(), *items, **policy)


# --- layouts


def at(
    rack: str = "r1", u: float | None = 1, *nodes: str, face: Face | str | None = Face.FRONT
) -> Place:
    """Return a place at unit `u` with inlet `psu1` on the first node, `psu2` on the second, ...

    `u=None` is the place of a device that takes no unit.
    """
    cords = tuple(Cord(f"psu{n}", key) for n, key in enumerate(nodes, start=1))
    if u is None:
        return Place(rack=rack, cords=cords)
    return Place(
        rack=rack, position_half=int(2 * u), face=Face(face) if face else None, cords=cords
    )


def layout(
    places: Mapping[str, Place],
    *,
    standing: Mapping[str, Place] | None = None,
    unplaced: Mapping[str, str] | tuple[str, ...] = (),
    services: Mapping[str, str | tuple[str, ...]] | None = None,
    as_of: date = DAY,
    estate: str = "e",
) -> Layout:
    """Return a layout of `places`; `standing` is where instances stand now.

    A standing instance whose place differs has moved; an unplaced one remembers its place.
    `services` gives the pool of service instances, or the pool and its standby pools in order.
    """
    was = dict(standing or {})
    placements = {
        key: Placement(
            instance=key,
            place=place,
            standing=key in was,
            was=was[key] if key in was and was[key] != place else None,
            at=Where("layout.lock.yaml", 1),
        )
        for key, place in sorted(places.items())
    }
    reasons = (
        dict.fromkeys(unplaced, "no reason given")
        if isinstance(unplaced, tuple)
        else dict(unplaced)
    )
    return Layout(
        estate=estate,
        provenance=provenance(as_of),
        placements=placements,
        services={
            key: _on((pools,) if isinstance(pools, str) else pools, key)
            for key, pools in sorted((services or {}).items())
        },
        unplaced={
            key: Unplaced(instance=key, reason=reason, was=was.get(key))
            for key, reason in sorted(reasons.items())
        },
    )


def _on(pools: tuple[str, ...], instance: str) -> ServicePlacement:
    return ServicePlacement(
        instance=instance,
        pool=pools[0],
        standby=pools[1:],
        at=Where("layout.lock.yaml", 1),
    )


def as_built(standing: Mapping[str, Place] | None = None, source: str = "test") -> AsBuilt:
    """Return a snapshot in which `standing` instances stand."""
    stands = {
        key: Standing(instance=key, place=place) for key, place in sorted((standing or {}).items())
    }
    return AsBuilt(source=source, standing=stands)


def provenance(as_of: date = DAY) -> Provenance:
    return Provenance(
        planner_version="0",
        engine="none",
        ortools_version="0",
        seed=1,
        workers=1,
        reproducible=True,
        as_of=as_of,
        estate_digest="sha256:0",
        as_built_source="none",
        as_built_digest="sha256:0",
    )
