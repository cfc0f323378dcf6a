"""What was read -> documents of the inventory, one kind of table a file, sorted by id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from planner.importers.csv.devices import Device, in_order
from planner.importers.csv.feeds import Node, Power
from planner.importers.csv.ids import as_ranges, natural, slug
from planner.importers.csv.placing import cords_of
from planner.importers.csv.racks import Rack, Space
from planner.importers.csv.types import Settled, Spec

Document: TypeAlias = dict[str, Any]

ESTATE_FILE = "estate.yaml"
RACKS, FEEDS, DEVICES = "racks", "feeds", "devices"


def kind_of(file: str) -> str:
    """Return the kind of table that a file of the import comes from, empty for the estate's own."""
    folder = file.partition("/")[0]
    kinds = {"sites": RACKS, "rack-types.yaml": RACKS, "power": FEEDS, ESTATE_FILE: ""}
    return kinds.get(folder, DEVICES)


def estate_document(estate: str, tenants: Mapping[str, str]) -> Document:
    """Return `estate.yaml`: the estate and its tenants."""
    document: Document = {"estate": {"id": estate, "name": estate}}
    if tenants:
        document["tenants"] = [{"id": key, "name": tenants[key]} for key in sorted(tenants)]
    return document


# -- places ---------------------------------------------------------------------------------------


def space_documents(space: Space, racks: Sequence[Rack]) -> dict[str, Document]:
    """Return a file for each site: its rooms and rows, rack types, what single racks say."""
    racks = sorted(racks, key=lambda rack: natural(rack.id))
    types = _rack_types(racks)
    documents: dict[str, Document] = {}
    for site in sorted({rack.site for rack in racks}):
        own = [rack for rack in racks if rack.site == site]
        item = space.sites[site]
        document: Document = {"site": {"id": site, "name": item.name}}
        document["rooms"] = [_room(space, key, own, types) for key in sorted({r.room for r in own})]
        singles = [single for rack in own if len(single := _single(rack, types)) > 1]
        if singles:
            document["racks"] = singles
        documents[f"sites/{slug(site)}.yaml"] = document
    if types:
        documents["rack-types.yaml"] = {"rack_types": _type_items(types)}
    return documents


class _Type:
    """Racks of one type, and the figures that all of them share."""

    def __init__(self, key: str, racks: Sequence[Rack]) -> None:
        self.key = key
        self.racks = racks
        self.max_weight_kg = _shared(rack.max_weight_kg for rack in racks)
        self.max_power_w = _shared(rack.max_power_w for rack in racks)


def _shared(values: Iterable[Decimal | None]) -> Decimal | None:
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _rack_types(racks: Sequence[Rack]) -> dict[str, _Type]:
    """Return the type of each rack by the rack's id: equal maker, model, height and weight."""
    groups: dict[tuple[str, str, int, Decimal], list[Rack]] = {}
    for rack in racks:
        group = (rack.manufacturer, rack.model, rack.u_height, rack.weight_kg)
        groups.setdefault(group, []).append(rack)
    names = Counter(_type_name(*group) for group in groups)
    found: dict[str, _Type] = {}
    for group in sorted(groups):
        name = _type_name(*group)
        if names[name] > 1:
            name += f"-{group[3]}kg".replace(".", "-")
        rack_type = _Type(name, groups[group])
        found.update({rack.id: rack_type for rack in groups[group]})
    return found


def _type_name(manufacturer: str, model: str, u_height: int, weight_kg: Decimal) -> str:
    return slug(f"{manufacturer} {model}".strip() or "rack") + f"-{u_height}u"


def _type_items(types: Mapping[str, _Type]) -> list[Document]:
    items = []
    for rack_type in sorted(set(types.values()), key=lambda t: t.key):
        first = rack_type.racks[0]
        item: Document = {"id": rack_type.key}
        if first.manufacturer:
            item["manufacturer"] = first.manufacturer
        if first.model:
            item["model"] = first.model
        item |= {"u_height": first.u_height, "weight_kg": first.weight_kg}
        if rack_type.max_weight_kg is not None:
            item["max_weight_kg"] = rack_type.max_weight_kg
        if rack_type.max_power_w is not None:
            item["max_power_w"] = rack_type.max_power_w
        items.append(item)
    return items


def _room(space: Space, key: str, racks: Sequence[Rack], types: Mapping[str, _Type]) -> Document:
    room = space.rooms[key]
    item: Document = {"id": key}
    if room.name:
        item["name"] = room.name
    item["fire_compartment"] = room.fire_compartment
    own = [rack for rack in racks if rack.room == key]
    rows: list[Document] = []
    for row in sorted({rack.row for rack in own}):
        rows += _rows(row, [rack for rack in own if rack.row == row], types)
    item["rows"] = rows
    return item


def _rows(row: str, racks: Sequence[Rack], types: Mapping[str, _Type]) -> list[Document]:
    """Return a row, and more for racks of other types or names: one holds one range of one type."""
    rows: list[Document] = []
    counts = Counter(types[rack.id].key for rack in racks)
    for key in sorted(counts, key=lambda key: (-counts[key], key)):
        for text in as_ranges(rack.id for rack in racks if types[rack.id].key == key):
            name = row if not rows else f"{row}-{len(rows) + 1}"
            rows.append({"id": name, "racks": text, "type": key})
    return rows


def _single(rack: Rack, types: Mapping[str, _Type]) -> Document:
    """Return what one rack says beyond its type."""
    rack_type = types[rack.id]
    item: Document = {"id": rack.id}
    if rack.status is not None:
        item["status"] = rack.status
    if rack.tenant is not None:
        item["tenant"] = rack.tenant
    if rack.max_weight_kg is not None and rack_type.max_weight_kg is None:
        item["max_weight_kg"] = rack.max_weight_kg
    if rack.max_power_w is not None and rack_type.max_power_w is None:
        item["max_power_w"] = rack.max_power_w
    if rack.blocked:
        item["blocked"] = [{"from": low, "to": high} for low, high in sorted(rack.blocked)]
    if rack.price is not None:
        item["price_eur_year"] = rack.price
    if rack.x_mm is not None:
        item["x_mm"] = rack.x_mm
    if rack.y_mm is not None:
        item["y_mm"] = rack.y_mm
    return item


# -- power ----------------------------------------------------------------------------------------

#: From source to outlet.
_ORDER = ("utility", "transformer", "generator", "ups", "panel", "feed")


def power_documents(power: Power) -> dict[str, Document]:
    """Return a file for each site with its power nodes, from source to outlet."""
    nodes = [node for node in power.nodes.values() if not node.is_declared]
    documents: dict[str, Document] = {}
    for site in sorted({node.site for node in nodes}):
        own = sorted(
            (node for node in nodes if node.site == site),
            key=lambda node: (_ORDER.index(node.kind), natural(node.id)),
        )
        documents[f"power/{slug(site)}.yaml"] = {"site": site, "power": [_node(n) for n in own]}
    return documents


def _node(node: Node) -> Document:
    item: Document = {"id": node.id, "kind": node.kind}
    if node.parent is not None:
        item["from"] = node.parent
    for key in ("amps", "phases", "volts_ll", "volts_ln", "kva"):
        value = getattr(node, key)
        if value is not None:
            item[key] = value
    if node.rack is not None:
        item["rack"] = node.rack
    if node.outlets:
        item["outlets"] = dict(sorted(node.outlets.items()))
    return item


# -- devices --------------------------------------------------------------------------------------


def device_documents(
    devices: Sequence[Device], types: Mapping[Spec, Settled], power: Power
) -> dict[str, Document]:
    """Return the estate's device types, workloads by tenant, and what stands by site."""
    documents: dict[str, Document] = {}
    items = {t.slug: t.item for t in types.values() if t.item is not None}
    if items:
        documents["device-types.yaml"] = {"device_types": [items[key] for key in sorted(items)]}
    standing: dict[str, list[Document]] = {}
    by_tenant: dict[str, list[Document]] = {}
    for group in _groups(devices, types):
        workload = _workload(group, types)
        by_tenant.setdefault(group[0].tenant, []).append(workload)
        for number, device in enumerate(group, start=1):
            if device.place.is_standing and device.place.rack is not None:
                item = _standing(device, f"{workload['id']}-{number}", types, power)
                standing.setdefault(device.place.rack.site, []).append(item)
    for tenant in sorted(by_tenant):
        workloads = sorted(by_tenant[tenant], key=lambda item: natural(item["id"]))
        documents[f"workloads/{slug(tenant)}.yaml"] = {"tenant": tenant, "workloads": workloads}
    for site in sorted(standing):
        rows = sorted(
            standing[site], key=lambda i: (natural(i["rack"]), i.get("position", 0), i["instance"])
        )
        documents[f"standing/{slug(site)}.yaml"] = {"standing": rows}
    return documents


def _groups(devices: Sequence[Device], types: Mapping[Spec, Settled]) -> list[list[Device]]:
    """Return workloads: each device one of its own, or those that the table puts together.

    Those of one name that differ in what a workload has once (type, role, face, days) are apart.
    """
    groups: dict[tuple[object, ...], list[Device]] = {}
    for device in in_order(devices):
        if device.workload and device.count == 1:
            kind = (types[device.spec].slug, device.role, device.place.face)
            days = (
                device.first,
                device.last,
                device.critical,
                device.airflow,
                device.psus_required,
            )
            key: tuple[object, ...] = (device.tenant, device.workload, kind, days)
        else:
            key = (device.tenant, "", device.record.table.sheet.name, device.record.row)
        groups.setdefault(key, []).append(device)
    return list(groups.values())


def _workload(group: Sequence[Device], types: Mapping[Spec, Settled]) -> Document:
    first = group[0]
    item: Document = {
        "id": f"{first.tenant}/{first.workload or first.id}",
        "type": types[first.spec].slug,
    }
    if first.role != "server":
        item["role"] = first.role
    if text := _description(group):
        item["description"] = text
    count = first.count if len(group) == 1 else len(group)
    if count > 1:
        item["count"] = count
    item |= {k: v for k, v in (("from", first.first), ("until", first.last)) if v is not None}
    if first.critical and count > 1:
        item["critical"] = True
    elif first.critical:
        message = "no other device of its workload stands in for it, as what is critical needs"
        action = "imported as not critical: name one workload at the devices that stand in"
        first.record.note("note", "device-critical", "critical", message, action)
    pinned = [n for n, d in enumerate(group, start=1) if d.pinned and d.place.is_standing]
    if pinned:
        item["pinned"] = True if len(pinned) == len(group) else pinned
    draw = {"budget_w": "power_w", "nameplate_w": "nameplate_w", "p95_w": "measured_w"}
    figures = {key: _largest(group, name) for key, name in draw.items()}
    if given := {key: value for key, value in figures.items() if value is not None}:
        item["draw"] = given
    if (weight := _largest(group, "weight_kg")) is not None:
        item["weight_kg"] = weight
    if first.psus_required is not None:
        item["psus_required"] = first.psus_required
    if first.place.face != "front":
        item["face"] = first.place.face
    if first.airflow is not None:
        item["airflow"] = first.airflow
    racks = sorted({d.place.rack.id for d in group if d.place.rack is not None}, key=natural)
    if racks and not all(d.place.is_standing for d in group):
        item["allowed"] = {"rack": racks}
    return item


def _largest(group: Sequence[Device], name: str) -> Decimal | None:
    """Return the largest figure of a group; all its devices are planned with it."""
    values = [value for device in group if (value := getattr(device, name)) is not None]
    return max(values, default=None)


def _description(group: Sequence[Device]) -> str:
    if len(group) == 1 and not group[0].workload:
        return group[0].description
    parts = [
        f"{number}: {device.name}" + (f" ({text})" if (text := device.description) else "")
        for number, device in enumerate(group, start=1)
    ]
    return "; ".join(parts)


def _standing(
    device: Device, instance: str, types: Mapping[Spec, Settled], power: Power
) -> Document:
    place = device.place
    item: Document = {"instance": instance, "rack": place.rack.id if place.rack else ""}
    if place.position_half is not None:
        half = place.position_half
        item["position"] = half // 2 if half % 2 == 0 else Decimal(half) / 2
        item["face"] = place.face
    cords = cords_of(device.record, device.feeds, types[device.spec].inlets, power)
    if cords is not None:
        item["cords"] = cords
    return item
